"""A source that was given in a private channel: what others may learn of it anywhere, which is that there is one."""

from datetime import timedelta

import pytest

from asking import BERT, asking
from bot.readiness import unready
from bot.store import agenda, matches, watched_sources
from bot.telling import HIDDEN
from loopback import Upstream
from making import NOW, document, match
from watchers.model import EntryMeta
from watchers.trouble import Blocked

WORDS = "They pay a price, which is confidential."
FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://acme.example/</link>'
    f"<item><guid>1</guid><title>Terms</title><description>{WORDS}</description></item></channel></rss>"
)
RULE = '[[rule]]\nname = "Prices"\nquery = "price"\nchannel = "#general"\n'


@pytest.fixture
async def people(tmp_path, store_url):
    async with asking(tmp_path, store_url, sources=(RULE, '[[company]]\nticker = "META"\nname = "Meta"\n')) as people:
        yield people


@pytest.fixture
async def url():
    async with Upstream() as upstream:
        yield upstream.serve("/deal.xml", FEED, media_type="application/rss+xml")


async def given(people, url: str) -> str:
    """The name of the source that Bert gave in #secret, of which a document is stored, and that fails since."""
    assert "is watching" in await people.says(f"add {url} price", user=BERT, channel="secret")
    [source] = await people.desk.database.read(watched_sources.listing)
    meta = EntryMeta(docket_number="1:24-cv-00001", case_name="Somebody v. Acme", court="nysd")
    made = document(WORDS, key="e", source=source.name, title="Deal", meta=meta)
    rules = ["Prices", "price"]
    await people.stored(made, *(match(made, "price", passage=1, rule=rule, facet=None) for rule in rules))

    def failed(conn) -> None:
        claim = agenda.claim(conn, source.name, now=NOW, lease=timedelta(minutes=1))
        assert claim is not None
        trouble = Blocked(f"{url}: kept out (403)").record()
        agenda.settle(conn, claim, now=NOW, next_visit=NOW, trouble=trouble, validators={})

    await people.desk.database.write(failed)
    return source.name


async def test_elsewhere_no_command_tells_of_it(people, url):
    name = await given(people, url)
    for asked in (
        "status",
        "list all",
        "show Prices",
        "test Prices",
        "test docket:1:24-cv-00001 price",
        "add docket:1:24-cv-00001 price",
        "show docket:1:24-cv-00001",
        "show w1",
    ):
        said = await people.says(asked)
        for secret in (name, url, "deal.xml", "Deal", "confidential", "Somebody", "1 match"):
            assert secret not in said, (asked, said)
    assert "1 failing: 1 more" in await people.says("status")
    for asked in (f"test {name} price", f"add {name} price", f"add {name} in #earnings"):
        assert "I couldn't find" in await people.says(asked), asked
    assert [watch.private for watch in await people.watches()] == [True]


async def test_in_its_own_channel_it_has_its_name(people, url):
    name = await given(people, url)
    assert f"1 failing: {name} (blocked" in await people.says("status", channel="secret")
    assert "1 match" in await people.says("test w1", channel="secret")
    assert "1 match" in await people.says("show w1", channel="secret")
    assert "Already watching" in await people.says(f"add {name} price", channel="secret")


async def test_what_is_given_in_public_too_is_no_secret_as_long_as_it_is(people, url):
    name = await given(people, url)
    await people.says(f"add {url} fee")
    assert f"1 failing: {name}" in await people.says("status", channel="earnings")
    assert not await people.desk.database.read(lambda conn: watched_sources.is_hidden(conn, name))
    await people.says("remove w2")
    assert await people.desk.database.read(lambda conn: watched_sources.is_hidden(conn, name))
    # What is under way when nobody watches it any more tells nobody either.
    await people.says("remove w1", channel="secret")
    assert await people.desk.database.read(lambda conn: watched_sources.is_hidden(conn, name))


async def test_whoever_asks_over_the_web_why_the_bot_is_not_ready_learns_no_name(people, url):
    await given(people, url)
    later = NOW + timedelta(days=2)
    said = await unready(people.desk.database, troubles=[], clock=lambda: later)
    assert said == [f"{HIDDEN} has been due since 2026-11-24 12:00 UTC"]


async def test_a_rule_of_the_file_counts_what_it_hears(people, url):
    await given(people, url)
    assert await people.desk.database.read(lambda conn: len(matches.found(conn, ["Prices"]))) == 1
    assert "No match yet." in await people.says("show Prices")
    made = document(WORDS, source="news")
    await people.stored(made, match(made, "price", rule="Prices", facet=None))
    assert "1 match" in await people.says("show Prices")
