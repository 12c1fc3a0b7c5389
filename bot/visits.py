"""What a watcher holds in its hands during one visit: `get` and `read`, with the memory that makes them cheap."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from bot.budgets import Budgets
from bot.metrics import FETCHES
from watchers.child import ReadingPool
from watchers.fetch import Fetcher
from watchers.model import (
    Body,
    Cause,
    Credential,
    Cursor,
    Document,
    Origin,
    Reader,
    ReaderOptions,
    Reading,
    Response,
    Source,
    Validators,
    Visit,
)
from watchers.trouble import Trouble

Clock = Callable[[], datetime]
"""Gives the time, aware; injected everywhere, so that a test can be its master."""


class Hands:
    """Fetches and reads for one visit, and remembers what is to be committed with its steps.

    Validators of a single document are committed with the step that used its body, those of a listing with the visit's
    last: a kill between fetch and commit costs a second fetch, never a document. What a run fetched that ended in a
    trouble was not used, and is forgotten.
    """

    def __init__(
        self,
        source: Source,
        fetcher: Fetcher,
        pool: ReadingPool,
        remembered: Mapping[str, Validators],
        budgets: Budgets | None = None,
    ) -> None:
        """`budgets`: without any nothing is counted."""
        self._source = source
        self._budgets = budgets
        self._fetcher = fetcher
        self._pool = pool
        self._remembered = dict(remembered)
        self._settled: dict[str, Validators] = {}
        """Of earlier runs of this visit, that came through."""
        self._listings: dict[str, Validators] = {}
        self._singles: dict[str, Validators] = {}
        self._before: dict[str, Validators | None] = {}
        """What was known before a fetch that is not committed yet."""
        self._bodies: dict[str, Body] = {}
        self._unused: dict[str, set[str]] = {}
        """By body hash: keys of its documents that were not committed yet."""
        self.fresh_for: timedelta | None = None
        """The shortest `max-age` of a listing in this visit."""

    def visit(self, *, cursor: Cursor, cause: Cause, now: datetime) -> Visit:
        """Begin a run of the watcher."""
        self._settled |= self._listings | self._singles
        self._listings, self._singles, self._before = {}, {}, {}
        return Visit(source=self._source, now=now, cursor=cursor, cause=cause, get=self.get, read=self.read)

    def forget_run(self) -> None:
        """The run ended in a trouble: what it fetched and did not commit will be fetched again, unconditionally so."""
        for name, known in self._before.items():
            if known is None:
                self._remembered.pop(name, None)
            else:
                self._remembered[name] = known
        self._listings, self._singles, self._before = {}, {}, {}

    async def get(
        self,
        url: str,
        *,
        listing: bool = False,
        page: bool = False,
        again: bool = False,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        credential: Credential | None = None,
    ) -> Response:
        """See `watchers.model.Visit`. Raises a `Trouble`."""
        name = f"{url}?{urlencode(sorted(params.items()))}" if params else url
        validators = None if again else self._remembered.get(name)
        charge = self._budgets.charge(self._source, credential) if self._budgets is not None else None
        try:
            response = await self._fetcher.get(
                url,
                validators=validators,
                page=page,
                params=params,
                headers=headers,
                credential=credential,
                charge=charge,
            )
        except Trouble as trouble:
            FETCHES.labels(kind=self._source.kind, outcome=trouble.kind).inc()
            raise
        FETCHES.labels(kind=self._source.kind, outcome="unchanged" if response.unchanged else "new").inc()
        (self._listings if listing else self._singles)[name] = response.validators
        self._before.setdefault(name, self._remembered.get(name))
        self._remembered[name] = response.validators
        if listing and response.fresh_for is not None:
            self.fresh_for = min(response.fresh_for, self.fresh_for or response.fresh_for)
        return response

    async def read(self, reader: Reader[ReaderOptions], body: Body, options: ReaderOptions | None = None) -> Reading:
        """See `watchers.model.Visit`. Raises `Unreadable`."""
        told = reader.options() if options is None else options
        reading = await self._pool.read(reader, body, told)
        self._bodies[body.hash] = body
        self._unused.setdefault(body.hash, set()).update(document.key for document in reading.documents)
        origin = Origin(
            reader=reader.name, version=reader.version, options=told.model_dump(mode="json"), body=body.hash
        )
        return reading.model_copy(
            update={
                "documents": tuple(
                    self.own(document).model_copy(update={"origin": origin}) for document in reading.documents
                )
            }
        )

    def own(self, document: Document) -> Document:
        """The document under its source's name, and its company's where it names none."""
        company = self._source.company
        ticker = document.company or (company.ticker if company else None)
        return document.model_copy(update={"source": self._source.name, "company": ticker})

    def body_of(self, document: Document) -> Body | None:
        """The bytes that the document was read from."""
        return None if document.origin is None else self._bodies.get(document.origin.body)

    def committed(self, documents: Iterable[Document], taken: Mapping[str, Validators]) -> None:
        """A step is in the store: its bytes are not needed any more (a visit may see hundreds of PDFs)."""
        for name in taken:
            self._before.pop(name, None)
        for document in documents:
            if document.origin is None:
                continue
            unused = self._unused.get(document.origin.body, set())
            unused.discard(document.key)
            if not unused:
                self._bodies.pop(document.origin.body, None)

    def learned_nothing(self) -> bool:
        """Whether what is to be remembered of this visit's fetches is what was remembered before it."""
        if self._settled or self._singles:
            return False
        return all(self._before.get(name) == validators for name, validators in self._listings.items())

    def take_singles(self) -> dict[str, Validators]:
        """Validators to commit with the step at hand."""
        taken, self._singles = self._singles, {}
        return taken

    def take_all(self) -> dict[str, Validators]:
        """Validators to commit with the end of the visit: of all runs that came through."""
        taken = {**self._settled, **self._listings, **self._singles}
        self._settled, self._listings, self._singles, self._before = {}, {}, {}, {}
        return taken
