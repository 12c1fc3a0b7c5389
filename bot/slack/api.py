"""One call of Slack's Web API by the real `AsyncWebClient`; whatever can come of it is a `DeliveryError`."""

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.notifier import Ambiguous, DeliveryError, NotNow
from bot.slack.errors import error_of, rate_limited

TIMEOUT_SECONDS = 10
PAGE = 200

Answer = dict[str, Any]


class SlackApi:
    """Raises `bot.notifier.DeliveryError`s; no text of them and no `repr` holds the token.

    A method whose rate Slack limits is not called before its time, for whatever channel; the others are. `timer`:
    seconds, from any beginning.
    """

    def __init__(
        self,
        token: SecretStr,
        *,
        base_url: str,
        timeout_seconds: float = TIMEOUT_SECONDS,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._timeout_seconds = timeout_seconds
        self._timer = timer
        self._resting: dict[str, float] = {}
        """By method: when it may be called again."""
        # The client's own retries post twice after a lost answer; none of them is wanted.
        self._client = AsyncWebClient(
            token=token.get_secret_value(),
            base_url=base_url,
            timeout=timeout_seconds,  # type: ignore[arg-type]  # aiohttp, which gets it, takes fractions too
            retry_handlers=[],
        )
        self._client.proxy = None  # HTTPS_PROXY would be honoured and NO_PROXY not

    async def write(self, method: str, channel: str, said: Mapping[str, Any]) -> Answer:
        """A method that changes something: its arguments go as JSON."""
        return await self._call(method, channel, json={**said, **({"channel": channel} if channel else {})})

    async def read(self, method: str, asked: Mapping[str, str | int | bool] | None = None) -> Answer:
        """A method that only reads: its arguments go in the address."""
        asked = asked or {}
        return await self._call(method, str(asked.get("channel", "")), http_verb="GET", params=dict(asked))

    async def pages(
        self, method: str, asked: Mapping[str, str | int | bool], key: str
    ) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        """What stands under `key` on every page of a method that has a cursor.

        Raises `Ambiguous` for a page without it: an empty history has a list too, so this answer tells nothing.
        """
        cursor: dict[str, str] = {}
        while True:
            answer = await self.read(method, {"limit": PAGE, **asked, **cursor})
            page = answer.get(key)
            if not isinstance(page, list):
                raise Ambiguous(f"no clear answer from Slack to {method}: no {key} in it")
            yield page
            following = (answer.get("response_metadata") or {}).get("next_cursor")
            if not following or following == cursor.get("cursor"):
                return
            cursor = {"cursor": str(following)}

    async def upload(self, address: str, content: bytes) -> None:
        """The bytes of a file, to where `files.getUploadURLExternal` says; nobody sees them yet."""
        try:
            timeout = aiohttp.ClientTimeout(total=self._timeout_seconds)
            async with aiohttp.ClientSession(timeout=timeout) as session, session.post(address, data=content) as answer:
                status = answer.status
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise NotNow(f"Slack took no file ({type(error).__name__})") from None
        if status != 200:
            raise NotNow(f"Slack took no file (status {status})")

    def may_call(self, method: str) -> None:
        """Raises `NotNow` while Slack wants a rest from it."""
        left = self._resting.get(method, 0) - self._timer()
        if left > 0:
            raise NotNow(f"Slack limits the rate of {method}", retry_after=timedelta(seconds=left))

    async def _call(self, method: str, channel: str, **how: Any) -> Answer:
        self.may_call(method)
        try:
            answer = await self._client.api_call(method, **how)
            data = answer.data
        except SlackApiError as error:
            said = _of_answer(error, method, channel)
            if isinstance(said, NotNow) and said.retry_after is not None:
                self._resting[method] = self._timer() + said.retry_after.total_seconds()
            raise said from None
        except (
            TimeoutError,
            aiohttp.ClientError,
            OSError,
            SlackClientError,
            ValueError,
            TypeError,
            AttributeError,  # what the client makes of a 200 in text/plain
        ) as error:
            raise Ambiguous(f"no clear answer from Slack to {method} ({type(error).__name__})") from None
        if not isinstance(data, dict):
            raise Ambiguous(f"no clear answer from Slack to {method}")
        return data


def _of_answer(error: SlackApiError, method: str, channel: str) -> DeliveryError:
    answer = error.response  # Slack's, or aiohttp's where the body was no JSON
    status = getattr(answer, "status_code", None) or getattr(answer, "status", None)
    headers = getattr(answer, "headers", None) or {}
    if status == 429:
        return rate_limited(headers.get("Retry-After"), method=method)
    data = getattr(answer, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(code, str):
        return Ambiguous(f"no clear answer from Slack to {method} (status {status})")
    return error_of(code, method=method, channel=channel, scope=str(data.get("needed") or ""))
