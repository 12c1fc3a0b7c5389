"""Transactions of PostgreSQL that wait for each other in a circle: nobody hears of it, and all of them are done."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import await_only

from bot.store import database as store
from bot.store.database import Database
from bot.store.schema import channels
from postgres import Server


def crossing(first: str, second: str, mine: asyncio.Event, others: asyncio.Event, runs: Counter[str]):
    """Takes one row, waits until the other's is taken too, and wants that."""

    def work(conn: Connection) -> None:
        runs[first] += 1
        _count(conn, first)
        mine.set()
        await_only(others.wait())
        _count(conn, second)

    return work


def _count(conn: Connection, name: str) -> None:
    conn.execute(update(channels).where(channels.c.name == name).values(token=channels.c.token + 1))


async def crossed(url: str) -> tuple[Counter[str], list[int]]:
    async with await Database.open(url, migrate_first=True) as one, await Database.open(url) as other:
        await one.write(lambda conn: conn.execute(channels.insert(), [{"name": "a"}, {"name": "b"}]))
        left, right, runs = asyncio.Event(), asyncio.Event(), Counter[str]()
        try:
            await asyncio.gather(
                one.write(crossing("a", "b", left, right, runs)), other.write(crossing("b", "a", right, left, runs))
            )
        finally:
            counts = await one.read(lambda conn: list(conn.execute(select(channels.c.token)).scalars()))
    return runs, counts


async def test_of_two_that_wait_for_each_other_one_begins_anew(postgres: Server):
    runs, counts = await crossed(await postgres.fresh())
    assert sorted(runs.values()) == [1, 2]
    assert counts == [2, 2], "what was undone is done once"


async def test_it_is_not_tried_for_ever(postgres: Server, monkeypatch):
    monkeypatch.setattr(store, "TRIES", 1)
    with pytest.raises(DBAPIError, match="deadlock"):
        await crossed(await postgres.fresh())
