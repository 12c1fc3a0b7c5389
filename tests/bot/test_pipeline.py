"""A visit from claim to settlement, with real watchers over loopback and with watchers that do what none should."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import HttpUrl

from bot.rulebook import RuleBook
from bot.store import agenda, archive, matches, statements, steering
from bot.store.database import Database
from bot.store.errors import StoreFull
from loopback import Upstream
from making import NOW, document
from running import CHANNEL, LEASE, META, OPS, running, scripted
from watchers import blogs
from watchers.model import FollowUp, Pace, Passage, PostMeta, Push, Source, Step
from watchers.trouble import Blocked, Throttled, TroubleRecord, Unreachable, Unreadable

YES = "We think we should get some portion of the revenue for that."
NO = "Mind that selling access to models is not our business."
PADDING = "And there is more to be said of it, which nobody asked to hear about at all. " * 20


def item(key: str, text: str, *, day: int = 1) -> str:
    return (
        f"<item><guid isPermaLink='false'>{key}</guid><title>Post {key}</title><link>https://example.com/{key}</link>"
        f"<pubDate>{day:02} Nov 2026 10:00:00 GMT</pubDate><description>{text} {PADDING}</description></item>"
    )


def feed(*items: str) -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{"".join(items)}</channel></rss>'


def blog(url: str, name: str = "news", **about: Any) -> Source:
    return Source(name=name, kind="blog", company=META, options=blogs.Options(url=HttpUrl(url)), **about)


def post(key: str, *texts: str, **about: Any):
    usual: dict[str, Any] = {"company": "META", "language": "en", "published": NOW - timedelta(days=90)}
    return document(*texts, key=key, **(usual | about))


# The story of one source


async def test_a_first_visit_is_quiet_and_what_comes_later_is_told(tmp_path: Path):
    async with Upstream() as upstream:
        url = upstream.serve("/feed.xml", feed(item("a", NO), item("b", "Nothing.")))
        async with running(tmp_path, blog(url)) as bot:
            first = await bot.visit()
            assert (first.first, first.trouble, first.tally.documents, first.tally.matches) == (True, None, 2, 1)
            assert await bot.alerts() == []
            (told,) = await bot.lines()
            assert told.startswith("news: first visit recorded 2 documents with 1 match;")
            assert bot.hinted == [OPS]

            second = await bot.visit(after=timedelta(hours=1))
            assert (second.first, second.tally.documents) == (False, 0)
            assert "If-None-Match" in upstream.log[-1].headers

            upstream.replace("/feed.xml", feed(item("c", YES, day=24), item("a", NO), item("b", "Nothing.")))
            await bot.visit(after=timedelta(hours=1))
            (alert,) = await bot.alerts()
            assert [quote.text for quote in alert.quotes] == [YES]
            assert [(earlier.quote, earlier.relation) for earlier in alert.earlier] == [(NO, "opposite")]
            assert (alert.company, alert.title, alert.status, alert.channel) == ("META", "Post c", "new", CHANNEL)
            assert bot.hinted == [OPS, CHANNEL]
            assert len(await bot.lines()) == 1, "a first visit is told once"


async def test_a_visit_that_finds_nothing_is_a_claim_and_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with Upstream() as upstream:
        url = upstream.serve("/feed.xml", feed(item("a", NO)))
        async with running(tmp_path, blog(url)) as bot:
            await bot.visit()
            commits = []
            write = bot.database.write

            async def counted(work):
                commits.append(work)
                return await write(work)

            monkeypatch.setattr(bot.database, "write", counted)
            await bot.visit(after=timedelta(hours=1))
            assert len(commits) == 2
            assert (await bot.standing()).last_visit == NOW + timedelta(hours=1)


async def test_bytes_are_kept_beside_what_was_read_from_them(tmp_path: Path):
    async with Upstream() as upstream:
        url = upstream.serve("/feed.xml", feed(item("a", YES)))
        async with running(tmp_path, blog(url)) as bot:
            await bot.visit()
            stored = await bot.database.read(lambda conn: archive.load(conn, 1))
            assert stored.origin is not None
            assert (stored.source, stored.company, stored.origin.reader) == ("news", "META", "feed")
            kept = await bot.database.read(lambda conn: archive.body(conn, stored.origin.body))
            assert kept is not None
            assert kept.content == feed(item("a", YES)).encode()


async def test_an_alert_for_all_that_a_first_visit_finds_may_be_asked_for(tmp_path: Path):
    async with Upstream() as upstream:
        url = upstream.serve("/feed.xml", feed(item("a", YES)))
        async with running(tmp_path, blog(url), first_visit="alert") as bot:
            await bot.visit()
            assert await bot.quotes() == [YES]
            assert await bot.lines() == ["news: first visit recorded 1 document with 1 match."]


async def test_a_first_visit_that_failed_was_none(tmp_path: Path):
    async with Upstream() as upstream:
        url = upstream.serve("/feed.xml", "oops", status=500)
        async with running(tmp_path, blog(url)) as bot:
            report = await bot.visit()
            assert report.trouble is not None
            assert report.trouble.kind == "unreachable"
            upstream.serve("/feed.xml", feed(item("a", YES)))
            await bot.visit(after=timedelta(days=1))
            assert await bot.alerts() == []
            assert (await bot.standing()).first_visit_done == NOW + timedelta(days=1)


# Troubles of the source


async def test_a_passing_trouble_is_told_when_it_stays_and_its_end_when_it_was_told(tmp_path: Path):
    async with Upstream() as upstream:
        url = upstream.serve("/feed.xml", feed(item("a", "Nothing.")))
        async with running(tmp_path, blog(url)) as bot:
            await bot.visit()
            told = len(await bot.lines())

            async def after(status: int) -> list[str]:
                nonlocal told
                upstream.serve("/feed.xml", feed(item("a", "Nothing.")) if status == 200 else "oops", status=status)
                await bot.visit(after=timedelta(hours=1))
                lines = (await bot.lines())[told:]
                told += len(lines)
                return lines

            assert await after(500) == []
            assert await after(200) == [], "what was never told has no end to tell"
            assert await after(500) == []
            (line,) = await after(500)
            assert line.startswith("news: unreachable. 127.0.0.1/feed.xml: the server failed (500). ")
            assert await after(500) == []
            (line,) = await after(403)
            assert line.startswith("news: blocked.")
            assert await after(403) == []
            assert await after(200) == ["news: back, after blocked."]


async def test_a_trouble_is_stored_with_its_failures_and_the_next_visit_waits_longer(tmp_path: Path):
    async with Upstream() as upstream:
        url = upstream.serve("/feed.xml", "no", status=403)
        async with running(tmp_path, blog(url, every=timedelta(minutes=5))) as bot:
            waits = []
            for _ in range(4):
                await bot.visit(after=timedelta(hours=1))
                standing = await bot.standing()
                waits.append(standing.next_visit - bot.now)
            assert standing.failures == 4
            assert standing.trouble is not None
            assert standing.trouble.kind == "blocked"
            assert waits == sorted(waits)
            assert waits[-1] > 4 * waits[0]


async def test_who_asks_to_be_left_alone_is_even_after_a_restart(tmp_path: Path):
    async with Upstream() as upstream:
        url = upstream.serve("/feed.xml", "slower", status=429, headers={"Retry-After": "7200"})
        async with running(tmp_path, blog(url)) as bot:
            await bot.visit()
        async with running(tmp_path, blog(url), now=NOW + timedelta(hours=1)) as bot:
            upstream.serve("/feed.xml", feed(item("a", YES)))
            asked = len(upstream.log)
            assert await bot.due() == []
            report = await bot.visit()
            assert report.trouble is not None
            assert report.trouble.kind == "throttled"
            assert "until 2026-11-24 14:00 UTC" in report.trouble.detail
            assert len(upstream.log) == asked, "nobody was asked"
            assert await bot.due() == []
            bot.now = NOW + timedelta(hours=2)
            (report,) = await bot.due()
            assert (report.trouble, report.tally.documents) == (None, 1)


# Watchers that do what none should


async def raises(_visit):
    raise ValueError("a bug")
    yield


async def yields_then_raises(_visit):
    yield Step(documents=(post("kept", "Kept."),), cursor={"page": 1})
    raise RuntimeError("a bug on the second page")


async def recurses(_visit):
    def deeper() -> int:
        return deeper() + 1

    deeper()
    yield


async def yields_nonsense(_visit):
    yield {"documents": 7}


async def raises_a_group(_visit):
    raise ExceptionGroup("two bugs", [ValueError(), KeyError()])
    yield


def no_generator(_visit):
    return None


async def no_generator_either(_visit):
    return None


BAD = [raises, yields_then_raises, recurses, yields_nonsense, raises_a_group, no_generator]


@pytest.mark.parametrize("visit", BAD, ids=lambda visit: visit.__name__)
async def test_whatever_a_watcher_raises_ends_its_own_visit_alone(tmp_path: Path, visit):
    async def good(_visit):
        yield Step(documents=(post("good", YES),))

    async with running(tmp_path, scripted("bad", visit), scripted("good", good)) as bot:
        reports = {report.source: report for report in await bot.due()}
        assert reports["bad"].trouble is not None
        assert reports["bad"].trouble.kind == "unreadable"
        assert (reports["good"].trouble, reports["good"].tally.documents) == (None, 1)
        assert (await bot.standing("bad")).failures == 1
        assert any(line.startswith("bad: unreadable. ") for line in await bot.lines())


async def test_a_watcher_that_is_not_there_is_a_trouble(tmp_path: Path):
    source = scripted("gone", raises).model_copy(update={"kind": "scripted.never_made"})
    async with running(tmp_path, source) as bot:
        report = await bot.visit("gone")
        assert report.trouble is not None
        assert "UnknownWatcher" in report.trouble.detail


async def test_what_came_before_a_bug_is_kept_and_the_cursor_with_it(tmp_path: Path):
    async with running(tmp_path, scripted("bad", yields_then_raises)) as bot:
        report = await bot.visit("bad")
        assert report.tally.documents == 1
        known = await bot.database.read(lambda conn: agenda.memory(conn, "bad"))
        assert (known.cursor, known.first_visit_done) == ({"page": 1}, None)


async def test_a_document_that_no_database_takes_is_made_sound(tmp_path: Path):
    async def visit(_visit):
        words = f"{YES} \x00 and half \ud800 a pair"
        passages = (Passage(text=words, speaker="Nobody\x00"),)
        yield Step(documents=(post("hostile", passages=passages, title="A \udfff title"), post("good", NO)))

    async with running(tmp_path, scripted("news", visit), first_visit="alert") as bot:
        report = await bot.visit()
        assert (report.trouble, report.tally.documents) == (None, 2)
        stored = await bot.database.read(lambda conn: archive.load(conn, 1))
        assert stored.title == "A � title"
        assert stored.passages[1].text == f"{YES} � and half � a pair"
        assert len(await bot.quotes()) == 2


async def test_a_document_that_the_rules_stumble_over_is_kept_and_the_others_are_told(tmp_path: Path):
    async def visit(_visit):
        yield Step(documents=(post("stone", "A stone."), post("good", YES)))

    async with running(tmp_path, scripted("news", visit), first_visit="alert") as bot:
        book = bot._book
        scan = book.engine.scan

        def stumble(made):
            if made.key == "stone":
                raise IndexError("a bug in the rules")
            return scan(made)

        book.engine.scan = stumble
        report = await bot.visit()
        assert (report.trouble, report.tally.documents) == (None, 2)
        assert await bot.quotes() == [YES]
        (trouble,) = (await bot.standing()).document_troubles
        assert "stone: the rules failed on it (IndexError)" in trouble.detail


async def test_a_full_disk_is_no_fault_of_the_source(tmp_path: Path):
    async def visit(_visit):
        yield Step(documents=(post("one", YES),))

    class Full:
        def __init__(self, database: Database) -> None:
            self.read = database.read

        async def write(self, _work):
            raise StoreFull("The database file cannot grow.", "Make room.")

    async with running(tmp_path, scripted("news", visit)) as bot:
        with pytest.raises(StoreFull):
            await bot.visit(database=Full(bot.database))
        assert (await bot.standing()).failures == 0


async def test_what_cannot_be_committed_is_a_trouble_that_is_told(tmp_path: Path):
    async def visit(_visit):
        yield Step(cursor={"no": "JSON", "at": object()})

    async with running(tmp_path, scripted("news", visit)) as bot:
        report = await bot.visit()
        assert report.trouble is not None
        assert "could not be stored" in report.trouble.detail
        assert (await bot.standing()).failures == 1


# Whose turn it is


async def test_a_zombies_late_commit_is_refused(tmp_path: Path):
    stalled, go_on = asyncio.Event(), asyncio.Event()

    async def visit(visit):
        yield Step(documents=(post("first", NO),), cursor={"page": 1})
        if not visit.cursor:
            stalled.set()
            await go_on.wait()
        yield Step(documents=(post("second", YES),), cursor={"page": 2})

    async with running(tmp_path, scripted("news", visit), first_visit="alert") as bot:
        zombie = asyncio.create_task(bot.visit())
        await stalled.wait()
        bot.now += LEASE
        (report,) = await bot.due()
        assert (report.lost, report.tally.documents) == (False, 2)
        go_on.set()
        late = await zombie
        assert (late.lost, late.tally.documents) == (True, 1)
        assert sorted(await bot.quotes()) == sorted([NO, YES])
        assert (await bot.standing()).failures == 0


async def test_rules_that_change_under_a_commit_are_asked_again(tmp_path: Path):
    async def visit(_visit):
        yield Step(documents=(post("one", YES),))

    async with running(tmp_path, scripted("news", visit), first_visit="alert") as bot:
        blind = RuleBook.of([], [], bot.sources.values())
        asked = 0

        def book() -> RuleBook:
            nonlocal asked
            asked += 1
            return blind if asked <= 3 else bot._book  # twice for the source, once for the scan

        await bot.visit(book=book)
        assert await bot.quotes() == [YES]
        (match,) = await bot.database.read(lambda conn: matches.of(conn, 1, 1))
        assert match.revision in {compiled.revision for compiled in bot._book.engine.compiled}


async def test_who_has_not_heard_of_a_new_rule_stores_nothing_unread_by_it(tmp_path: Path):
    async def visit(_visit):
        yield Step(documents=(post("one", YES),))

    async with running(tmp_path, scripted("news", visit), first_visit="alert") as bot:
        held = [RuleBook.of([], [], bot.sources.values())]
        await bot.database.write(steering.raise_generation)  # another worker was told of the rule

        async def renew() -> None:
            held[0] = RuleBook.of(bot.rules, bot.watches(), bot.sources.values(), generation=1)

        await bot.visit(book=lambda: held[0], renew=renew)
        assert await bot.quotes() == [YES]


async def test_what_is_watched_no_more_is_handed_back(tmp_path: Path):
    async def visit(_visit):
        yield Step()

    async with running(tmp_path, scripted("news", visit)) as bot:
        report = await bot.visit(book=lambda: RuleBook.of([], []))
        assert (report.lost, report.trouble) == (True, None)
        assert [claim.source for claim in await bot.claimed_due()] == ["news"], "its lease is free"


# Single documents


TEASER = FollowUp(key="one", at=NOW + timedelta(minutes=10), about={"n": 1})


async def test_a_follow_up_is_about_its_document_alone(tmp_path: Path):
    causes = []

    async def visit(visit):
        causes.append(visit.cause)
        if visit.cause is None:
            yield Step(documents=(post("one", "A teaser.", meta=PostMeta()),), follow_ups=(TEASER,))
        else:
            yield Step(documents=(post("one", "A teaser.", YES),))

    async with running(tmp_path, scripted("news", visit, every=timedelta(hours=1))) as bot:
        await bot.visit()
        due = (await bot.standing()).next_visit
        bot.now = TEASER.at
        (report,) = await bot.due()
        assert report.tally.documents == 1
        assert causes == [None, TEASER]
        standing = await bot.standing()
        assert (standing.next_visit, standing.last_visit) == (due, NOW), "the source itself was not visited"
        assert await bot.quotes() == [YES]
        bot.now += timedelta(minutes=1)
        assert await bot.due() == [], "a follow-up that was followed is done"


async def test_a_follow_up_in_trouble_is_put_off_and_is_not_the_sources(tmp_path: Path):
    broken = True

    async def visit(visit):
        if visit.cause is None:
            yield Step(documents=(post("one", "A teaser."),), follow_ups=(TEASER,))
        elif broken:
            raise Unreachable("example.com/one: no answer")
        else:
            yield Step(documents=(post("one", "A teaser.", YES),))

    async with running(tmp_path, scripted("news", visit, every=timedelta(days=1))) as bot:
        await bot.visit()
        bot.now = TEASER.at
        (report,) = await bot.due()
        assert (report.trouble, [trouble.kind for trouble in report.troubles]) == (None, ["unreachable"])
        standing = await bot.standing()
        assert (standing.failures, [trouble.kind for trouble in standing.document_troubles]) == (0, ["unreachable"])
        broken = False
        bot.now += timedelta(minutes=15)
        await bot.due()
        assert await bot.quotes() == [YES]
        assert (await bot.standing()).document_troubles == ()


async def test_a_body_that_could_not_be_read_is_asked_for_again_without_conditions(tmp_path: Path):
    async def visit(visit):
        if visit.cause is None:
            yield Step(follow_ups=(TEASER,))
            return
        response = await visit.get(url)
        assert response.body is not None, "the words would be lost for ever"
        if broken:
            raise Unreadable("the reader died of it")
        yield Step(documents=(post("one", response.body.content.decode()),))

    async with Upstream() as upstream:
        url = upstream.serve("/one", YES)
        async with running(tmp_path, scripted("news", visit, every=timedelta(days=1))) as bot:
            await bot.visit()
            broken = True
            bot.now = TEASER.at
            await bot.due()
            broken = False
            bot.now += timedelta(minutes=15)
            await bot.due()
            assert await bot.quotes() == [YES]
            assert "If-None-Match" not in upstream.log[-1].headers


async def test_a_listing_of_a_visit_that_failed_is_asked_for_again_without_conditions(tmp_path: Path):
    async def visit(visit):
        response = await visit.get(url, listing=True)
        assert response.body is not None
        if broken:
            raise Unreadable("the feed is half a feed")
        yield Step(documents=(post("one", response.body.content.decode()),))

    async with Upstream() as upstream:
        url = upstream.serve("/feed", YES)
        async with running(tmp_path, scripted("news", visit), first_visit="alert") as bot:
            broken = True
            await bot.visit()
            broken = False
            await bot.visit(after=timedelta(hours=1))
            assert await bot.quotes() == [YES]


async def test_troubles_of_documents_are_told_in_one_line_and_once(tmp_path: Path):
    def trouble(number: int) -> TroubleRecord:
        return Blocked(f"example.com/{number}: kept out (403)").record()

    async def visit(_visit):
        for number in range(5):
            yield Step(documents=(post(str(number), "A teaser."),), troubles=(trouble(number),))

    async with running(tmp_path, scripted("news", visit)) as bot:
        report = await bot.visit()
        assert len(report.troubles) == 5
        told = [line for line in await bot.lines() if "single documents" in line]
        assert len(told) == 1
        assert told[0].startswith("news: 5 troubles with single documents. blocked: example.com/0: kept out (403). ")
        assert told[0].endswith("And 2 more: see `onrecord status`.")
        assert len((await bot.standing()).document_troubles) == 5
        await bot.visit(after=timedelta(hours=1))
        assert len([line for line in await bot.lines() if "single documents" in line]) == 1


# Pushes and pace


async def test_a_push_is_what_its_visit_is_about(tmp_path: Path):
    causes = []

    async def visit(visit):
        causes.append(visit.cause)
        yield Step()

    async with running(tmp_path, scripted("news", visit, every=timedelta(hours=1))) as bot:
        await bot.visit()
        pushes = [Push(by="webhook", payload={"entry": number}) for number in (1, 2)]
        for push in pushes:
            await bot.database.write(lambda conn, push=push: agenda.hint(conn, "news", push, now=bot.now))
        await bot.due()
        assert causes == [None, *pushes]
        assert await bot.due() == []


async def test_a_push_before_the_first_visit_makes_nothing_old_into_news(tmp_path: Path):
    async def visit(visit):
        if visit.cause is None:
            yield Step(documents=(post("old", NO),))
        else:
            yield Step(documents=(post("pushed", YES, published=NOW + timedelta(seconds=1)),))

    async with running(tmp_path, scripted("news", visit, every=timedelta(hours=1))) as bot:
        await bot.database.write(lambda conn: agenda.hint(conn, "news", Push(by="webhook"), now=bot.now))
        (report,) = await bot.due()
        assert report.tally.documents == 2
        assert await bot.quotes() == [YES], "it was published after the watch was made"
        await bot.visit(after=timedelta(hours=1))
        assert await bot.quotes() == [YES]


async def test_a_push_that_comes_during_a_visit_is_visited_next(tmp_path: Path):
    causes = []

    async def visit(visit):
        causes.append(visit.cause)
        if visit.cause is None:
            push = Push(by="button")
            await bot.database.write(lambda conn: agenda.hint(conn, "news", push, now=bot.now))
        yield Step()

    async with running(tmp_path, scripted("news", visit, every=timedelta(hours=1))) as bot:
        await bot.visit()
        await bot.due()
        assert causes == [None, Push(by="button")]


async def test_a_watchers_wish_sets_the_pace(tmp_path: Path):
    async def visit(_visit):
        yield Step(pace=Pace(not_after=timedelta(minutes=1)))
        yield Step()

    async with running(tmp_path, scripted("news", visit)) as bot:
        await bot.visit()
        assert (await bot.standing()).next_visit == NOW + timedelta(minutes=1)


async def test_a_throttled_follow_up_slows_its_source(tmp_path: Path):
    async def visit(visit):
        if visit.cause is None:
            yield Step(follow_ups=(TEASER,))
        else:
            raise Throttled("slower", retry_after=timedelta(hours=5))

    async with running(tmp_path, scripted("news", visit, every=timedelta(minutes=10))) as bot:
        await bot.visit()
        bot.now = TEASER.at
        await bot.due()
        assert (await bot.standing()).next_visit >= TEASER.at + timedelta(hours=5)


async def test_statements_of_every_source_of_a_company_meet(tmp_path: Path):
    async def says(_visit):
        yield Step(documents=(post("one", NO),))

    async def denies(_visit):
        yield Step(documents=(post("two", YES, published=NOW),))

    async with running(tmp_path, scripted("calls", says), scripted("blog", denies)) as bot:
        await bot.visit("calls")
        await bot.visit("blog")
        (alert,) = await bot.alerts()
        assert [earlier.quote for earlier in alert.earlier] == [NO]
        said = await bot.database.read(lambda conn: statements.timeline(conn, "META", "paid-access"))
        assert [statement.polarity for statement in said] == ["denies", "affirms"]
