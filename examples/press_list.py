"""A watcher of one's own: a list of press notes that a site offers as JSON.

    [[source]]
    name = "acme-press"
    kind = "examples.press_list"
    url = "https://acme.example/press.json"

The whole plugin interface is here: `Options`, the keys that its `[[source]]` may have, and `visit`, an async generator
of steps. `READER` reads bytes in a child process, so it must be found by the name it carries, and may not rely on
anything else of the program.
"""

from collections.abc import AsyncIterator

from pydantic import BaseModel, ConfigDict, HttpUrl, ValidationError

from watchers.model import Body, Document, NoOptions, Passage, PostMeta, Reader, Reading, Step, Utc, Visit
from watchers.trouble import Unreadable


class Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl


class Note(BaseModel):
    id: str
    title: str
    link: str
    at: Utc
    paragraphs: list[str]


class Notes(BaseModel):
    notes: list[Note]


async def visit(visit: Visit) -> AsyncIterator[Step]:
    """One step: all notes of the list. The store finds out which of them are new."""
    options = visit.source.options
    assert isinstance(options, Options)
    response = await visit.get(str(options.url), listing=True)
    if response.body is None:  # nothing changed since the last visit
        yield Step()
        return
    reading = await visit.read(READER, response.body)
    yield Step(documents=reading.documents, troubles=reading.troubles)


def read(body: Body, _options: NoOptions) -> Reading:
    """Raises `Unreadable`."""
    try:
        notes = Notes.model_validate_json(body.content).notes
    except ValidationError as error:
        raise Unreadable(f"{body.url}: not a list of notes ({error.error_count()} mistakes)") from None
    return Reading(documents=tuple(_document(note) for note in notes))


def _document(note: Note) -> Document:
    return Document(
        key=note.id,
        url=note.link,
        title=note.title,
        published=note.at,
        meta=PostMeta(feed_id=note.id),
        passages=tuple(Passage(text=text) for text in note.paragraphs),
    )


READER = Reader(name="examples.press_list", version=1, read=read, options=NoOptions)
