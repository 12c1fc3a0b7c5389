"""What may be watched: companies, sources, addresses and cases; and what is said of those that cannot."""

from datetime import timedelta

import pytest

from asking import asking
from bot.store import agenda, watched_sources
from loopback import Upstream
from making import NOW, document
from watchers.dockets import feed as docket_feed
from watchers.model import EntryMeta, Passage

DOCKET = "https://www.courtlistener.com/docket/12345678/somebody-v-acme/"
PRICE = "They will pay a price for every call."
ITEM = f"<item><guid>1</guid><title>Terms</title><description>{PRICE}</description></item>"
FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://acme.example/</link>'
    f"{ITEM}</channel></rss>"
)
PAGE = '<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>'


@pytest.fixture
async def people(tmp_path):
    async with asking(tmp_path) as people:
        yield people


@pytest.fixture
async def upstream():
    async with Upstream() as upstream:
        upstream.serve("/feed.xml", FEED, media_type="application/rss+xml")
        upstream.serve("/", PAGE, media_type="text/html")
        upstream.serve("/bare", "<!doctype html><html></html>", media_type="text/html")
        yield upstream


async def given(people) -> list[str]:
    return [source.name for source in await people.desk.database.read(watched_sources.listing)]


async def test_a_company_without_a_source_is_told_how_to_get_one(people):
    said = await people.says("add Microsoft azure")
    assert said.startswith("*MSFT* has no source yet")
    assert 'company = "MSFT"' in said
    assert await people.watches() == []


async def test_a_feed_and_the_page_that_offers_it_are_one_source(people, upstream):
    feed, page = (upstream.url(path) for path in ("/feed.xml", "/"))
    assert "is watching" in await people.says(f"add {page} price")
    assert len(await given(people)) == 1
    assert "Already watching" in await people.says(f"add {feed} price")
    assert "is also watching" in await people.says(f"add {feed} fee")
    [watch] = await people.watches()
    assert (watch.target, list(watch.filters.sources)) == (page, await given(people))
    assert "stopped watching" in await people.says(f"remove {page}")
    assert await given(people) == []


async def test_a_source_stays_while_somebody_wants_it(people, upstream):
    feed = upstream.url("/feed.xml")
    await people.says(f"add {feed} price")
    await people.says(f"add {feed} fee", channel="earnings")
    await people.says("remove w1")
    assert len(await given(people)) == 1
    await people.says("remove w2")
    assert await given(people) == []


async def test_a_watch_that_comes_back_makes_no_first_visit_of_a_source_that_others_watch(people, upstream):
    feed = upstream.url("/feed.xml")
    await people.says(f"add {feed} price")
    await people.says(f"add {feed} fee", channel="earnings")
    [name] = await given(people)

    def visited(conn) -> None:
        claim = agenda.claim(conn, name, now=NOW, lease=timedelta(minutes=1))
        assert claim is not None
        agenda.settle(conn, claim, now=NOW, next_visit=NOW, trouble=None, validators={})

    await people.desk.database.write(visited)
    await people.says("remove w1")
    assert "is watching" in await people.says("add w1 answers")
    memory = await people.desk.database.read(lambda conn: agenda.memory(conn, name))
    assert memory.first_visit_done == NOW
    back = (await people.watches())[0]
    assert back.rules == ("price", "answers")


async def test_what_stands_at_an_address_is_tried_first(people, upstream):
    said = await people.says(f"test {upstream.url('/feed.xml')} price")
    assert "1 match in 1 of the 1 documents that are there now. Nothing was posted or changed." in said
    assert PRICE in said
    assert (await given(people), await people.watches()) == ([], [])


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/bare", "a web page that offers no feed"), ("/gone", "404"), ("/feed.xml:1", "")],
)
async def test_an_address_with_nothing_to_watch_is_refused_with_the_reason(people, upstream, path, reason):
    said = await people.says(f"add {upstream.url('')}{path} price")
    assert said.startswith("I can't watch")
    assert reason in said
    assert "Nothing changed." in said
    assert (await given(people), await people.watches()) == ([], [])


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/feed",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/feed",
        "http://2130706433/feed",
        "http://localhost/feed",
    ],
)
async def test_an_address_that_may_not_be_reached_is_refused_in_the_words_of_the_guard(tmp_path, url):
    async with asking(tmp_path, private=False) as people:
        said = await people.says(f"add {url} price")
        assert "I can't watch" in said
        assert "Give a public http or https address" in said
        assert (await given(people), await people.watches()) == ([], [])


@pytest.mark.parametrize("url", ["https://anna:secret@acme.example/feed", "https://[/feed", "http://"])
async def test_what_is_no_address_is_refused(people, url):
    said = await people.says(f"add {url} price")
    assert "Nothing changed" in said or "I couldn't find" in said
    assert await people.watches() == []


async def test_a_docket_that_is_configured_is_known_by_any_of_its_addresses(people):
    said = await people.says("add https://www.courtlistener.com/docket/67569326/kadrey-v-meta/ fees")
    assert "is watching *kadrey* here for `fees`" in said
    assert await given(people) == []


async def test_a_docket_becomes_a_source_by_its_address(tmp_path, upstream):
    provider = f'[provider.courtlistener]\nbase_url = "{upstream.url("")}"\n'
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Somebody v. Acme</title></feed>'
    upstream.serve("/docket/12345678/feed/", atom, media_type="application/atom+xml")
    async with asking(tmp_path, slack_table="", sources=(provider,)) as people:
        assert "is watching" in await people.says(f"add {DOCKET} sanctions")
        [source] = await people.desk.database.read(watched_sources.listing)
        assert (source.name, source.provider) == ("docket-12345678", "courtlistener-feed")
        assert source.options == docket_feed.Options(docket=12345678)
        assert people.desk.in_force.book().sources["docket-12345678"].base_url == upstream.url("")


async def test_a_case_is_known_by_the_number_of_its_entries(people):
    assert "I don't know the case" in await people.says("add docket:1:24-cv-00001 fees")
    meta = EntryMeta(docket_number="1:24-cv-00001-AB", case_name="Somebody v. <Acme>", court="nysd")
    entry = document(key="e", source="kadrey", meta=meta).model_copy(
        update={"passages": (Passage(text="A motion for fees."),)}
    )
    await people.stored(entry)
    said = await people.says("add 24-cv-1 fees")
    assert "That is Somebody v. &lt;Acme&gt; (nysd)." in said
    assert "Already watching" in await people.says("add docket:1:24-cv-00001 fees")
    assert "1 match" in await people.says("test w1")
    assert "`fees`" in await people.says("show docket:1:24-cv-00001-AB")
