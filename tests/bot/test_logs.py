import io
import json
import logging

import pytest
import structlog
from pydantic import SecretStr

from bot import logs
from bot.config.secrets import Secrets

TOKEN = "xoxb-1234567890-abcdefghij"
SAID = f"the token is {TOKEN}"


@pytest.fixture
def out():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(Secrets({"SLACK_BOT_TOKEN": SecretStr(TOKEN)}), out=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_one_line_an_event_as_json(out):
    structlog.get_logger().info("visit.news", source="meta-newsroom", documents=2)
    event = json.loads(out.getvalue())
    assert (event["event"], event["source"], event["documents"], event["level"]) == (
        "visit.news",
        "meta-newsroom",
        2,
        "info",
    )


@pytest.mark.parametrize(
    "say",
    [
        lambda log: log.warning("told", detail=f"refused {TOKEN}"),
        lambda log: log.warning("told", nested={"headers": [f"Bearer {TOKEN}"]}),
        lambda log: log.warning(SAID),
        lambda _log: logging.getLogger("aiohttp.client").error("Authorization: Bearer %s", TOKEN),
    ],
)
def test_no_secret_gets_into_a_line(out, say):
    say(structlog.get_logger())
    assert out.getvalue()
    assert TOKEN not in out.getvalue()
    assert "[secret]" in out.getvalue()


def test_no_secret_gets_into_a_traceback(out):
    def post():
        raise RuntimeError(f"could not post with {TOKEN}")

    try:
        post()
    except RuntimeError:
        structlog.get_logger().exception("delivery.failed")
    assert "RuntimeError" in out.getvalue()
    assert TOKEN not in out.getvalue()


def test_a_level_keeps_warnings(out):
    logs.configure(Secrets(), level=logging.WARNING, out=out)
    structlog.get_logger().info("visit.news")
    assert out.getvalue() == ""
    structlog.get_logger().warning("visit.trouble")
    assert "visit.trouble" in out.getvalue()
