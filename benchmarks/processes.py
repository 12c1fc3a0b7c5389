"""What a process took, as the system counts it: CPU with its children told apart, and memory.

The kernel counts CPU in ticks of a hundredth of a second, so differences over seconds are exact enough.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Cpu:
    """Seconds in user and system mode: `own` with all threads, `children` living and ended, theirs included."""

    own: float
    children: float

    @property
    def all(self) -> float:
        return self.own + self.children


@dataclass(frozen=True, slots=True)
class Resident:
    """Bytes in RAM now: of the process, and of each of its children. What several share counts in each."""

    own: int
    children: Sequence[int]


def cpu(pid: int) -> Cpu:
    """Since it started. Children that ended are known once they were waited for; macOS does not count these."""
    process = psutil.Process(pid)
    times = process.cpu_times()
    ended = times.children_user + times.children_system
    of_living = 0.0
    for child in _children(process):
        with suppress(psutil.NoSuchProcess):  # it ended just now, and counts among the ended soon
            of_living += sum(child.cpu_times()[:4])
    return Cpu(times.user + times.system, ended + of_living)


def resident(pid: int) -> Resident:
    process = psutil.Process(pid)
    return Resident(process.memory_info().rss, [child.memory_info().rss for child in _children(process)])


def _children(process: psutil.Process) -> list[psutil.Process]:
    return [child for child in process.children(recursive=True) if child.is_running()]
