"""Whether bytes are a page, and which feed it offers."""

import pytest

from watchers.model import Body, NoOptions
from watchers.readers import discovery, find

FEED = '<link rel="alternate" type="application/rss+xml" href="{}">'


def facts(text: str) -> dict:
    body = Body(text.encode(), url="https://acme.example/news/", media_type="text/html")
    return dict(discovery.read(body, NoOptions()).facts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"<!doctype html><html><head>{FEED.format('/feed/')}</head></html>", (True, "https://acme.example/feed/")),
        (f"<html><head>{FEED.format('feed.xml')}", (True, "https://acme.example/news/feed.xml")),
        ("<!doctype html><html><body>No feed.</body></html>", (True, None)),
        (f"<!doctype html><html><head>{FEED.format('javascript:alert(1)')}</head></html>", (True, None)),
        ("<rss><channel></channel></rss>", (False, None)),
        ("%PDF-1.7", (False, None)),
        ("", (False, None)),
    ],
)
def test_a_page_names_its_feed(text, expected):
    found = facts(text)
    assert (found["page"], found["feed"]) == expected


def test_it_is_found_by_its_name():
    assert find("discovery") is discovery.READER
