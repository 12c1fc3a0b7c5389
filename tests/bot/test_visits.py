"""What a watcher holds in its hands, and what of it is remembered when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.visits import Hands
from driving import SETTINGS, ReadHere, no_sleep
from loopback import Upstream
from making import NOW, source
from running import META
from watchers.fetch import Fetcher
from watchers.model import NoOptions, Validators
from watchers.readers import plaintext
from watchers.trouble import NotFound


@pytest.fixture
async def upstream():
    async with Upstream() as served:
        yield served


@pytest.fixture
async def fetcher():
    settings = replace(SETTINGS, allow_private_addresses=True)
    async with Fetcher(settings, clock=lambda: NOW, sleep=no_sleep) as opened:
        yield opened


def hands(fetcher: Fetcher, remembered=None) -> Hands:
    return Hands(source(company=META), fetcher, ReadHere(), remembered or {})


def begun(held: Hands):
    return held.visit(cursor={}, cause=None, now=NOW)


async def test_a_single_is_remembered_with_its_step_and_a_listing_at_the_end(upstream, fetcher):
    one, listing = upstream.serve("/one", "words"), upstream.serve("/feed", "a listing")
    held = hands(fetcher)
    visit = begun(held)
    await visit.get(listing, listing=True)
    await visit.get(one)
    assert set(held.take_singles()) == {one}
    assert held.take_singles() == {}
    assert set(held.take_all()) == {listing}
    assert held.take_all() == {}


async def test_parameters_are_part_of_the_name_whatever_their_order(upstream, fetcher):
    url = upstream.serve("/events", "words")
    held = hands(fetcher)
    visit = begun(held)
    first = await visit.get(url, params={"b": "2", "a": "1"})
    again = await visit.get(url, params={"a": "1", "b": "2"})
    other = await visit.get(url, params={"a": "1"})
    assert [first.unchanged, again.unchanged, other.unchanged] == [False, True, False]
    assert set(held.take_singles()) == {f"{url}?a=1&b=2", f"{url}?a=1"}


async def test_again_asks_without_conditions(upstream, fetcher):
    url = upstream.serve("/one", "words")
    held = hands(fetcher, {url: Validators(etag=f'"{"x" * 16}"')})
    visit = begun(held)
    assert not (await visit.get(url)).unchanged
    assert (await visit.get(url)).unchanged
    assert not (await visit.get(url, again=True)).unchanged


async def test_a_run_that_failed_forgets_what_it_did_not_commit(upstream, fetcher):
    kept, lost, listing = (upstream.serve(path, path) for path in ("/kept", "/lost", "/feed"))
    held = hands(fetcher)
    visit = begun(held)
    await visit.get(kept)
    held.committed([], held.take_singles())
    await visit.get(lost)
    await visit.get(listing, listing=True)
    held.forget_run()
    visit = begun(held)
    assert [(await visit.get(url)).unchanged for url in (kept, lost, listing)] == [True, False, False]


async def test_what_was_known_before_is_known_again_after_a_failure(upstream, fetcher):
    url = upstream.serve("/feed", "old words")
    held = hands(fetcher)
    await begun(held).get(url, listing=True)
    known = held.take_all()
    upstream.replace("/feed", "new words")
    held = hands(fetcher, known)
    assert not (await begun(held).get(url, listing=True)).unchanged
    held.forget_run()
    assert held.take_all() == {}
    assert not (await begun(held).get(url, listing=True)).unchanged, "the new words were not used yet"


async def test_runs_that_came_through_are_remembered_beside_one_that_failed(upstream, fetcher):
    good, bad = upstream.serve("/good", "good"), upstream.serve("/bad", "bad")
    held = hands(fetcher)
    await begun(held).get(good, listing=True)
    await begun(held).get(bad, listing=True)
    held.forget_run()
    begun(held)
    assert set(held.take_all()) == {good}


async def test_a_trouble_is_remembered_as_nothing(upstream, fetcher):
    held = hands(fetcher)
    with pytest.raises(NotFound):
        await begun(held).get(upstream.url("/nothing"))
    assert held.take_all() == {}


async def test_the_shortest_wish_of_a_listing_counts(upstream, fetcher):
    urls = [upstream.serve(f"/{age}", str(age), headers={"Cache-Control": f"max-age={age}"}) for age in (600, 60, 3600)]
    held = hands(fetcher)
    visit = begun(held)
    await visit.get(upstream.serve("/page", "page", headers={"Cache-Control": "max-age=1"}))
    assert held.fresh_for is None, "a page says nothing of its listing"
    for url in urls:
        await visit.get(url, listing=True)
    assert held.fresh_for == timedelta(seconds=60)


async def test_what_is_read_belongs_to_its_source_and_knows_its_bytes(upstream, fetcher):
    held = hands(fetcher)
    visit = begun(held)
    response = await visit.get(upstream.serve("/one.txt", "Some words.\n\nAnd more of them."))
    assert response.body is not None
    reading = await visit.read(plaintext.READER, response.body, NoOptions())
    (document,) = reading.documents
    assert (document.source, document.company) == ("news", "META")
    assert document.origin is not None
    assert (document.origin.reader, document.origin.version) == (plaintext.READER.name, plaintext.READER.version)
    assert held.body_of(document) == response.body
    held.committed([document], {})
    assert held.body_of(document) is None, "hundreds of PDFs are not kept in memory"
