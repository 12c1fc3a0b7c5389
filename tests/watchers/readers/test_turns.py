"""Transcripts in the layouts met in real files: a document of our own for each, and what it must become beside it."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from watchers.model import Body, Document
from watchers.readers import turns
from watchers.readers.turns.layout import script_of
from watchers.readers.turns.lines import Line, lines_of
from watchers.trouble import Unreadable

FIXTURES = Path(__file__).parent / "fixtures" / "turns"
MEDIA_TYPES = {".txt": "text/plain", ".html": "text/html", ".pdf": "application/pdf"}
LAYOUTS = ["colon.txt", "first_names.txt", "fool.html", "headers_above.txt", "numbered.txt", "own_line.txt"]


def read(text: str | bytes, name: str = "call.txt", **options: str) -> Document:
    content = text.encode() if isinstance(text, str) else text
    body = Body(content, url=name, media_type=MEDIA_TYPES[Path(name).suffix])
    (document,) = turns.read(body, turns.Options(key=name, **options)).documents
    return document


def shape(document: Document) -> dict[str, object]:
    """A document as its fixture has it: only what it says."""
    said = document.model_dump(mode="json", exclude_none=True, exclude={"aliases", "source", "company", "origin"})
    for passage in said["passages"]:
        if passage["role"] == "unknown":
            del passage["role"]
    return said


def spoken(document: Document) -> list[tuple[str | None, str]]:
    return [(passage.speaker, passage.text) for passage in document.passages if passage.section != "title"]


@pytest.mark.parametrize("name", LAYOUTS)
def test_layout(name):
    expected = json.loads((FIXTURES / f"{name}.expected.json").read_text())
    assert shape(read((FIXTURES / name).read_bytes(), name)) == expected


def test_every_fixture_is_tested():
    files = {path.name for path in FIXTURES.iterdir() if not path.name.endswith(".expected.json")}
    assert files == {*LAYOUTS, "meta_pages.txt"}


def test_name_and_text_without_a_space():
    document = read("Operator:Welcome.\nAda Byron:Thank you all for coming.\nOperator:Goodbye.\nAda Byron:Goodbye.\n")
    assert spoken(document)[1] == ("Ada Byron", "Thank you all for coming.")


@pytest.mark.parametrize(
    "line",
    [
        "Duration: 58 minutes",
        "Revenue: $5 million",
        "Gross Margin: 52%",
        "Safe Harbor Statement: all of it",
        "First: the arm.",
        "https://northwind.example/call",
        "We start at 4:30 p.m. Eastern",
        "Thank You: you know who you are",
        "The Arm -- our best seller",
        "Ada Byron, our CEO and founder, has said so",
        "Thank you.",
        "(NASDAQ: NWR)",
        "a: b",
        ":",
    ],
)
def test_what_is_no_speaker(line):
    text = f"Operator: Welcome.\nAda Byron: Some words.\n{line}\nOperator: Goodbye.\nAda Byron: Bye.\n"
    speakers = {speaker for speaker, _ in spoken(read(text))}
    assert speakers == {"Operator", "Ada Byron"}


@pytest.mark.parametrize(
    ("label", "speaker", "title"),
    [
        ("Jean‐Luc D’Arcy", "Jean-Luc D'Arcy", None),
        ("Earl C. “Duke” Austin, Jr.", "Earl C. “Duke” Austin, Jr.", None),
        ("Brian Novak (Morgan Hill)", "Brian Novak", "Morgan Hill"),
        ("Ruth Pole, President and CIO; CFO, Alpha and Beta", "Ruth Pole", "President and CIO; CFO, Alpha and Beta"),
        ("Ada Byron -- Chief Executive Officer", "Ada Byron", "Chief Executive Officer"),
        ("ADA BYRON", "ADA BYRON", None),
        ("Ludwig van der Berg", "Ludwig van der Berg", None),
        ("Larry Page", "Larry Page", None),
        ("Greg Harbor", "Greg Harbor", None),
        ("June August", "June August", None),
        ("Çağla Öztürk", "Çağla Öztürk", None),
        ("Unidentified Analyst", "Unidentified Analyst", None),
        ("Speaker 12", "Speaker 12", None),
    ],
)
def test_who_is_a_speaker(label, speaker, title):
    document = read(f"Operator: Welcome.\n{label}: The words.\nOperator: Goodbye.\n")
    assert spoken(document)[1] == (speaker, "The words.")
    assert document.passages[2].title == title


def test_a_glossary_is_no_call():
    with pytest.raises(Unreadable, match=r"glossary\.txt: no speaker turns"):
        read((FIXTURES.parent / "not_a_call.txt").read_text(), "glossary.txt")


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"Just prose. And more: of it."])
def test_no_turns_is_a_trouble_that_names_the_file(content):
    with pytest.raises(Unreadable, match=r"^notes\.txt: "):
        read(content, "notes.txt")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding):
    text = "Operator: Welcome.\r\nZoë Müller: “Licence” costs €5 – or so.\r\nOperator: Goodbye.\r\n"
    assert spoken(read(text.encode(encoding)))[1] == ("Zoë Müller", "“Licence” costs €5 – or so.")


def test_old_line_ends_and_tabs():
    assert spoken(read("Operator:\tWelcome.\rAda Byron:  Words.\rOperator: Goodbye.")) == [
        ("Operator", "Welcome."),
        ("Ada Byron", "Words."),
        ("Operator", "Goodbye."),
    ]


def test_same_bytes_same_document():
    body = (FIXTURES / "own_line.txt").read_bytes()
    assert read(body).model_dump_json() == read(body).model_dump_json()


anything = st.text(max_size=400)
"""Whatever Unicode has."""
dialogue = st.lists(
    st.one_of(
        st.sampled_from(["Operator", "Operator:", "Ada Byron:", "Ada Byron -- CEO", "Ada Byron, CEO", "15", "", ":"]),
        st.sampled_from(["Questions and Answers:", "Duration: 5 minutes", "Full Conference Call Transcript", "Q:"]),
        st.sampled_from(["Call participants:", "A: yes", "CEO — Ada Byron", "Corporate Participants"]),
        st.text(max_size=60),
    ),
    max_size=25,
).map("\n".join)


@settings(max_examples=200, deadline=None)
@given(st.one_of(anything, dialogue))
@example("Ada Byron:\nAda Byron: \x85words\x0b\x1cmore\nOperator:\u2028x")
def test_any_text_gives_turns_or_a_trouble_and_every_word_stands_in_it(text):
    lines = [line.strip() for line in text.splitlines()]
    script = script_of([Line(line) for line in lines])
    rest = "\n".join(line for line in lines if line)
    at = 0
    for turn in script.turns:
        assert turn.text
        assert turn.speaker
        for part in turn.text.split("\n"):
            found = rest.find(part, at)
            assert found >= 0, "words in their order, as they stand"
            at = found + len(part)
    try:
        document = read(text.encode("utf-8", "surrogatepass"))
    except Unreadable:
        return
    assert len(spoken(document)) >= 2


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(list(MEDIA_TYPES)))
def test_any_bytes_give_a_document_or_a_trouble(content, suffix):
    try:
        read(content, f"call{suffix}")
    except Unreadable as trouble:
        assert trouble.detail.startswith("call")  # noqa: PT017 - that nothing is raised is as good


HARD = {
    "spaces": "Ada Byron" + " " * 100_000 + "x\n",
    "colons": ":" * 100_000 + "\n",
    "dashes": "Ada Byron " + "-" * 100_000 + "\n",
    "commas": "Ada, " * 20_000 + "\n",
    "one long line": "questions from the line of Ada Byron with " * 3_000 + "\n",
    "names": "from " + "Ada " * 25_000 + "\n",
    "titles": "Ada Byron, Chief " + "Chief " * 20_000 + "\n",
    "turns": "Ada Byron: a question from Bob Cobb with us\nOperator: it is from the line of Cy Dee with us\n",
    "labels": "Name{n} Other{n}: words\n",
    "listed": "Ada B -- CEO\n",
    "digits": "1" * 100_000 + "\n",
    "brackets": "(" * 50_000 + ")" * 50_000 + "\n",
    "quarters": "first quarter of the year call Q1 FY " * 3_000 + "\n",
    "dates": "today, on the " * 8_000 + "1/1/\n",
}


@pytest.mark.parametrize("name", HARD)
def test_no_line_costs_more_than_its_length(name):
    """400 kB of it take little more than four times as long as a quarter; a pattern that backtracks takes sixteen."""
    made = HARD[name]
    head = "Operator: Welcome to the call.\nAda Byron: Thanks.\nOperator: First question from Al Bo with us.\n"

    def seconds(size: int) -> float:
        count = max(1, size // len(made))
        text = "".join(made.replace("{n}", chr(97 + n % 26)) for n in range(count))[:size]
        began = time.process_time()
        turns.read(Body((head + text).encode(), url="x.txt", media_type="text/plain"), turns.Options())
        return time.process_time() - began

    quarter, whole = seconds(100_000), seconds(400_000)
    assert whole < 8 * max(quarter, 0.15), f"{quarter:.2f} s, then {whole:.2f} s"


def test_lines_of_html_keep_blocks_apart():
    body = Body(b"<p>One<br>two</p><div>three</div>", media_type="text/html")
    assert [line.text for line in lines_of(body)] == ["One", "two", "", "three", ""]


def test_the_language_is_said_only_where_the_words_tell_it():
    english = "Operator: Welcome to the call.\nAda Byron: We rent the arm to all that ask, and it is a good business.\n"
    malay = "Operator: Selamat datang ke panggilan pendapatan.\nAda Byron: Kami membahagi sebahagian pendapatan.\n"
    assert [read(text).language for text in (english, malay)] == ["en", None]
