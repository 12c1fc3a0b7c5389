"""A folder into which people and programs drop documents: text, HTML, PDF, JSON.

What a file is, it says itself: a call has speaker turns, a court's document has the court's stamp, all else is a post.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from watchers.model import Body, Kind, NoOptions, Reader, Reading, Step, Visit
from watchers.readers import calljson, documentjson, page, pdf, plaintext, turns
from watchers.readers.court import has_court_stamp
from watchers.readers.turns.layout import turns_of
from watchers.readers.turns.lines import lines_of
from watchers.trouble import NotFound, Trouble, TroubleRecord, Unreadable

SUFFIXES = {".txt": "text/plain", ".html": "text/html", ".htm": "text/html", ".pdf": "application/pdf"}
SUFFIXES |= {".json": "application/json"}
LARGEST = 100_000_000
SETTLED = timedelta(seconds=2)
"""A file younger than this may still be being written; it is taken when it was the same at two visits."""
_TURNS_OF_A_CALL = 4


class Options(BaseModel):
    """`path`: relative to the configuration's folder; `holds` says what the files are, where they do not say it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path
    holds: Kind | None = None


async def visit(visit: Visit) -> AsyncIterator[Step]:
    """One step a file that is new or changed. Raises `NotFound` for a missing folder."""
    options = visit.source.options
    assert isinstance(options, Options)
    files = await asyncio.to_thread(_listing, options.path)
    known: dict[str, Any] = dict(visit.cursor.get("files", {}))
    cursor = {name: known[name] for name in files if name in known}
    for name, (size, modified) in files.items():
        before = known.get(name, {})
        if before.get("read") == [size, modified]:
            continue
        fresh = visit.now - datetime.fromtimestamp(modified / 1e9, UTC) < SETTLED
        if fresh and before.get("seen") != [size, modified]:
            cursor[name] = {**before, "seen": [size, modified]}
            continue
        step = await _file(visit, options, name, size)
        cursor[name] = {"read": [size, modified], "seen": [size, modified]}
        yield step.model_copy(update={"cursor": {"files": dict(cursor)}})
    yield Step(cursor={"files": cursor})


async def _file(visit: Visit, options: Options, name: str, size: int) -> Step:
    try:
        if size > LARGEST:
            raise Unreadable(f"{name}: {size / 1_000_000:.0f} MB; files up to {LARGEST / 1_000_000:.0f} MB are read")
        body = await asyncio.to_thread(body_of, options.path / name)
        reading = await read_body(visit, body, options.holds or _asked_for(visit))
    except Trouble as trouble:
        return Step(troubles=(trouble.record(),))
    except OSError as error:
        detail = f"{name}: {error.strerror or type(error).__name__}"
        return Step(troubles=(TroubleRecord(kind="unreadable", detail=detail, mend="Check the file's permissions."),))
    documents = tuple(
        document.model_copy(update={"key": name if len(reading.documents) == 1 else f"{name}#{number}"})
        for number, document in enumerate(reading.documents, start=1)
    )
    return Step(documents=documents, troubles=reading.troubles)


def _asked_for(visit: Visit) -> Kind | None:
    """A folder of `transcripts` holds calls."""
    return "transcript" if visit.source.kind == "transcripts" else None


async def read_body(visit: Visit, body: Body, kind: Kind | None) -> Reading:
    """What a file holds. Raises `Unreadable`."""
    if kind is None:
        kind = (await visit.read(plaintext.SNIFF, body)).facts["kind"]
    reader, told = reader_for(body, kind)
    return await visit.read(reader, body, told)


def reader_for(body: Body, kind: Kind | None) -> tuple[Reader[Any], BaseModel | None]:
    """Which reader a file wants, and what it is told."""
    start = body.content[:1024].lstrip()
    name = body.url.rpartition("/")[2]
    if body.media_type == "application/json" or start[:1] in {b"{", b"["}:
        ours = _is_our_document(body.content)
        return (
            (documentjson.READER, documentjson.Options(key=name))
            if ours
            else (calljson.READER, turns.Options(key=name))
        )
    if kind == "transcript":
        return turns.READER, turns.Options(key=name)
    if start.startswith(b"%PDF-") or body.media_type == "application/pdf":
        return pdf.READER, pdf.Options()
    if body.media_type == "text/html":
        return page.READER, page.Options()
    return plaintext.READER, NoOptions()


def sniff(body: Body) -> Kind:
    """What a document is, by its content. Raises `Unreadable` for a PDF that cannot be read."""
    if body.media_type == "application/json":
        return "transcript"
    lines = lines_of(body)
    found = turns_of(lines)
    spoken = sum(len(turn.text) for turn in found)
    whole = sum(len(line.text) for line in lines) or 1
    if len(found) >= _TURNS_OF_A_CALL and spoken > whole / 2:
        return "transcript"
    if any(has_court_stamp(line.text) for line in lines[:200]):
        return "docket-entry"
    return "post"


def body_of(path: Path) -> Body:
    """A file's bytes. Raises OSError."""
    return Body(path.read_bytes(), url=path.name, media_type=SUFFIXES.get(path.suffix.lower()))


def _listing(folder: Path) -> dict[str, tuple[int, int]]:
    """(size, modification time in ns) by name; hidden files, links that lead out and other kinds are left alone."""
    if not folder.is_dir():
        raise NotFound(f"the folder {folder} is not there", f"Create it: mkdir -p {folder}")
    root = folder.resolve()
    found = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        if not path.resolve().is_relative_to(root):
            continue
        status = path.stat()
        found[path.name] = (status.st_size, status.st_mtime_ns)
    return found


def _is_our_document(content: bytes) -> bool:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and "passages" in value and "kind" in value
