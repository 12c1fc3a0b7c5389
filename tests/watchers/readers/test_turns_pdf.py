"""A company's own PDF: headers with titles, then names with colons; page numbers, hyphens, phrases over two pages."""

import json
from pathlib import Path

import pytest

from pdfs import of_objects
from watchers.model import Body, Document
from watchers.readers import sniff, turns
from watchers.readers.turns.lines import lines_of

FIXTURES = Path(__file__).parent / "fixtures" / "turns"
HYPHEN = "\u2010"
FONT = """<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding
<< /Type /Encoding /BaseEncoding /WinAnsiEncoding /Differences [129 /uni2010] >> >>"""
PAGE = """<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents CONTENTS 0 R
/Resources << /Font << /F1 3 0 R >> >> >>"""


def pdf(pages: list[list[str]]) -> bytes:
    """A page for each list of lines, in Helvetica; U+2010 by its glyph's name, as the company's printer writes it."""
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>", FONT]
    for at, lines in enumerate(pages):
        shown = "\n".join(f"({_escaped(line)}) Tj T*" for line in lines)
        content = f"BT /F1 9 Tf 12 TL 40 780 Td\n{shown}\nET"
        objects += [
            PAGE.replace("CONTENTS", str(5 + 2 * at)),
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    return of_objects([content.encode("latin-1") for content in objects])


def _escaped(line: str) -> str:
    """The content stream is Latin-1: the hyphen stands for itself at 129, as the encoding has it."""
    line = line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return line.replace(HYPHEN, "\x81")


@pytest.fixture(scope="module")
def call() -> Body:
    sheets = (FIXTURES / "meta_pages.txt").read_text().split("===\n")
    pages = [[str(number), *sheet.strip().split("\n")] for number, sheet in enumerate(sheets, start=1)]
    return Body(pdf(pages), url="META-Q2-2023-Earnings-Call-Transcript.pdf", media_type="application/pdf")


@pytest.fixture(scope="module")
def document(call) -> Document:
    (document,) = turns.read(call, turns.Options(key="meta")).documents
    return document


def test_whole(document):
    expected = json.loads((FIXTURES / "meta_pages.txt.expected.json").read_text())
    assert document.model_dump(mode="json", include={"title", "published", "meta", "passages"}) == expected


def test_the_call_says_its_date_itself(document):
    assert document.meta.call_date == "2023-07-26"
    assert document.published.isoformat() == "2023-07-26T00:00:00+00:00"
    assert (document.meta.quarter, document.meta.year, document.meta.symbol) == (2, 2023, "META")


def test_a_phrase_goes_on_over_the_page(document):
    answer = next(p for p in document.passages if "portion of the revenue" in p.text)
    assert answer.speaker == "Mark Zuckerberg"
    assert answer.title == "CEO"
    assert (answer.role, answer.section, answer.page) == ("executive", "qa", 2)
    assert "should get\nsome portion of the revenue for." in answer.text, "the page number between them is gone"


def test_hyphens_of_the_printer_stay_in_the_text(document):
    first = document.passages[1]
    assert "forward\u2010looking" in first.text
    assert "re\u2010\nread" in first.text or "re\x02read" in first.text


def test_prose_in_the_form_of_a_header_is_no_header(document):
    assert any("Mark Zuckerberg, our CEO and founder, has said" in passage.text for passage in document.passages)


def test_a_page_number_inside_a_sentence_of_its_own_line_goes_only_at_the_edge():
    page = ["Ada Byron: How many?", "Operator: Well,", "41", "is the number.", "More of it,", "and more.", "The end."]
    body = Body(pdf([["7", *page, "8"]]), media_type="application/pdf")
    texts = [line.text for line in lines_of(body)]
    assert "41" in texts
    assert not {"7", "8"} & set(texts)


def test_running_titles_are_no_words():
    head, foot = "Northwind Robotics, Q3 2025 Earnings Call", "Page {} of 4 - printed by somebody"
    pages = [
        [head, f"Operator: One {letter}", f"two {letter}", "three", "four", "five", f"Ada Byron: six {letter}", "seven"]
        for letter in "abcd"
    ]
    pages = [[*lines, f"eight {lines[1][-1]}", foot.format(number)] for number, lines in enumerate(pages, start=1)]
    (document,) = turns.read(Body(pdf(pages), media_type="application/pdf"), turns.Options()).documents
    assert not any("printed by" in p.text or "Northwind" in p.text for p in document.passages[1:])
    assert document.passages[-1].text == "six d\nseven\neight d"
    assert [p.page for p in document.passages[1:]] == [1, 1, 2, 2, 3, 3, 4, 4]


def test_a_pdf_says_that_it_is_a_call(call):
    assert sniff.read(call, sniff.Options()).facts == {"kind": "transcript", "form": "turns"}
