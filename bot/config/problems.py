"""What is wrong with a configuration: every problem at once, each with its place and its mend."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from bot.plain import json_line

_LOOKS_SECRET = re.compile(r"xox|xapp-|sk-|://[^/]*@|(?=[^\s]*\d)(?=[^\s]*[A-Za-z])[A-Za-z0-9_\-+/=]{24,}")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """`file`: as the user named it, or "environment". `line` counts from 1; None where there is no line.

    A `warning` stops nothing: `check` tells it, `run` goes on.
    """

    file: str
    line: int | None
    where: str
    problem: str
    mend: str
    warning: bool = False

    def as_json(self) -> str:
        """The contract's one line: `{"file","line","where","problem","mend"}`."""
        told = {name: getattr(self, name) for name in ("file", "line", "where", "problem", "mend")}
        return json_line(told)

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        kind = "warning: " if self.warning else ""
        where = f"{self.where}: " if self.where else ""
        return f"{place}: {kind}{where}{self.problem}\n    {self.mend}"


class ConfigError(Exception):
    """The configuration cannot be used. `problems` holds all of them, never a secret."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


class BadValue(ValueError):
    """A value that cannot be read, in words for the person who wrote it."""

    def __init__(self, problem: str, mend: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.mend = mend


def looks_secret(text: str) -> bool:
    """A token's head, an address with a password, or a long mixture of letters and digits."""
    return _LOOKS_SECRET.search(text) is not None


def shown(value: object) -> str:
    """A value from the file for a message: short, on one line, and not at all where it may be a secret."""
    text = value if isinstance(value, str) else str(value)
    if looks_secret(text):
        return "this value (not shown: it may be a secret)"
    text = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return json.dumps(text, ensure_ascii=False) if isinstance(value, str) else text


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant."""
    folded: dict[str, str] = {}
    for candidate in known:
        folded.setdefault(candidate.casefold(), candidate)
    return next((folded[match] for match in get_close_matches(name.casefold(), folded, 1, 0.6)), None)


def mend_by(name: str, known: Iterable[str], otherwise: str) -> str:
    """Did you mean …, or the list of what there is."""
    names = sorted(set(known))
    near = nearest(name, names)
    if near is not None:
        return f'Did you mean "{near}"?'
    return f"{otherwise} {', '.join(names)}." if names else otherwise.rstrip(":") + "."
