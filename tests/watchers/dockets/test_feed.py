"""One docket by CourtListener's feed, over a server on loopback: entries, their PDFs, and what becomes of both."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

import pytest
from pydantic import ValidationError

import pdfs
from bot.alerts.cases import case_of
from driving import Drive, drive
from loopback import Upstream
from rules.sides import side_of
from tests.watchers.conformance import bears_bad_answers, keeps_its_promises
from watchers.dockets import feed
from watchers.model import Company, Document, EntryMeta, FollowUp, Source

NOW = datetime(2025, 3, 21, 18, 0, tzinfo=UTC)
META = Company(ticker="META", name="Meta Platforms", aliases=("Meta", "Facebook"))
FEED = "/docket/67569326/feed/"
WORDS = "Meta shares a percentage of the revenue that hosts generate."
PDF = pdfs.drawn([[pdfs.line(WORDS)], [pdfs.line("The second page of the filing.")]])
SCAN = pdfs.drawn([[pdfs.scan()]])
SEALED = "Exhibit B to 470 Declaration, FILED UNDER SEAL, by Meta Platforms, Inc.."


def entry(number: int | str, words: str = "", *, pdf: str | None = None, filed: str = "2025-03-20") -> dict[str, Any]:
    """`number`: of the entry, or CourtListener's id of a minute entry, as a string."""
    return {"number": number, "words": words, "pdf": pdf, "filed": filed}


def atom(*entries: dict[str, Any], case: str = "Kadrey v. Meta Platforms, Inc.", slug: str = "kadrey-v-meta") -> str:
    """The feed as CourtListener writes it: newest first, thirty entries at most."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xml:lang="en-us" xmlns="http://www.w3.org/2005/Atom">'
        f"<title>Docket updates for {case}, 3:23-cv-03417</title><id>https://www.courtlistener.com/</id>"
        f"{''.join(_entry(one, slug) for one in entries[:30])}</feed>"
    )


def _entry(one: dict[str, Any], slug: str) -> str:
    anchor = f"entry-{one['number']}" if isinstance(one["number"], int) else f"minute-entry-{one['number']}"
    address = f"https://www.courtlistener.com/docket/67569326/{slug}/?order_by=desc#{anchor}"
    pdf = f'<link href="{one["pdf"]}" length="0" rel="enclosure" type="application/pdf"/>' if one["pdf"] else ""
    return (
        f'<entry><title>{anchor}</title><link href="{address}" rel="alternate"/><id>{address}</id>'
        f"<published>{one['filed']}T00:00:00-07:00</published>"
        f'<summary type="html">{escape(escape(one["words"], quote=False))}</summary>{pdf}</entry>'
    )


def source(upstream: Upstream) -> Source:
    return Source(
        name="kadrey",
        kind="docket",
        provider="courtlistener-feed",
        company=META,
        base_url=upstream.url(""),
        options=feed.Options(docket=67569326),
    )


async def visit(
    upstream: Upstream, after: Drive | None = None, *, hours: float = 0, cause: FollowUp | None = None
) -> Drive:
    now = NOW + timedelta(hours=hours)
    return await drive(feed, source(upstream), now=now, after=after, cause=cause, in_process=True)


def keys(documents: Sequence[Document]) -> list[str]:
    return [document.key.partition(":")[2] for document in documents]


def meta(document: Document) -> EntryMeta:
    assert isinstance(document.meta, EntryMeta)
    return document.meta


def pages(document: Document) -> dict[int, str]:
    return {passage.page: passage.text for passage in document.passages if passage.page is not None}


def pdf_at(upstream: Upstream, number: int, body: bytes = PDF, **served: Any) -> str:
    path = f"/recap/gov.uscourts.cand.415175/gov.uscourts.cand.415175.{number}.0.pdf"
    return upstream.serve(path, body, **served)


async def test_a_first_visit_brings_every_entry_and_the_pages_of_its_pdf():
    async with Upstream() as upstream:
        upstream.serve(
            FEED,
            atom(
                entry(
                    482,
                    "MOTION for Leave to Amend filed byRichard Kadrey. (Entered: 03/20/2025)",
                    pdf=pdf_at(upstream, 482),
                ),
                entry(
                    481,
                    "RESPONSE re 470 Motion filed byMeta Platforms, Inc..",
                    pdf="https://ecf.cand.uscourts.gov/doc1/035124567890",
                ),
                entry("417000111", "Minute Entry for proceedings held before Judge Vince Chhabria."),
            ),
        )
        first = await visit(upstream)
        asked = [one.path for one in upstream.log]
    assert keys(first.documents) == ["minute-entry-417000111", "entry-481", "entry-482"]
    minute, paid, read = first.documents
    assert (meta(minute).state, meta(paid).state, meta(read).state) == ("text-only", "not-uploaded", "text-ready")
    assert pages(read) == {1: WORDS, 2: "The second page of the filing."}
    assert read.passages[1].text == "MOTION for Leave to Amend filed byRichard Kadrey. (Entered: 03/20/2025)"
    assert (read.company, read.source) == ("META", "kadrey")
    assert read.published == datetime(2025, 3, 20, 7, tzinfo=UTC)
    # What PACER sells was not asked for, and it is said that its words are not seen.
    assert asked == [FEED, "/recap/gov.uscourts.cand.415175/gov.uscourts.cand.415175.482.0.pdf"]
    (trouble,) = first.troubles
    assert trouble.kind == "plan"
    assert "#481" in trouble.detail
    assert first.follow_ups == []


async def test_it_keeps_the_promises_of_every_watcher():
    async with Upstream() as upstream:
        gone = upstream.url("/recap/gone.pdf")
        entries = [
            entry(484, "MOTION filed by Acme.", pdf=pdf_at(upstream, 484)),
            entry(483, "EXHIBITS filed by Acme.", pdf=gone),
            entry(482, "ORDER.", pdf=pdf_at(upstream, 482)),
            entry("417000111", "Minute Entry."),
        ]
        upstream.serve(FEED, atom(*entries))
        first = await keeps_its_promises(feed, source(upstream), now=NOW)
        troubles = await bears_bad_answers(feed, source(upstream), upstream, FEED, now=NOW)
    assert keys(first.documents) == ["minute-entry-417000111", "entry-482", "entry-483", "entry-484"]
    assert {name: trouble.kind for name, trouble in troubles.items()} == {
        "gone": "not-found",
        "forbidden": "blocked",
        "failing": "unreachable",
        "throttled": "throttled",
        "empty": "unreadable",
        "noise": "unreadable",
        "log-in page": "blocked",
        "page": "unreadable",
        "half of XML": "unreadable",
        "half of JSON": "unreadable",
        "nested JSON": "unreadable",
    }


async def test_an_unchanged_feed_is_not_sent_again_and_no_pdf_is_asked_for():
    async with Upstream() as upstream:
        upstream.serve(FEED, atom(entry(482, "MOTION.", pdf=pdf_at(upstream, 482))))
        first = await visit(upstream)
        second = await visit(upstream, first, hours=1)
        assert upstream.asked(FEED)[1].headers["If-None-Match"]
        assert len(upstream.log) == 3
    assert second.documents == []
    assert second.cursor == first.cursor


async def test_a_new_entry_is_all_that_comes():
    async with Upstream() as upstream:
        old = entry(482, "MOTION.", pdf=pdf_at(upstream, 482))
        upstream.serve(FEED, atom(old))
        first = await visit(upstream)
        upstream.replace(FEED, atom(entry(483, "RESPONSE.", pdf=pdf_at(upstream, 483)), old))
        second = await visit(upstream, first, hours=1)
    assert keys(second.documents) == ["entry-483"]
    assert pages(second.documents[0])[1] == WORDS


async def test_an_entry_that_gains_its_pdf_is_the_same_document_with_pages():
    async with Upstream() as upstream:
        paid = entry(482, "MOTION filed by Acme.", pdf="https://ecf.cand.uscourts.gov/doc1/035124567890")
        upstream.serve(FEED, atom(paid))
        first = await visit(upstream)
        upstream.replace(FEED, atom(paid | {"pdf": pdf_at(upstream, 482)}))
        second = await visit(upstream, first, hours=6)
    (before,), (after,) = first.documents, second.documents
    assert after.key == before.key
    assert (meta(before).state, meta(after).state) == ("not-uploaded", "text-ready")
    assert (pages(before), pages(after)[1]) == ({}, WORDS)
    assert after.passages[:2] == before.passages[:2]


async def test_a_stub_that_gains_its_words_is_the_same_document():
    async with Upstream() as upstream:
        upstream.serve(FEED, atom(entry(482)))
        first = await visit(upstream)
        upstream.replace(FEED, atom(entry(482, "ORDER denying 470 Motion.")))
        second = await visit(upstream, first, hours=1)
    assert [document.key for document in first.documents] == [document.key for document in second.documents]
    assert [passage.text for passage in first.documents[0].passages if passage.section != "title"] == []
    assert second.documents[0].passages[1].text == "ORDER denying 470 Motion."


@pytest.mark.parametrize(
    ("served", "kind", "waits"),
    [
        ({"status": 404, "body": b"not yet"}, "not-found", timedelta(minutes=15)),
        ({"status": 403, "body": b"no"}, "blocked", timedelta(minutes=15)),
        ({"status": 500, "body": b"oops"}, "unreachable", timedelta(minutes=15)),
        ({"status": 429, "body": b"", "headers": {"Retry-After": "7200"}}, "throttled", timedelta(hours=2)),
        (
            {"body": b"<html><title>Log in</title><form><input type=password></form>", "media_type": "text/html"},
            "blocked",
            timedelta(minutes=15),
        ),
        ({"body": b"<!doctype html><p>We will be back."}, "unreadable", timedelta(hours=1)),
        ({"body": b""}, "unreadable", timedelta(hours=1)),
        ({"body": PDF[:400]}, "unreadable", timedelta(hours=1)),
        ({"body": pdfs.locked(PDF)}, "unreadable", timedelta(hours=1)),
    ],
)
async def test_a_pdf_that_cannot_be_had_costs_no_entry_and_is_asked_for_again(served, kind, waits):
    """The entry's own words come at once, the trouble is said, and the PDF comes when it can be had."""
    async with Upstream() as upstream:
        address = pdf_at(upstream, 482, **served)
        upstream.serve(FEED, atom(entry(482, "MOTION filed by Acme.", pdf=address)))
        first = await visit(upstream)
        (document,) = first.documents
        assert (meta(document).state, pages(document)) == ("available", {})
        (trouble,), (follow_up,) = first.troubles, first.follow_ups
        assert trouble.kind == kind
        assert "#482" in trouble.detail
        assert "no PDF yet" in trouble.detail
        assert (follow_up.key, follow_up.at) == (document.key, NOW + waits)
        pdf_at(upstream, 482)
        later = await visit(upstream, first, hours=3, cause=follow_up)
        assert len(upstream.asked(FEED)) == 1
        quiet = await visit(upstream, later, hours=4)
    assert [found.key for found in later.documents] == [document.key]
    assert pages(later.documents[0])[1] == WORDS
    assert meta(later.documents[0]).state == "text-ready"
    assert later.done == [document.key]
    assert quiet.documents == []


async def test_a_scan_is_said_to_need_ocr_and_is_not_asked_for_again():
    async with Upstream() as upstream:
        upstream.serve(FEED, atom(entry(482, "EXHIBITS filed by Acme.", pdf=pdf_at(upstream, 482, SCAN))))
        first = await visit(upstream)
    (document,) = first.documents
    assert (meta(document).state, pages(document)) == ("needs-ocr", {})
    (trouble,) = first.troubles
    assert "OCR" in trouble.mend
    assert first.follow_ups == []


async def test_a_pdf_that_never_comes_is_given_up_in_words():
    async with Upstream() as upstream:
        address = upstream.url("/recap/never.pdf")
        upstream.serve(FEED, atom(entry(482, "MOTION.", pdf=address)))
        made = await visit(upstream)
        tries = 1
        while made.follow_ups:
            (follow_up,) = made.follow_ups
            made = await drive(feed, source(upstream), now=follow_up.at, after=made, cause=follow_up, in_process=True)
            assert made.documents == []
            tries += 1
    assert tries == len(feed.AWAITED) + 1
    assert made.done == ["67569326:entry-482"]
    assert "given up" in made.troubles[0].detail


async def test_an_edited_entry_keeps_its_pages_while_its_pdf_cannot_be_had():
    """Without the pages it would look as if the words had been taken back."""
    async with Upstream() as upstream:
        one = entry(482, "MOTION filed by Acme.", pdf=pdf_at(upstream, 482))
        upstream.serve(FEED, atom(one))
        first = await visit(upstream)
        pdf_at(upstream, 482, b"", status=500)
        upstream.replace(FEED, atom(one | {"words": "MOTION filed by Acme. Modified on 3/21/2025 (ys)."}))
        second = await visit(upstream, first, hours=1)
        assert second.documents == []
        (follow_up,) = second.follow_ups
        pdf_at(upstream, 482)
        third = await visit(upstream, second, hours=2, cause=follow_up)
    assert third.documents[0].passages[1].text.endswith("Modified on 3/21/2025 (ys).")
    assert pages(third.documents[0]) == pages(first.documents[0])


async def test_a_pdf_that_is_withdrawn_takes_no_words_back():
    async with Upstream() as upstream:
        one = entry(482, "EXHIBITS filed by Acme.", pdf=pdf_at(upstream, 482))
        upstream.serve(FEED, atom(one))
        first = await visit(upstream)
        upstream.replace(FEED, atom(one | {"pdf": None}))
        second = await visit(upstream, first, hours=1)
        third = await visit(upstream, second, hours=2)
        upstream.replace(FEED, atom(one))
        fourth = await visit(upstream, third, hours=3)
    assert second.documents == third.documents == []
    (trouble,) = second.troubles
    assert trouble.kind == "not-found"
    assert "not offered any more" in trouble.detail
    assert third.troubles == []
    assert pages(fourth.documents[0]) == pages(first.documents[0])


async def test_what_comes_later_or_comes_and_goes_is_no_change():
    """`(Entered: …)`, a reference in brackets, and the case's name with its slug, which is in every address."""
    async with Upstream() as upstream:
        one = entry(482, "MOTION filed by Acme.", pdf=pdf_at(upstream, 482))
        two = entry("417000111", "Minute Entry.")
        upstream.serve(FEED, atom(one, two))
        first = await visit(upstream)
        again = one | {"words": "MOTION filed by Acme. [482] (Entered: 03/21/2025)"}
        upstream.replace(FEED, atom(again, two, case="In re Meta AI Litigation", slug="in-re-meta"))
        second = await visit(upstream, first, hours=1)
    assert keys(first.documents) == ["minute-entry-417000111", "entry-482"]
    assert second.documents == []


async def test_the_feed_is_a_window_of_thirty_and_what_comes_back_into_it_is_not_new():
    async with Upstream() as upstream:
        entries = [entry(number, f"NOTICE number {number}.") for number in range(40, 0, -1)]
        upstream.serve(FEED, atom(*entries[1:]))
        first = await visit(upstream)
        assert keys(first.documents) == [f"entry-{number}" for number in range(10, 40)]
        upstream.replace(FEED, atom(*entries))
        second = await visit(upstream, first, hours=1)
        assert keys(second.documents) == ["entry-40"]
        # The newest is deleted: the one that had left is there again.
        upstream.replace(FEED, atom(*entries[1:]))
        third = await visit(upstream, second, hours=2)
        assert third.documents == []
        # What has left for long is forgotten, so that a cursor does not grow for ever.
        upstream.replace(FEED, atom(entry(99, "NOTICE.")))
        late = await visit(upstream, third, hours=24)
        upstream.replace(FEED, atom(entry(100, "NOTICE."), entry(99, "NOTICE.")))
        later = await visit(upstream, late, hours=24 * 40)
    assert set(later.cursor["entries"]) == {"67569326:entry-99", "67569326:entry-100"}


async def test_a_follow_up_is_about_an_entry_that_has_left_the_feed_too():
    async with Upstream() as upstream:
        address = pdf_at(upstream, 482, b"", status=404)
        one = entry(482, "MOTION filed by Acme.", pdf=address)
        upstream.serve(FEED, atom(one))
        first = await visit(upstream)
        upstream.replace(FEED, atom(*(entry(number, "NOTICE.") for number in range(530, 490, -1))))
        second = await visit(upstream, first, hours=0.1)
        pdf_at(upstream, 482)
        third = await visit(upstream, second, hours=1, cause=first.follow_ups[0])
        # It is back, with other words: its pages are known to have been read.
        pdf_at(upstream, 482, b"", status=500)
        upstream.replace(FEED, atom(one | {"words": "MOTION filed by Acme. Modified."}))
        fourth = await visit(upstream, third, hours=2)
    assert pages(third.documents[0])[1] == WORDS
    assert fourth.documents == []


async def test_sealed_entries_are_named_once():
    async with Upstream() as upstream:
        upstream.serve(FEED, atom(entry(471, SEALED), entry(470, SEALED), entry(469, "NOTICE.")))
        first = await visit(upstream)
        second = await visit(upstream, first, hours=1)
    assert [meta(document).state for document in first.documents] == ["text-only", "sealed", "sealed"]
    (trouble,) = first.troubles
    assert "#470, #471 are not seen: under seal" in trouble.detail
    assert second.troubles == []


async def test_a_sealed_exhibit_that_is_unsealed_is_the_same_document_with_words():
    async with Upstream() as upstream:
        upstream.serve(FEED, atom(entry(471, SEALED)))
        first = await visit(upstream)
        upstream.replace(FEED, atom(entry(471, SEALED, pdf=pdf_at(upstream, 471))))
        second = await visit(upstream, first, hours=1)
    assert first.documents[0].key == second.documents[0].key
    assert meta(second.documents[0]).state == "text-ready"
    assert pages(second.documents[0])[1] == WORDS


async def test_a_pdf_that_leads_to_a_forbidden_address_is_refused_for_good():
    async with Upstream() as upstream:
        address = upstream.redirect("/recap/482.pdf", "file:///etc/passwd")
        upstream.serve(FEED, atom(entry(482, "MOTION.", pdf=address)))
        first = await visit(upstream)
    (trouble,) = first.troubles
    assert trouble.kind == "refused"
    assert first.follow_ups == []
    assert keys(first.documents) == ["entry-482"]


@pytest.mark.parametrize(
    ("words", "side", "allegation"),
    [
        ("Unredacted version of 470 MOTION filed byRichard Kadrey, Sarah Silverman. (Counsel, A)", "opposing", True),
        ("NOTICE of unsealed EXHIBITS by plaintiffs (lam)", "opposing", True),
        ("EXHIBITS. (Entered: 03/20/2025)", "opposing", True),
        ("RESPONSE re 470 Motion filed byMeta Platforms, Inc.. (Counsel, B)", "own", False),
        ("RESPONSE re 470 Motion by Defendant Meta Platforms, Inc..", "own", False),
        ("REPLY by defendant (lam)", "own", False),
        (
            "ORDER granting 470 Motion to Unseal filed by Richard Kadrey. Signed by Judge Vince Chhabria.",
            "court",
            False,
        ),
        ("Minute Entry for proceedings held before Judge Vince Chhabria: Motion Hearing held.", "court", False),
        ("Discovery Order re 470 Statement", "court", False),
    ],
)
async def test_whose_words_a_filing_holds(words, side, allegation):
    """A newly unsealed filing by the plaintiffs alleges; the court's orders are the court's."""
    async with Upstream() as upstream:
        upstream.serve(FEED, atom(entry(482, words, pdf=pdf_at(upstream, 482))))
        (document,) = (await visit(upstream)).documents
    page = next(passage for passage in document.passages if passage.page == 1)
    assert side_of(document, page, META) == side
    case = case_of(document, side)
    assert case is not None
    assert (case.allegation, case.docket_number, case.entry_number) == (allegation, "3:23-cv-03417", 482)


async def test_pdfs_are_read_in_children_as_well():
    async with Upstream() as upstream:
        upstream.serve(FEED, atom(entry(482, "MOTION.", pdf=pdf_at(upstream, 482)), entry(481, "ORDER.")))
        here = await visit(upstream)
        there = await drive(feed, source(upstream), now=NOW)
    assert there.steps == here.steps


@pytest.mark.parametrize("docket", [0, -1, "kadrey", None])
def test_a_docket_is_a_number(docket):
    with pytest.raises(ValidationError):
        feed.Options(docket=docket)
