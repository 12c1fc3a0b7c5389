"""The seam between the outbox and a channel: what a notifier does, and what can become of a message."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from bot.model import Message

Receipt = Mapping[str, str]
"""What a channel answers and what finds the message again: Slack's `channel` and `ts`."""


class DeliveryError(Exception):
    """A message was not delivered, or may not have been. Raise a subclass; texts hold no secret.

    ├── Ambiguous     it may stand in the channel already: look it up, then send it again
    ├── NotNow        surely not delivered; `retry_after` says when to come again
    ├── NoSuchPlace   this destination refuses: park it, tell the owner
    ├── NoSuchMessage what it belongs to is gone: an update is moot, a reply stands by itself
    ├── Shut          nothing can be sent at all (a revoked token): keep the queue, be not ready
    └── Malformed     our own mistake: sent once more as plain text, then a dead letter
    """

    def __init__(self, detail: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after


class Ambiguous(DeliveryError):
    pass


class NotNow(DeliveryError):
    pass


class NoSuchPlace(DeliveryError):
    pass


class NoSuchMessage(DeliveryError):
    pass


class Shut(DeliveryError):
    pass


class Malformed(DeliveryError):
    pass


class CannotLook(DeliveryError):
    """The channel cannot be searched for a message; what is sent again then is marked as a possible repeat."""


class Notifier(Protocol):
    """A channel's other end. `send` raises a `DeliveryError`; `find` raises `CannotLook`.

    `preflight` asks whether anything can be sent at all: raises `Shut` where nothing can, another `DeliveryError` where
    that is not known.
    """

    pace: timedelta
    """The least time between two messages in one channel."""

    async def ready(self, message: Message, *, parent: Receipt | None) -> None:
        """Learn what the call needs: it is made without a wait once it was seen that it may be made."""

    async def send(self, message: Message, *, parent: Receipt | None, repeat: bool, plain: bool) -> Receipt: ...

    async def find(self, message: Message, *, parent: Receipt | None) -> Receipt | None: ...

    async def preflight(self) -> None: ...
