"""`onrecord rules`: the rules in force, and every rule's own examples."""

from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any, Literal

import typer
from rich.table import Table

from bot.cli.explain import explain
from bot.cli.session import (
    DEFAULT_CONFIG,
    ConfigPath,
    Format,
    OutputFormat,
    configured,
    console,
    fail,
    print_json,
    run_async,
    say,
)
from bot.config import Config
from bot.config.examples import wrong_examples
from bot.config.model import Examples
from bot.inforce import made_in_slack
from bot.model import Watch
from bot.rulebook import in_force
from bot.store import judgements
from bot.store.database import Database
from bot.store.errors import StoreError
from bot.telling import counted
from rules import packs
from rules.engine import Engine

app = typer.Typer(invoke_without_command=True, help="The rules in force; `explain` a query; `test` the examples.")
app.command("explain")(explain)


@app.callback()
def rules(context: typer.Context, config: ConfigPath = DEFAULT_CONFIG, output: OutputFormat = Format.text) -> None:
    """List the rules in force."""
    if context.invoked_subcommand is not None:
        return
    loaded = configured(config)
    listed = [
        {
            "name": compiled.rule.name,
            "query": compiled.query,
            "facet": compiled.rule.facet,
            "severity": compiled.rule.severity,
            "pack": compiled.rule.pack,
            "revision": compiled.revision,
            "from": compiled.rule.origin,
        }
        for compiled in Engine(in_force(loaded.rules, _made(loaded))).compiled
    ]
    if output is Format.json:
        for one in listed:
            print_json(one)
        return
    of_packs = Counter((one["name"], one["pack"]) for one in listed)
    table = Table("name", "severity", "facet", "from", "query", box=None, pad_edge=False)
    for one in listed:
        query = one["query"]
        if one["pack"]:
            # A pack's queries are pages long.
            queries = of_packs.pop((one["name"], one["pack"]), 0)
            if not queries:
                continue
            query = f"{counted(queries, 'query')} of the pack {one['pack']}"
        table.add_row(one["name"], one["severity"], one["facet"] or "", one["from"], query)
    console().print(table)
    for rule, (right, count) in _judged(loaded, [str(one["name"]) for one in listed]).items():
        console().print(f"{rule}: {right} of {count} judged alerts were relevant ({100 * right // count} %).")
    if any(one["pack"] for one in listed):
        say("`onrecord rules --format json` prints every query of the packs.")
    spare = [name for name in packs.names() if name not in {one["pack"] for one in listed}]
    if spare:
        say(f"Packs that no rule takes: {', '.join(spare)}.")


def _made(config: Config) -> list[Watch]:
    """Watches that people made; where they cannot be read, the rules of the file are shown all the same."""
    try:
        return run_async(made_in_slack(config))[0]
    except StoreError as error:
        say(f"Rules that were made in Slack are not shown. {error}")
        return []


def _judged(config: Config, names: Collection[str]) -> dict[str, tuple[int, int]]:
    """By rule: how many of its alerts people called relevant, of how many; none where that cannot be read."""

    async def read() -> dict[str, tuple[int, int]]:
        async with await Database.open(config.database_url) as database:
            return await database.read(lambda conn: judgements.precision(conn, names))

    try:
        return dict(sorted(run_async(read()).items()))
    except StoreError:
        return {}


@app.command("test")
def run_examples(config: ConfigPath = DEFAULT_CONFIG, output: OutputFormat = Format.text) -> None:
    """Run the examples of every shipped pack and of the configured rules: what must match, and what must not."""
    loaded = configured(config) if config != DEFAULT_CONFIG or config.exists() else None
    tried = [_of_pack(name) for name in packs.names()]
    if loaded is not None:
        tried += [_of_rule(loaded, one) for one in loaded.examples]
    for one in tried:
        if output is Format.json:
            print_json({one.what: one.name, "examples": one.examples, "failures": one.failures})
        else:
            console().print(f"{one.name}: {counted(one.examples, 'example')}, {len(one.failures)} wrong")
            for failure in one.told:
                console().print(f"    {failure}", soft_wrap=True)
    wrong = sum(len(one.failures) for one in tried)
    if wrong:
        fail(f"{counted(wrong, 'example')} {'is' if wrong == 1 else 'are'} judged wrongly.")


@dataclass(frozen=True, slots=True)
class _Tried:
    """The examples of a pack or of a rule. `told`: the failures, in lines for people."""

    what: Literal["pack", "rule"]
    name: str
    examples: int
    failures: list[dict[str, Any]]
    told: list[str]


def _of_pack(name: str) -> _Tried:
    pack = packs.load(name)
    failures = packs.failures(pack)
    count = sum(len(query.matches) + len(query.misses) for query in pack.queries)
    return _Tried("pack", name, count, [asdict(failure) for failure in failures], [*map(str, failures)])


def _of_rule(config: Config, examples: Examples) -> _Tried:
    wrong = wrong_examples(config, examples)
    count = len(examples.matches) + len(examples.misses)
    failures = [asdict(failure) for failure, _ in wrong]
    return _Tried("rule", examples.rule, count, failures, [str(problem) for _, problem in wrong])
