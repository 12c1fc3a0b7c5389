"""Requests to providers that count them: charged where they are made, refused when nothing is left, and shown."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.budgets import LIMITS, Budgets, quota_of
from bot.store import politeness
from bot.store.database import Database
from bot.store.errors import StoreUnreachable
from bot.why import quota_words
from loopback import Upstream
from making import NOW, source
from running import running, scripted
from watchers.model import Credential, Step
from watchers.trouble import QuotaSpent

KEY = Credential("courtlistener", header="Authorization", prefix="Token ", fallback="demo")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(f"sqlite:///{tmp_path}/store.db", migrate_first=True) as opened:
        yield opened


class Time:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


async def spend(granting: Budgets, provider: str, credential: Credential | None = None) -> None:
    charge = granting.charge(source(provider=provider), credential)
    assert charge is not None
    await charge()


async def test_what_a_provider_grants_is_what_its_plan_says(database: Database):
    time = Time()
    granting = Budgets(database, time, sleep=time.sleep)
    granted = 0
    while time.now < NOW + DAY:
        try:
            await spend(granting, "courtlistener", KEY)
            granted += 1
        except QuotaSpent as spent:
            time.now += spent.retry_after or timedelta(0)
    assert granted == 125
    assert time.now == NOW + DAY, "the day's budget was spent after two and a half hours"


async def test_a_short_wait_is_waited_and_a_long_one_ends_the_visit(database: Database):
    time = Time()
    granting = Budgets(database, time, sleep=time.sleep)
    for _ in range(25):
        await spend(granting, "edgar")
    assert NOW + timedelta(seconds=2) <= time.now < NOW + timedelta(seconds=3), "ten a second"
    alphavantage = Credential("alphavantage", query="apikey")
    for _ in range(25):
        await spend(granting, "alphavantage", alphavantage)
    with pytest.raises(QuotaSpent) as refused:
        await spend(granting, "alphavantage", alphavantage)
    assert refused.value.retry_after is not None
    assert DAY - MINUTE < refused.value.retry_after <= DAY
    assert refused.value.detail.startswith("the budget for alphavantage is spent; the next request is free at 2026-11-")


@pytest.mark.parametrize("provider", ["courtlistener-feed", "pacer-rss", "earningscall", None])
async def test_what_nobody_counts_is_free(database: Database, provider: str | None):
    assert Budgets(database, Time()).charge(source(provider=provider), None) is None


async def test_only_requests_that_carry_the_key_count(database: Database):
    """A document on the provider's file server is asked for without the key, and is free."""
    granting = Budgets(database, Time())
    assert granting.charge(source(provider="courtlistener"), None) is None
    assert granting.charge(source(provider="courtlistener"), KEY) is not None


async def test_every_try_of_a_fetch_is_charged_and_no_hop_to_another_host(tmp_path: Path):
    answers = iter([500, 500, 200])

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=next(answers), text="words")

    async def visit(visit):
        await visit.get(upstream.url("/api"), credential=KEY)
        await visit.get(upstream.url("/file"))
        await visit.get(upstream.url("/moved"), credential=KEY)
        yield Step()

    async with Upstream() as upstream, running(tmp_path, scripted("court", visit, provider="courtlistener")) as bot:
        upstream.handle("/api", answer)
        upstream.serve("/file", "a document")
        upstream.redirect("/moved", upstream.url("/file", host="localhost"))
        report = await bot.visit("court")
        assert report.trouble is None
        left, _ = await bot.database.read(
            lambda conn: politeness.left(conn, "courtlistener", now=NOW, limits=LIMITS["courtlistener"])
        )
        assert left == 5 - 4, "three tries and one that was sent on"


async def test_a_key_that_is_missing_costs_nothing(tmp_path: Path):
    async def visit(visit):
        await visit.get("http://127.0.0.1:9/", credential=Credential("courtlistener", header="Authorization"))
        yield Step()

    async with running(tmp_path, scripted("court", visit, provider="courtlistener")) as bot:
        report = await bot.visit("court")
        assert report.trouble is not None
        assert report.trouble.kind == "credentials"
        assert await bot.database.read(lambda conn: quota_of(conn, "courtlistener", now=NOW)) == {
            "left": 5,
            "resets": None,
        }


async def test_a_spent_budget_rests_the_source_until_it_is_free_and_no_longer(tmp_path: Path):
    async def visit(visit):
        for number in range(6):
            await visit.get(upstream.url("/api"), params={"page": str(number)}, credential=KEY)
        yield Step()

    about: dict[str, Any] = {"provider": "courtlistener", "every": timedelta(seconds=10)}
    async with Upstream() as upstream, running(tmp_path, scripted("court", visit, **about)) as bot:
        upstream.serve("/api", "words")
        report = await bot.visit("court")
        assert report.trouble is not None
        assert report.trouble.kind == "quota"
        assert len(upstream.log) == 5
        assert (await bot.standing("court")).next_visit == NOW + MINUTE
        bot.now += timedelta(seconds=59)
        assert await bot.due() == []
        assert len(upstream.log) == 5
        bot.now += timedelta(seconds=1)
        await bot.due()
        assert len(upstream.log) == 10
        again = (await bot.standing("court")).next_visit
        assert again == bot.now + MINUTE, "waiting for a budget is no failure that doubles a wait"


async def test_a_source_that_used_the_last_of_a_budget_comes_when_there_is_one_again(tmp_path: Path):
    async def visit(visit):
        for number in range(5):
            await visit.get(upstream.url("/api"), params={"page": str(number)}, credential=KEY)
        yield Step()

    about: dict[str, Any] = {"provider": "courtlistener", "every": timedelta(seconds=10)}
    async with Upstream() as upstream, running(tmp_path, scripted("court", visit, **about)) as bot:
        upstream.serve("/api", "words")
        report = await bot.visit("court")
        assert report.trouble is None
        assert (await bot.standing("court")).next_visit == NOW + MINUTE


async def test_a_store_that_is_away_while_a_budget_is_asked_is_not_the_watchers_mistake(tmp_path: Path):
    class Away(Budgets):
        async def _spend(self, provider: str) -> None:
            raise StoreUnreachable("it does not answer", "wait")

    async def visit(visit):
        await visit.get("http://127.0.0.1:9/", credential=KEY)
        yield Step()

    async with running(tmp_path, scripted("court", visit, provider="courtlistener")) as bot:
        with pytest.raises(StoreUnreachable):
            await bot.visit("court", budgets=Away(bot.database, lambda: bot.now))


async def test_the_quota_in_the_contracts_words(database: Database):
    assert await database.read(lambda conn: quota_of(conn, "courtlistener-feed", now=NOW)) is None
    assert await database.read(lambda conn: quota_of(conn, None, now=NOW)) is None
    granting = Budgets(database, lambda: NOW)
    for _ in range(3):
        await spend(granting, "courtlistener", KEY)
    shown = await database.read(lambda conn: quota_of(conn, "courtlistener", now=NOW))
    assert shown == {"left": 2, "resets": None}
    assert quota_words(shown) == "Requests left in the provider's budget now: 2."
    for _ in range(2):
        await spend(granting, "courtlistener", KEY)
    shown = await database.read(lambda conn: quota_of(conn, "courtlistener", now=NOW))
    assert shown == {"left": 0, "resets": "2026-11-24T12:01:00+00:00"}
    assert quota_words(shown).endswith("now: 0; the next is free at 2026-11-24 12:01 UTC.")
