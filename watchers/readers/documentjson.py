"""Documents in our own JSON (`onrecord try --format json`), as another program may write them into a folder.

A file holds one, or one a line. A document's own key stands: it is the same document in whatever file it comes.
"""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from watchers.model import Body, Document, Frozen, Meta, Passage, Reader, Reading, Role, Section, Utc
from watchers.readers.html import clean, decode
from watchers.trouble import TroubleRecord, Unreadable

MOST_DOCUMENTS = 10_000
_META: TypeAdapter[Meta] = TypeAdapter(Meta)
_MEND = "Write it as `try --format json` does."


class Options(Frozen):
    """`key`: for a document that brings none."""

    key: str | None = None


class _Passage(BaseModel):
    model_config = ConfigDict(extra="ignore")

    text: str
    speaker: str | None = None
    role: Role = "unknown"
    title: str | None = None
    section: Section | None = None
    page: int | None = None


class _Given(BaseModel):
    """The contract's shape; what we print besides (matches, source) is not read back."""

    model_config = ConfigDict(extra="ignore")

    key: str | None = Field(None, max_length=1000)
    kind: str
    url: str | None = None
    title: str = ""
    published: Utc | None = None
    company: str | None = None
    language: str | None = None
    meta: dict[str, Any] = {}
    passages: tuple[_Passage, ...]


def read(body: Body, options: Options) -> Reading:
    """One document, or one a line; a line that does not fit is a trouble. Raises `Unreadable` where none fits."""
    where = body.url or "document"
    texts = _split(decode(body.content, body.charset).lstrip("\ufeff"))
    documents: dict[str, Document] = {}
    troubles: list[TroubleRecord] = []
    for number, text in texts[:MOST_DOCUMENTS]:
        place = where if len(texts) == 1 else f"{where}, line {number}"
        spare = options.key or where
        try:
            document = _document(text, place, spare if len(texts) == 1 else f"{spare}#{number}")
        except Unreadable as trouble:
            troubles.append(trouble.record())
            continue
        documents[document.key] = document  # said twice in one file: the last word counts
    if len(texts) > MOST_DOCUMENTS:
        detail = f"{where}: {len(texts)} documents; the first {MOST_DOCUMENTS} were read"
        troubles.append(TroubleRecord(kind="unreadable", detail=detail, mend="Split the file."))
    if not documents:
        raise Unreadable(troubles[0].detail, troubles[0].mend)
    return Reading(documents=tuple(documents.values()), troubles=tuple(troubles))


def _split(text: str) -> list[tuple[int, str]]:
    """The text itself, or its lines, numbered, where each is for itself."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if len(lines) > 1:
        try:
            json.loads(lines[0][1])
        except (ValueError, RecursionError):
            return [(1, text)]
        return lines
    return [(1, text)]


def _document(text: str, where: str, spare: str) -> Document:
    try:
        given = _Given.model_validate_json(clean(text))
        return Document(
            key=given.key or spare,
            url=_address(given.url),
            title=given.title,
            published=given.published,
            company=given.company,
            language=given.language,
            meta=_META.validate_python({**given.meta, "kind": given.kind}),
            passages=tuple(Passage(**passage.model_dump()) for passage in given.passages),
        )
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise Unreadable(f"{where}: {place or 'the file'}: {first['msg']}", _MEND) from None


def _address(url: str | None) -> str | None:
    """A link that people may follow; anything else ("javascript:") is none."""
    return url if url is not None and url.startswith(("http://", "https://")) else None


READER = Reader(name="document-json", version=1, read=read, options=Options)
