"""What a bot at rest need not hold in memory: the libraries of those who read, migrate, or talk to Slack."""

import subprocess
import sys

DEAR = {"alembic", "feedparser", "lxml", "pypdfium2", "slack_sdk", "trafilatura"}
LOADED = """
import sys
from importlib import import_module
import bot.cli.main
from watchers.registry import WATCHERS
for module in WATCHERS.values():
    import_module(module)
print(*sys.modules)
"""


def test_libraries_that_are_dear_are_imported_only_by_who_uses_them():
    told = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=60)
    assert {name.partition(".")[0] for name in told.stdout.split()} & DEAR == set()
