"""First sight is quiet: what the first completed visit of a source finds is recorded, not alerted.

Except what was published after the watch was made, and a call that is going on now. Whatever arrives later alerts,
whatever its date.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from bot.model import Watch
from watchers.model import Document, EntryMeta, Meta, PostMeta

CALL_LASTS = timedelta(hours=3)


class Seen(Protocol):
    """What is known of a document from before (`bot.store.archive.Stored`)."""

    @property
    def changed(self) -> datetime:
        """When it came to read as it does."""
        ...

    @property
    def meta(self) -> Meta: ...


@dataclass(frozen=True, slots=True)
class Quiet:
    """`first_visit_done`: when the source's first visit came through; None while it has not."""

    policy: Literal["quiet", "alert"]
    first_visit_done: datetime | None

    def covers(self, document: Document, before: Seen | None, *, now: datetime) -> bool:
        """Whether this document, or what is new in it, belongs to the first sight of its source."""
        if self.policy == "alert" or going_on(document, now):
            return False
        if self.first_visit_done is None:
            return True
        # The whole text of an old document, had later because it could not be had at first sight.
        return before is not None and before.changed <= self.first_visit_done and _was_offered(before.meta)

    @staticmethod
    def awake(quiet: bool, document: Document, watches: Sequence[Watch]) -> Sequence[Watch]:
        """The watches that hear of it all the same: those that were made before it was published."""
        if not quiet:
            return watches
        published = document.published
        return [watch for watch in watches if published is not None and published >= watch.since]


def going_on(document: Document, now: datetime) -> bool:
    """Whether it is a call that may be going on now."""
    return (
        document.kind == "transcript"
        and document.published is not None
        and timedelta(0) <= now - document.published <= CALL_LASTS
    )


def _was_offered(meta: Meta) -> bool:
    """Whether there was more than was read: a teaser with its page, an entry with its PDF."""
    return (isinstance(meta, PostMeta) and meta.teaser) or (isinstance(meta, EntryMeta) and meta.state == "available")
