"""What can go wrong with a source, as types.

    Trouble                  a source, or one document of it, could not be had
    ├── Unreachable          no answer: DNS, connection, TLS, timeout, 5xx
    ├── Throttled            429 or 503 with Retry-After: come back later
    ├── Blocked              403, a login page or a bot challenge: a person or a program is kept out
    ├── Refused              an address that may not be reached (private, metadata, odd scheme)
    ├── Unreadable           bytes came, no document could be made of them
    │   └── Exhausting       and whoever tried came to an end of his time, memory or life
    ├── NotFound             404 or 410
    ├── QuotaSpent           our own budget for this provider is used up
    ├── PlanTooSmall         the provider wants a dearer plan for this
    └── CredentialsMissing   no key, or one that the provider refuses

`kind`, `detail` and `mend` are the contract of every command that prints a trouble. `detail` says what happened and
where, `mend` what a person can do about it; neither ever holds a secret.
"""

from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

TroubleKind = Literal[
    "blocked", "throttled", "unreachable", "refused", "unreadable", "not-found", "quota", "plan", "credentials"
]


class TroubleRecord(BaseModel):
    """A trouble as it is stored and printed: `{"kind", "detail", "mend"}`."""

    model_config = ConfigDict(frozen=True)

    kind: TroubleKind
    detail: str
    mend: str

    def __str__(self) -> str:
        """As a person reads it: three sentences."""
        stop = "" if self.detail.endswith((".", "!", "?")) else "."
        return f"{self.kind}. {self.detail}{stop} {self.mend}"


class Trouble(Exception):
    """A source, or one document of it, could not be had. Raise a subclass.

    `retry_after`: the earliest time, from now, at which asking again makes sense, where the other side said so.
    """

    kind: ClassVar[TroubleKind]
    usual_mend: ClassVar[str]

    def __init__(self, detail: str, mend: str | None = None, *, retry_after: timedelta | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.mend = mend or self.usual_mend
        self.retry_after = retry_after

    def record(self) -> TroubleRecord:
        return TroubleRecord(kind=self.kind, detail=self.detail, mend=self.mend)


class Unreachable(Trouble):
    kind = "unreachable"
    usual_mend = "Check the address; if it is right, wait: it is tried again by itself."


class Throttled(Trouble):
    kind = "throttled"
    usual_mend = "Nothing to do: the source is left alone for as long as it asked. Visit it less often (`every`)."


class Blocked(Trouble):
    kind = "blocked"
    usual_mend = "Look at the page in a browser; ask the site for access, or watch a feed of it instead."


class Refused(Trouble):
    kind = "refused"
    usual_mend = "Give a public http or https address, or set fetch.allow_private_addresses for an intranet."


class Unreadable(Trouble):
    kind = "unreadable"
    usual_mend = "Look at the document by hand (`onrecord try URL`); if it is sound, the reader wants mending."


class Exhausting(Unreadable):
    """Costs a reading child: whoever sends several of these in a row is asked for no more."""


class NotFound(Trouble):
    kind = "not-found"
    usual_mend = "Check the address: the page is gone or was never there."


class QuotaSpent(Trouble):
    kind = "quota"
    usual_mend = "Nothing to do: the budget fills up again by itself. Watch fewer sources of this provider."


class PlanTooSmall(Trouble):
    kind = "plan"
    usual_mend = "The provider's plan does not include this; change the plan or remove the source."


class CredentialsMissing(Trouble):
    kind = "credentials"
    usual_mend = "Set the provider's key in the environment (see README, Sources)."
