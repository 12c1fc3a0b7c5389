"""`onrecord` as its users run it: a process of its own, told by signals, heard by its two streams.

async with program("run", "--config", path) as bot:
    await bot.said("first visit recorded")
    bot.signal(signal.SIGTERM)
    assert await bot.ended() == 0
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
START = "from bot.cli.main import main; main()"


@dataclass
class Program:
    process: asyncio.subprocess.Process
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)
    _hearing: list["asyncio.Task[None]"] = field(default_factory=list)

    def hear(self) -> None:
        for stream, kept in ((self.process.stdout, self.out), (self.process.stderr, self.err)):
            assert stream is not None
            self._hearing.append(asyncio.create_task(self._listen(stream, kept)))

    async def _listen(self, stream: asyncio.StreamReader, kept: list[str]) -> None:
        while line := await stream.readline():
            async with self._came:
                kept.append(line.decode().rstrip("\n"))
                self._came.notify_all()

    async def said(self, words: str, *, times: int = 1, within: float = 60) -> str:
        """The line of either stream that holds these words, when it came so often."""
        async with asyncio.timeout(within), self._came:
            while len(found := [line for line in (*self.out, *self.err) if words in line]) < times:
                await self._came.wait()
            return found[-1]

    @property
    def alerts(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out]

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Lines of the log about this event."""
        entries = [json.loads(line) for line in self.err if line.startswith("{")]
        return [entry for entry in entries if entry.get("event") == event]

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def ended(self, *, within: float = 60) -> int:
        """Its status, when all that it said was heard."""
        async with asyncio.timeout(within):
            status = await self.process.wait()
            await asyncio.gather(*self._hearing)
        return status


@asynccontextmanager
async def program(*arguments: str, env: Mapping[str, str] | None = None, start: str = START) -> AsyncIterator[Program]:
    """It is killed at the end of the block, if it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        start,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=1 << 20,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests"))), **(env or {})},
    )
    running = Program(process)
    running.hear()
    try:
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await asyncio.gather(process.wait(), *running._hearing, return_exceptions=True)
