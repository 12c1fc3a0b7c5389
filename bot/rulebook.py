"""The rules in force and the watches that route them, as one value that is replaced whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.model import Watch
from rules.engine import Engine
from rules.model import Rule


@dataclass(frozen=True, slots=True)
class RuleBook:
    """What is asked for, now. A commit that finds another book than it scanned with scans again."""

    engine: Engine
    watches: tuple[Watch, ...]

    @classmethod
    def of(cls, rules: Sequence[Rule], watches: Sequence[Watch]) -> "RuleBook":
        return cls(Engine(rules), tuple(watches))
