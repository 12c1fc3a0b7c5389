"""A configuration over a server on loopback: one blog, one folder, two packs."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from loopback import Upstream

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://acme.example/</link>
<item><guid>one</guid><title>Results of the quarter</title><link>https://acme.example/one</link>
<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate><description>{}</description></item></channel></rss>"""
WORDS = "Acme will get some portion of the revenue that its partners make with it, as agreed in spring. " * 14

CONFIG = """
[bot]
database = "sqlite:///store/onrecord.db"
user_agent = "onrecord-tests (tests@example.com)"

[web]
listen = "127.0.0.1:0"

[fetch]
allow_private_addresses = true
timeout = "5s"

[[company]]
ticker = "ACME"
name = "Acme"

[[source]]
name = "acme-news"
kind = "blog"
url = "{url}"
company = "ACME"
every = "1s"

[[source]]
name = "inbox"
kind = "folder"
path = "inbox"
company = "ACME"

[[rule]]
name = "Revenue sharing"
pack = "revenue-share"
severity = "high"
"""


@dataclass(slots=True)
class Setting:
    folder: Path
    upstream: Upstream
    config: str

    def publish(self, words: str = WORDS) -> None:
        self.upstream.serve("/feed.xml", FEED.format(words))

    def drop(self, name: str, text: str) -> None:
        (self.folder / "inbox" / name).write_text(text, encoding="utf-8")


@pytest.fixture
async def setting(tmp_path: Path) -> AsyncIterator[Setting]:
    async with Upstream() as upstream:
        path = tmp_path / "config.toml"
        path.write_text(CONFIG.format(url=upstream.url("/feed.xml")), encoding="utf-8")
        (tmp_path / "inbox").mkdir()
        made = Setting(tmp_path, upstream, str(path))
        made.publish()
        yield made
