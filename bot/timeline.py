"""A timeline for people: statements of one company, oldest first, on a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.model import Statement
from bot.plain import one_line

_POLARITY = {"affirms": ("+", "green"), "denies": ("−", "red"), "unclear": ("·", "dim")}
_SIDE = {
    "opposing": "the other side alleges",
    "court": "the court",
    "press": "reported by the press",
    "analyst": "asked by an analyst",
}


def draw_timeline(said: Sequence[Statement], out: Console) -> None:
    """One statement a line or two: date, who, on what, in which direction, word for word."""
    for statement in said:
        mark, colour = _POLARITY[statement.polarity]
        line = Text()
        line.append(f"{statement.date} ", style="bold")
        line.append(f"{mark} ", style=colour)
        who = statement.speaker or statement.kind
        side = _SIDE.get(statement.side)
        line.append(one_line(" · ".join(filter(None, (who, side, statement.facet, statement.rule)))), style="dim")
        out.print(line)
        out.print(Padding(Text(f"“{one_line(statement.quote)}”"), (0, 0, 0, 13)))
