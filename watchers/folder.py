"""A folder into which people and programs drop documents: text, HTML, PDF, JSON.

Only files of the folder itself are read. Hidden files and those that a download is still writing are left alone;
whatever else cannot be read is a trouble that names the file, told once for each of its versions.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from watchers.files import SUFFIXES, File, listing, look, shown, unread
from watchers.model import Body, Document, Kind, NoOptions, Pace, Reader, Reading, Step, Visit
from watchers.readers import calljson, documentjson, page, pdf, plaintext, sniff, turns
from watchers.trouble import Trouble, TroubleRecord

SETTLED = timedelta(seconds=2)
"""A file younger than this may still be being written: it is looked at again when it is that old, or the next time."""
LOOK_AGAIN = timedelta(minutes=1)
"""A folder costs nobody anything, and who drops a file into it waits for the answer."""
MOST_STEPS = 50
"""A great many files share steps, or their cursor, written with each, would grow with their square."""
LARGEST_STEP = 10_000_000
"""Bytes of files after which a step is full."""


class Options(BaseModel):
    """`path`: relative to the configuration's folder; `holds` says what the files are, where they do not say it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path
    holds: Kind | None = None


async def visit(visit: Visit) -> AsyncIterator[Step]:
    """Steps of the files that are new or changed. Raises `NotFound` and `Unreadable` about the folder itself."""
    options = visit.source.options
    assert isinstance(options, Options)
    files = await asyncio.to_thread(listing, options.path)
    known: dict[str, Any] = dict(visit.cursor.get("files", {}))
    cursor = {file.name: known[file.name] for file in files if file.name in known}
    news = [file for file in files if known.get(file.name, {}).get("read") != list(file.state)]
    fresh = [file for file in news if _may_grow(visit, file, known)]
    ready = [file for file in news if not _may_grow(visit, file, known)]
    async for step in _steps(visit, ready, cursor):
        yield step
    if fresh:
        async for step in _steps(visit, await _settled(visit, fresh, cursor), cursor):
            yield step
    yield Step(cursor={"files": cursor}, pace=None if visit.source.every else Pace(not_after=LOOK_AGAIN))


async def _steps(visit: Visit, files: list[File], cursor: dict[str, Any]) -> AsyncIterator[Step]:
    options = visit.source.options
    assert isinstance(options, Options)
    for batch in _batches(files):
        documents: dict[str, Document] = {}
        troubles: list[TroubleRecord] = []
        for file in batch:
            reading, again = await _read(visit, file, options.holds or _holds(visit))
            documents |= {document.key: document for document in reading.documents}
            troubles += reading.troubles
            if not again:
                cursor[file.name] = {"read": list(file.state)}
        yield Step(documents=tuple(documents.values()), troubles=tuple(troubles), cursor={"files": dict(cursor)})


async def read_body(visit: Visit, body: Body, kind: Kind | None) -> Reading:
    """What a file holds; `kind` None: it says so itself. Raises `Unreadable`."""
    found = (await visit.read(sniff.READER, body, sniff.Options(kind=kind))).facts
    reader, told = _reader(str(found["form"]), body.url.rpartition("/")[2])
    return await visit.read(reader, body, told)


def body_of(path: Path) -> Body:
    """A file's bytes. Raises OSError."""
    return Body(path.read_bytes(), url=shown(path.name), media_type=SUFFIXES.get(path.suffix.lower()))


def _reader(form: str, name: str) -> tuple[Reader[Any], BaseModel]:
    """The name comes from a child that has read hostile bytes: it chooses among these, and nothing else."""
    readers: Mapping[str, tuple[Reader[Any], BaseModel]] = {
        "document-json": (documentjson.READER, documentjson.Options(key=name)),
        "call-json": (calljson.READER, turns.Options(key=name)),
        "turns": (turns.READER, turns.Options(key=name)),
        "pdf": (pdf.READER, pdf.Options()),
        "page": (page.READER, page.Options()),
    }
    return readers.get(form, (plaintext.READER, NoOptions()))


async def _read(visit: Visit, file: File, kind: Kind | None) -> tuple[Reading, bool]:
    """What a file gave, and whether it is to be tried again although it does not change."""
    if file.problem is not None:
        return Reading(troubles=(file.problem,)), False
    try:
        body = await asyncio.to_thread(body_of, file.path)
        return await read_body(visit, body, kind), False
    except Trouble as trouble:
        return Reading(troubles=(trouble.record(),)), False
    except OSError as error:
        detail = f"{file.name}: {error.strerror or type(error).__name__}"
        # Permissions change without a trace in size and time.
        return Reading(troubles=(unread(detail, "Check who may read the file (`ls -l`)."),)), True


async def _settled(visit: Visit, fresh: list[File], cursor: dict[str, Any]) -> list[File]:
    """Those of the youngest files that stay as they are until they are old enough; the others are noted as seen."""
    wait = max(SETTLED - _age(visit, file) for file in fresh)
    await asyncio.sleep(min(wait, SETTLED).total_seconds())
    now = await asyncio.to_thread(lambda: {file.name: look(file.path) for file in fresh})
    settled = []
    for file in fresh:
        again = now[file.name]
        if again is not None and again.state == file.state:
            settled.append(file)
        elif again is not None:
            cursor[file.name] = {**cursor.get(file.name, {}), "seen": list(again.state)}
    return settled


def _age(visit: Visit, file: File) -> timedelta:
    """A clock that is ahead makes a file as young as can be, not younger."""
    return max(visit.now - datetime.fromtimestamp(file.state[1] / 1e9, UTC), timedelta(0))


def _may_grow(visit: Visit, file: File, known: Mapping[str, Any]) -> bool:
    seen = known.get(file.name, {}).get("seen")
    return file.problem is None and _age(visit, file) < SETTLED and bool(seen != list(file.state))


def _holds(visit: Visit) -> Kind | None:
    """A folder of `transcripts` holds calls."""
    return "transcript" if visit.source.kind == "transcripts" else None


def _batches(files: list[File]) -> list[list[File]]:
    most = max(1, len(files) // MOST_STEPS)
    batches: list[list[File]] = []
    size = 0
    for file in files:
        if not batches or len(batches[-1]) >= most or size >= LARGEST_STEP:
            batches.append([])
            size = 0
        batches[-1].append(file)
        size += file.state[0]
    return batches
