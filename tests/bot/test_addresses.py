"""What an address is of, and how a source is called that is known by it."""

import pytest

from bot.addresses import LONGEST_NAME, docket_of, feed_source, is_at, name_for, source_at
from watchers.dockets import feed, pacer
from watchers.model import Source

DOCKET = "https://www.courtlistener.com/docket/67569326/kadrey-v-meta-platforms-inc/"


@pytest.mark.parametrize(
    ("url", "docket"),
    [
        (DOCKET, 67569326),
        ("https://courtlistener.com/docket/67569326", 67569326),
        ("https://www.courtlistener.com/docket/67569326/feed/", 67569326),
        ("https://www.courtlistener.com/docket/", None),
        ("https://www.courtlistener.com/opinion/67569326/", None),
        ("https://courtlistener.com.evil.example/docket/67569326/", None),
        ("https://evil.example/docket/67569326/", None),
    ],
)
def test_a_docket_is_known_by_its_address(url, docket):
    assert docket_of(url) == docket
    found = source_at(url)
    assert (found.options if found else None) == (feed.Options(docket=docket) if docket else None)


def test_a_court_is_known_by_its_own_server():
    found = source_at("https://ecf.cand.uscourts.gov/cgi-bin/rss_outside.pl")
    assert found is not None
    assert isinstance(found.options, pacer.Options)
    assert found.options.court == "cand"
    assert source_at("https://ecf.cand.uscourts.gov/doc1/035125550102.pdf") is None
    assert source_at("https://acme.example/feed") is None


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://acme.example/feed", True),
        ("http://ACME.example/feed/#top", True),
        ("https://acme.example:443/feed", True),
        ("https://acme.example:8443/feed", False),
        ("https://acme.example/feed?tag=ai", False),
        ("https://acme.example/Feed", False),
        ("https://www.acme.example/feed", False),
    ],
)
def test_an_address_may_be_written_in_several_ways(url, same):
    assert is_at(feed_source("https://acme.example/feed"), url) is same


def test_a_docket_is_the_same_under_every_address_that_it_has():
    kadrey = Source(name="kadrey", kind="docket", provider="courtlistener-feed", options=feed.Options(docket=67569326))
    assert is_at(kadrey, DOCKET)
    assert not is_at(kadrey, DOCKET.replace("67569326", "67569327"))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.acme.example/news/feed.xml", "acme.example-news-feed.xml"),
        ("https://acme.example/", "acme.example"),
        ("https://acme.example/feed?tag=ai&key=s3cret", "acme.example-feed"),
        (DOCKET, "docket-67569326"),
        ("https://例え.テスト/フィード", "source"),
    ],
)
def test_a_source_is_called_by_its_address(url, name):
    assert name_for(url) == name


def test_no_name_is_long_or_holds_a_slash():
    name = name_for(f"https://acme.example/{'a/' * 500}")
    assert len(name) <= LONGEST_NAME
    assert "/" not in name
