"""Secrets: from the environment or a file that it names, and never seen again."""

import io
import json
import logging
import traceback
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot import logs
from bot.config import ConfigError, load
from bot.config.secrets import HIDDEN, NAMES, PROVIDERS, Secrets

VALUE = 'pä$$/w+rd "quoted" \\ 1%'
"""It is spelled otherwise in an address, in JSON and in a `repr`."""


def given_all(value: str = VALUE) -> dict[str, str]:
    known = {name: f"{value}{number}" for number, name in enumerate(NAMES)}
    known["ONRECORD_DATABASE"] = f"postgresql://me:{quote('geheim ' + value, safe='')}@db.example.org/onrecord"
    return known


def everything_of(env: dict[str, str]) -> list[str]:
    values = [value for name, value in env.items() if name != "ONRECORD_DATABASE"]
    return [*values, env["ONRECORD_DATABASE"], f"geheim {VALUE}"]


def assert_hidden(text: str, env: dict[str, str]) -> None:
    for secret in everything_of(env):
        for spelling in (secret, quote(secret), quote_plus(secret), json.dumps(secret)[1:-1], repr(secret)[1:-1]):
            assert spelling not in text


@pytest.mark.parametrize("name", NAMES)
def test_each_is_read_from_its_variable_or_from_a_file(name, tmp_path):
    value = given_all()[name]
    (tmp_path / "secret").write_text(f"  {value}\n", encoding="utf-8")
    for env in ({name: value}, {f"{name}_FILE": str(tmp_path / "secret")}, {name: f" {value} "}):
        secrets, problems = Secrets.read(env)
        assert problems == []
        found = secrets.get(name)
        assert found is not None
        assert found.get_secret_value() == value


def test_each_has_a_name_in_the_program():
    secrets, _ = Secrets.read(given_all("v"))
    named = {
        "slack_bot_token": "SLACK_BOT_TOKEN",
        "slack_app_token": "SLACK_APP_TOKEN",
        "slack_signing_secret": "SLACK_SIGNING_SECRET",
        "llm_api_key": "ONRECORD_LLM_API_KEY",
        "courtlistener_secret": "ONRECORD_COURTLISTENER_SECRET",
        "hook_secret": "ONRECORD_HOOK_SECRET",
        "pages_token": "ONRECORD_PAGES_TOKEN",
        "database": "ONRECORD_DATABASE",
    }
    for attribute, variable in named.items():
        assert getattr(secrets, attribute) == secrets.known[variable]
    assert set(secrets.providers()) == set(PROVIDERS)
    assert {*named.values(), *PROVIDERS.values()} == set(NAMES)
    assert secrets.provider("earningscall") == secrets.known["ONRECORD_EARNINGSCALL_API_KEY"]
    assert secrets.provider("nobody") is None


def test_an_empty_variable_is_none():
    secrets, problems = Secrets.read({"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": "  ", "ONRECORD_DATABASE_FILE": ""})
    assert (dict(secrets.known), problems) == ({}, [])


@pytest.mark.parametrize(
    ("env", "files", "said"),
    [
        ({"SLACK_BOT_TOKEN": "x", "SLACK_BOT_TOKEN_FILE": "y"}, {}, "SLACK_BOT_TOKEN_FILE are both set"),
        ({"SLACK_BOT_TOKEN_FILE": "missing"}, {}, "cannot be read: No such file"),
        ({"SLACK_BOT_TOKEN_FILE": "."}, {}, "cannot be read: Is a directory"),
        ({"SLACK_BOT_TOKEN_FILE": "empty"}, {"empty": b" \n"}, "is empty"),
        ({"SLACK_BOT_TOKEN_FILE": "binary"}, {"binary": b"\xff\xfe"}, "it is no text"),
        ({"SLACK_BOT_TOKEN_FILE": "large"}, {"large": b"x" * 70_000}, "is too large"),
        ({"SLACK_BOT_TOKEN_FILE": "lines"}, {"lines": b"geheim\ngeheimer\n"}, "line break"),
        ({"SLACK_BOT_TOKEN_FILE": "a\0b"}, {}, "cannot be read"),
        ({"SLACK_BOT_TOKEN": "geheim\x1b[0m"}, {}, "control character"),
        ({"ONRECORD_DATABASE": "mysql://me:geheim@h/d"}, {}, 'no database "mysql"'),
        ({"ONRECORD_DATABASE": "geheim"}, {}, "no database URL"),
        ({"ONRECORD_DATABASE": "sqlite://"}, {}, "needs the path of a file"),
        ({"ONRECORD_DATABASE": "sqlite:///:memory:"}, {}, "needs the path of a file"),
        ({"ONRECORD_DATABASE": "sqlite:///file:x?uri=true"}, {}, "needs the path of a file"),
    ],
)
def test_what_is_wrong_with_one_is_told_without_it(env, files, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "config.toml").write_text("")
    with pytest.raises(ConfigError) as error:
        load(tmp_path / "config.toml", env)
    (found,) = [one for one in error.value.problems if not one.warning]
    assert found.file == "environment"
    assert found.where == next(iter(env)).removesuffix("_FILE")
    assert said in found.problem
    assert "geheim" not in str(error.value)


@pytest.mark.parametrize("name", NAMES)
def test_no_repr_shows_one(name, tmp_path):
    env = given_all()
    (tmp_path / "config.toml").write_text("")
    config = load(tmp_path / "config.toml", env)
    seen = f"{config!r} {config} {config.secrets!r} {config.secrets} {config.database_shown} {config.bot!r}"
    seen += f" {config.warnings} {vars(config.secrets)} {config.bot.model_dump_json()} {config.slack.model_dump()}"
    assert_hidden(seen, env)
    assert env[name] not in seen
    assert config.database_shown == "postgresql://me:***@db.example.org/onrecord"


def test_a_password_in_the_file_is_not_shown_either(tmp_path):
    text = '[bot]\ndatabase = "postgresql://me:geheim@h/d?password=geheimer"\n'
    (tmp_path / "config.toml").write_text(text)
    config = load(tmp_path / "config.toml", {})
    assert config.database_url == "postgresql://me:geheim@h/d?password=geheimer"
    assert "geheim" not in f"{config!r} {config.database_shown} {config.bot.model_dump_json()}"
    assert config.secrets.scrub("no geheim, geheimer") == f"no {HIDDEN}, {HIDDEN}"
    (tmp_path / "config.toml").write_text(text + 'geheim = "geheim"\n[geheimer]\n')
    with pytest.raises(ConfigError) as error:
        load(tmp_path / "config.toml", {})
    assert "geheim" not in str(error.value)


PLACES = (
    "[bot]\n%s = 1",
    '[bot]\ntimezone = "%s"',
    '[bot]\ndefault_rules = ["%s"]',
    '[slack]\nchannel = "%s"',
    '[slack]\ntoken = "%s"',
    "[%s]\nx = 1",
    '[web]\nlisten = "%s"',
    '[fetch]\ntimeout = "%s"',
    '[[source]]\nname = "%s"\nkind = "blg"',
    '[[source]]\nname = "s"\nkind = "%s"',
    '[[source]]\nname = "s"\nkind = "docket"\nprovider = "pacer-rss"\ncourt = "cand"\ncases = ["%s"]',
    '[[source]]\nname = "s"\nkind = "blog"\nurl = "%s"',
    '[[source]]\nname = "s"\nkind = "blog"\nurl = "https://x.org"\ncompany = "%s"',
    '[[source]]\nname = "s"\nkind = "blog"\nurl = "https://u:%s@x.org"',
    '[[rule]]\nname = "%s"',
    '[[rule]]\nname = "r"\npack = "%s"',
    '[[rule]]\nname = "r"\nquery = "(%s"',
    '[[rule]]\nname = "r"\nquery = "x"\nfacet = "%s!"',
    'x = "%s" y',
    "[bot]\nx = %s",
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", ["xoxb-1234-geheim", "geheimesWort", "a1" * 20])
def test_one_that_was_copied_into_the_file_is_not_told_from_there(place, value, tmp_path):
    (tmp_path / "config.toml").write_text(place.replace("%s", value))
    with pytest.raises(ConfigError) as error:
        load(tmp_path / "config.toml", {"SLACK_BOT_TOKEN": value})
    told = "\n".join([str(error.value), *(problem.as_json() for problem in error.value.problems)])
    assert value not in told


@pytest.mark.parametrize("place", PLACES)
def test_what_looks_like_one_is_not_told_though_nobody_said_so(place, tmp_path):
    value = "xoxb-1234-geheim"
    (tmp_path / "config.toml").write_text(place.replace("%s", value))
    with pytest.raises(ConfigError) as error:
        load(tmp_path / "config.toml", {})
    if '"(%s"' not in place:  # a query is shown as it is, with the place pointed at
        assert value not in str(error.value)


@pytest.fixture
def _logging_as_it_was():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.usefixtures("_logging_as_it_was")
@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_no_log_line_shows_one(name, terminal):
    class Stream(io.StringIO):
        def isatty(self):
            return terminal

    env = given_all()
    value, out = env[name], Stream()
    secrets, _ = Secrets.read(env)
    logs.configure(secrets, out=out)
    structlog.get_logger().info(
        f"event {value}", url=f"https://h/?key={quote(value)}", nested={"k": [value, quote_plus(value)]}
    )
    logging.getLogger("some.library").warning("sent %s", {"Authorization": f"Bearer {value}"})
    try:
        raise RuntimeError(f"refused {value}")  # noqa: TRY301 - what libraries do
    except RuntimeError:
        structlog.get_logger().exception("failed")
        logging.getLogger("some.library").exception("failed")
        assert value in traceback.format_exc(), "else this test proves nothing"
    assert out.getvalue().count("RuntimeError") >= 2
    assert out.getvalue().count(HIDDEN) >= 6
    assert_hidden(out.getvalue(), env)


@given(st.lists(st.text(min_size=4), min_size=1, max_size=4), st.text())
def test_whatever_the_secrets_are_none_is_left(values, around):
    secrets = Secrets({f"S{number}": SecretStr(value) for number, value in enumerate(values)})
    text = around + around.join([*values, *(quote(value, errors="replace") for value in values), ""])
    left = secrets.scrub(text)
    for piece in left.split(HIDDEN):
        assert not any(value in piece for value in values)


def test_a_short_one_does_not_blot_out_every_line():
    assert Secrets({"ONRECORD_LLM_API_KEY": SecretStr("x")}).scrub("next") == "next"


def test_nothing_to_hide_changes_nothing():
    assert Secrets().scrub("text") == "text"


def test_files_are_those_of_the_environment_not_of_the_config(tmp_path, monkeypatch):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "token").write_text("t0ken")
    (tmp_path / "config.toml").write_text("")
    monkeypatch.chdir(tmp_path / "run")
    config = load(Path("../config.toml"), {"SLACK_BOT_TOKEN_FILE": "token", "SLACK_APP_TOKEN": "x"})
    assert config.secrets.slack_bot_token == SecretStr("t0ken")
