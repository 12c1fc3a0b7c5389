"""The watcher of one's own that the README shows: loaded by its import path, and visited."""

import json
from datetime import UTC, datetime

from driving import drive
from examples import press_list
from loopback import Upstream
from watchers import registry
from watchers.model import Source

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NOTES = {
    "notes": [
        {
            "id": "n1",
            "title": "A deal",
            "link": "https://acme.example/n1",
            "at": "2026-11-24T10:00:00Z",
            "paragraphs": ["Acme gets some portion of the revenue."],
        }
    ]
}


async def test_a_watcher_of_ones_own_is_found_and_visited():
    watcher = registry.find("examples.press_list")
    assert watcher is press_list
    async with Upstream() as upstream:
        url = upstream.serve("/press.json", json.dumps(NOTES))
        source = Source(name="acme", kind="examples.press_list", options=press_list.Options(url=url))
        first = await drive(press_list, source, now=NOW)  # its reader runs in a child, found by its name
        assert [document.key for document in first.documents] == ["n1"]
        assert first.documents[0].passages[1].text == "Acme gets some portion of the revenue."
        again = await drive(press_list, source, now=NOW, after=first)
        assert again.documents == []
