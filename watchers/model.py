"""The nouns of watching: sources, documents and their passages, visits and the steps that a watcher yields.

Everything here is frozen data that survives a round trip through JSON (documents cross a process border as JSON and
are stored as such). Nothing here does I/O; `Visit` holds the two functions through which a watcher may.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, Generic, Literal, Protocol, Self, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, SerializeAsAny, model_validator

from watchers.casenumbers import same_case
from watchers.trouble import TroubleRecord

Kind = Literal["transcript", "post", "docket-entry", "filing"]
Role = Literal["executive", "analyst", "operator", "unknown"]
Section = Literal["title", "prepared", "qa"]
EntryState = Literal["text-only", "not-uploaded", "sealed", "available", "text-ready", "needs-ocr"]

Utc = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
"""An aware datetime, always in UTC."""

Json = Any
"""A value that `json.dumps` takes."""

Cursor = Mapping[str, Json]
"""A watcher's own memory from visit to visit: small, JSON, committed with the step that carries it."""


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Company(Frozen):
    """A company as configured; `ticker` is the name by which everything else refers to it."""

    ticker: str
    name: str
    aliases: tuple[str, ...] = ()
    cik: int | None = None
    site: str | None = None


class Source(Frozen):
    """What to look at. `options` is the watcher's own `Options`, already validated."""

    name: str
    kind: str
    provider: str | None = None
    company: Company | None = None
    every: timedelta | None = None
    recheck: tuple[timedelta, ...] = ()
    base_url: str | None = None
    """`[provider.NAME] base_url`, without a slash at the end."""
    options: SerializeAsAny[BaseModel]


class Passage(Frozen):
    """The unit of attribution: a speaker turn, a page of a PDF, a paragraph of a post, or the title."""

    text: str
    speaker: str | None = None
    role: Role = "unknown"
    title: str | None = None
    """The speaker's own title, as the document gives it ("Chief Financial Officer")."""
    section: Section | None = None
    page: int | None = None
    """Page of a PDF, counted from 1."""

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the text, in hex: the key under which the text is stored."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


class PostMeta(Frozen):
    kind: Literal["post"] = "post"
    author: str | None = None
    feed_id: str | None = None
    """The entry's own id (`guid`, `id`), as given."""
    teaser: bool = False
    """The feed holds only the beginning; the whole text is at the document's URL."""


class CallMeta(Frozen):
    kind: Literal["transcript"] = "transcript"
    call_date: str | None = None
    """ISO date of the call where the company is; the time, where known, is `Document.published`."""
    quarter: int | None = None
    year: int | None = None
    symbol: str | None = None
    provider: str | None = None


class EntryMeta(Frozen):
    """One docket entry, or one attachment of it. Names are CourtListener's (REST v4) where it has one."""

    kind: Literal["docket-entry"] = "docket-entry"
    court: str | None = None
    docket_number: str | None = None
    case_name: str | None = None
    pacer_case_id: str | None = None
    entry_number: int | None = None
    attachment_number: int | None = None
    document_number: str | None = None
    pacer_doc_id: str | None = None
    """With the fourth digit set to 0, as PACER's front page and receipt numbers differ in it only."""
    short_description: str | None = None
    description: str | None = None
    date_filed: str | None = None
    """ISO date, local to the court."""
    filed_by: str | None = None
    state: EntryState = "text-only"
    document_url: str | None = None
    """Where the PDF is offered without payment, if anywhere."""

    def is_of(self, docket_number: str) -> bool:
        """Whether it was filed in the case of that number, however it is written."""
        return self.docket_number is not None and same_case(docket_number, self.docket_number)


class FilingMeta(Frozen):
    kind: Literal["filing"] = "filing"
    accession: str | None = None
    form: str | None = None
    items: tuple[str, ...] = ()
    ciks: tuple[int, ...] = ()


Meta = Annotated[PostMeta | CallMeta | EntryMeta | FilingMeta, Field(discriminator="kind")]


class Origin(Frozen):
    """How a document was made, so that a better reader can make it again from the stored bytes."""

    reader: str
    """Name in `watchers.readers.READERS`, or an import path."""
    version: int
    options: Json = None
    body: str
    """SHA-256 of the bytes that were read, in hex."""


class Document(Frozen):
    """One call, post, docket entry or filing.

    `key` is stable within its source, through edits and visits. The title, if there is one, is also the first passage
    (section "title"): that is added here, so that no reader can forget it.
    """

    key: str = Field(min_length=1)
    source: str = ""
    url: str | None = None
    title: str = ""
    published: Utc | None = None
    company: str | None = None
    language: str | None = None
    """BCP 47, lower case, as declared by the document ("en", "ms")."""
    meta: Meta
    passages: tuple[Passage, ...] = ()
    aliases: tuple[str, ...] = ()
    """Other keys by which a provider may name the same document."""
    origin: Origin | None = None
    """Set by `Visit.read`."""

    @property
    def kind(self) -> Kind:
        return self.meta.kind

    @model_validator(mode="after")
    def _title_is_the_first_passage(self) -> Self:
        if self.title and not (self.passages and self.passages[0].section == "title"):
            titled = (Passage(text=self.title, section="title"), *self.passages)
            object.__setattr__(self, "passages", titled)
        return self


class Reading(Frozen):
    """What a reader made of one body."""

    documents: tuple[Document, ...] = ()
    troubles: tuple[TroubleRecord, ...] = ()
    """What could not be read beside what could: a truncated PDF, an entry without any identity."""
    facts: Mapping[str, Json] = Field(default_factory=dict)
    """What the body says besides documents: a feed's hub and title, a list of events to fetch next."""


@dataclass(frozen=True)  # without slots: the hash is worked out once, and a feed of 15 posts asks for it 30 times
class Body:
    """Bytes as they came, decompressed, and what the server said of them."""

    content: bytes = field(repr=False)
    url: str = ""
    media_type: str | None = None
    """Lower case, without parameters: "application/pdf"."""
    charset: str | None = None

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the bytes, in hex."""
        return hashlib.sha256(self.content).hexdigest()


ReaderOptions = TypeVar("ReaderOptions", bound=BaseModel)


class NoOptions(Frozen):
    """For a reader that needs to be told nothing."""


@dataclass(frozen=True, slots=True)
class Reader(Generic[ReaderOptions]):
    """A pure function from bytes to documents, with a name and a version to be stored beside what it made.

    `read(body, options)` raises `watchers.trouble.Unreadable` where no document can be made. It runs in a child process
    (`watchers.child`), so it must be importable by name and may not rely on state.
    """

    name: str
    version: int
    read: Callable[[Body, ReaderOptions], Reading]
    options: type[ReaderOptions]


class Validators(Frozen):
    """What makes the next request for the same URL conditional (RFC 9110, 8.8 and 13.1), byte for byte as it came."""

    given_by: str | None = None
    """Whose they are: the address that the body came from, after redirects. Sent to no other; None is the first."""
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    """SHA-256 of the last body: many servers answer 200 with the same bytes."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. `body` is None when nothing changed since the validators: a 304, or the same bytes again."""

    url: str
    """Where the body came from, after redirects."""
    status: int
    body: Body | None
    validators: Validators = field(default_factory=Validators)
    fresh_for: timedelta | None = None
    """`Cache-Control: max-age`, where given."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""

    @property
    def unchanged(self) -> bool:
        return self.body is None


@dataclass(frozen=True, slots=True)
class Credential:
    """Which secret a request needs, and where it goes. The watcher never sees the secret itself.

    `fallback` is a public value that stands in when nothing is configured (a provider's demo key).
    """

    name: str
    query: str | None = None
    header: str | None = None
    prefix: str = ""
    """Before the value in the header: "Token "."""
    fallback: str | None = None


class FollowUp(Frozen):
    """Look at one document again at a time: stored, and given back as the `cause` of a visit about it alone."""

    key: str
    at: Utc
    about: Mapping[str, Json] = Field(default_factory=dict)
    """Whatever the watcher needs to find the document again."""


class Push(Frozen):
    """Something outside said that there is news: a webhook, a button. `payload` is its body, if it brought one."""

    by: str
    payload: Json = None


Cause = FollowUp | Push | None
"""Why a visit happens; None: the source was due."""


class Pace(Frozen):
    """What a watcher learned about when to come again. All bounds are durations from the visit."""

    not_before: timedelta | None = None
    """Retry-After, Cache-Control, a feed's own `ttl`."""
    not_after: timedelta | None = None
    """Something is about to happen: a call tonight."""


class Step(Frozen):
    """What a watcher yields: one transaction. A visit may yield many, so that one that is cut short goes on there."""

    documents: tuple[Document, ...] = ()
    cursor: Cursor | None = None
    """The new cursor; None leaves it as it was."""
    follow_ups: tuple[FollowUp, ...] = ()
    done: tuple[str, ...] = ()
    """Keys whose stored follow-ups are not needed any more."""
    troubles: tuple[TroubleRecord, ...] = ()
    """Troubles of single documents; a trouble of the whole source is raised."""
    pace: Pace | None = None
    shown: tuple[str, ...] | None = None
    """Keys of all that the source's listing shows now, where this step comes of one: what is shown still is kept."""


class Get(Protocol):
    async def __call__(
        self,
        url: str,
        *,
        listing: bool = False,
        page: bool = False,
        again: bool = False,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        credential: Credential | None = None,
    ) -> Response: ...


class Read(Protocol):
    async def __call__(
        self, reader: Reader[ReaderOptions], body: Body, options: ReaderOptions | None = None
    ) -> Reading: ...


@dataclass(frozen=True, slots=True)
class Visit:
    """All that a watcher may touch.

    `get(url, *, listing, page, again, params, headers, credential)` is the only way to the network: polite,
    conditional, guarded, charged to the provider's budget. It remembers validators and body hashes by itself; they are
    committed with the next step, or with the visit's last one for a `listing`. `page` asks robots.txt first (feeds
    and APIs are offered to machines; pages are not). `again` asks without validators: the body is wanted even if it
    did not change. Raises a `Trouble`.

    `read(reader, body, options)` runs the reader in a killable child process and returns its `Reading`, each document
    with its source, company and origin filled in. Raises `Unreadable`.
    """

    source: Source
    now: datetime
    cursor: Cursor
    cause: Cause
    get: Get
    read: Read


class Watcher(Protocol):
    """A module with these two names is a watcher; `watchers.registry` lists ours."""

    Options: type[BaseModel]

    def visit(self, visit: Visit, /) -> AsyncIterator[Step]: ...
