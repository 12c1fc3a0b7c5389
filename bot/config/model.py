"""The configuration as the rest of the program sees it: validated, frozen, without a secret in its `repr`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import make_url

from bot.config.places import Places
from bot.config.problems import Problem
from bot.config.schema import BotTable, FetchTable, LlmTable, ProviderTable, SlackTable, WebTable
from bot.config.secrets import Secrets
from rules.model import Filters, Rule
from watchers.model import Company, Source


@dataclass(frozen=True, slots=True)
class RuleWatch:
    """A `[[rule]]` is a watch too. `channel` None: `[slack] channel`."""

    rule: str
    channel: str | None
    filters: Filters


@dataclass(frozen=True, slots=True)
class Examples:
    """What a `[[rule]]` says that it must find, and what not. `index`: of the table in the file."""

    rule: str
    index: int
    matches: tuple[str, ...]
    misses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Config:
    """Made by `bot.config.load`."""

    path: Path
    """As the user named it."""
    base_dir: Path
    """The folder of the file, absolute: relative paths in it are relative to here."""
    bot: BotTable
    web: WebTable
    fetch: FetchTable
    slack: SlackTable
    llm: LlmTable
    providers: Mapping[str, ProviderTable]
    companies: tuple[Company, ...]
    sources: tuple[Source, ...]
    rules: tuple[Rule, ...]
    """In the file's order; a pack gives several under one name."""
    watches: tuple[RuleWatch, ...]
    examples: tuple[Examples, ...]
    """Of the rules that have some. Whoever loads does not run them: `bot.config.examples` does."""
    secrets: Secrets
    database: SecretStr = field(repr=False)
    """What to open: ONRECORD_DATABASE, or `bot.database`; SQLite's path is absolute."""
    warnings: tuple[Problem, ...] = ()
    """What stops nothing, but should be said."""
    places: Places = field(default_factory=lambda: Places({}), repr=False)

    @property
    def database_url(self) -> str:
        """May hold a password: for the one who opens the database. `database_shown` is for people."""
        return self.database.get_secret_value()

    @property
    def database_shown(self) -> str:
        """Without the password and without the query, which may hold one too."""
        return make_url(self.database_url).set(query={}).render_as_string(hide_password=True)

    @property
    def slack_on(self) -> bool:
        return self.secrets.slack_bot_token is not None

    @property
    def llm_on(self) -> bool:
        return bool(self.llm.model)

    def source(self, name: str) -> Source | None:
        return next((source for source in self.sources if source.name == name), None)

    def line_of_source(self, name: str, key: str | None = None) -> int:
        """Where the source, or one key of it, stands in the file."""
        index = next(index for index, source in enumerate(self.sources) if source.name == name)
        return self.places.line(("source", index) if key is None else ("source", index, key))
