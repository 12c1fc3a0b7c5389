"""Folders of documents on this machine: a file that is dropped there is a hint to visit, like a webhook.

Looked at often, so cheaply: the folder and its files are asked for their times, nothing is read.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from watchers import folder
from watchers.model import Source

MOST_FILES = 1_000
"""Of a larger folder only its own time is looked at: it changes when a file comes, goes or is renamed."""

Look = tuple[int, int, int, int] | None
"""What can be seen from outside: the folder's time, and number, size and newest time of its files."""


class Folders:
    """The folders among the sources, and how they looked."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._paths = {
            source.name: source.options.path for source in sources if isinstance(source.options, folder.Options)
        }
        self._told: dict[str, Look] = {}
        self._last: dict[str, Look] = {}

    def __bool__(self) -> bool:
        return bool(self._paths)

    def changed(self) -> list[str]:
        """Sources whose folder looks different from when they were named last, and the same as the last time here.

        So a file that is still being written names nobody. All of them are named at first: something may have been
        dropped while nobody looked. Does I/O: call it in a thread.
        """
        found = []
        for name, path in self._paths.items():
            look = _look(path)
            settled = name in self._last and self._last[name] == look
            self._last[name] = look
            if settled and (name not in self._told or self._told[name] != look):
                self._told[name] = look
                found.append(name)
        return found


def _look(path: Path) -> Look:
    try:
        own = path.stat().st_mtime_ns
        count = size = newest = 0
        with os.scandir(path) as entries:
            for entry in entries:
                count += 1
                if count > MOST_FILES:
                    return own, 0, 0, 0
                status = entry.stat(follow_symlinks=False)
                size += status.st_size
                newest = max(newest, status.st_mtime_ns)
    except OSError:
        return None  # the visit says what is wrong with it
    return own, count, size, newest
