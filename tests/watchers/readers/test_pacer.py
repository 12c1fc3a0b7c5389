"""PACER's court RSS, against juriscraper's parses of real captures and against fixtures in the true format."""

import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from watchers.model import Body, EntryMeta, Reading
from watchers.readers import pacer
from watchers.trouble import Unreadable

FIXTURES = sorted((Path(__file__).parent / "fixtures" / "pacer_rss").glob("*.xml"))
CAPTURES = {"ca10": 6, "ca2_1": 4, "ca4_1": 20, "cafc": 2, "mdb_1": 2, "sdny_1": 341, "wvsd": 2}
"""Captures with a parse beside them: entries."""


def read(content: bytes, court: str | None = None) -> Reading:
    return pacer.read(Body(content, url="https://court.example/rss"), pacer.Options(court=court))


def entries(reading: Reading) -> list[EntryMeta]:
    return [document.meta for document in reading.documents if isinstance(document.meta, EntryMeta)]


def shown(reading: Reading) -> dict:
    """A reading as it stands beside a fixture: without defaults, and passages without the title."""
    documents = [
        document.model_dump(mode="json", exclude_defaults=True, exclude={"passages"})
        | {"texts": [passage.text for passage in document.passages if passage.section != "title"]}
        for document in reading.documents
    ]
    troubles = [trouble.model_dump() for trouble in reading.troubles]
    return {"documents": documents, "troubles": troubles, "facts": dict(reading.facts)}


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_reads_each_kind_of_court_as_it_was_reviewed(fixture):
    assert shown(read(fixture.read_bytes())) == json.loads(fixture.with_suffix(".json").read_text())


@pytest.mark.parametrize("name", CAPTURES)
def test_agrees_with_juriscraper(data, name):
    """Case number, document number, short description, PACER's ids and the moment: all of them, entry by entry."""
    ours, theirs = captured(data, name)
    assert ours.total() == theirs.total() == CAPTURES[name]
    assert ours == theirs


def test_differs_from_juriscraper_only_in_words_for_people(data):
    """Four kinds of difference, each counted:

    - juriscraper tidies case names for a caption ("et al" goes, "US" is "United States"); ours are the court's own.
    - it invents a name for a case without one; we leave it empty.
    - its fixture calls the court "sdny" in one file; CourtListener's id, and the feed's own address, is "nysd".
    - it writes "" where we write None for a document that is not there (see `captured`).
    """
    differing: Counter[str] = Counter()
    for name in CAPTURES:
        theirs = {}
        for case in parsed(data, name):
            for entry in case["docket_entries"]:
                key = (case["docket_number"], entry["document_number"], entry["short_description"])
                theirs[key] = (case["case_name"], case["court_id"])
        for meta in entries(read(capture(data, name))):
            case_name, court = theirs[meta.docket_number, meta.document_number, meta.short_description]
            if meta.case_name is None:
                differing["no name"] += 1
                assert case_name == "Unknown Case Title"
            elif meta.case_name != case_name:
                differing["tidied"] += 1
                assert captioned(meta.case_name) == case_name
            if meta.court != court:
                differing["court"] += 1
                assert (meta.court, court) == ("nysd", "sdny")
    assert differing == {"no name": 1, "tidied": 254, "court": 341}


def test_reads_the_capture_without_a_parse(data):
    """CourtListener's own test file: everything of an item on lines of its own."""
    reading = read((data / "dockets/pacer_rss/cl_rss_sample_unnumbered_mdb.xml").read_bytes())
    (meta,) = entries(reading)
    assert (meta.docket_number, meta.short_description, meta.pacer_case_id) == (
        "18-00079",
        "Close Adversary Case",
        "711557",
    )
    assert reading.documents[0].key == "mdb:18-79:711557:at19"
    assert reading.troubles == ()


@pytest.mark.parametrize("name", [*CAPTURES, "cl_rss_sample_unnumbered_mdb"])
def test_keys_are_distinct_and_the_same_for_the_same_bytes(data, name):
    first, second = read(capture(data, name)), read(capture(data, name))
    keys = [document.key for document in first.documents]
    assert len(set(keys)) == len(keys)
    assert first.model_dump_json() == second.model_dump_json()


def test_keys_do_not_depend_on_what_else_is_in_the_feed(data):
    """The feed is a window that moves: an entry that loses its neighbours is the same entry."""
    head, *items = capture(data, "sdny_1").split(b"<item>")
    later = head + b"".join(b"<item>" + item for item in items[len(items) // 2 :])
    assert len(items) == 358
    earlier = {document.key for document in read(b"<item>".join([head, *items])).documents}
    assert {document.key for document in read(later).documents} < earlier


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "empty page"),
        (b" \r\n ", "empty page"),
        (b"<!doctype html><title>Down</title><p>The court's system is being maintained.", "not the RSS of a court"),
        (b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'></feed>", "not the RSS of a court"),
        (b"<?xml version='1.0'?><rss version='2.0'><channel><item><title>3:2", "broken"),
        (bytes(range(256)) * 40, "not the RSS of a court"),
    ],
)
def test_what_is_no_rss_is_a_trouble_and_never_no_news(content, complaint):
    with pytest.raises(Unreadable, match=complaint):
        read(content)


def test_a_court_without_news_is_no_trouble():
    reading = read(b"<rss version='2.0'><channel><title>Guam</title></channel></rss>")
    assert (reading.documents, reading.troubles, reading.facts["whole"]) == ((), (), True)


def test_a_feed_that_breaks_off_says_so():
    whole = FIXTURES[-1].read_bytes()
    assert FIXTURES[-1].stem == "district"
    reading = read(whole[: whole.index(b"Discovery Order")])
    assert [meta.document_number for meta in entries(reading)][:2] == ["489", "488"]
    assert not reading.facts["whole"]
    assert "breaks off" in reading.troubles[-1].detail


@pytest.mark.parametrize("share", range(0, 100, 7))
def test_half_a_feed_is_read_or_a_trouble(data, share):
    content = capture(data, "ca4_1")
    cut = content[: len(content) * share // 100]
    try:
        reading = read(cut)
    except Unreadable as trouble:
        assert trouble.detail  # noqa: PT017 - either outcome is right
    else:
        assert "breaks off" in reading.troubles[-1].detail


def test_the_court_is_the_address_of_the_feed_unless_it_is_told():
    content = FIXTURES[0].read_bytes()
    assert {meta.court for meta in entries(read(content))} == {"ca10"}
    assert {meta.court for meta in entries(read(content, court="ca11"))} == {"ca11"}


@pytest.mark.parametrize(
    ("address", "court"),
    [
        ("https://ecf.cand.uscourts.gov/doc1/03501", "cand"),
        ("https://ECF.CAND.uscourts.gov", "cand"),
        ("https://ecf.azb.uscourts.gov/x", "arb"),
        ("https://ecf.cofc.uscourts.gov/x", "uscfc"),
        ("https://ecf.njd-mega.uscourts.gov/x", "njd"),
        ("https://ecf.cand.uscourts.gov.example.com/doc1/03501", None),
        ("https://www.courtlistener.com/", None),
        ("http://[broken", None),
        ("", None),
    ],
)
def test_knows_a_court_by_its_address(address, court):
    assert pacer.court_at(address) == court


def captioned(case_name: str) -> str:
    """As juriscraper writes a caption, as far as these captures need it."""
    plain = re.sub(r"(?: ?[,;])? et al\.?(?= v\. |$)", "", case_name)
    return re.sub(r"\b(?:USA|U\.S\.A\.|US|(?:The )?United States(?: of America)?)(?= v\. |$)", "United States", plain)


def capture(data: Path, name: str) -> bytes:
    return (data / f"dockets/pacer_rss/{name}.xml").read_bytes()


def parsed(data: Path, name: str) -> list[dict]:
    parse: list[dict] = json.loads((data / f"dockets/pacer_rss/{name}.juriscraper.json").read_text())
    return parse


def captured(data: Path, name: str) -> tuple[Counter, Counter]:
    """Ours and juriscraper's, by what identifies an entry. juriscraper writes "" where there is no document."""
    ours: Counter = Counter()
    for document in read(capture(data, name)).documents:
        meta = document.meta
        assert isinstance(meta, EntryMeta)
        ours[
            meta.docket_number,
            meta.pacer_case_id,
            meta.document_number,
            meta.short_description,
            meta.pacer_doc_id,
            document.published,
        ] += 1
    theirs: Counter = Counter()
    for case in parsed(data, name):
        for entry in case["docket_entries"]:
            theirs[
                case["docket_number"],
                case["pacer_case_id"],
                entry["document_number"],
                entry["short_description"],
                entry["pacer_doc_id"] or None,
                datetime.fromisoformat(entry["date_filed"]),
            ] += 1
    return ours, theirs
