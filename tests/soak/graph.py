"""Memory of each worker over the hours of a soak, as SVG."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import cycle
from typing import TypeAlias

from soak.plan import HOUR
from soak.steadiness import windows

Line: TypeAlias = Sequence[tuple[float, float]]
"""(hour, megabytes) of one worker."""

WIDTH, HEIGHT = 860, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 210, 62, 52
STEP = 40
"""Megabytes between two lines of the grid."""
APART = 19
"""Between two names at the ends of lines, or they cover each other."""
COLOURS = ("#1264a3", "#c4501b", "#2f7d4f")
INK, GREY, GRID, COMPARED = "#1d1c1d", "#6b6b6b", "#e2e2e2", "#f3f6f9"
FONT = "Lato, 'Helvetica Neue', Helvetica, Arial, sans-serif"
END = WIDTH - RIGHT
FLOOR = HEIGHT - BOTTOM


def graph(lines: Mapping[str, Line], title: str) -> str:
    """A line for each name, its last value beside it. What is compared (`windows`) is shaded."""
    hours = max(at for line in lines.values() for at, _ in line)
    most = STEP * (int(max(value for line in lines.values() for _, value in line) / STEP) + 1)

    def x(at: float) -> float:
        return LEFT + at / hours * (END - LEFT)

    def y(value: float) -> float:
        return FLOOR - value / most * (FLOOR - TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="{FONT}" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for window in windows(hours * HOUR):
        begin, end = x(window.begin / HOUR), x(window.end / HOUR)
        shape = f'x="{begin:.1f}" y="{TOP}" width="{end - begin:.1f}" height="{FLOOR - TOP}"'
        parts.append(f'<rect {shape} fill="{COMPARED}"/>')
        parts.append(_text((begin + end) / 2, FLOOR - 10, "compared", anchor="middle"))
    parts.append(_text(LEFT, 24, title, colour=INK, size=15))
    parts.append(_text(LEFT - 8, TOP - 16, "MB", anchor="end"))
    for value in range(0, most + 1, STEP):
        parts.append(f'<path d="M{LEFT} {y(value):.1f}H{END}" stroke="{GRID}"/>')
        parts.append(_text(LEFT - 8, y(value) + 4, str(value), anchor="end"))
    parts.extend(
        _text(x(hour), FLOOR + 20, str(hour), anchor="middle")
        for hour in range(0, int(hours) + 1, max(1, int(hours) // 8))
    )
    parts.append(_text((LEFT + END) / 2, HEIGHT - 8, "simulated hours", anchor="middle"))
    place = 0.0
    highest_first = sorted(lines.items(), key=lambda named: -named[1][-1][1])
    for (name, line), colour in zip(highest_first, cycle(COLOURS), strict=False):
        drawn = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in line)
        parts.append(
            f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"/>'
        )
        last = line[-1][1]
        place = max(place + APART, y(last) + 4)
        parts.append(_text(END + 10, place, f"{name}: {last:.0f} MB", colour=colour))
    return "\n".join((*parts, "</svg>", ""))


def _text(x: float, y: float, words: str, *, colour: str = GREY, anchor: str = "start", size: int = 13) -> str:
    look = f'fill="{colour}" text-anchor="{anchor}" font-size="{size}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}>{escape(words)}</text>'
