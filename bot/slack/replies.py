"""What is said to a person after the acknowledgement: at the response_url of the event, and in modals."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.webhook.async_client import AsyncWebhookClient
from tenacity import AsyncRetrying, RetryError, retry_if_exception_type, stop_after_attempt, wait_fixed

from bot.notifier import DeliveryError, NotNow
from bot.slack.answers import in_modal, message
from bot.slack.api import SlackApi
from bot.slack.events import Reply
from bot.slack.payloads import Heard

log = structlog.get_logger()

TIMEOUT_SECONDS = 10
TRIES = 3
"""Of the five answers that a response_url takes; one that came twice is better than one that never came."""


class NotTaken(Exception):
    """Slack may take the same answer in a moment."""


class Replies:
    """`again_after`: before an answer that Slack did not take is given once more."""

    def __init__(self, api: SlackApi, *, again_after: timedelta) -> None:
        self._api = api
        self._again_after = again_after

    async def say(self, heard: Heard, reply: Reply) -> None:
        """Tell whoever caused the event. What cannot be told is logged; nothing is raised."""
        try:
            if heard.view:
                await self._api.write("views.update", "", {"view_id": heard.view, "view": in_modal(reply)})
            elif heard.response_url:
                await self._post(heard.response_url, message(heard.event, reply))
            else:
                log.error("slack.reply-lost", reason="Slack gave no address for it")
        except DeliveryError as error:
            log.error("slack.reply-lost", reason=error.detail)  # noqa: TRY400 - it says it all
        except RetryError as error:
            log.error("slack.reply-lost", reason=str(error.last_attempt.exception()))  # noqa: TRY400 - it says it all

    async def open(self, modal: Mapping[str, Any], trigger: str) -> None:
        """Open a modal. Raises `bot.slack.errors.TooLate`, another `DeliveryError` for what is wrong with it."""
        await self._api.write("views.open", "", {"trigger_id": trigger, "view": modal})

    async def _post(self, url: str, said: Mapping[str, Any]) -> None:
        trying = AsyncRetrying(
            stop=stop_after_attempt(TRIES),
            wait=wait_fixed(self._again_after),
            retry=retry_if_exception_type(NotTaken),
        )
        await trying(self._post_once, url, said)

    async def _post_once(self, url: str, said: Mapping[str, Any]) -> None:
        # The client's own retries are off as those of the Web API are, and no error of it may tell the address.
        client = AsyncWebhookClient(url, timeout=TIMEOUT_SECONDS, retry_handlers=[])
        client.proxy = None  # HTTPS_PROXY would be honoured and NO_PROXY not
        try:
            answer = await client.send_dict(dict(said))
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise NotTaken(f"no answer from Slack to a reply ({type(error).__name__})") from None
        if answer.status_code == 429 or answer.status_code >= 500:
            raise NotTaken(f"Slack did not take a reply (status {answer.status_code})")
        if answer.status_code != 200:
            raise NotNow(f"Slack refused a reply (status {answer.status_code}: {_reason(answer.body)})")


def _reason(body: str | None) -> str:
    """Slack's own word for it: "expired_url", "used_url"."""
    return (body or "").strip()[:100]
