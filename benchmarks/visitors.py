"""Those who visit, each a process of its own: workers of Onrecord, and the floor."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from benchmarks.databases import Store

ROOT = Path(__file__).resolve().parent.parent
LONGEST_START = 300.0
"""Seconds."""


class Visitor:
    """A process that is ready. `started_within`: seconds until it was."""

    def __init__(self, process: subprocess.Popen[str], log: Path, started_within: float) -> None:
        self._process = process
        self._log = log
        self.pid = process.pid
        self.started_within = started_within

    def check(self) -> None:
        """Raises SystemExit for one that is gone: its figures would be those of nobody."""
        if self._process.poll() is not None:
            raise SystemExit(f"A worker ended by itself ({self._process.returncode}): {_end_of(self._log)}")


@contextmanager
def onrecord(config: Path, store: Store, folder: Path, *, only: str | None) -> Iterator[Visitor]:
    """A worker of the real program; what it says is kept in `folder`. `only`: its roles, all if None."""
    arguments = ["-m", "benchmarks.onrecord_here", "run", "--config", str(config), *(["--only", only] if only else [])]
    with _visitor(arguments, {"ONRECORD_DATABASE": store.url}, folder, ready="The store is") as visitor:
        yield visitor


@contextmanager
def floor(store: Store, folder: Path, *, concurrency: int) -> Iterator[Visitor]:
    with _visitor(["-m", "benchmarks.plain_loop", store.url, str(concurrency)], {}, folder, ready="ready") as visitor:
        yield visitor


@contextmanager
def _visitor(arguments: list[str], env: dict[str, str], folder: Path, *, ready: str) -> Iterator[Visitor]:
    """`ready`: what it says on standard error when it is."""
    began = time.perf_counter()
    with NamedTemporaryFile("w", dir=folder, suffix=".log", delete=False) as told:
        log = Path(told.name)
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=told,
            text=True,
        )
    try:
        while ready not in log.read_text(encoding="utf-8"):
            if process.poll() is not None or time.perf_counter() - began > LONGEST_START:
                raise SystemExit(f"A worker did not start: {_end_of(log)}")
            time.sleep(0.05)
        yield Visitor(process, log, time.perf_counter() - began)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8")[-2000:]
