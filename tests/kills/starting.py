"""The parent's side of `victim.py`: start a worker, send it a signal, learn of its end."""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

PROGRAM = Path(__file__).with_name("victim.py")


@dataclass(slots=True)
class Running:
    """A worker that was started. `ended`: its exit status, negative for a signal."""

    pid: int
    _starter: "Starter"
    ended: asyncio.Future[int]
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a SIGSTOP has reached it."""

    def send(self, number: int) -> None:
        """A signal; nothing where it has ended."""
        self._starter.tell({"signal": [self.pid, number]})

    async def end(self, within: float | None = None) -> int | None:
        """Its exit status, or None where it lives on after so many seconds."""
        done, _ = await asyncio.wait({self.ended}, timeout=within)
        return self.ended.result() if done else None


class Starter:
    """An async context manager over one `victim.py`; nothing it started outlives it."""

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, str(PROGRAM), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        self._running: dict[int, Running] = {}
        self._started: asyncio.Queue[Running] = asyncio.Queue()
        self._turn = asyncio.Lock()
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        await self._listening

    async def start(self, order: dict[str, Any]) -> Running:
        """`order`: see `victim.Order`."""
        async with self._turn:
            self.tell(order)
            return await self._started.get()

    def tell(self, what: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what).encode() + b"\n")

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line)
            if "started" in told:
                running = Running(told["started"], self, asyncio.get_running_loop().create_future())
                self._running[running.pid] = running
                self._started.put_nowait(running)
            elif "stopped" in told:
                self._running[told["stopped"]].stopped.set()
            else:
                pid, status = told["ended"]
                self._running.pop(pid).ended.set_result(status)
        for running in self._running.values():
            running.ended.cancel()
