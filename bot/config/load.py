"""From a file and an environment to a `Config`."""

from collections.abc import Mapping
from dataclasses import replace
from os.path import abspath
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr

from bot.config import file
from bot.config.advice import advise
from bot.config.findings import Findings, reference, unique
from bot.config.model import Config, Examples, RuleWatch
from bot.config.places import Places
from bot.config.problems import BadValue, ConfigError, Problem, mend_by, shown
from bot.config.rules import rule_of
from bot.config.schema import (
    REPEATED,
    SINGLE,
    BotTable,
    CompanyTable,
    FetchTable,
    LlmTable,
    ProviderTable,
    SlackTable,
    Table,
    WebTable,
)
from bot.config.secrets import Secrets, passwords_of
from bot.config.sources import providers_of, source_of
from bot.config.values import located_database
from rules.model import Rule
from watchers.model import Company, Source

AnyTable = TypeVar("AnyTable", bound=Table)

_TABLES = (*SINGLE, *REPEATED, "provider")


def load(path: Path, env: Mapping[str, str]) -> Config:
    """Raises `ConfigError`, with every problem of the file and of the environment. Neither ever holds a secret."""
    return _load(path, *Secrets.read(env))


def load_again(config: Config) -> Config:
    """The file as it is now, with the secrets that are known. Raises `ConfigError`."""
    return _load(config.path, config.secrets, [])


def _load(path: Path, secrets: Secrets, problems: list[Problem]) -> Config:
    try:
        text, raw = file.read(path)
    except ConfigError as unusable:
        raise _error([*unusable.problems, *problems], secrets) from None
    findings = Findings(str(path), Places.of(text), raw)
    secrets = secrets.also_hiding(_passwords(raw))
    config = _Loading(path, raw, findings, secrets).config()
    if config is None or problems or any(not found.warning for found in findings.problems):
        raise _error([*findings.in_order(), *problems], secrets)
    return replace(config, warnings=tuple(_scrubbed(found, secrets) for found in findings.in_order()))


class _Loading:
    """One file on its way. Each step adds what is wrong to `findings` and goes on."""

    def __init__(self, path: Path, raw: Mapping[str, Any], findings: Findings, secrets: Secrets) -> None:
        self._path = path
        self._base_dir = Path(abspath(path)).parent  # noqa: PTH100 - as written: a link's own folder, not its target's
        self._raw = raw
        self._findings = findings
        self._secrets = secrets

    def config(self) -> Config | None:
        for name in self._raw:
            if name not in _TABLES:
                self._unknown_table(name)
        bot, web = self._single("bot", BotTable), self._single("web", WebTable)
        fetch, slack = self._single("fetch", FetchTable), self._single("slack", SlackTable)
        llm = self._single("llm", LlmTable)
        providers = self._providers()
        companies = self._companies()
        sources = self._sources(companies, providers)
        rules, watches, examples = self._rules()
        names = self._names("rule", "name")
        self._check_default_rules(names)
        if bot is not None and bot.default_rules is None:
            bot = bot.model_copy(update={"default_rules": tuple(dict.fromkeys(names))})
        database = self._database(bot)
        advise(
            self._findings,
            bot=bot,
            llm=llm,
            slack=slack,
            sources=sources,
            secrets=self._secrets,
            has_sources=bool(self._raw.get("source")),
            has_rules=bool(names),
        )
        if bot is None or web is None or fetch is None or slack is None or llm is None or database is None:
            return None
        return Config(
            path=self._path,
            base_dir=self._base_dir,
            bot=bot,
            web=web,
            fetch=fetch,
            slack=slack,
            llm=llm,
            providers=providers,
            companies=tuple(companies.values()),
            sources=tuple(source for _, source in sources),
            rules=rules,
            watches=watches,
            examples=examples,
            secrets=self._secrets,
            database=database,
            places=self._findings.places,
        )

    def _unknown_table(self, name: str) -> None:
        mend = mend_by(name, _TABLES, "Remove it. The tables are:")
        if not isinstance(self._raw[name], dict | list):
            mend = "Put it below the head of its table: [bot], [[source]], …"
        self._findings.add((name,), f"there is no table {shown(name)}", mend)

    def _single(self, name: str, model: type[AnyTable]) -> AnyTable | None:
        values = self._raw.get(name, {})
        if isinstance(values, dict):
            return self._findings.validated(model, values, (name,))
        self._findings.add((name,), f"{name} is no table", f"Write [{name}] once, in single brackets.")
        return None

    def _repeated(self, name: str) -> list[tuple[int, dict[str, Any]]]:
        """The tables with their index in the file; what is none is told."""
        values = self._raw.get(name, [])
        if not isinstance(values, list):
            self._findings.add((name,), f"{name} is no list of tables", f"Write [[{name}]], in double brackets.")
            return []
        for index, value in enumerate(values):
            if not isinstance(value, dict):
                self._findings.add((name, index), "this is no table", f"Write [[{name}]], and its keys below.")
        return [(index, value) for index, value in enumerate(values) if isinstance(value, dict)]

    def _names(self, table: str, key: str) -> list[str]:
        """As they stand in the file, also those of tables that are wrong otherwise: references to them are right."""
        values = self._raw.get(table)
        tables = [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []
        return [one[key] for one in tables if isinstance(one.get(key), str)]

    def _providers(self) -> dict[str, ProviderTable]:
        values = self._raw.get("provider", {})
        if not isinstance(values, dict):
            self._findings.add(("provider",), "provider is no table", "Write [provider.NAME], in single brackets.")
            return {}
        known = providers_of(self._raw.get("source"))
        made = {}
        for name, keys in values.items():
            path = ("provider", name)
            if name not in known:
                mend = mend_by(name, known, "Remove the table. Known providers:")
                self._findings.add(path, f"there is no provider {shown(name)}", mend)
            if not isinstance(keys, dict):
                self._findings.add(path, "this is no table", f'Write [provider.{name}], and below it base_url = "…".')
            elif (table := self._findings.validated(ProviderTable, keys, path)) is not None:
                made[name] = table
        return made

    def _companies(self) -> dict[str, Company]:
        tables = self._repeated("company")
        unique(self._findings, "company", "ticker", _named(tables, "ticker"))
        made = {}
        for index, values in tables:
            table = self._findings.validated(CompanyTable, values, ("company", index))
            if table is not None:
                made[table.ticker] = Company(**table.model_dump())
        return made

    def _sources(
        self, companies: Mapping[str, Company], providers: Mapping[str, ProviderTable]
    ) -> list[tuple[int, Source]]:
        tables = self._repeated("source")
        unique(self._findings, "source", "name", _named(tables, "name"))
        tickers = self._names("company", "ticker")
        made = []
        for index, values in tables:
            source = source_of(
                index,
                values,
                self._findings,
                companies=companies,
                tickers=tickers,
                providers=providers,
                base_dir=self._base_dir,
            )
            if source is not None:
                made.append((index, source))
        return made

    def _rules(self) -> tuple[tuple[Rule, ...], tuple[RuleWatch, ...], tuple[Examples, ...]]:
        tables = self._repeated("rule")
        unique(self._findings, "rule", "name", _named(tables, "name"))
        tickers = self._names("company", "ticker")
        sources = self._names("source", "name")
        rules: list[Rule] = []
        watches: list[RuleWatch] = []
        examples: list[Examples] = []
        for index, values in tables:
            made = rule_of(index, values, self._findings, companies=tickers, sources=sources, origin=self._path.name)
            if made is not None:
                rules += made[0]
                watches.append(made[1])
                examples += [made[2]] if made[2].matches or made[2].misses else []
        return tuple(rules), tuple(watches), tuple(examples)

    def _check_default_rules(self, names: list[str]) -> None:
        bot = self._raw.get("bot")
        given = bot.get("default_rules") if isinstance(bot, dict) else None
        for place, name in enumerate(given if isinstance(given, list) else []):
            if isinstance(name, str):
                reference(self._findings, ("bot", "default_rules", place), name, names, "rule")

    def _database(self, bot: BotTable | None) -> SecretStr | None:
        """A path in the file is relative to the file; one in the environment, to where the program was started."""
        given = self._secrets.database
        if given is not None:
            base, address = Path.cwd(), given.get_secret_value()
        elif bot is not None:
            base, address = self._base_dir, bot.database.get_secret_value()
        else:
            return None
        try:
            return SecretStr(located_database(address, base))
        except BadValue as bad:
            if given is None:  # what the environment says is told where it is read
                self._findings.add(("bot", "database"), bad.problem, bad.mend)
            return None


def _named(tables: list[tuple[int, dict[str, Any]]], key: str) -> list[tuple[int, str]]:
    return [(index, values[key]) for index, values in tables if isinstance(values.get(key), str)]


def _passwords(raw: Mapping[str, Any]) -> tuple[SecretStr, ...]:
    bot = raw.get("bot")
    database = bot.get("database") if isinstance(bot, dict) else None
    return passwords_of(database) if isinstance(database, str) else ()


def _error(problems: list[Problem], secrets: Secrets) -> ConfigError:
    return ConfigError(_scrubbed(problem, secrets) for problem in problems)


def _scrubbed(problem: Problem, secrets: Secrets) -> Problem:
    """Whatever of the environment was copied into the file, it is not shown from there either."""
    return replace(
        problem,
        where=secrets.scrub(problem.where),
        problem=secrets.scrub(problem.problem),
        mend=secrets.scrub(problem.mend),
    )
