"""The files that are shipped: config.toml and .env.example hold together with the schema, and work as they are."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import load
from bot.config.problems import Problem
from bot.config.schema import REPEATED, SINGLE, ProviderTable, SourceTable
from bot.config.secrets import NAMES
from watchers import registry

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = ROOT / "config.toml"
TEXT = SHIPPED.read_text(encoding="utf-8")
KEY = re.compile(r"^(?:# )?([a-z_]+) = ", re.MULTILINE)
HEAD = re.compile(r"^(?:# )?\[+([a-z.]+)\]+$")


def as_if_wanted() -> str:
    """The file with every commented example put into force."""
    lines = TEXT.splitlines()
    return "\n".join(line.removeprefix("# ") if HEAD.match(line) or KEY.match(line) else line for line in lines)


def keys_by_table(text: str) -> dict[str, set[str]]:
    """Keys that are mentioned under each head, in force or commented out."""
    found: dict[str, set[str]] = {}
    table = ""
    for line in text.splitlines():
        head, key = HEAD.match(line), KEY.match(line)
        if head:
            table = head[1]
        elif key:
            found.setdefault(table, set()).add(key[1])
    return found


def test_it_loads_with_no_key_and_no_token():
    config = load(SHIPPED, {})
    assert not config.slack_on
    assert not config.llm_on
    assert config.secrets.providers() == {}
    assert config.database_url == f"sqlite:///{ROOT}/data/onrecord.db"
    assert [warning.where for warning in config.warnings] == ["bot.user_agent"], "all that the user has to add"


def test_it_watches_real_public_sources_of_each_kind():
    config = load(SHIPPED, {})
    by_kind = {(source.kind, source.provider) for source in config.sources}
    assert by_kind >= {
        ("blog", None),
        ("transcripts", "earningscall"),
        ("docket", "pacer-rss"),
        ("docket", "courtlistener-feed"),
    }
    symbols = {str(getattr(source.options, "symbol", "")) for source in config.sources} - {""}
    assert symbols == {"AAPL", "MSFT"}, "the two that EarningsCall's demo key opens"
    blogs = [source for source in config.sources if source.kind == "blog"]
    assert len(blogs) >= 5
    for source in config.sources:
        assert source.company is not None, source.name
        assert source.every is None or source.every >= timedelta(minutes=1), source.name
    kadrey = config.source("kadrey")
    assert kadrey is not None
    assert getattr(kadrey.options, "docket", None) == 67569326


def test_its_rules_are_the_two_packs_on_money_for_access():
    config = load(SHIPPED, {})
    assert {rule.pack for rule in config.rules} == {"revenue-share", "licensing"}
    assert {rule.facet for rule in config.rules} == {"paid-access"}
    assert config.bot.default_rules == ("Revenue sharing", "Licensing")
    assert [watch.rule for watch in config.watches] == ["Revenue sharing", "Licensing"]


@pytest.mark.parametrize("name", SINGLE)
def test_every_key_of_a_table_is_there_with_its_default(name):
    assert keys_by_table(TEXT)[name] == set(SINGLE[name].model_fields)
    shipped, plain = getattr(load(SHIPPED, {}), name), SINGLE[name]()
    for key in type(shipped).model_fields:
        if (name, key) != ("bot", "default_rules"):  # the default is all rules of the file, whatever they are called
            assert getattr(shipped, key) == getattr(plain, key), f"{name}.{key}"


@pytest.mark.parametrize("name", REPEATED)
def test_every_key_of_a_repeated_table_is_there(name):
    assert keys_by_table(TEXT)[name] >= set(REPEATED[name].model_fields)


@pytest.mark.parametrize("watcher", registry.WATCHERS)
def test_every_option_of_a_watcher_is_shown_in_a_source_of_its_kind(watcher):
    kind, _, provider = watcher.partition("/")
    options = registry.find(kind, provider or None).Options
    shown: set[str] = set()
    for block in re.split(r"^(?:# )?\[\[source\]\]$", TEXT, flags=re.MULTILINE):
        given = dict(re.findall(r'^(?:# )?(kind|provider) = "([^"]+)"', block, re.MULTILINE))
        if given.get("kind") == kind and (given.get("provider", "") == provider):
            shown |= set(KEY.findall(block))
    assert shown, f"no source of the kind {watcher} is shown"
    if watcher != "transcripts/folder":  # the same options are shown at the other folder
        assert shown >= set(options.model_fields), watcher


def test_no_key_is_shown_that_is_not_one():
    options = {
        key for name in registry.WATCHERS for key in registry.find(*name.partition("/")[::2]).Options.model_fields
    }
    for table, keys in keys_by_table(TEXT).items():
        known = set((SINGLE | REPEATED | {"": ProviderTable}).get(table.partition(".")[0], ProviderTable).model_fields)
        assert keys <= (known | options if table == "source" else known), table


def test_what_is_commented_out_loads_too(tmp_path):
    wanted = as_if_wanted()
    tomllib.loads(wanted)
    (tmp_path / "config.toml").write_text(wanted, encoding="utf-8")
    config = load(tmp_path / "config.toml", {})
    assert len(config.sources) > len(load(SHIPPED, {}).sources)
    assert {source.base_url for source in config.sources if source.provider == "earningscall"} == {
        "https://api.earningscall.dev"
    }
    assert {watch.channel for watch in config.watches} == {None, "#on-record"}


def test_every_key_has_a_word_beside_it_or_above():
    """A key explains itself where it stands first; examples may repeat it without a word."""
    explained: set[tuple[str, str]] = set()
    table = ""
    for line in TEXT.splitlines():
        head, key = HEAD.match(line), KEY.match(line)
        table = head[1] if head else table
        if key and " # " in line.removeprefix("# "):
            explained.add((table, key[1]))
    wanted = {(name, key) for name, model in SINGLE.items() for key in model.model_fields}
    wanted |= {("source", key) for key in SourceTable.model_fields}
    plain = {("slack", "base_url"), ("llm", "model"), ("source", "company")}
    assert wanted - explained <= plain


def test_the_example_of_the_environment_names_every_secret_and_holds_none():
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert sorted([*lines, "ONRECORD_DATABASE="]) == sorted(f"{name}=" for name in NAMES)
    assert "#ONRECORD_DATABASE=" in text.splitlines()


def test_a_problem_prints_as_the_contract_says():
    problem = Problem("config.toml", 3, "bot.every", "wrong", "Mend it.")
    assert problem.as_json() == (
        '{"file":"config.toml","line":3,"where":"bot.every","problem":"wrong","mend":"Mend it."}'
    )
