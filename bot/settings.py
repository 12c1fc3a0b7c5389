"""What the pipeline is told once, apart from its parts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.digest import DigestHour


def _nobody(_channels: Iterable[str]) -> None:
    """Nobody is told; the tick finds what waits."""


@dataclass(frozen=True, slots=True)
class PipelineSettings:
    first_visit: Literal["quiet", "alert"] = "quiet"
    digest: DigestHour = field(default_factory=lambda: DigestHour(time(8, 0), ZoneInfo("UTC")))
    ops_channel: str = "#on-record-ops"
    lease: timedelta = timedelta(minutes=2)
    deliver: Callable[[Iterable[str]], None] = _nobody
    """Called after a commit with the channels that have something waiting: a hint, never the truth."""
