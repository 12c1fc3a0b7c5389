"""The configuration's file while the bot runs: its rules take effect at once, what else is in it at the next start."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.config import Config, ConfigError, Problem
from bot.config.examples import wrong
from bot.config.load import load_again

Stamp = tuple[int, int, int]
"""By what one sees that a file was written: when, its size, and which it is."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What came of reading the file again.

    `config`: what is in force from now on. `renewed`: it asks for something else than before. `waiting`: the tables
    that changed and wait for a restart. `problems`: why nothing of the edit is in force.
    """

    config: Config
    renewed: bool = False
    waiting: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def amiss(self) -> bool:
        return bool(self.problems or self.waiting)

    @property
    def said(self) -> tuple[tuple[Problem, ...], tuple[str, ...]]:
        """What there is to say of it: it is said once."""
        return self.problems, self.waiting


class Edits:
    """Notices that the file was touched. When the bot began it may have been touched since it was read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: Stamp | None = None
        self._read: Stamp | None = None

    def touched(self, *, at_once: bool = False) -> Stamp | None:
        """What to call `done` with after reading the file; None while there is nothing to read.

        Whoever writes it may be in the midst of it, so it must look the same twice, unless it is wanted `at_once`.
        """
        now = self._stamp()
        before, self._seen = self._seen, now
        return now if now != self._read and (at_once or now == before) else None

    def done(self, stamp: Stamp) -> None:
        self._read = stamp

    def _stamp(self) -> Stamp:
        try:
            found = self._path.stat()
        except OSError:
            return 0, 0, 0
        return found.st_mtime_ns, found.st_size, found.st_ino


def read(config: Config) -> Edit:
    """The file again, for a bot that runs with this configuration."""
    try:
        edited = load_again(config)
    except ConfigError as error:
        return Edit(config, problems=tuple(found for found in error.problems if not found.warning))
    bot = config.bot.model_copy(update={"default_rules": edited.bot.default_rules})
    new = replace(
        config,
        bot=bot,
        rules=edited.rules,
        watches=edited.watches,
        examples=edited.examples,
        places=edited.places,
        warnings=edited.warnings,
    )
    renewed = (new.bot, new.rules, new.watches) != (config.bot, config.rules, config.watches)
    failing = wrong(new) if renewed or new.examples != config.examples else []
    if failing:
        return Edit(config, problems=tuple(failing))
    return Edit(new, renewed, tuple(_waiting(new, edited)))


def _waiting(config: Config, edited: Config) -> Sequence[str]:
    """The tables that are not in force as they stand in the file."""
    tables = {
        "[bot]": (config.bot, edited.bot),
        "[web]": (config.web, edited.web),
        "[fetch]": (config.fetch, edited.fetch),
        "[slack]": (config.slack, edited.slack),
        "[llm]": (config.llm, edited.llm),
        "[provider]": (config.providers, edited.providers),
        "[[company]]": (config.companies, edited.companies),
        "[[source]]": (config.sources, edited.sources),
    }
    return [name for name, (before, now) in tables.items() if before != now]
