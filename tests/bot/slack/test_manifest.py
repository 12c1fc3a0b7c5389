"""The manifests ask for what the code uses, and for nothing else; they name the paths that are served."""

import re
from pathlib import Path

import pytest

from bot.slack.http import PATHS
from fake_slack.workspace import BOT_SCOPES

ROOT = Path(__file__).resolve().parents[3]
MANIFESTS = sorted((ROOT / "slack").glob("manifest*.yaml"))
METHODS = set(
    re.findall(
        r'"((?:chat|conversations|files|users|reactions)\.[A-Za-z.]+)"',
        "".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot" / "slack").rglob("*.py")),
    )
)
NEEDS = {
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history"},
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.join": {"channels:join"},
    "conversations.list": {"channels:read", "groups:read"},
    "conversations.replies": {"channels:history", "groups:history", "im:history"},
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
}
"""Slack's documentation of each method that is called."""
BESIDE = {"commands"}
"""`/watch`."""


def scopes(path: Path) -> set[str]:
    block = re.search(r"\n    bot:\n((?:      .*\n)+)", path.read_text(encoding="utf-8"))
    assert block is not None
    return set(re.findall(r"- ([a-z.:]+)", block[1]))


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_the_scopes_are_those_of_the_methods_that_are_called(path):
    assert set(NEEDS) == METHODS
    assert scopes(path) == set().union(*NEEDS.values()) | BESIDE


def test_what_the_tests_workspace_grants_is_no_more_than_what_is_asked_for():
    assert BOT_SCOPES - {"chat:write.public"} <= scopes(MANIFESTS[0])


def test_slack_is_told_the_paths_that_are_served():
    http = (ROOT / "slack" / "manifest-http.yaml").read_text(encoding="utf-8")
    assert tuple(re.findall(r"https://onrecord\.example\.com(/\S+)", http)) == PATHS
    assert "socket_mode_enabled: false" in http


def test_the_two_differ_in_the_way_in_alone():
    socket, http = (
        (ROOT / "slack" / name).read_text(encoding="utf-8") for name in ("manifest.yaml", "manifest-http.yaml")
    )
    alike = [
        [
            line
            for line in text.splitlines()
            if not line.startswith("#") and "url:" not in line and "socket_mode" not in line
        ]
        for text in (socket, http)
    ]
    assert alike[0] == alike[1]
