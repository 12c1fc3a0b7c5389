"""What stands after `/watch`: whatever is typed is read, or refused with what to type instead."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.commands.grammar import MOST_KEYWORDS, Channel, Target, asked, line, muting, pointed
from bot.slack.commands.wording import Refusal
from rules.query import canonical, parse
from rules.text import fold_name

NAMES = {
    fold_name(said): name
    for said, name in {
        "AAPL": "AAPL",
        "Apple": "AAPL",
        "Meta": "META",
        "Meta Platforms": "META",
        "acme-blog": "acme-blog",
    }.items()
}
EXAMPLE = "add AAPL guidance"


def read(text):
    return asked(line(text), NAMES, example=EXAMPLE)


def words(text):
    return [keyword.query for keyword in read(text).keywords]


PARTS = st.sampled_from(
    [
        "AAPL", "Meta", "Platforms", "in", "#earnings", "<#C024BE91L|earnings>", "<#C1>", "<https://a.example/f|a>",
        "https://a.example/x?a=1&b=2", "docket:", "docket:3:23-cv-03417", "w7", '"', '"a b"', "“", "”", "-", "-music",
        '-"x y"', ",", "(", ")", "AND", "OR", "NOT", "NEAR/3", "speaker:", "licens*", "24h", "for", "forever", "<", ">",
        "&lt;", "<!channel>", "<@U1>", "a" * 600, "\x00", "\ud800", "中文", "é", "=",
    ]
)  # fmt: skip
ANYTHING = st.lists(PARTS | st.text(max_size=8), max_size=14).map(" ".join) | st.text(max_size=60)


def outcome(way):
    try:
        return way()
    except Refusal as refusal:
        return refusal


@given(ANYTHING)
def test_anything_is_read_or_refused_with_what_to_do(text):
    for way in (
        lambda: read(text),
        lambda: pointed(line(text), NAMES, example=EXAMPLE),
        lambda: muting(line(text), NAMES),
    ):
        found = outcome(way)
        if isinstance(found, Refusal):
            assert found.said.strip()
            assert "<!channel" not in found.said
            assert "<@U1>" not in found.said
        else:
            for keyword in getattr(found, "keywords", ()):
                assert canonical(parse(keyword.query)) == keyword.query


@pytest.mark.parametrize(
    ("text", "target", "keywords"),
    [
        ("AAPL", Target("name", "AAPL"), []),
        ("apple guidance", Target("name", "AAPL"), ["guidance"]),
        ("Meta Platforms revenue share, licensing", Target("name", "META"), ['"revenue share"', "licensing"]),
        ("meta platform fees", Target("name", "META"), ['"platform fees"']),
        ("AAPL “material weakness”", Target("name", "AAPL"), ['"material weakness"']),
        ('AAPL "a b" c d', Target("name", "AAPL"), ['"a b"', '"c d"']),
        ("AAPL price -music", Target("name", "AAPL"), ["price AND NOT music"]),
        ('AAPL price -"record label"', Target("name", "AAPL"), ['price AND NOT "record label"']),
        ("AAPL price OR fee, share", Target("name", "AAPL"), ["price OR fee", "share"]),
        ("AAPL licens!", Target("name", "AAPL"), ["licens*"]),
        ("AAPL speaker:cook price", Target("name", "AAPL"), ["speaker:cook AND price"]),
        ("AAPL 1,000 jobs", Target("name", "AAPL"), ['"1,000 jobs"']),
        ("AAPL royalty /s price", Target("name", "AAPL"), ["royalty NEAR/s price"]),
        ("AAPL royalty w/p price", Target("name", "AAPL"), ["royalty NEAR/p price"]),
        (
            "AAPL royalty amount&gt;1,000, fee percent:5",
            Target("name", "AAPL"),
            ["royalty amount>1K", "fee percent:5"],
        ),
        ("W7 price", Target("watch", "w7"), ["price"]),
        ("docket:3:23-cv-03417 price", Target("docket", "3:23-cv-03417"), ["price"]),
        (
            "<https://a.example/feed?a=1&amp;b=2|a.example> price",
            Target("address", "https://a.example/feed?a=1&b=2"),
            ["price"],
        ),
        ("APPL price", Target("unknown", "APPL"), ["price"]),
    ],
)
def test_a_line_is_read_as_a_person_means_it(text, target, keywords):
    assert read(text).target == target
    assert [canonical(parse(query)) for query in words(text)] == [canonical(parse(query)) for query in keywords]


@pytest.mark.parametrize("text", ["AAPL price in #earnings", "AAPL in #earnings price", "AAPL price in <#C1|earnings>"])
def test_the_channel_is_taken_out_wherever_it_stands(text):
    found = read(text)
    assert found.channel in (Channel("", "earnings"), Channel("C1", "earnings"))
    assert [keyword.query for keyword in found.keywords] == ["price"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Tell me what to watch: `/watch add AAPL guidance`."),
        (', "a b"', "Tell me what to watch"),
        ('AAPL "material weak', 'A quote is never closed: `"material weak`. Nothing changed.'),
        ("AAPL (a OR", "I can't read this: nothing to search for follows OR"),
        ("AAPL in #one in #two", "That names two channels."),
        ("AAPL https://a.example/", "An address is no keyword"),
        ("docket:none", "`none` is no docket number."),
        (f"AAPL {', '.join(f'word{n}' for n in range(MOST_KEYWORDS + 1))}", f"more than {MOST_KEYWORDS} keywords"),
        (f"AAPL {'long ' * 200}", "longer than 500 characters"),
    ],
)
def test_what_cannot_be_meant_is_refused(text, said):
    with pytest.raises(Refusal) as refused:
        read(text)
    assert said in refused.value.said


@pytest.mark.parametrize(
    ("text", "lasts"),
    [
        ("AAPL 1h", timedelta(hours=1)),
        ("AAPL for 24 h", timedelta(days=1)),
        ("w7 7d", timedelta(days=7)),
        ("AAPL 2 weeks", timedelta(days=14)),
        ("AAPL forever", None),
    ],
)
def test_a_time_stands_last(text, lasts):
    assert muting(line(text), NAMES)[1] == lasts


@pytest.mark.parametrize("text", ["AAPL", "AAPL soon", "AAPL 0h", "AAPL 99999d", "24h"])
def test_no_time_is_guessed(text):
    with pytest.raises(Refusal, match=r"Try|Tell me"):
        muting(line(text), NAMES)
