"""Alerts about real documents: whatever stands in them, Slack takes the message and the picture can be drawn."""

import io
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from alerting import NOW, message
from bot.alerts.compose import compose
from bot.console import draw as draw_on
from bot.plain import TRICKS
from bot.slack.picture import draw
from bot.slack.render import payload
from fake_slack import Workspace
from fake_slack.asked import Asked
from fake_slack.chat import Chat
from fake_slack.rates import Rates
from rules.engine import Engine
from rules.model import Rule
from watchers.model import Body, Company, Document
from watchers.readers import feed, pacer, plaintext
from watchers.trouble import Trouble

WIDE = (
    Rule(name="Anything of money", query="revenue OR price OR cost OR million", facet="paid-access", severity="high"),
    Rule(name="Anything of courts", query="motion OR order OR notice OR court", severity="low"),
    Rule(name="Anything at all", query="the OR and OR de OR 的"),
)
"""So wide that nearly every document has many hits."""


def calls(data: Path) -> Iterator[Document]:
    for path in sorted((data / "transcripts/rev_nlp_text").rglob("*.txt"))[::12]:
        yield from read(plaintext.READER, path)


def dockets(data: Path) -> Iterator[Document]:
    for path in sorted((data / "dockets/pacer_rss").glob("*.xml")):
        yield from read(pacer.READER, path, pacer.Options(court="cand"))


def posts(data: Path) -> Iterator[Document]:
    paths = [path for path in sorted((data / "blogs/real_feeds").iterdir()) if path.suffix in {".xml", ".rss", ".atom"}]
    for path in paths[::10]:
        yield from read(feed.READER, path)


def read(reader, path: Path, options=None) -> tuple[Document, ...]:
    body = Body(
        path.read_bytes(), f"https://e.example/{path.name}", "text/xml" if path.suffix != ".txt" else "text/plain"
    )
    try:
        return reader.read(body, options or reader.options()).documents
    except Trouble:
        return ()


@pytest.mark.parametrize(
    ("kind", "most"), [(calls, 40), (dockets, 400), (posts, 150)], ids=["calls", "dockets", "posts"]
)
def test_alerts_about_real_documents(data, kind, most):
    engine = Engine(WIDE)
    company = Company(ticker="META", name="Meta Platforms", site="https://about.example.com")
    told = 0
    for number, document in enumerate(kind(data)):
        if number == most:
            break
        matches = engine.scan(document)
        if not matches:
            continue
        alert = compose(
            document.model_copy(update={"source": "a-source", "company": "META"}),
            matches,
            channel="#on-record",
            version=1,
            status="new",
            company=company,
            earlier={},
        )
        said = payload(message(alert))
        workspace = Workspace(lambda: NOW)
        channel = workspace.add_channel("on-record")
        Chat(Rates()).post(Asked(workspace, workspace.add_token(), {**said, "channel": channel.id}))
        [posted] = workspace.messages
        assert (posted.pings, posted.formats) == ([], [])
        out = io.StringIO()
        draw_on(alert, Console(file=out, width=100))
        assert not TRICKS.search(out.getvalue())
        if number % 20 == 0:
            ET.fromstring(draw([said], channel="#on-record"))
        told += 1
    assert told > 8
