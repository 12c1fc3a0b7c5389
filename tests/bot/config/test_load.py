"""config.toml as people write it: what is right is read, what is wrong is told at once, with its line and its mend."""

import re
import tomllib
from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.config import Config, ConfigError, Problem, load
from bot.config.schema import REPEATED, SINGLE
from bot.config.values import Listen
from rules.model import Filters

FIXTURES = Path(__file__).parent / "fixtures"


def loaded(tmp_path: Path, text: str, env: dict[str, str] | None = None) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, env or {})


def problems(tmp_path: Path, text: str, env: dict[str, str] | None = None) -> list[tuple[int | None, str, str, str]]:
    with pytest.raises(ConfigError) as error:
        loaded(tmp_path, text, env)
    return [(found.line, found.where, found.problem, found.mend) for found in error.value.problems if not found.warning]


def only(tmp_path: Path, text: str, env: dict[str, str] | None = None) -> tuple[int | None, str, str, str]:
    (one,) = problems(tmp_path, text, env)
    return one


def test_an_empty_file_is_a_configuration_of_defaults(tmp_path):
    config = loaded(tmp_path, "")
    assert config.bot.retention == timedelta(days=730)
    assert config.bot.default_rules == ()
    assert config.fetch.max_bytes == 25_000_000
    assert {warning.problem for warning in config.warnings} == {
        "there is no contact in it",
        "nothing is watched: there is no [[source]]",
        "nothing is asked for: there is no [[rule]]",
    }


def test_every_key_is_read(tmp_path):
    config = loaded(
        tmp_path,
        """
        [bot]
        database = "postgresql://onrecord@db.example.org/onrecord"
        default_rules = ["Mine"]
        retention = "30d"
        digest_at = 07:30:00
        user_agent = "onrecord (ops@company.example)"
        timezone = "America/New_York"
        first_visit = "alert"
        [web]
        listen = "[::1]:0"
        public_url = "https://on.example.org/record/"
        [fetch]
        concurrency = 8
        per_host = 1
        timeout = "5s"
        max_bytes = "1MiB"
        allow_private_addresses = true
        [slack]
        channel = "C0123456789"
        ops_channel = "#ops"
        base_url = "http://127.0.0.1:9/api"
        mode = "http"
        admins = ["U0123456789"]
        [llm]
        base_url = "http://localhost:1234/v1/"
        model = "small"
        daily_tokens = 1
        [provider.earningscall]
        base_url = "http://127.0.0.1:9/calls/"
        [[company]]
        ticker = "BRK.B"
        name = "Berkshire Hathaway"
        aliases = ["Berkshire"]
        cik = 1067983
        site = "https://www.berkshirehathaway.com"
        [[source]]
        name = "calls"
        kind = "transcripts"
        provider = "earningscall"
        symbol = "BRK.B"
        exchange = "NYSE"
        company = "BRK.B"
        every = "1h"
        recheck = ["1d", "1h", "1d"]
        [[rule]]
        name = "Mine"
        query = "float"
        facet = "insurance-float"
        severity = "low"
        channel = "#berkshire"
        companies = ["BRK.B"]
        sources = ["calls"]
        kinds = ["transcript"]
        speakers = ["Warren Buffett"]
        sections = ["qa"]
        languages = ["en-US"]
        """,
    )
    assert config.database_url == "postgresql://onrecord@db.example.org/onrecord"
    assert (config.bot.digest_at, str(config.bot.timezone)) == (time(7, 30), "America/New_York")
    assert config.web.listen == Listen("::1", 0)
    assert config.web.public_url == "https://on.example.org/record"
    assert (config.fetch.timeout, config.fetch.max_bytes) == (timedelta(seconds=5), 1 << 20)
    assert config.slack.base_url == "http://127.0.0.1:9/api/"
    assert config.llm_on
    (source,) = config.sources
    assert source.base_url == "http://127.0.0.1:9/calls"
    assert source.company is not None
    assert source.company.cik == 1067983
    assert source.recheck == (timedelta(hours=1), timedelta(days=1))
    assert source.options.model_dump()["exchange"] == "NYSE"
    (rule,) = config.rules
    assert (rule.name, rule.query, rule.facet, rule.severity, rule.pack, rule.origin) == (
        "Mine",
        "float",
        "insurance-float",
        "low",
        None,
        "config.toml",
    )
    (watch,) = config.watches
    assert (watch.rule, watch.channel) == ("Mine", "#berkshire")
    assert (
        watch.filters
        == rule.filters
        == Filters(
            companies=("BRK.B",),
            sources=("calls",),
            kinds=("transcript",),
            speakers=("Warren Buffett",),
            sections=("qa",),
            languages=("en-us",),
        )
    )
    assert [warning.where for warning in config.warnings] == ["llm.model"]
    assert tmp_path.as_posix() in str(config.base_dir)
    assert config.line_of_source("calls", "every") == 44
    assert config.line_of_source("calls") == 37


def test_a_pack_gives_its_rules_under_one_name(tmp_path):
    config = loaded(tmp_path, '[[rule]]\nname = "Money"\npack = "revenue-share"\nseverity = "high"\nfacet = "other"')
    assert len(config.rules) > 1
    assert {(rule.name, rule.pack, rule.facet) for rule in config.rules} == {("Money", "revenue-share", "other")}
    assert len(config.watches) == 1


def test_paths_are_relative_to_the_file_or_to_where_one_stands(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    text = '[bot]\ndatabase = "sqlite:///x.db"\n[[source]]\nname = "in"\nkind = "folder"\npath = "inbox"\n'
    (tmp_path / "elsewhere" / "config.toml").write_text(text)
    path = Path("../elsewhere/config.toml")
    config = load(path, {})
    assert config.database_url == f"sqlite:///{tmp_path}/elsewhere/x.db"
    assert config.sources[0].options.model_dump()["path"] == tmp_path / "elsewhere" / "inbox"
    assert load(path, {"ONRECORD_DATABASE": "sqlite:///y.db"}).database_url == f"sqlite:///{tmp_path}/here/y.db"


CASES = sorted(FIXTURES.glob("*.toml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_every_problem_of_a_file_is_told_at_once(case):
    """The fixture's own comments say what is to be told, each on the line it is about: `#! where: problem => mend`."""
    lines = case.read_text(encoding="utf-8").splitlines()
    expected = [(number, *said.groups()) for number, line in enumerate(lines, 1) for said in _SAID.finditer(line)]
    with pytest.raises(ConfigError) as error:
        load(case, {})
    told = [(found.line, found.where, found.problem, found.mend) for found in error.value.problems if not found.warning]
    assert sorted(told) == sorted(expected)


_SAID = re.compile(r"#! (.*?): (.+?) => (.+?)(?= #! |$)")


@pytest.mark.parametrize(
    ("text", "line", "problem", "mend"),
    [
        ("[bot]\ntimezone = UTC", 2, "Invalid value", "in quotes"),
        ('[bot]\n\ntimezone "UTC"', 3, "Expected '=' after a key", "key = value"),
        ('[bot]\ntimezone = "UTC"\ntimezone = "UTC"', 3, "Cannot overwrite a value", "stands twice"),
        ("[bot]\n[web]\n[bot]", 3, "Cannot declare ('bot',) twice", "stands twice"),
        ('[bot]\ntimezone = "UTC\n[web]', 2, "Illegal character '\\n'", "on the same line"),
        ('[bot]\nadmins = ["a"\nmode = 1', 3, "Unclosed array", '"]"'),
        ("[bot]\ndigest_at = 08:00", 2, "Expected newline", "in quotes"),
        ("[bot]\n[[rule]\n", 2, "Expected ']]'", "brackets"),
        ("[bot]\na = {b = 1, b = 2}\n", 2, "Duplicate inline table key 'b'", "stands twice"),
        ('# one\n[bot]\ndatabase = """x\n\n', 3, "Unterminated string", "Close the text"),
        ('[bot]\ntimezone = "a\\path"', 2, "Unescaped '\\'", "backslash twice"),
    ],
)
def test_a_syntax_error_has_its_line(tmp_path, text, line, problem, mend):
    found = only(tmp_path, text)
    assert found[0] == line
    assert problem in found[2]
    assert mend in found[3]


def test_a_syntax_error_and_the_environment_are_told_together(tmp_path):
    found = problems(tmp_path, "[bot", {"SLACK_BOT_TOKEN": "a", "SLACK_BOT_TOKEN_FILE": "b"})
    assert len(found) == 2
    assert found[1][:2] == (None, "SLACK_BOT_TOKEN")


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(ConfigError, match=r"nothing\.toml: there is no such file\n +Give the path with --config"):
        load(tmp_path / "nothing.toml", {})


def test_what_is_no_text_file(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, {})
    with pytest.raises(ConfigError, match="cannot be read"):
        load(Path("a\0b"), {})
    path = tmp_path / "config.toml"
    path.write_bytes(b"[bot]\n# caf\xe9\n")
    with pytest.raises(ConfigError, match=r"config\.toml:2: the line is not UTF-8"):
        load(path, {})
    path.write_bytes(b"#" * 50_000_001)
    with pytest.raises(ConfigError, match="larger than 50 MB"):
        load(path, {})


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    (tmp_path / "config.toml").write_bytes(b'\xef\xbb\xbf[bot]\r\nretention = "1d"\r\n')
    assert load(tmp_path / "config.toml", {}).bot.retention == timedelta(days=1)


def test_what_tomllib_lets_through_as_other_errors(tmp_path):
    assert "nested too deeply" in only(tmp_path, "a = " + "[" * 100_000)[2]
    assert "out of bounds" in only(tmp_path, "a = " + "9" * 5000)[2]


@pytest.mark.parametrize(
    ("query", "under"),
    [
        ('"revenue share" OR (licence', "("),
        ("licence AND OR fee", "AND OR"),
        ("licence NEAR/0 fee", "NEAR/0"),
        ("spaeker:Zuckerberg", "spaeker"),
        ("li*", "li*"),
        ('licence "unclosed', '"unclosed'),
    ],
)
def test_a_query_that_cannot_be_read_is_pointed_into(tmp_path, query, under):
    line, where, problem, mend = only(tmp_path, f"[[rule]]\nname = 'Q'\nquery = '''{query}'''")
    assert (line, where) == (3, "rule.Q.query")
    _, shown, carets = problem.split("\n")
    assert shown.strip() == query
    start, end = carets.index("^"), carets.rindex("^") + 1
    assert shown[start:end].startswith(under) or under.startswith(shown[start:end])
    assert mend.endswith((".", "?"))


BLOG = '[[source]]\nname = "s"\nkind = "blog"\nurl = "%s"\nevery = "%s"\n'


@pytest.mark.parametrize(
    ("url", "every", "warned"),
    [
        ("https://example.com/feed", "59s", True),
        ("https://example.com/feed", "1m", False),
        ("https://93.184.216.34/feed", "1s", True),
        ("http://127.0.0.1:8000/feed", "1s", False),
        ("http://intranet/feed", "1s", False),
        ("http://wiki.corp.internal/feed", "1s", False),
        ("http://[fd00::1]/feed", "1s", False),
    ],
)
def test_asking_a_public_host_every_second_is_obeyed_with_a_warning(tmp_path, url, every, warned):
    config = loaded(tmp_path, BLOG % (url, every))
    found = [(warning.line, warning.where) for warning in config.warnings if warning.where.startswith("source")]
    assert found == ([(5, "source.s.every")] if warned else [])
    assert config.sources[0].every is not None


@pytest.mark.parametrize(
    ("agent", "warned"),
    [
        ("onrecord", "there is no contact in it"),
        ("onrecord (ops@example.com)", "the contact is nobody's"),
        ("onrecord (ops@firm.com)", None),
        ("onrecord (+https://firm.com/bot)", None),
        ("onrecord @firm", "there is no contact in it"),
    ],
)
def test_a_program_without_a_contact_is_warned_of(tmp_path, agent, warned):
    config = loaded(tmp_path, f'[bot]\nuser_agent = "{agent}"')
    assert [one.problem for one in config.warnings if one.where == "bot.user_agent"] == ([warned] if warned else [])


@pytest.mark.parametrize(
    ("env", "warned"),
    [
        ("", None),
        ("SLACK_BOT_TOKEN", "there is no SLACK_APP_TOKEN: alerts are posted, and nobody hears /watch"),
        ("SLACK_BOT_TOKEN SLACK_APP_TOKEN", None),
        ("SLACK_APP_TOKEN", "there is no SLACK_BOT_TOKEN: alerts go to the console"),
        ("SLACK_SIGNING_SECRET", "there is no SLACK_BOT_TOKEN: alerts go to the console"),
    ],
)
def test_half_a_slack_is_warned_of(tmp_path, env, warned):
    config = loaded(tmp_path, "[slack]", dict.fromkeys(env.split(), "t"))
    assert [one.problem for one in config.warnings if one.where == "slack"] == ([warned] if warned else [])
    assert config.slack_on == ("SLACK_BOT_TOKEN" in env)


@pytest.mark.parametrize(("env", "heard"), [("SLACK_SIGNING_SECRET", True), ("SLACK_APP_TOKEN", False)])
def test_over_http_it_is_the_signing_secret_that_is_missed(tmp_path, env, heard):
    config = loaded(tmp_path, '[slack]\nmode = "http"', {"SLACK_BOT_TOKEN": "t", env: "t"})
    said = [one.problem for one in config.warnings if one.where == "slack"]
    assert said == ([] if heard else ["there is no SLACK_SIGNING_SECRET: alerts are posted, and nobody hears /watch"])


def test_a_model_that_nobody_asks_is_warned_of(tmp_path):
    config = loaded(tmp_path, '[llm]\nmodel = "small"')
    assert [(one.line, one.where) for one in config.warnings if one.where.startswith("llm")] == [(2, "llm.model")]


def test_a_watcher_of_ones_own(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "__init__.py").write_text("")
    (tmp_path / "mine" / "good.py").write_text(
        "from pydantic import BaseModel\nclass Options(BaseModel, extra='forbid'):\n    path: str\n"
        "async def visit(visit):\n    yield\n"
    )
    (tmp_path / "mine" / "broken.py").write_text("raise RuntimeError('no')")
    (tmp_path / "mine" / "plain.py").write_text("Options = dict")
    (tmp_path / "mine" / "wild.py").write_text(
        "from pydantic import BaseModel, model_validator\nclass Options(BaseModel):\n"
        "    @model_validator(mode='before')\n    def no(cls, value):\n        raise KeyError('sesame')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    source = '[[source]]\nname = "s"\nkind = "mine.%s"\npath = "x"\nprovider = "mine"\n[provider.mine]\nbase_url="http://h.test"'
    config = loaded(tmp_path, source % "good")
    assert config.sources[0].options.model_dump() == {"path": "x"}
    assert config.sources[0].base_url == "http://h.test"
    assert "cannot be loaded (RuntimeError)" in only(tmp_path, source % "broken")[2]
    assert "no pydantic model" in only(tmp_path, source % "plain")[2]
    assert "there is no module" in only(tmp_path, source % "missing")[2]
    assert "sesame" not in only(tmp_path, source % "wild")[2]


TABLES = [*SINGLE, *REPEATED, "provider"]
KEYS = sorted({key for model in (*SINGLE.values(), *REPEATED.values()) for key in model.model_fields} | {"url", "x"})
SCALARS = st.one_of(
    st.sampled_from(["META", "blog", "docket", "folder", "pacer-rss", "5m", "#a", "", "revenue-share", "a AND (b"]),
    st.text(max_size=12),
    st.integers(-5, 1 << 40),
    st.floats(allow_nan=False),
    st.booleans(),
    st.dates(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=4,
)


def as_toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {as_toml(part)}' for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(character):08x}" for character in value) + '"'
    return str(value).lower() if isinstance(value, bool | float) else str(value)


ONE_TABLE = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from([*TABLES, "x"]), SCALARS | st.lists(ONE_TABLE, max_size=3) | ONE_TABLE, max_size=4)
)
def test_whatever_the_values_are_it_loads_or_tells_why(tmp_path, tables):
    text = "\n".join(f"{name} = {as_toml(value)}" for name, value in tables.items())
    text = text.replace("\\U0000d8", "\\U000000")  # TOML has no surrogates
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    check(tmp_path, text)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.sampled_from("[]{}=\"'#.,\\\n\t -_0123456789abctbosurceTZ:é"), max_size=60))
def test_whatever_the_text_is_it_loads_or_tells_why(tmp_path, text):
    check(tmp_path, text)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.sampled_from('ab"()*: ,/ANDORTE0ß\u00ad\x00'), max_size=25))
def test_whatever_the_query_is_it_loads_or_tells_why(tmp_path, query):
    check(tmp_path, f"[[rule]]\nname = 'Q'\nquery = {as_toml(query)}")


def check(tmp_path: Path, text: str) -> None:
    found: list[Problem] = []
    try:
        found += loaded(tmp_path, text).warnings
    except ConfigError as error:
        found += error.problems
    else:
        assert all(problem.warning for problem in found)
    for problem in found:
        assert problem.line is not None
        assert 1 <= problem.line <= text.count("\n") + 1
        assert problem.problem
        assert problem.mend
