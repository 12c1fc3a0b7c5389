import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.abbreviations import BEGINNERS, MAY_END
from rules.sentence import LONGEST, sentences, sentences_around


def split(text):
    return [text[start:end] for start, end in sentences(text)]


WHOLE = """
Meta Platforms, Inc. (the "Company") reported results.
Apple Inc. CEO Tim Cook spoke of it.
In the U.S. District Court this was filed.
In the U.S. we grew by 3.5% to $4.2 billion.
See Dkt. No. 3 at 12, Fig. 4 and Ex. A to the motion.
In Kadrey v. Meta Platforms, Inc., No. 3:23-cv-03417 (N.D. Cal. Mar. 21, 2025), the court said so.
We host models, e.g. Llama, i.e. Our own.
Mark E. Zuckerberg and J. R. R. Tolkien met Susan J. Li.
Dr. Smith, Mr. Jones and Ms. O'Neil of Acme Corp. Ltd. signed.
The call is at 5 p.m. Eastern on Jan. 5.
We paid approx. 45 million vs. 40 million a year ago.
Licensing, advertising, etc. are all one.
Syarikat Telekom Malaysia Bhd. melaporkan pendapatan Sdn. Bhd. itu.
Menurut Dato. Ahmad dan Tn. Ali, bil. 5 ialah hlm. 7.
“We should get some portion of the revenue,” said Li.
“Is it free?” he asked.
“No!” said she.
We should get
some portion of the revenue for that.
Visit onrecord.example.com or mail a.b@c.example today.
iOS 17.2 and Node.js are out.
"""

PAIRS = """
We sold it. || They bought it.
Is it free? || No. || We charge for it.
We did! || You did not.
We bought Acme Inc. || The deal closed.
We work in the U.S. || We pay taxes there.
The meeting began at 9 a.m. || However, it ended soon.
He said: “We did it.” || Then he left.
“We did it.” || “You did not.”
(It was filed.) || The court agreed.
It grew by 3.5%. || 45 people left in 2023. || 2024 was better.
We signed with J. P. Morgan. || It paid $5. || $6 came later.
That is plan B. || We have no plan C.
It was under seal.[12] || The order says so.
Revenue grew. || iPhone sales did not.
So… || We think so... || And more.
Kami menandatanganinya. || Pendapatan dibahagi. || Adakah ia percuma? || Tidak.
我们收费。||他们不收费！||是吗？
We paid them No. || We did not.
"""


@pytest.mark.parametrize("text", WHOLE.strip().replace("get\nsome", "get\x00some").split("\n"))
def test_a_sentence_stays_whole(text):
    text = text.replace("\x00", "\n")
    assert split(text) == [text]
    assert split(f"Before that. {text} Who knows?") == ["Before that.", text, "Who knows?"]


@pytest.mark.parametrize("line", PAIRS.strip().split("\n"))
def test_sentences_are_told_apart(line):
    expected = line.split(" || ") if " || " in line else line.split("||")
    text = line.replace(" || ", " ").replace("||", "")
    assert split(text) == expected
    assert split(text.replace(" ", "\n")) == [sentence.replace(" ", "\n") for sentence in expected]


@pytest.mark.parametrize("blank", ["\n\n", "\r\n\r\n", "\n \t\n", "\n\n\n\n", "\r\r", "\u2029", "\f"])
def test_a_blank_line_ends_a_sentence(blank):
    assert split(f"A heading{blank}and text") == ["A heading", "and text"]


@pytest.mark.parametrize("mark", ["•", "-", "*", "–", "▪", "(a)", "1)", "(iv)"])
def test_a_line_that_begins_with_a_bullet_begins_a_sentence(mark):
    assert split(f"We offer:\n{mark} models\n  {mark} hosting") == ["We offer:", f"{mark} models", f"{mark} hosting"]


def test_a_dash_within_a_line_is_no_bullet():
    assert split("it - or so -\nthey say") == ["it - or so -\nthey say"]


def test_what_never_ends_is_cut_at_a_weaker_mark():
    text = "word, " * LONGEST
    parts = sentences(text)
    assert all(end - start <= LONGEST for start, end in parts)
    assert all(text[end - 1] == "," for _, end in parts)
    assert "".join(text[start:end] for start, end in parts).replace(" ", "") == text.replace(" ", "")
    assert all(end - start <= LONGEST for start, end in sentences("x" * 10 * LONGEST))


@pytest.mark.parametrize("text", ["1. We license it.", "a. The license.", "IV. Discussion of it."])
def test_the_number_of_a_heading_is_no_sentence(text):
    assert split(text) == [text]
    assert split(f"Before that.\n\n  {text}") == ["Before that.", text]


def test_nothing_is_no_sentence():
    assert sentences("") == sentences(" \n\n \t") == ()


def test_the_lists_are_in_lower_case_and_without_the_last_stop():
    assert all(word == word.lower().rstrip(".") for word in MAY_END | BEGINNERS)


parts = st.sampled_from(
    [
        "We",
        "meta",
        "Inc",
        "U.S",
        "No",
        "3",
        "3.5",
        ".",
        "?",
        "!",
        "…",
        "。",
        '"',
        "”",
        "(",
        ")",
        "•",
        "-",
        "\n",
        "\r\n",
        "\n\n",
        " ",
        "  ",
    ]
)


@given(st.lists(parts | st.characters(), max_size=40).map("".join))
def test_sentences_are_in_order_trimmed_and_leave_out_nothing_but_space(text):
    found = sentences(text)
    at = 0
    for start, end in found:
        assert not text[at:start].strip()
        assert start < end
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


FRAGMENTS = st.sampled_from(
    [
        "We sold it. ", "No. ", "3. ", "Inc. ", "In the U.S. ", "e.g. ", "J. P. Morgan ", "so it is, ", "said “no.” ",
        "Is it? ", "one two three ", "word " * 90, "\n\n", "\n• ", "我们收费。", "a. ", "Dr. ", "iPhone. ", "… ",
        "it was.[12] ", "x" * 700 + " ",
    ]
)  # fmt: skip


@given(st.lists(FRAGMENTS, max_size=60).map("".join), st.data())
def test_around_a_place_they_are_the_same_as_in_the_whole(text, data):
    everything = sentences(text)
    letters = [place for start, end in everything for place in (start, end - 1)]
    places = sorted(data.draw(st.lists(st.sampled_from(letters), max_size=5))) if letters else []
    found = sentences_around(text, places)
    assert list(found) == sorted(set(found))
    assert set(found) <= set(everything)
    for place in places:
        assert any(start <= place < end for start, end in found)


def test_a_long_turn_is_not_read_from_its_beginning():
    text = "We sold it and they bought it. " * 1000
    assert len(sentences_around(text, [30_000])) < 20
