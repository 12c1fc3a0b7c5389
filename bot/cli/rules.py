"""`onrecord rules`: the rules in force, how a query is read, and every rule's own examples."""

from collections import Counter
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from bot.cli.session import (
    DEFAULT_CONFIG,
    WRONG,
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
from bot.inforce import made_in_slack
from bot.model import Watch
from bot.rulebook import in_force
from bot.store.errors import StoreError
from bot.telling import counted
from rules import packs
from rules.engine import Engine
from rules.query import QueryError, canonical, parse

app = typer.Typer(invoke_without_command=True, help="The rules in force; `explain` a query; `test` the examples.")


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


@app.command()
def explain(
    query: Annotated[str, typer.Argument(help="A query, in quotes of your shell.")], output: OutputFormat = Format.text
) -> None:
    """Show how a query is read."""
    try:
        read = canonical(parse(query))
    except QueryError as error:
        fail(f"{error.problem}\n{error.pointed(query)}\n{error.mend}", WRONG)
    if output is Format.json:
        print_json({"query": query, "canonical": read})
    else:
        console().print(read, soft_wrap=True)


@app.command("test")
def run_examples(output: OutputFormat = Format.text) -> None:
    """Run the examples of every shipped pack: what must match, and what must not."""
    wrong = 0
    for name in packs.names():
        pack = packs.load(name)
        failures = packs.failures(pack)
        wrong += len(failures)
        count = sum(len(query.matches) + len(query.misses) for query in pack.queries)
        if output is Format.json:
            print_json({"pack": name, "examples": count, "failures": [asdict(failure) for failure in failures]})
        else:
            console().print(f"{name}: {count} examples, {len(failures)} wrong")
            for failure in failures:
                console().print(f"    {failure}", soft_wrap=True)
    if wrong:
        fail(f"{wrong} examples are judged wrongly.")
