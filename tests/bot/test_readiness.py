"""What readiness and the metrics say of sources: every one that is in trouble or silent, asked of any worker."""

from datetime import timedelta

import pytest

from bot import silence
from bot.readiness import MOST_SOURCES, measured, unready
from bot.store import agenda, archive, roster, troubles
from bot.store.database import Database
from claiming import spoke
from making import NOW, source
from watchers.trouble import TroubleRecord

DAY = timedelta(days=1)
LEASE = timedelta(minutes=2)


@pytest.fixture
async def database(store_url):
    async with await Database.open(store_url, migrate_first=True) as database:
        yield database


def watch(conn, *names: str) -> None:
    roster.sync(conn, [source(name) for name in names], now=NOW)


def visited(conn, name: str, kind: str | None = None, *, at=NOW) -> None:
    claim = agenda.claim(conn, name, now=at, lease=LEASE)
    trouble = None if kind is None else TroubleRecord(kind=kind, detail="It says so.", mend="Look at it.")
    agenda.settle(conn, claim, now=at, next_visit=at + DAY, trouble=trouble, validators={})


async def test_every_trouble_and_every_silence_is_counted_by_whoever_is_asked(database: Database):
    def lay(conn) -> None:
        watch(conn, "blocked", "throttled", "silent", "well", "scans")
        visited(conn, "blocked", "blocked")
        visited(conn, "throttled", "throttled")
        for name in ("silent", "well", "scans"):
            visited(conn, name)
        spoke(conn, "silent", 100, 95, 90, 85)
        spoke(conn, "well", 3, 2, 1)
        scan = TroubleRecord(kind="unreadable", detail="Its pages are pictures.", mend="Read it yourself.")
        troubles.note(conn, "scans", "doc", [scan], given_up=False, now=NOW)

    await database.write(lay)
    said = (await measured(database, NOW)).decode()
    for line in (
        'onrecord_sources_in_trouble{kind="blocked"} 1.0',
        'onrecord_sources_in_trouble{kind="throttled"} 1.0',
        'onrecord_documents_in_trouble{kind="unreadable"} 1.0',
        "onrecord_sources_quiet 1.0",
        'onrecord_messages{state="dead"} 0.0',
        "onrecord_store_answers 1.0",
    ):
        assert f"\n{line}\n" in said, line
    assert await unready(database, troubles=[], clock=lambda: NOW) == [
        "silent has been silent for longer than is usual for it"
    ]
    # What is well again is no longer counted.
    await database.write(lambda conn: visited(conn, "blocked", at=NOW + DAY))
    assert 'kind="blocked"' not in (await measured(database, NOW)).decode()


async def test_after_an_outage_an_answer_names_some_and_counts_the_others(database: Database):
    await database.write(lambda conn: watch(conn, *(f"s{number:03}" for number in range(MOST_SOURCES + 5))))
    reasons = await unready(database, troubles=["nothing can be sent: revoked"], clock=lambda: NOW + DAY)
    assert reasons[0] == "nothing can be sent: revoked"
    assert reasons[1].startswith("s000 has been due since")
    assert reasons[-1] == "5 more: see `onrecord status`"
    assert len(reasons) == MOST_SOURCES + 2


async def test_a_rhythm_is_asked_for_only_of_who_may_be_quiet(database: Database, monkeypatch: pytest.MonkeyPatch):
    """A question for each source would take readiness longer than it has, at ten thousand of them."""

    def lay(conn) -> None:
        watch(conn, "silent", "well", "new")
        spoke(conn, "silent", 100, 95, 90, 85)
        spoke(conn, "well", 3, 2, 1)

    await database.write(lay)
    asked = []

    def recent_published(conn, name: str):
        asked.append(name)
        return archive.recent_published(conn, name)

    monkeypatch.setattr(silence, "recent_published", recent_published)
    await unready(database, troubles=[], clock=lambda: NOW)
    assert asked == ["silent"]
