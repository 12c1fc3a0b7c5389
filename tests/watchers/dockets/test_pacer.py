"""A court by its RSS, over a server on loopback."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import HttpUrl, ValidationError

from driving import Drive, drive
from loopback import Upstream
from tests.watchers.conformance import bears_bad_answers, keeps_its_promises
from watchers.dockets import pacer
from watchers.model import EntryMeta, Source
from watchers.trouble import Unreadable

NOW = datetime(2025, 3, 21, 23, 0, tzinfo=UTC)
RSS = "/cgi-bin/rss_outside.pl"
KADREY = "3:23-cv-03417"


def item(
    case: str,
    number: int | None,
    event: str,
    *,
    doc: str = "",
    at: str = "22:00:00",
    name: str = "Kadrey et al v. Meta",
) -> str:
    case_id = sum(map(ord, case))
    doc = doc or f"0350255{case_id}{number or 0:03}"
    address = f"https://ecf.cand.uscourts.gov/doc1/{doc}?caseid={case_id}&#x26;de_seq_num={number}0"
    link = f" (&#x3C;a href=&#x22;{address}&#x22; &#x3E;{number}&#x3C;/a&#x3E;)" if number else ""
    place = f"&#x26;{number}0" if number else ""
    return (
        f"<item>\n<title>{case} {name}</title>\n<link>https://ecf.cand.uscourts.gov/cgi-bin/DktRpt.pl?{case_id}</link>\n"
        f"<description>[{event}]{link}</description>\n<guid isPermaLink='true'>"
        f"https://ecf.cand.uscourts.gov/cgi-bin/DktRpt.pl?{case_id}{place}</guid>\n"
        f"<pubDate>Fri, 21 Mar 2025 22:00:00 GMT</pubDate>\n</item>\n"
    )


def rss(*items: str, built: str = "22:15:01") -> bytes:
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n\n<rss version="2.0"\n>\n\n<channel>\n'
        "<title>Northern District of California - Recent Entries</title>\n<link>https://ecf.cand.uscourts.gov</link>\n"
        "<description>Docket entries of type: all</description>\n"
        f"<lastBuildDate>Fri, 21 Mar 2025 {built} GMT</lastBuildDate>\n\n{''.join(items)}</channel>\n</rss>\n"
    ).encode("iso-8859-1")


def source(upstream: Upstream, *cases: str) -> Source:
    options = pacer.Options(court="cand", url=HttpUrl(upstream.url(RSS)), cases=cases)
    return Source(name="cand", kind="docket", provider="pacer-rss", options=options)


async def visit(upstream: Upstream, *cases: str, after: Drive | None = None, hours: float = 0) -> Drive:
    now = NOW + timedelta(hours=hours)
    return await drive(pacer, source(upstream, *cases), now=now, after=after, in_process=True)


def told(made: Drive) -> list[tuple[str | None, str | None, str | None]]:
    metas = [document.meta for document in made.documents if isinstance(document.meta, EntryMeta)]
    return [(meta.docket_number, meta.document_number, meta.short_description) for meta in metas]


MOTION = item(KADREY, 482, "Motion to Compel")
ORDER = item("4:24-cv-00001", 12, "Order", name="Writers Guild v. Acme")
DEADLINES = item("4:24-cv-00001", None, "~Util - Set Deadlines", name="")


async def test_without_cases_the_whole_court_comes_oldest_first():
    async with Upstream() as upstream:
        upstream.serve(RSS, rss(MOTION, ORDER, DEADLINES), etag=False)
        made = await visit(upstream)
    assert told(made) == [
        ("4:24-cv-00001", None, "~Util - Set Deadlines"),
        ("4:24-cv-00001", "12", "Order"),
        (KADREY, "482", "Motion to Compel"),
    ]
    newest = made.documents[-1]
    assert newest.title == "Kadrey et al v. Meta — #482 Motion to Compel"
    assert newest.published == datetime(2025, 3, 21, 22, tzinfo=UTC)
    assert isinstance(newest.meta, EntryMeta)
    assert (newest.meta.state, newest.meta.court, newest.meta.date_filed) == ("not-uploaded", "cand", None)
    # The title is all there is: a second passage with the same words would be quoted twice.
    assert [passage.section for passage in newest.passages] == ["title"]


async def test_it_keeps_the_promises_of_every_watcher():
    async with Upstream() as upstream:
        upstream.serve(RSS, rss(MOTION, ORDER, DEADLINES, DEADLINES), etag=False)
        await keeps_its_promises(pacer, source(upstream), now=NOW)
        await keeps_its_promises(pacer, source(upstream, KADREY), now=NOW)
        troubles = await bears_bad_answers(pacer, source(upstream), upstream, RSS, now=NOW)
    assert troubles["empty"].kind == "unreadable"
    assert "empty page" in troubles["empty"].detail
    assert troubles["log-in page"].kind == "blocked"


@pytest.mark.parametrize("asked", ["3:23-cv-03417", "3:23-cv-03417-VC", "23-cv-3417", "23-cv-03417", "3:2023-CV-3417"])
@pytest.mark.parametrize("given", ["3:23-cv-03417", "3:23-cv-03417-VC", "3:23-cv-03417-VC-TSH"])
async def test_a_case_is_found_however_it_is_written(asked, given):
    async with Upstream() as upstream:
        upstream.serve(RSS, rss(item(given, 482, "Motion to Compel"), ORDER, DEADLINES))
        made = await visit(upstream, asked)
    assert [(number, event) for _, number, event in told(made)] == [("482", "Motion to Compel")]


async def test_another_office_is_another_case():
    async with Upstream() as upstream:
        upstream.serve(RSS, rss(item("2:23-cv-00103", 1, "Complaint"), item("4:23-cv-00103", 9, "Order")))
        assert [number for _, number, _ in told(await visit(upstream, "2:23-cv-00103"))] == ["1"]
        assert [number for _, number, _ in told(await visit(upstream, "23-cv-103"))] == ["9", "1"]


async def test_only_what_is_new_comes_again():
    async with Upstream() as upstream:
        upstream.serve(RSS, rss(MOTION))
        first = await visit(upstream)
        upstream.replace(RSS, rss(ORDER, MOTION, built="22:20:01"))
        second = await visit(upstream, after=first, hours=0.1)
        # Yesterday's entries leave at the other end.
        upstream.replace(RSS, rss(ORDER, built="23:20:01"))
        third = await visit(upstream, after=second, hours=1)
    assert [number for _, number, _ in told(second)] == ["12"]
    assert third.documents == []
    assert len(third.cursor["entries"]) == 1


async def test_the_same_date_of_building_is_no_news_whatever_the_bytes():
    """Courts send no validators, and some put a new comment into the same feed."""
    async with Upstream() as upstream:
        upstream.serve(RSS, rss(MOTION), etag=False)
        first = await visit(upstream)
        upstream.replace(RSS, rss(MOTION) + b"<!-- served by ecf2 -->")
        second = await visit(upstream, after=first, hours=0.1)
    assert second.documents == []
    assert [step.cursor for step in second.steps] == [None]


async def test_a_case_that_is_added_is_looked_for_in_the_same_feed():
    async with Upstream() as upstream:
        upstream.serve(RSS, rss(MOTION, ORDER))
        first = await visit(upstream, KADREY)
        second = await visit(upstream, KADREY, "4:24-cv-00001", after=first, hours=0.1)
        third = await visit(upstream, KADREY, "4:24-cv-00001", after=second, hours=0.2)
    assert [number for _, number, _ in told(first)] == ["482"]
    assert [number for _, number, _ in told(second)] == ["12"]
    assert third.documents == []


async def test_a_second_event_of_one_document_is_one_entry_with_both():
    async with Upstream() as upstream:
        upstream.serve(RSS, rss(item(KADREY, 488, "Order on Motion to Seal", doc="035025550001")))
        first = await visit(upstream)
        both = [
            item(KADREY, 488, "Discovery Order", doc="035125550001"),
            item(KADREY, 488, "Order on Motion to Seal", doc="035025550001"),
        ]
        upstream.replace(RSS, rss(*both, built="22:20:01"))
        second = await visit(upstream, after=first, hours=0.1)
        upstream.replace(RSS, rss(*reversed(both), built="22:25:01"))
        third = await visit(upstream, after=second, hours=0.2)
    assert second.documents[0].key == first.documents[0].key
    assert told(second) == [(KADREY, "488", "Discovery Order AND Order on Motion to Seal")]
    assert third.documents == []


async def test_identical_items_are_one_and_items_without_a_name_or_document_are_kept():
    async with Upstream() as upstream:
        upstream.serve(RSS, rss(DEADLINES, DEADLINES, DEADLINES))
        made = await visit(upstream)
    assert told(made) == [("4:24-cv-00001", None, "~Util - Set Deadlines")]
    assert made.documents[0].title == "4:24-cv-00001 — ~Util - Set Deadlines"


async def test_an_empty_page_is_a_trouble_and_forgets_nothing():
    async with Upstream() as upstream:
        upstream.serve(RSS, rss(MOTION), etag=False)
        first = await visit(upstream)
        upstream.replace(RSS, b"")
        with pytest.raises(Unreadable, match="empty page"):
            await visit(upstream, after=first, hours=0.1)
        upstream.replace(RSS, rss(ORDER, MOTION, built="22:30:01"))
        back = await visit(upstream, after=first, hours=0.2)
    assert [number for _, number, _ in told(back)] == ["12"]


async def test_a_feed_that_breaks_off_is_read_and_its_date_is_not_believed():
    """The court was still writing: the rest stands there later, under the same date."""
    async with Upstream() as upstream:
        whole = rss(MOTION, ORDER)
        upstream.serve(RSS, whole[: whole.index(b"4:24-cv-00001")], etag=False)
        first = await visit(upstream)
        assert [number for _, number, _ in told(first)] == ["482"]
        assert any("breaks off" in trouble.detail for trouble in first.troubles)
        upstream.replace(RSS, whole)
        second = await visit(upstream, after=first, hours=0.1)
    assert [number for _, number, _ in told(second)] == ["12"]
    assert second.troubles == []


async def test_the_court_s_orders_are_the_court_s():
    async with Upstream() as upstream:
        upstream.serve(RSS, rss(MOTION, ORDER))
        made = await visit(upstream)
    filed_by = {document.meta.document_number: document.meta.filed_by for document in made.documents}  # type: ignore[union-attr]
    assert filed_by == {"12": "court", "482": None}


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"court": "cand", "cases": ["Kadrey v. Meta"]}, "no docket number"),
        ({"court": "N.D. Cal."}, "court"),
        ({"court": ""}, "court"),
        ({}, "court"),
        ({"court": "cand", "url": "not a url"}, "url"),
        ({"court": "cand", "case": ["3:23-cv-03417"]}, "case"),
    ],
)
def test_what_a_source_may_not_say_is_told(options: Mapping[str, object], complaint: str):
    with pytest.raises(ValidationError, match=complaint):
        pacer.Options.model_validate(options)
