"""Troubles of single documents are kept until the document is had, and told once."""

from datetime import timedelta

from bot.store import roster, troubles
from bot.store.database import Database
from making import NOW, source
from watchers.trouble import TroubleRecord

AT_ONCE = {"blocked", "unreadable"}


def trouble(kind="blocked", detail="page: kept out (403)") -> TroubleRecord:
    return TroubleRecord(kind=kind, detail=detail, mend="Ask the site.")


async def noted(database: Database, about, *met: TroubleRecord, given_up: bool = False, now=NOW) -> None:
    await database.write(lambda conn: troubles.note(conn, "news", about, met, given_up=given_up, now=now))


async def told(database: Database) -> list[TroubleRecord]:
    return await database.write(lambda conn: troubles.to_tell(conn, "news", at_once=AT_ONCE))


async def shown(database: Database) -> tuple[TroubleRecord, ...]:
    return (await database.read(troubles.standing)).get("news", ())


async def test_a_trouble_is_told_once_and_shown_until_the_document_is_had(database: Database):
    await database.write(lambda conn: roster.sync(conn, [source()], now=NOW))
    await noted(database, "one", trouble())
    assert await told(database) == [trouble()]
    await noted(database, "one", trouble())
    assert await told(database) == []
    assert await shown(database) == (trouble(),)
    await database.write(lambda conn: troubles.solved(conn, "news", {"other"}))
    assert await shown(database) == (trouble(),)
    await database.write(lambda conn: troubles.solved(conn, "news", {"one"}))
    assert await shown(database) == ()


async def test_a_passing_one_is_told_when_it_is_met_again_or_given_up(database: Database):
    await database.write(lambda conn: roster.sync(conn, [source()], now=NOW))
    passing = trouble("unreachable", "page: no answer")
    await noted(database, "one", passing)
    await noted(database, "two", passing, given_up=True)
    assert await told(database) == [passing]
    await noted(database, "one", passing)
    assert await told(database) == [passing]
    await noted(database, "one", passing, given_up=True)
    assert await told(database) == [passing], "that it will never be had is told again"
    assert await told(database) == []


async def test_another_kind_for_the_same_document_is_told(database: Database):
    await database.write(lambda conn: roster.sync(conn, [source()], now=NOW))
    await noted(database, "one", trouble())
    await told(database)
    worse = trouble("unreadable", "page: no text")
    await noted(database, "one", worse)
    assert await told(database) == [worse]
    assert await shown(database) == (worse,)


async def test_one_that_belongs_to_no_document_goes_with_time(database: Database):
    await database.write(lambda conn: roster.sync(conn, [source()], now=NOW))
    await noted(database, None, trouble(detail="an entry without any identity"), trouble(detail="half \ud800 a pair"))
    assert len(await shown(database)) == 2
    later = NOW + troubles.KEPT + timedelta(seconds=1)
    await database.write(lambda conn: troubles.forget_old(conn, "news", now=later))
    assert await shown(database) == ()
