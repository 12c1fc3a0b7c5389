"""A document in our own JSON (`onrecord try --format json`), as another program may write it into a folder."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from watchers.model import Body, Document, Frozen, Meta, Passage, Reader, Reading, Utc
from watchers.trouble import Unreadable


class Options(Frozen):
    key: str | None = None


class _Given(BaseModel):
    """The contract's shape; what we print besides (matches, source) is not read back."""

    model_config = ConfigDict(extra="ignore")

    key: str | None = None
    kind: str
    url: str | None = None
    title: str = ""
    published: Utc | None = None
    company: str | None = None
    language: str | None = None
    meta: dict[str, Any] = {}
    passages: tuple[Passage, ...]


def read(body: Body, options: Options) -> Reading:
    """One document. Raises `Unreadable` and says what does not fit."""
    where = body.url or "document"
    try:
        given = _Given.model_validate_json(body.content)
        document = Document(
            key=options.key or given.key or where,
            url=given.url,
            title=given.title,
            published=given.published,
            company=given.company,
            language=given.language,
            meta=_meta(given),
            passages=given.passages,
        )
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise Unreadable(
            f"{where}: {place or 'the file'}: {first['msg']}", "Write it as `try --format json` does."
        ) from None
    return Reading(documents=(document,))


def _meta(given: _Given) -> Meta:
    class Kept(BaseModel):
        meta: Meta

    return Kept.model_validate({"meta": {**given.meta, "kind": given.kind}}).meta


READER = Reader(name="document-json", version=1, read=read, options=Options)
