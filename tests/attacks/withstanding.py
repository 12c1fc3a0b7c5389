"""One attack, a good source beside it, and what both came to."""

import asyncio
import resource
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from attacks import Attack
from attacks.scene import Scene
from attacks.ways import blog, item, rss
from bot.trying import Attempt
from watchers import child
from watchers.model import Source

MEGABYTE = 1 << 20


@dataclass(slots=True)
class Ended:
    """`kinds`: of the troubles that it came to; "harmless": a document came, and no trouble.

    `bot` and `readers`: bytes of memory; by how much the program grew at most, and how much a reading child took.
    """

    kinds: tuple[str, ...]
    details: tuple[str, ...]
    seconds: float
    bot: int
    readers: int
    attempt: Attempt | None
    neighbour: Attempt


async def withstand(scene: Scene, attack: Attack, *, neighbour: bool = True) -> Ended:
    """Walk into the attack. `neighbour`: a good source is visited at the same moment."""
    good = _good(scene)
    try:
        source: Source = await attack.lay(scene)
    except ValidationError as error:  # an address that no configuration may hold
        told = error.errors()[0]["msg"]
        return Ended(("refused",), (told,), 0, 0, 0, None, await scene.visit(good))
    memory = _Memory(scene)
    began = time.monotonic()
    attempt, *others = await asyncio.gather(scene.visit(source), *([scene.visit(good)] if neighbour else []))
    records = [attempt.trouble] if attempt.trouble is not None else attempt.troubles
    kinds = tuple(dict.fromkeys(record.kind for record in records)) or ("harmless" if attempt.documents else "nothing",)
    return Ended(
        kinds,
        tuple(record.detail for record in records),
        time.monotonic() - began,
        memory.bot(),
        memory.readers(),
        attempt,
        others[0] if others else Attempt("none"),
    )


def _good(scene: Scene) -> Source:
    scene.outside.serve("/good", rss(item()), media_type="application/rss+xml", etag=False)
    return blog(scene.url("/good", host="good.public.test"), "good")


class _Memory:
    """The most that was resident at once, by Linux's own marks, which may be set back; elsewhere not so exactly."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        for worker in scene.pool._all:
            _set_back(worker._process.pid)
        scene.ended.clear()
        _set_back("self")
        self._before = _marks("self").get("VmRSS") or _most_ever()

    def bot(self) -> int:
        return max(0, (_marks("self").get("VmHWM") or _most_ever()) - self._before)

    def readers(self) -> int:
        living = [_marks(worker._process.pid).get("VmHWM", 0) for worker in self._scene.pool._all]
        return max((*living, *self._scene.ended), default=0)


def watch_ends(scene: Scene, monkeypatch) -> None:
    """Of a child that is put to an end, the mark is read before."""
    end = child._Worker.kill

    async def kill(self: child._Worker) -> None:
        scene.ended.append(_marks(self._process.pid).get("VmHWM", 0))
        await end(self)

    monkeypatch.setattr(child._Worker, "kill", kill)


def _set_back(process: int | str) -> None:
    with suppress(OSError):
        Path(f"/proc/{process}/clear_refs").write_text("5")


def _marks(process: int | str) -> dict[str, int]:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.split() for line in lines if line.startswith(("VmHWM", "VmRSS")))
    return {name.rstrip(":"): int(kilobytes) * 1024 for name, kilobytes, _ in pairs}


def _most_ever() -> int:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
