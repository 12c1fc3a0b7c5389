"""CourtListener's feed of a docket, from a fixture and a specimen in its true format."""

import json
from pathlib import Path

import pytest

from watchers.model import Body, EntryMeta, Reading
from watchers.readers import docketfeed
from watchers.trouble import Unreadable

FIXTURE = Path(__file__).parent / "fixtures" / "docket_feed" / "docket.atom"
URL = "https://www.courtlistener.com/docket/67569326/feed/"


def read(content: bytes, docket: int = 67569326) -> Reading:
    return docketfeed.read(Body(content, url=URL), docketfeed.Options(docket=docket))


def test_reads_the_fixture_as_it_was_reviewed():
    """A stored PDF, one in the Internet Archive, one that PACER sells; a stub with its full twin; minute entries with
    and without words, and with a recording; a sealed exhibit; an entry without any identity."""
    reading = read(FIXTURE.read_bytes())
    documents = [
        document.model_dump(mode="json", exclude_defaults=True, exclude={"passages"})
        | {"texts": [passage.text for passage in document.passages if passage.section != "title"]}
        for document in reading.documents
    ]
    troubles = [trouble.model_dump() for trouble in reading.troubles]
    expected = json.loads(FIXTURE.with_suffix(".json").read_text())
    assert {"documents": documents, "troubles": troubles, "facts": dict(reading.facts)} == expected


def test_reads_the_specimen(data):
    reading = read((data / "dockets/courtlistener/docket_feed_specimen.atom").read_bytes(), 4214664)
    assert [document.key for document in reading.documents] == ["4214664:entry-140", "4214664:minute-entry-2208776613"]
    motion, minute = (document.meta for document in reading.documents)
    assert isinstance(motion, EntryMeta)
    assert isinstance(minute, EntryMeta)
    assert motion.model_dump(exclude={"description"}) == {
        "kind": "docket-entry",
        "court": "dcd",
        "docket_number": "1:16-cv-00745",
        "case_name": "National Veterans Legal Services Program v. United States",
        "pacer_case_id": "178502",
        "entry_number": 140,
        "attachment_number": None,
        "document_number": "140",
        "pacer_doc_id": None,
        "short_description": "MOTION for Settlement Preliminary Approval",
        "date_filed": "2022-10-11",
        "filed_by": "ALLIANCE FOR JUSTICE, NATIONAL CONSUMER LAW CENTER, NATIONAL VETERANS LEGAL SERVICES PROGRAM",
        "state": "available",
        "document_url": "https://storage.courtlistener.com/recap/gov.uscourts.dcd.178502/gov.uscourts.dcd.178502.140.0.pdf",
    }
    assert (minute.entry_number, minute.description, minute.court, minute.state) == (None, None, "dcd", "text-only")
    assert reading.troubles == ()


def test_same_bytes_same_reading():
    assert read(FIXTURE.read_bytes()).model_dump_json() == read(FIXTURE.read_bytes()).model_dump_json()


def test_a_renamed_case_keeps_its_keys():
    renamed = FIXTURE.read_bytes().replace(b"kadrey-v-meta-platforms-inc", b"in-re-meta-ai-litigation")
    renamed = renamed.replace(b"Kadrey v. Meta Platforms, Inc.", b"In re Meta AI Litigation")
    before, after = read(FIXTURE.read_bytes()), read(renamed)
    assert [document.key for document in after.documents] == [document.key for document in before.documents]
    assert after.facts["case_name"] == "In re Meta AI Litigation"


@pytest.mark.parametrize(
    ("enclosure", "state", "free"),
    [
        ("https://storage.courtlistener.com/recap/gov.uscourts.cand.1/gov.uscourts.cand.1.2.0.pdf", "available", True),
        ("https://archive.org/download/gov.uscourts.cand.1/gov.uscourts.cand.1.2.0.pdf", "available", True),
        ("https://ecf.cand.uscourts.gov/doc1/035124567890", "not-uploaded", False),
        ("https://ECF.CAND.USCOURTS.GOV./doc1/035124567890", "not-uploaded", False),
        ("https://uscourts.gov/doc1/035124567890", "not-uploaded", False),
        ("https://ecf.cand.uscourts.gov:443/doc1/035124567890", "not-uploaded", False),
        ("https://ecf.cand.uscourts.gov.mirror.example/doc1/035124567890", "available", True),
        ("https://[broken/doc1/035124567890", "text-only", False),
        ("ftp://files.example/2.pdf", "text-only", False),
    ],
)
def test_what_costs_is_not_offered_for_fetching(enclosure, state, free):
    reading = read(feed(f'<link href="{enclosure}" rel="enclosure" type="application/pdf"/>'))
    meta = reading.documents[0].meta
    assert isinstance(meta, EntryMeta)
    assert (meta.state, meta.document_url) == (state, enclosure if free else None)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "not the Atom feed"),
        (b"<!doctype html><title>Sorry</title>", "not the Atom feed"),
        (b"<rss version='2.0'><channel><item/></channel></rss>", "not the Atom feed"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'><title>Docket", "broken"),
        (bytes(range(256)) * 40, "not the Atom feed"),
    ],
)
def test_what_is_no_feed_is_a_trouble(content, complaint):
    with pytest.raises(Unreadable, match=complaint):
        read(content)


def test_a_feed_that_breaks_off_says_so():
    whole = FIXTURE.read_bytes()
    reading = read(whole[: whole.index(b"#minute-entry-417000110")])
    assert len(reading.documents) >= 4
    assert any("breaks off" in trouble.detail for trouble in reading.troubles)


def test_a_docket_without_entries_is_no_trouble():
    reading = read(b"<feed xmlns='http://www.w3.org/2005/Atom'><title>Docket updates for A v. B</title></feed>")
    assert (reading.documents, reading.troubles) == ((), ())
    assert dict(reading.facts) == {"case_name": "A v. B", "docket_number": None}


def feed(enclosure: str) -> bytes:
    return (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>Docket updates for A v. B, 3:23-cv-00001</title><entry>"
        "<id>https://www.courtlistener.com/docket/5/a-v-b/?order_by=desc#entry-2</id><title>Entry #2</title>"
        f"<published>2025-03-21T00:00:00-07:00</published><summary>NOTICE by A.</summary>{enclosure}</entry></feed>"
    ).encode()
