"""A new rule over what is stored already: recorded, not told, and there as the "earlier" of what comes next."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import catchup
from bot.catchup import catch_up
from bot.rulebook import RuleBook
from bot.settings import PipelineSettings
from bot.store import archive, matches, outbox, statements
from bot.store.database import Database
from making import NOW, document
from rules.model import Filters, Rule
from running import LEASE, META, OPS, RULES, Bot, running, scripted
from watchers.model import CallMeta, Document, Step

YES = "We think we should get some portion of the revenue for that."
NO = "Mind that selling access to models is not our business."
BOTH = RULES
SHARING, LICENSING = RULES


def post(key: str, *texts: str, **about: Any) -> Document:
    return document(*texts, key=key, **({"company": "META", "published": NOW - timedelta(days=90)} | about))


async def caught_up(bot: Bot, *rules: Rule, database: Any = None) -> int:
    book = RuleBook.of(rules, bot.watches())
    settings = PipelineSettings(ops_channel=OPS, deliver=bot.hinted.extend)
    return await catch_up(
        database or bot.database, book, companies={"META": META}, settings=settings, clock=lambda: bot.now
    )


async def stored(bot: Bot, *made: Document) -> None:
    """These documents are in the archive, where no rule has read them."""
    for one in made:
        await bot.database.write(lambda conn, one=one: archive.record(conn, one, None, now=bot.now))


async def test_what_is_stored_is_recorded_with_one_line_and_no_alert(tmp_path: Path):
    async with running(tmp_path) as bot:
        await stored(bot, post("a", YES), post("b", NO), post("c", "Nothing."))
        assert await caught_up(bot, *BOTH) == 2
        assert await bot.alerts() == []
        (told,) = await bot.lines()
        assert told.startswith("New rules (Licensing, Revenue sharing): 2 stored documents with 2 matches recorded; ")
        said = await bot.database.read(lambda conn: statements.timeline(conn, "META", "paid-access"))
        assert sorted(statement.quote for statement in said) == sorted([YES, NO])
        assert bot.hinted[-1] == OPS


async def test_it_is_the_earlier_of_what_comes_next(tmp_path: Path):
    async def visit(_visit):
        yield Step(documents=(post("new", YES, published=NOW),))

    async with running(tmp_path, scripted("news", visit), first_visit="alert") as bot:
        await stored(bot, post("old", NO))
        await caught_up(bot, *BOTH)
        await bot.visit()
        (alert,) = await bot.alerts()
        assert [(earlier.quote, earlier.relation) for earlier in alert.earlier] == [(NO, "opposite")]


async def test_the_archive_is_read_once_with_each_rule(tmp_path: Path):
    async with running(tmp_path) as bot:
        await stored(bot, post("a", YES), post("b", NO))
        assert await caught_up(bot, SHARING) == 1
        assert await caught_up(bot, SHARING) == 0
        assert await caught_up(bot, *BOTH) == 1, "the new rule alone"
        assert len(await bot.lines()) == 2


async def test_an_empty_archive_is_no_news(tmp_path: Path):
    async with running(tmp_path) as bot:
        assert await caught_up(bot, *BOTH) == 0
        assert await bot.lines() == []


async def test_a_rule_that_comes_back_reads_what_came_meanwhile_and_doubles_nothing(tmp_path: Path):
    async with running(tmp_path) as bot:
        await stored(bot, post("a", YES))
        await caught_up(bot, SHARING)
        await caught_up(bot, LICENSING)
        await stored(bot, post("b", YES))
        assert await caught_up(bot, SHARING) == 1
        for number in (1, 2):
            assert len(await bot.database.read(lambda conn, n=number: matches.of(conn, n, 1))) == 1


async def test_what_two_rules_of_one_name_and_query_find_in_common_is_stored_once(tmp_path: Path):
    of_company = SHARING.model_copy(update={"filters": Filters(companies=("META",))})
    of_source = SHARING.model_copy(update={"filters": Filters(sources=("news",))})
    async with running(tmp_path) as bot:
        await stored(bot, post("a", YES, source="news"))
        assert await caught_up(bot, of_company, of_source) == 1
        assert len(await bot.database.read(lambda conn: matches.of(conn, 1, 1))) == 1


async def test_a_call_that_goes_on_now_is_told(tmp_path: Path):
    call = post("call", YES, meta=CallMeta(), published=NOW - timedelta(hours=1))
    async with running(tmp_path) as bot:
        await stored(bot, call, post("old", YES, meta=CallMeta()))
        await caught_up(bot, *BOTH)
        (alert,) = await bot.alerts()
        assert alert.title == ""
        assert [quote.text for quote in alert.quotes] == [YES]


async def test_a_second_rule_for_a_call_of_which_was_told_tells_only_its_own(tmp_path: Path):
    call = post("call", YES, NO, meta=CallMeta(), published=NOW - timedelta(hours=1))
    async with running(tmp_path) as bot:
        await stored(bot, call)
        await caught_up(bot, SHARING)
        await caught_up(bot, *BOTH)
        told = await bot.messages()
        assert [[quote.text for quote in message.alert.quotes] for message in told if message.alert] == [[YES], [NO]]
        first, second = [message for message in told if message.alert]
        assert first.alert.id != second.alert.id
        assert (second.operation, second.parent) == ("reply", first.id)


class Killed(BaseException):
    pass


@pytest.mark.parametrize("at", range(1, 6))
async def test_a_kill_costs_the_work_again_and_doubles_nothing(tmp_path: Path, monkeypatch, at: int):
    monkeypatch.setattr(catchup, "AT_ONCE", 1)

    class Mortal:
        left = at

        def __init__(self, database: Database) -> None:
            self.database = database
            self.read = database.read

        async def write(self, work):
            Mortal.left -= 1
            if Mortal.left == 0:
                raise Killed
            return await self.database.write(work)

    async with running(tmp_path) as bot:
        await stored(bot, *(post(str(number), YES) for number in range(3)))
        with pytest.raises(Killed):
            await caught_up(bot, SHARING, database=Mortal(bot.database))
        bot.now += LEASE  # until then another may be at it
        await caught_up(bot, SHARING)
        for number in (1, 2, 3):
            assert len(await bot.database.read(lambda conn, n=number: matches.of(conn, n, 1))) == 1
        assert len(await bot.database.read(lambda conn: statements.timeline(conn, "META"))) == 3
        assert (await bot.database.read(outbox.counts)).waiting == (1 if at < 5 else 0)
