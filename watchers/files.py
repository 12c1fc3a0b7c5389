"""What lies in a folder of documents, and what of it can be read. Names are hostile: they are shown with care."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from watchers.trouble import NotFound, TroubleRecord, Unreadable

SUFFIXES = {
    ".txt": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".pdf": "application/pdf",
    ".json": "application/json",
    ".jsonl": "application/json",
}
LARGEST = 100_000_000
"""Bytes of a file."""

_UNFINISHED = frozenset({".part", ".partial", ".crdownload", ".download", ".tmp", ".swp", ".lock"})
_OTHER_KIND = "Only text, HTML, PDF and JSON are read (.txt .html .pdf .json); save it as one of these, or remove it."


@dataclass(frozen=True, slots=True)
class File:
    """`name`: as it can be shown and stored. `state`: size, time of modification in ns. `problem`: why it is unread."""

    path: Path
    name: str
    state: tuple[int, int]
    problem: TroubleRecord | None = None


def shown(name: str) -> str:
    """A file's name for people and for the store: no control characters, no bytes that are no text."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def listing(folder: Path) -> list[File]:
    """Everything in a folder that is not left alone, by name. Raises `NotFound`, `Unreadable`: of the folder itself."""
    try:
        paths = sorted(folder.iterdir(), key=lambda path: os.fsencode(path.name))
    except FileNotFoundError:
        raise NotFound(f"the folder {folder} is not there", f"Create it: mkdir -p {folder}") from None
    except NotADirectoryError:
        raise NotFound(f"{folder} is a file, not a folder", "Give the folder that it is in.") from None
    except OSError as error:
        detail = f"the folder {folder}: {error.strerror or type(error).__name__}"
        raise Unreadable(detail, "Check who may read the folder (`ls -ld`).") from None
    return [file for path in paths if not _left_alone(path) and (file := look(path)) is not None]


def _left_alone(path: Path) -> bool:
    return path.name.startswith((".", "~$")) or path.name.endswith("~") or path.suffix.lower() in _UNFINISHED


def look(path: Path) -> File | None:
    """A file as it is now; None for one that went away meanwhile."""
    name = shown(path.name)
    try:
        itself = path.lstat()
        leads = stat.S_ISLNK(itself.st_mode)
        status = path.stat() if leads else itself
        outside = leads and not path.resolve(strict=True).is_relative_to(path.parent.resolve())
    except FileNotFoundError:
        if not path.is_symlink():
            return None
        itself = path.lstat()
        nowhere = unread(f"{name}: a link to nothing", "Put the document itself into the folder.")
        return File(path, name, (0, itself.st_mtime_ns), nowhere)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, until Python 3.13
        reason = getattr(error, "strerror", None) or type(error).__name__
        return File(path, name, (0, 0), unread(f"{name}: {reason}", "Look at the file by hand (`ls -l`)."))
    problem = _problem(path, name, status, outside=outside)
    size = 0 if stat.S_ISDIR(status.st_mode) else status.st_size
    moment = 0 if stat.S_ISDIR(status.st_mode) else status.st_mtime_ns
    return File(path, name, (size, moment), problem)


def _problem(path: Path, name: str, status: os.stat_result, *, outside: bool) -> TroubleRecord | None:
    if outside:
        return unread(f"{name}: a link that leads out of the folder", "Put the document itself into the folder.")
    if stat.S_ISDIR(status.st_mode):
        return unread(f"{name}: a folder in the folder", "Give it a source of its own, or move its files up.")
    if not stat.S_ISREG(status.st_mode):
        return unread(f"{name}: no ordinary file", "Remove it.")
    if path.suffix.lower() not in SUFFIXES:
        return unread(f"{name}: a kind of file that is not read", _OTHER_KIND)
    if status.st_size > LARGEST:
        size, most = status.st_size / 1_000_000, LARGEST / 1_000_000
        return unread(f"{name}: {size:.0f} MB; files up to {most:.0f} MB are read", "Split it, or remove it.")
    return None


def unread(detail: str, mend: str) -> TroubleRecord:
    return TroubleRecord(kind="unreadable", detail=detail, mend=mend)
