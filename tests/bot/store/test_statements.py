"""Statements are kept for ever, once for a sentence and facet, and found newest first."""

from bot.model import Statement
from bot.store import statements
from bot.store.database import Database


def said(quote: str, date: str, polarity="affirms", company="META", facet="paid-access") -> Statement:
    return Statement(
        date=date,
        company=company,
        facet=facet,
        kind="post",
        speaker="Mark Zuckerberg",
        role="executive",
        side="own",
        quote=quote,
        url=None,
        polarity=polarity,
        modality="fact",
        rule="Revenue sharing",
    )


async def kept(database: Database, document_id: int, *made: Statement) -> None:
    rows = [(statement, statement.quote.casefold()) for statement in made]
    await database.write(lambda conn: statements.add(conn, document_id, 1, rows))


async def earlier(database: Database, until="2026-01-01", before_document=99, limit=10, **about) -> list[str]:
    found = await database.read(
        lambda conn: statements.earlier(
            conn, "META", "paid-access", before_document=before_document, until=until, limit=limit, **about
        )
    )
    return [statement.quote for statement in found]


async def test_earlier_ones_come_newest_first_and_end_at_the_day(database: Database):
    await kept(database, 1, said("first", "2023-07-26"), said("third", "2025-03-21"))
    await kept(database, 2, said("second", "2024-07-23", "denies"), said("same day", "2024-07-23"))
    await kept(database, 3, said("others", "2024-01-01", company="AAPL"), said("otherwise", "2024-01-01", facet="x"))
    assert await earlier(database) == ["third", "same day", "second", "first"]
    assert await earlier(database, until="2024-07-23") == ["same day", "second", "first"]
    assert await earlier(database, before_document=2) == ["third", "first"]
    assert await earlier(database, limit=1) == ["third"]


async def test_a_position_is_found_however_much_was_said_since(database: Database):
    await kept(database, 1, said("never", "2020-01-01", "denies"))
    await kept(database, 2, *(said(f"yes {day}", f"2024-01-{day:02}") for day in range(1, 30)))
    assert "never" not in await earlier(database)
    assert await earlier(database, polarity="denies") == ["never"]


async def test_a_sentence_of_a_document_counts_once_for_a_facet(database: Database):
    await kept(database, 1, said("The same", "2024-01-01"), said("the same", "2024-01-02"))
    await kept(database, 1, said("the SAME", "2024-01-03"), said("the same", "2024-01-03", facet="other"))
    await kept(database, 2, said("the same", "2024-01-04"))
    assert await earlier(database) == ["the same", "The same"]


async def test_a_timeline_is_told_from_the_beginning(database: Database):
    await kept(database, 1, said("late", "2025-03-21"), said("early", "2023-07-26"))
    await kept(database, 2, said("half \ud800 a pair", "2024-01-01", facet="other"))
    whole = await database.read(lambda conn: statements.timeline(conn, "META"))
    assert [statement.date for statement in whole] == ["2023-07-26", "2024-01-01", "2025-03-21"]
    of_facet = await database.read(lambda conn: statements.timeline(conn, "META", "paid-access"))
    assert [statement.quote for statement in of_facet] == ["early", "late"]
    assert await database.read(lambda conn: statements.timeline(conn, "AAPL")) == []
