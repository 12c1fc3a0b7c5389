"""Words under a box: neither read nor quoted, and nothing else is lost."""

import pytest

import pdfs
from watchers.readers import pdf

WORDS = "Meta receives a share of the revenue of hosts every quarter"
BOX = (160, 695, 70, 16)
"""Over "share of the" in `WORDS`, as `pdfs.line` sets it."""
COVERED = WORDS.replace("share of the", "█████ ██ ███")
BLACK, WHITE, YELLOW = "0 g", "1 g", "1 1 0 rg"
SQUARE = "<< /Type /Annot /Subtype /Square /Rect [160 695 230 711] /IC [0 0 0] /C [0 0 0] /F 4 >>"
HIGHLIGHT = "<< /Type /Annot /Subtype /Highlight /Rect [160 695 230 711] /C [1 1 0] /F 4 >>"


def text_of(content: bytes) -> str:
    return pdf.pages(content).texts[0]


@pytest.mark.parametrize("colour", [BLACK, WHITE, YELLOW, "0.2 0.2 0.3 rg"])
def test_words_under_a_box_are_not_read(colour):
    found = pdf.pages(pdfs.drawn([[pdfs.line(WORDS), pdfs.box(*BOX, colour)], [pdfs.line(WORDS)]]))
    assert found.texts == [COVERED, WORDS]
    assert found.redacted == {0}


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("media_box", ["0 0 612 792", "-100 -50 612 900"])
def test_however_the_page_lies(rotate, media_box):
    content = pdfs.drawn([[pdfs.line(WORDS), pdfs.box(*BOX)]], rotate=rotate, media_box=media_box)
    assert "█████ ██ ███" in text_of(content)


def test_a_box_of_a_viewer_that_was_never_burnt_in():
    assert text_of(pdfs.drawn([[pdfs.line(WORDS)]], annotations=SQUARE)) == COVERED


def test_words_in_the_colour_of_what_lies_behind_them():
    content = pdfs.drawn([[pdfs.box(60, 690, 400, 30), pdfs.line(WORDS)], [pdfs.line(WORDS)]])
    assert set(text_of(content)) <= {"█", " "}


def test_a_box_may_carry_a_label():
    label = pdfs.line("REDACTED", x=250, colour=WHITE)
    said = text_of(pdfs.drawn([[pdfs.line(WORDS), pdfs.box(160, 695, 250, 16), label]]))
    assert said.startswith("Meta receives a █████ ██ ███ ███████ ██ █████ █████")
    assert "REDACTED" in said
    assert "revenue" not in said


@pytest.mark.parametrize(
    "drawings",
    [
        pytest.param([pdfs.box(*BOX, YELLOW), pdfs.line(WORDS)], id="a box behind the words"),
        pytest.param([pdfs.line(WORDS), pdfs.box(72, 697, 300, 1)], id="a line under them"),
        pytest.param([pdfs.line(WORDS), pdfs.box(72, 690, 300, 4)], id="a thick line under them"),
        pytest.param([pdfs.line(WORDS), pdfs.box(160, 400, 70, 16)], id="a box elsewhere"),
        pytest.param([pdfs.line(WORDS), b"q 0 g 160 695 70 16 re S Q"], id="a frame"),
        pytest.param([pdfs.line(WORDS), b"q 0 g 160 695 70 16 re 150 690 90 26 re f* Q"], id="a thick frame"),
        pytest.param([pdfs.line(WORDS), b"q 0 0 1 1 re W n 0 g 160 695 70 16 re f Q"], id="a box that is clipped away"),
        pytest.param([pdfs.line(WORDS), pdfs.box(*BOX, WHITE), pdfs.line(WORDS)], id="words that are drawn again"),
        pytest.param([pdfs.scan(), pdfs.line(WORDS)], id="words over a picture"),
        pytest.param([pdfs.line(WORDS), pdfs.scan()], id="words under the picture that shows them"),
    ],
)
def test_what_can_be_seen_is_read(drawings):
    found = pdf.pages(pdfs.drawn([drawings]))
    assert found.texts == [WORDS]
    assert found.redacted == set()


def test_a_marker_pen_hides_nothing():
    assert text_of(pdfs.drawn([[pdfs.line(WORDS)]], annotations=HIGHLIGHT)) == WORDS


def test_thin_letters_on_a_box_are_seen():
    thin = "Ill-fitting lilies; it is . , l I 1 i"
    assert text_of(pdfs.drawn([[pdfs.box(60, 690, 400, 30, YELLOW), pdfs.line(thin)]])) == thin
    assert text_of(pdfs.drawn([[pdfs.line(thin), pdfs.box(60, 400, 400, 30), pdfs.box(60, 690, 400, 8)]])) == thin


def test_a_page_that_is_black_all_over_says_nothing():
    found = pdf.pages(pdfs.drawn([[pdfs.line(WORDS), pdfs.box(60, 690, 500, 30)]]))
    assert found.judged() == ["blank"]
    assert found.redacted == {0}


def test_a_chart_of_ten_thousand_boxes_is_read_in_time():
    lines = [pdfs.line(WORDS, y=40 + 14 * at) for at in range(50)]
    chart = [pdfs.box(400 + at * 37 % 200, 40 + at * 53 % 700, 6, 6, "0.9 g") for at in range(10_000)]
    assert text_of(pdfs.drawn([[*chart, *lines]])).count(WORDS) == 50
