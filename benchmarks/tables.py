"""What both benchmarks print: the machine, and tables of plain text."""

import os
import platform
import sys
from collections.abc import Sequence


def machine() -> str:
    """The facts without which a figure means nothing."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f"; load of the last minute {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{_processor()}, {usable} cores, {platform.system()}; "
        f"{platform.python_implementation()} {platform.python_version()}{load}"
    )


def _processor() -> str:
    if sys.platform == "linux":
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as told:  # noqa: PTH123 - no file, but a question to the kernel
            for line in told:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as they must be; the first to the left, figures to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        first, *others = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        return "  ".join((cells[0].ljust(len(first)), *others)).rstrip()

    return "\n".join((line(head), line(["-" * width for width in widths]), *map(line, rows)))


def figure(value: float) -> str:
    """Three digits that count; more would be noise."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"
