"""Reading in a child: untrusted bytes are read by processes that may be killed.

A worker runs one reader at a time under a limit on memory (RLIMIT_AS, where the system has it; macOS does not), a
limit on the size of what it answers, and a clock. One that hangs, dies or swells costs that document an `Unreadable`
and is replaced; the others go on. Only JSON and the bytes themselves cross the pipe: a worker that was taken over can
say nothing but a `Reading`. One whose parent is gone is ended by its own alarm.
"""

import asyncio
import json
import math
import os
import re
import signal
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ValidationError

from watchers.model import Body, Reader, ReaderOptions, Reading
from watchers.trouble import Exhausting, Unreadable

HEAD = struct.Struct(">II")
"""Two lengths: of the JSON that says what to do, and of the bytes after it; an answer has JSON only."""


ROOT = str(Path(__file__).resolve().parent.parent)


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory` and `output` in bytes, `seconds` of wall time a document; a worker is replaced after `reads`."""

    memory: int = 1 << 30
    seconds: float = 20.0
    output: int = 32_000_000
    reads: int = 500


class ReadingPool:
    """An async context manager over a few workers, started when they are first needed."""

    def __init__(self, size: int = 2, limits: Limits | None = None, *, paths: Sequence[str] | None = None) -> None:
        """`paths`: where a worker finds modules besides ours; as here, if not given (a reader may be one's own)."""
        self._limits = limits or Limits()
        self._paths = tuple(path for path in (sys.path if paths is None else paths) if path)
        # Last in, first out: what one worker can do by itself starts no second one.
        self._free: asyncio.LifoQueue[_Worker | None] = asyncio.LifoQueue()
        self._all: set[_Worker] = set()
        self._ending: set[asyncio.Task[None]] = set()
        for _ in range(size):
            self._free.put_nowait(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for worker in list(self._all):
            await worker.kill()
        self._all.clear()
        await asyncio.gather(*self._ending)

    async def read(self, reader: Reader[ReaderOptions], body: Body, options: ReaderOptions) -> Reading:
        """Run a reader on a body. Raises `Unreadable`, whatever becomes of the worker; `Exhausting` if it was lost."""
        worker = await self._free.get()
        try:
            if worker is None:
                worker = await self._started()
            said = await worker.ask(reader.name, body, options.model_dump_json())
        except _WorkerLost as lost:
            raise Exhausting(f"{_name_of(body)}: the reader {reader.name} {lost}") from None
        finally:
            if worker is not None and worker.spent:
                spent, worker = worker, None
                self._all.discard(spent)
                # Not awaited here: a visit that is cancelled twice would lose the place in the pool.
                ending = asyncio.create_task(spent.kill(), name="end a reading worker")
                self._ending.add(ending)
                ending.add_done_callback(self._ending.discard)
            self._free.put_nowait(worker)
        if said is None:
            raise Unreadable(f"{_name_of(body)}: the reader {reader.name} answered nonsense")
        if said.unreadable is not None:
            name, detail = _name_of(body), _without_address(said.unreadable, body)
            # A reader names the document by itself; what became of the worker is said without it.
            kind = Exhausting if said.worn else Unreadable
            raise kind(detail if detail.startswith(name) else f"{name}: {detail}", said.mend)
        assert said.reading is not None
        told = (one.model_copy(update={"detail": _without_address(one.detail, body)}) for one in said.reading.troubles)
        return said.reading.model_copy(update={"troubles": tuple(told)})

    async def _started(self) -> "_Worker":
        try:
            worker = await _Worker.start(self._limits, self._paths)
        except OSError as error:
            raise _WorkerLost(f"could not be started: {error.strerror or type(error).__name__}") from None
        self._all.add(worker)
        return worker


class Answer(BaseModel):
    """What a worker says: a reading, or why there is none. `worn`: it took so much memory that it should go."""

    reading: Reading | None = None
    unreadable: str | None = None
    mend: str | None = None
    worn: bool = False


class _WorkerLost(Exception):
    """What became of a worker, as the end of a sentence."""


class _Worker:
    def __init__(self, process: Process, limits: Limits) -> None:
        self._process = process
        self._limits = limits
        self._reads = 0
        self.spent = False

    @classmethod
    async def start(cls, limits: Limits, paths: Sequence[str]) -> Self:
        # No secret of ours is in its environment, and nothing it prints goes anywhere.
        environment = {
            "PYTHONPATH": os.pathsep.join((ROOT, *paths)),
            "PYTHONHASHSEED": "0",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        }
        if "SYSTEMROOT" in os.environ:
            environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # nothing is imported from where the program was started
            "-m",
            "watchers.reading_worker",
            str(limits.memory),
            str(limits.output),
            str(math.ceil(limits.seconds) + 1),
            stdin=PIPE,
            stdout=PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
            # Ctrl-C is for the bot, which lets what is being read be finished.
            start_new_session=True,
        )
        return cls(process, limits)

    async def ask(self, reader: str, body: Body, options: str) -> Answer | None:
        """What it says, or None for nonsense. Raises `_WorkerLost`."""
        self._reads += 1
        self.spent = True  # until it has answered in order
        try:
            async with asyncio.timeout(self._limits.seconds):
                answer = await self._exchange(reader, body, options)
        except TimeoutError:
            raise _WorkerLost(f"took longer than {self._limits.seconds:g} s") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            raise _WorkerLost("died of it") from None
        said = _understood(answer)
        self.spent = said is None or said.worn or self._reads >= self._limits.reads
        return said

    async def _exchange(self, reader: str, body: Body, options: str) -> bytes:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        told = {"reader": reader, "url": body.url, "media_type": body.media_type, "charset": body.charset}
        head = json.dumps(told | {"options": options}).encode()
        self._process.stdin.write(HEAD.pack(len(head), len(body.content)) + head + body.content)
        await self._process.stdin.drain()
        length, _ = HEAD.unpack(await self._process.stdout.readexactly(HEAD.size))
        if length > self._limits.output:
            raise _WorkerLost(f"made more than {self._limits.output / 1_000_000:g} MB of it")
        return await self._process.stdout.readexactly(length)

    async def kill(self) -> None:
        if self._process.returncode is None:
            _kill(self._process)
        await self._process.wait()
        # The transport is closed by the loop; its pipes would otherwise be closed by the collector, with a warning.
        self._process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001 - asyncio offers no other way


def _kill(process: Process) -> None:
    """The worker and whatever its reader has started."""
    with suppress(ProcessLookupError, PermissionError):  # gone already; macOS says the latter of a zombie
        if sys.platform == "win32":
            process.kill()
        else:
            # Not Process.kill: it asks first whether the child has ended, and takes the answer from asyncio's watcher.
            os.killpg(process.pid, signal.SIGKILL)


def _understood(answer: bytes) -> Answer | None:
    try:
        said = Answer.model_validate_json(answer)
    except ValidationError:
        return None
    return said if (said.reading is None) != (said.unreadable is None) else None


def _name_of(body: Body) -> str:
    """For people: host and path of an address, without its query, in which a private feed's token may stand."""
    return re.split("[?#]", body.url.partition("://")[2] or body.url)[0] or "document"


def _without_address(detail: str, body: Body) -> str:
    return detail.replace(body.url, _name_of(body)) if body.url else detail
