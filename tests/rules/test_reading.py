import pytest

from rules.query import parse
from rules.reading import reading


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        (
            "(share OR portion) NEAR/4 revenue NOT market speaker:zuck* doc:llama",
            [
                "(“share” or “portion”) at most 4 words from “revenue”, before or after it",
                "not this: “market”",
                "the speaker's name has “zuck…”",
                "anywhere in the document: “llama”",
            ],
        ),
        ("licens* PRE/1 fee", ["a word that begins with “licens” and right after it “fee”"]),
        ("fee PRE/7 llama", ["“fee” and after it, at most 7 words on, “llama”"]),
        ("a /s b /s c", ["“a” and “b” and “c” in one sentence"]),
        ("a PRE/s b", ["“a” and after it, in the same sentence, “b”"]),
        ("a /p b PRE/p c", ["(“a” and “b”, in whatever order) and anywhere after it “c”"]),
        ("fee EXCEPT free-fee", ["“fee”, unless it overlaps with “free fee”"]),
        ("fee amount>=1.5B", ["“fee”", "an amount of 1.5 billion or more"]),
        (
            "fee amount<EUR250K percent:5..7.5",
            ["“fee”", "an amount of less than EUR 250,000", "a percentage of 5 to 7.5"],
        ),
        (
            '="fees" side:opposing kind:filing',
            ["exactly “fees”", "the words are those of: the other side of a case", "the document is a “filing”"],
        ),
        ("授权 OR (fee item:2.02)", ["“授权”", "“fee” and also the filing has item “2.02”"]),
    ],
)
def test_a_query_is_told_in_plain_words(query, lines):
    first, *rest = reading(parse(query)).split("\n")
    assert first.startswith("Finds a passage")
    assert rest == [f"  - {line}" for line in lines]
