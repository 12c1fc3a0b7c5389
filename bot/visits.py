"""What a watcher holds in its hands during one visit: `get` and `read`, with the memory that makes them cheap."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

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
    last: a kill between fetch and commit costs a second fetch, never a document.
    """

    def __init__(
        self, source: Source, fetcher: Fetcher, pool: ReadingPool, remembered: Mapping[str, Validators]
    ) -> None:
        self._source = source
        self._fetcher = fetcher
        self._pool = pool
        self._remembered = dict(remembered)
        self._listings: dict[str, Validators] = {}
        self._singles: dict[str, Validators] = {}
        self._bodies: dict[str, Body] = {}
        self.fresh_for: timedelta | None = None
        """The shortest `max-age` of a listing in this visit."""

    def visit(self, *, cursor: Cursor, cause: Cause, now: datetime) -> Visit:
        return Visit(source=self._source, now=now, cursor=cursor, cause=cause, get=self.get, read=self.read)

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
        try:
            response = await self._fetcher.get(
                url, validators=validators, page=page, params=params, headers=headers, credential=credential
            )
        except Trouble as trouble:
            FETCHES.labels(kind=self._source.kind, outcome=trouble.kind).inc()
            raise
        FETCHES.labels(kind=self._source.kind, outcome="unchanged" if response.unchanged else "new").inc()
        (self._listings if listing else self._singles)[name] = response.validators
        self._remembered[name] = response.validators
        if listing and response.fresh_for is not None:
            self.fresh_for = min(response.fresh_for, self.fresh_for or response.fresh_for)
        return response

    async def read(self, reader: Reader[ReaderOptions], body: Body, options: ReaderOptions | None = None) -> Reading:
        """See `watchers.model.Visit`. Raises `Unreadable`."""
        told = reader.options() if options is None else options
        reading = await self._pool.read(reader, body, told)
        self._bodies[body.hash] = body
        origin = Origin(
            reader=reader.name, version=reader.version, options=told.model_dump(mode="json"), body=body.hash
        )
        return reading.model_copy(
            update={"documents": tuple(self._own(document, origin) for document in reading.documents)}
        )

    def body_of(self, document: Document) -> Body | None:
        """The bytes that the document was read from."""
        return None if document.origin is None else self._bodies.get(document.origin.body)

    def take_singles(self) -> dict[str, Validators]:
        """Validators to commit with the step at hand."""
        taken, self._singles = self._singles, {}
        return taken

    def give_back(self, taken: Mapping[str, Validators]) -> None:
        """Validators of a step that was not committed after all."""
        self._singles = {**taken, **self._singles}

    def take_all(self) -> dict[str, Validators]:
        """Validators to commit with the end of a visit that came through."""
        taken = {**self._listings, **self._singles}
        self._listings, self._singles = {}, {}
        return taken

    def _own(self, document: Document, origin: Origin) -> Document:
        company = self._source.company
        return document.model_copy(
            update={
                "source": self._source.name,
                "company": document.company or (company.ticker if company else None),
                "origin": origin,
            }
        )
