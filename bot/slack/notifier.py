"""Alerts to Slack, once: posted with their delivery id as metadata, by which they are found again in the history."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from bot.model import Message, Operation
from bot.notifier import (
    Ambiguous,
    CannotLook,
    DeliveryError,
    Malformed,
    NoSuchMessage,
    NoSuchPlace,
    NotNow,
    Receipt,
)
from bot.slack import files
from bot.slack.api import TIMEOUT_SECONDS, Answer, SlackApi
from bot.slack.errors import NoRight, Outside
from bot.slack.places import learn_id
from bot.slack.render import payload

LOOK_BACK_SECONDS = 60
"""A look-up begins this long before the first try: the clock of this machine may be ahead of Slack's."""
PACE = timedelta(seconds=1.1)
"""One message per second and channel is Slack's rate."""


class SlackNotifier:
    """See `bot.notifier.Notifier`. Raises its errors; no text of them holds the token."""

    def __init__(
        self,
        token: SecretStr,
        *,
        base_url: str = "https://slack.com/api/",
        pace: timedelta = PACE,
        timeout_seconds: float = TIMEOUT_SECONDS,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = SlackApi(token, base_url=base_url, timeout_seconds=timeout_seconds, timer=timer)
        self._ids: dict[str, str] = {}
        self.pace = pace

    async def ready(self, message: Message, *, parent: Receipt | None) -> None:
        self._api.may_call(_METHODS[message.operation])
        if parent is None:
            await self._id(message)

    async def send(self, message: Message, *, parent: Receipt | None, repeat: bool, plain: bool) -> Receipt:
        if message.operation == "file":
            return await self._share(message, parent, repeat=repeat)
        said = payload(message, repeat=repeat, plain=plain)
        if message.operation == "update":
            if not parent:
                raise NoSuchMessage("the message to be updated never arrived")
            return await self._update(said, parent, plain=plain)
        thread: dict[str, Any] = {}
        if parent and message.operation == "reply":
            thread = {"thread_ts": _root(parent), **({"reply_broadcast": True} if message.broadcast else {})}
        channel = parent["channel"] if thread and parent else await self._id(message)
        try:
            answer = await self._as_member(channel, "chat.postMessage", channel, {**said, **thread})
        except NoSuchPlace:
            self._ids.pop(message.channel, None)  # whoever retries by the name looks again
            raise
        return _receipt(answer, channel) | ({"thread_ts": thread["thread_ts"]} if thread else {})

    async def find(self, message: Message, *, parent: Receipt | None) -> Receipt | None:
        """The message in the channel's history, by its delivery id. Raises `CannotLook`."""
        if message.operation == "update":
            return None  # an update repeated is the same update
        oldest = f"{message.first_try.timestamp() - LOOK_BACK_SECONDS:.6f}" if message.first_try is not None else "0"
        asked: dict[str, str | int | bool] = {"oldest": oldest, "include_all_metadata": True}
        method = "conversations.history"
        if message.operation in {"reply", "file"} and parent:
            method, asked = "conversations.replies", asked | {"ts": _root(parent)}
        try:
            channel = parent["channel"] if parent else await self._id(message)
            return await self._search(method, asked | {"channel": channel}, message)
        except (NoSuchPlace, NoSuchMessage, NoRight, Malformed) as error:  # without the right to read it may still post
            raise CannotLook(error.detail) from None

    async def preflight(self) -> None:
        """`auth.test`: raises `Shut` for a token that Slack refuses."""
        await self._api.write("auth.test", "", {})

    async def _update(self, said: dict[str, Any], parent: Receipt, *, plain: bool) -> Receipt:
        # Without `blocks` the old ones go, since `text` is given; `mrkdwn` is no argument of chat.update.
        changed = {key: value for key, value in said.items() if key != "mrkdwn"}
        blocks: dict[str, Any] = {"blocks": []} if plain else {}
        answer = await self._api.write("chat.update", parent["channel"], {**changed, **blocks, "ts": parent["ts"]})
        return _receipt(answer, parent["channel"])

    async def _share(self, message: Message, parent: Receipt | None, *, repeat: bool) -> Receipt:
        channel = parent["channel"] if parent else await self._id(message)
        thread = {"thread_ts": _root(parent)} if parent else {}
        try:
            said = await files.uploaded(self._api, message, repeat=repeat)
            await self._as_member(
                channel, "files.completeUploadExternal", "", {**said, "channel_id": channel, **thread}
            )
        except NoRight as error:  # alerts need another right, and go on
            raise NoSuchPlace(error.detail) from None
        return {"channel": channel, "file": said["files"][0]["id"], **thread}

    async def _search(self, method: str, asked: Mapping[str, str | int | bool], message: Message) -> Receipt | None:
        try:
            return await self._search_as_member(method, asked, message)
        except Outside:
            if not await self._joined(str(asked["channel"])):
                raise
        return await self._search_as_member(method, asked, message)

    async def _search_as_member(
        self, method: str, asked: Mapping[str, str | int | bool], message: Message
    ) -> Receipt | None:
        async for page in self._api.pages(method, asked, "messages"):
            for one in page:
                if _is_it(one, message):
                    thread = {"thread_ts": str(asked["ts"])} if "ts" in asked else {}
                    return {"channel": str(asked["channel"]), "ts": str(one["ts"]), **thread}
        return None

    async def _as_member(self, channel: str, method: str, argument: str, said: Mapping[str, Any]) -> Answer:
        """A call about a channel; `argument`: that channel, where the method calls it so."""
        try:
            return await self._api.write(method, argument, said)
        except Outside:
            if not await self._joined(channel):
                raise
        return await self._api.write(method, argument, said)

    async def _joined(self, channel: str) -> bool:
        """Join a public channel whose history, or whose floor, is closed to those outside. False where one cannot."""
        try:
            await self._api.write("conversations.join", channel, {})
        except DeliveryError:
            return False
        return True

    async def _id(self, message: Message) -> str:
        """The channel's id: history knows no names, and a renamed channel keeps its id.

        Once it was learned, no other channel can take its place by taking its name.
        """
        channel = message.place or message.channel
        if not channel.startswith("#"):
            return channel
        if channel not in self._ids:
            try:
                await learn_id(self._api, self._ids, channel)
            except Ambiguous as error:
                raise NotNow(error.detail) from None  # nothing was sent yet, so there is nothing to doubt
        if channel not in self._ids:
            raise NoSuchPlace(f"Slack shows no channel {channel}; create it and /invite @onrecord")
        return self._ids[channel]


_METHODS: Mapping[Operation, str] = {
    "post": "chat.postMessage",
    "reply": "chat.postMessage",
    "update": "chat.update",
    "file": "files.completeUploadExternal",
}


def _root(parent: Receipt) -> str:
    """Where a thread hangs: a reply to a reply belongs to the thread of both."""
    return parent.get("thread_ts") or parent["ts"]


def _is_it(one: Mapping[str, Any], message: Message) -> bool:
    if message.operation == "file":
        return any(shared.get("name") == files.name_of(message) for shared in one.get("files") or ())
    about = (one.get("metadata") or {}).get("event_payload") or {}
    return bool(about.get("delivery_id") == message.id)


def _receipt(answer: Answer, channel: str) -> dict[str, str]:
    if not answer.get("ts"):
        raise Ambiguous("Slack said yes without saying where")
    return {"channel": str(answer.get("channel") or channel), "ts": str(answer["ts"])}
