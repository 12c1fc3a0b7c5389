"""Alerts to Slack, once: the real `AsyncWebClient`, with its own retries off, since they post twice."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.model import Message
from bot.notifier import Ambiguous, CannotLook, DeliveryError, NoSuchPlace, Receipt, Shut
from bot.slack.errors import error_of, rate_limited
from bot.slack.render import payload

TIMEOUT_SECONDS = 10
LOOK_BACK_SECONDS = 5
"""A look-up begins this long before the first try: clocks differ."""
PAGE = 200


class SlackNotifier:
    """See `bot.notifier.Notifier`. Raises its errors; no text of them holds the token."""

    def __init__(
        self, token: SecretStr, *, base_url: str = "https://slack.com/api/", pace: timedelta = timedelta(seconds=1.1)
    ) -> None:
        self._client = AsyncWebClient(
            token=token.get_secret_value(), base_url=base_url, timeout=TIMEOUT_SECONDS, retry_handlers=[]
        )
        self._client.proxy = None  # HTTPS_PROXY would be honoured and NO_PROXY not
        self._ids: dict[str, str] = {}
        self.pace = pace
        """One message per second and channel is Slack's rate."""

    async def send(self, message: Message, *, parent: Receipt | None, repeat: bool, plain: bool) -> Receipt:
        said = payload(message, repeat=repeat, plain=plain)
        if message.operation == "update":
            if not parent:
                raise NoSuchPlace("the message to be updated never arrived")
            answer = await self._call("chat.update", parent["channel"], {"ts": parent["ts"], **said})
        else:
            channel = await self._id(message.channel)
            thread = {"thread_ts": parent["ts"]} if parent and message.operation == "reply" else {}
            answer = await self._call("chat.postMessage", channel, {**said, **thread})
        if not answer.get("ts"):
            raise Ambiguous("Slack said yes without saying where")
        return {"channel": str(answer["channel"]), "ts": str(answer["ts"])}

    async def find(self, message: Message, *, parent: Receipt | None) -> Receipt | None:
        """The message in the channel's history, by its delivery id. Raises `CannotLook`."""
        if message.operation == "update":
            return None  # an update repeated is the same update
        first_try = message.first_try
        oldest = f"{first_try.timestamp() - LOOK_BACK_SECONDS:.6f}" if first_try is not None else "0"
        asked: dict[str, Any] = {"oldest": oldest, "include_all_metadata": True, "limit": PAGE}
        method = "conversations.history"
        if message.operation == "reply" and parent:
            method, asked = "conversations.replies", asked | {"ts": parent["ts"]}
        try:
            channel = parent["channel"] if parent else await self._id(message.channel)
            while True:
                answer = await self._call(method, channel, asked)
                for one in answer.get("messages") or []:
                    about = (one.get("metadata") or {}).get("event_payload") or {}
                    if about.get("delivery_id") == message.id:
                        return {"channel": channel, "ts": str(one["ts"])}
                following = (answer.get("response_metadata") or {}).get("next_cursor")
                if not following:
                    return None
                asked = asked | {"cursor": following}
        except Shut:
            raise
        except NoSuchPlace as error:
            raise CannotLook(error.detail) from None

    async def who(self) -> Mapping[str, Any]:
        """`auth.test`: raises `Shut` for a token that Slack refuses."""
        return await self._call("auth.test", "", {})

    async def _id(self, channel: str) -> str:
        """The channel's id: history knows no names, and a renamed channel keeps its id."""
        if not channel.startswith("#"):
            return channel
        if channel not in self._ids:
            asked: dict[str, Any] = {"types": "public_channel,private_channel", "exclude_archived": True, "limit": PAGE}
            while True:
                answer = await self._call("conversations.list", channel, asked)
                self._ids |= {f"#{one['name']}": str(one["id"]) for one in answer.get("channels") or []}
                following = (answer.get("response_metadata") or {}).get("next_cursor")
                if channel in self._ids or not following:
                    break
                asked = asked | {"cursor": following}
        if channel not in self._ids:
            raise NoSuchPlace(f"Slack shows no channel {channel}; create it and /invite @onrecord")
        return self._ids[channel]

    async def _call(self, method: str, channel: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """One call; everything that can come of it is a `DeliveryError` or an answer that says ok."""
        asked = {**said, **({"channel": channel} if channel and method != "conversations.list" else {})}
        try:
            answer = await self._client.api_call(method, **_as(method, asked))
            data = answer.data
        except SlackApiError as error:
            raise _of_answer(error, method, channel) from None
        except (TimeoutError, aiohttp.ClientError, OSError, SlackClientError, ValueError, TypeError) as error:
            raise Ambiguous(f"no clear answer from Slack to {method} ({type(error).__name__})") from None
        if not isinstance(data, dict):
            raise Ambiguous(f"no clear answer from Slack to {method}")
        return data


def _as(method: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Reading methods take a form, writing ones JSON."""
    if method.startswith("chat."):
        return {"json": asked}
    return {"params": {key: ("true" if value is True else value) for key, value in asked.items()}}


def _of_answer(error: SlackApiError, method: str, channel: str) -> DeliveryError:
    answer = error.response
    status = getattr(answer, "status_code", None)
    headers = getattr(answer, "headers", None) or {}
    if status == 429:
        return rate_limited(headers.get("Retry-After"), method=method)
    data = getattr(answer, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    if not isinstance(code, str):
        return Ambiguous(f"no clear answer from Slack to {method} (status {status})")
    return error_of(code, method=method, channel=channel)
