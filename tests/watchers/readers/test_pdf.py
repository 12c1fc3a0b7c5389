"""PDFs: real court documents and hostile ones, through children as in the program, and pages of our own making."""

import random
from collections.abc import Mapping

import pytest

import pdfs
from rules.engine import Engine
from rules.model import Rule
from watchers.child import Limits, ReadingPool
from watchers.model import Body, Document, EntryMeta, PostMeta, Reading
from watchers.readers import pdf
from watchers.trouble import Unreadable

STAMP = "Case 3:23-cv-03417-VC Document 482-1 Filed 03/20/25 Page 1 of 4"
WORDS = "Meta receives a share of the revenue that hosts of the models generate."

REAL: Mapping[str, tuple[int, list[int], bool, str | None, str | None]] = {
    "cl__acms_test.pdf": (2, [1, 2], False, "25-1689", "28"),
    "cl__gov.uscourts.ca1.12-2209.00106475093.0.pdf": (2, [1, 2], False, "12-2209", "00116475093"),
    "cl__opinion_tax.pdf": (32, list(range(1, 33)), False, None, None),
    "doctor__broken-mime.pdf": (23, list(range(1, 24)), False, None, None),
    "doctor__ca2_1-1.pdf": (2, [1, 2], False, "17-3510", "1"),
    "doctor__ca4_17.pdf": (1, [], True, "17-2218", "17"),
    "doctor__ca9_19.pdf": (15, list(range(1, 16)), False, "20-16276", "19"),
    "doctor__cafc_3.pdf": (2, [1, 2], False, "14-1326", "3"),
    "doctor__gov.uscourts.cand.203070.27.0.pdf": (2, [], True, "4:08-cv-02214-SBA", "27"),
    "doctor__image-pdf-2.pdf": (1, [], True, None, None),
    "doctor__missouri.pdf": (5, [1, 2, 3, 4, 5], False, None, None),
    "doctor__rectangles_yes.pdf": (1, [1], False, "1:21-cv-01061-KLM", "1"),
    "xray__hidden_text_on_visible_text.pdf": (1, [1], False, "3:19-cv-00227-HRH", "1"),
    "xray__rect_ordering_2.1.pdf": (1, [1], False, "17-25147", "1"),
    "flate_text_ops_27MB.pdf": (1, [], True, None, None),
    "leading_garbage.pdf": (15, list(range(1, 16)), False, "20-16276", "19"),
}
"""By file: pages, pages with words, whether it needs OCR, and the case and document of the court's stamp."""
UNREADABLE = {
    "doctor__empty.pdf": "an empty file",
    "encrypted_password.pdf": "wants a password",
    "html_login_as_pdf.pdf": "a web page",
    "page_tree_loop.pdf": "not one of its pages can be opened",
    "truncated_half.pdf": "damaged or cut short",
}


def read(content: bytes, draft: Document | None = None, url: str = "https://files.example/482.pdf") -> Reading:
    return pdf.read(Body(content, url=url), pdf.Options(draft=draft))


def paged(reading: Reading) -> dict[int | None, str]:
    return {passage.page: passage.text for passage in reading.documents[0].passages if passage.section != "title"}


def entry() -> Document:
    return Document(key="5:entry-2", title="A v. B — #2 MOTION", meta=EntryMeta(entry_number=2, state="available"))


async def test_real_and_hostile_files_are_read_alike_by_three_processes_or_are_a_trouble(data):
    """Every PDF there is, twice in children and once here: byte for byte the same reading, or the same trouble.

    But for the one that takes a second and 400 MB: that is what the children are for.
    """
    files = [*(data / "dockets/pdf").iterdir(), *(data / "dockets/pdf_hostile_synthetic").iterdir()]
    assert {file.name for file in files} == REAL.keys() | UNREADABLE.keys()
    async with ReadingPool(size=1) as one, ReadingPool(size=1) as other:
        for file in sorted(files):
            body = Body(file.read_bytes(), url=file.name, media_type="application/pdf")
            told = [await outcome(pool, body) for pool in (one, other)]
            assert told[0] == told[1], file.name
            assert file.name == "flate_text_ops_27MB.pdf" or told[0] == here(body), file.name
            if file.name in UNREADABLE:
                assert told[0].startswith(f"unreadable: {file.name}: ")
                assert UNREADABLE[file.name] in told[0]
                assert told[0].count(file.name) == 1
            else:
                assert facts_of(Reading.model_validate_json(told[0])) == REAL[file.name]


def test_no_words_are_said_to_need_ocr(data):
    """The N.D. Cal. scan: its only text are two stamps a page."""
    file = data / "dockets/pdf/doctor__gov.uscourts.cand.203070.27.0.pdf"
    reading = read(file.read_bytes(), entry())
    (document,) = reading.documents
    assert isinstance(document.meta, EntryMeta)
    assert document.meta.state == "needs-ocr"
    assert paged(reading) == {}
    (trouble,) = reading.troubles
    assert "no words can be read on 2 of 2 pages (1-2)" in trouble.detail
    assert "OCR" in trouble.mend


def test_failed_redactions_of_a_real_file_are_not_read(data):
    """freelawproject/x-ray counts three bad redactions on this page."""
    reading = read((data / "dockets/pdf/doctor__rectangles_yes.pdf").read_bytes())
    page = paged(reading)[1]
    assert page.count("She answered “██") == 3
    assert page.count("█") == 49
    assert "words under a box on 1 of 1 pages (1)" in reading.troubles[0].detail


async def test_a_bomb_costs_its_document_a_trouble_and_nothing_else():
    """Six hundred thousand things to draw in fifty kilobytes of file, and a child that may take 256 MB."""
    bomb = pdfs.compressed(b"BT /F1 9 Tf (x) Tj ET\n" * 600_000)
    assert len(bomb) < 50_000
    async with ReadingPool(size=1, limits=Limits(memory=256 << 20)) as pool:
        assert (await outcome(pool, Body(bomb, url="bomb.pdf"))).startswith("unreadable: bomb.pdf: the reader pdf ")
        after = await outcome(pool, Body(pdfs.drawn([[pdfs.line(WORDS)]]), url="next.pdf"))
    assert facts_of(Reading.model_validate_json(after))[:2] == (1, [1])


async def test_noise_in_a_pdf_never_does_more_than_spoil_it():
    """Sixty files with bytes overwritten or cut off, in one child."""
    sound = pdfs.drawn([[pdfs.line(WORDS), pdfs.line(STAMP, y=770)], [pdfs.scan()], [pdfs.box(60, 60, 99, 9)]])
    dice = random.Random(7)
    outcomes = set()
    async with ReadingPool(size=1) as pool:
        for _ in range(60):
            spoilt = bytearray(sound)
            for _ in range(dice.randrange(1, 30)):
                spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
            body = Body(bytes(spoilt[: dice.choice([len(spoilt), dice.randrange(len(spoilt))])]), url="spoilt.pdf")
            told = await outcome(pool, body)
            assert told.startswith(("unreadable: spoilt.pdf: ", "{")), told[:200]
            assert "the reader pdf failed" not in told, told
            outcomes.add(told.startswith("{"))
    assert outcomes == {True, False}


def test_pages_are_passages_with_their_numbers():
    reading = read(pdfs.drawn([[pdfs.line(WORDS)], [], [pdfs.line("The third page has other words.")]]), entry())
    (document,) = reading.documents
    assert document.key == "5:entry-2"
    assert paged(reading) == {1: WORDS, 3: "The third page has other words."}
    assert isinstance(document.meta, EntryMeta)
    assert document.meta.state == "text-ready"
    assert document.passages[0].section == "title"
    assert reading.troubles == ()


def test_lines_end_with_a_line_feed_alone():
    lines = [pdfs.line("that we should get", y=700), pdfs.line("some portion of the revenue for.", y=680)]
    assert paged(read(pdfs.drawn([lines]))) == {1: "that we should get\nsome portion of the revenue for."}


def test_a_hyphen_at_the_end_of_a_line_stays_told_apart():
    """pdfium joins the halves with U+0002: "li<U+0002>censing" may have been "licensing" or "li-censing"."""
    lines = [pdfs.line("the company's revenue from li-", y=700), pdfs.line("censing its models to hosts", y=686)]
    assert paged(read(pdfs.drawn([lines]))) == {1: "the company's revenue from li\x02censing its models to hosts"}


@pytest.mark.parametrize(
    ("query", "lines", "quoted"),
    [
        (
            '"some portion of the revenue"',
            ["we should get some", "portion of the", "revenue for."],
            "some\nportion of the\nrevenue",
        ),
        ("licensing", ["its income from li-", "censing the models"], "li\x02censing"),
        ('"revenue-sharing"', ["the revenue-", "sharing agreements"], "revenue\x02sharing"),
        ('"revenue sharing"', ["the revenue-", "sharing agreements"], "revenue\x02sharing"),
    ],
)
def test_rules_match_over_the_ends_of_lines(query, lines, quoted):
    """And the quote is cut from the page as it is stored."""
    drawings = [pdfs.line(said, y=700 - 14 * at) for at, said in enumerate(lines)]
    (document,) = read(pdfs.drawn([[*drawings, pdfs.line("And more of it below.", y=500)]])).documents
    matches = Engine([Rule(name="the rule", query=query)]).scan(document)
    texts = [document.passages[match.passage].text[match.start : match.end] for match in matches]
    assert texts == [quoted]


def test_pleading_paper_is_read_without_its_margin():
    numbers = [pdfs.line(str(at), x=30, y=760 - 24 * at) for at in range(1, 29)]
    said = [pdfs.line(f"{word} of the argument goes on here", y=760 - 24 * at) for at, word in ((1, "One"), (2, "Two"))]
    page = paged(read(pdfs.drawn([[*numbers, *said]])))[1]
    assert page == "One of the argument goes on here\nTwo of the argument goes on here"


@pytest.mark.parametrize(
    ("drawings", "judgement"),
    [
        ([], "blank"),
        ([pdfs.line(WORDS)], "words"),
        ([pdfs.line("EXHIBIT A")], "words"),
        ([pdfs.line("EXHIBIT A"), pdfs.line(STAMP, y=770)], "words"),
        ([pdfs.line(STAMP, y=770)], "blank"),
        ([pdfs.line(STAMP, y=770), pdfs.line("- 3 -", y=30)], "blank"),
        ([pdfs.scan()], "scan"),
        ([pdfs.scan(), pdfs.line(STAMP, y=770)], "scan"),
        ([pdfs.scan(), pdfs.line("2/2/09"), pdfs.line(STAMP, y=770)], "scan"),
        ([pdfs.scan(), pdfs.line(WORDS)], "words"),
        ([pdfs.box(at, 300, 1, 9) for at in range(300)], "scan"),
        ([pdfs.line("(cid:12)" + "~#@!%^&*=+" * 9)], "garbled"),
    ],
)
def test_a_page_is_judged_by_what_is_printed_on_it(drawings, judgement):
    assert pdf.pages(pdfs.drawn([drawings])).judged() == [judgement]


def test_a_long_filing_with_a_scanned_exhibit_is_ready_and_says_what_is_not_seen():
    reading = read(pdfs.drawn([[pdfs.line(WORDS)]] * 3 + [[pdfs.line("EXHIBIT A")], [pdfs.scan()]]), entry())
    assert list(paged(reading)) == [1, 2, 3, 4]
    assert not reading.facts["needs_ocr"]
    (trouble,) = reading.troubles
    assert "no words can be read on 1 of 5 pages (5)" in trouble.detail


def test_a_document_without_end_is_cut_and_says_so():
    reading = read(pdfs.drawn([[pdfs.line(WORDS)]] * 2100))
    assert len(paged(reading)) == pdf.MOST_PAGES
    assert "only 2000 of 2100 pages were read" in reading.troubles[0].detail


def test_junk_before_the_header_is_skipped():
    assert paged(read(b"HTTP/1.1 200 OK\r\n\r\n" + pdfs.drawn([[pdfs.line(WORDS)]]))) == {1: WORDS}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "an empty file"),
        (b"\n \n", "an empty file"),
        (b"<!DOCTYPE html><html><title>PACER log-in</title>", "a web page"),
        (b"PK\x03\x04 a word processor's file", "no PDF"),
        (b"x" * 2000 + b"%PDF-1.4", "no PDF"),
        (b"%PDF-1.4\n%%EOF", "damaged or cut short"),
        (pdfs.drawn([[pdfs.line(WORDS)]])[:300], "damaged or cut short"),
        (pdfs.locked(pdfs.drawn([[pdfs.line(WORDS)]])), "wants a password"),
        (
            pdfs.of_objects([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"]),
            "not one",
        ),
    ],
)
def test_what_cannot_be_read_says_why_and_where(content, complaint):
    with pytest.raises(Unreadable, match=complaint) as raised:
        read(content, url="https://files.example/482.pdf")
    assert raised.value.detail.startswith("https://files.example/482.pdf: ")


def test_a_pdf_without_a_docket_speaks_for_itself():
    reading = read(pdfs.drawn([[pdfs.line(WORDS), pdfs.line(STAMP, y=770)]]), url="https://files.example/a%20b.pdf")
    (document,) = reading.documents
    assert (document.key, document.title) == ("https://files.example/a%20b.pdf", "a b.pdf")
    assert isinstance(document.meta, EntryMeta)
    assert document.meta.model_dump(exclude_defaults=True, exclude={"kind"}) == {
        "docket_number": "3:23-cv-03417-VC",
        "document_number": "482",
        "entry_number": 482,
        "attachment_number": 1,
        "date_filed": "2025-03-20",
        "state": "text-ready",
    }
    (post,) = read(pdfs.drawn([[pdfs.line(WORDS)]]), url="/inbox/report.pdf").documents
    assert (post.url, post.title, type(post.meta)) == (None, "report.pdf", PostMeta)


async def outcome(pool: ReadingPool, body: Body) -> str:
    try:
        return (await pool.read(pdf.READER, body, pdf.Options())).model_dump_json()
    except Unreadable as trouble:
        return f"unreadable: {trouble.detail}"


def here(body: Body) -> str:
    try:
        return pdf.read(body, pdf.Options()).model_dump_json()
    except Unreadable as trouble:
        return f"unreadable: {trouble.detail}"


def facts_of(reading: Reading) -> tuple[int, list[int | None], bool, str | None, str | None]:
    (document,) = reading.documents
    meta = document.meta
    number, name = (meta.docket_number, meta.document_number) if isinstance(meta, EntryMeta) else (None, None)
    return reading.facts["pages"], list(paged(reading)), reading.facts["needs_ocr"], number, name
