"""The scanner of places against tomllib: it knows the same keys, and each stands on the line that it says."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.places import Places

ROOT = Path(__file__).resolve().parents[3]

AWKWARD = '''
# a comment with [brackets] and = signs
top = 1
"quoted key".'and another'.plain = 2   # dotted
[a.b]
c = """
[not.a.table]
d = 1
"""
e = \'\'\'
f = "
\'\'\'
g = [ # a list
  "one",   # with "comments"
  { x = 1, "y.z" = [2,
      3] },
]
[[list]]
h = 1979-05-27T07:32:00Z
[[list]]
[list.below]
i = """"quoted""""
[[list.deeper]]
[[list.deeper]]
j = "\\"]"
[list]x
'''.replace("[list]x\n", "")


def paths_of(value: object, at: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    found = {at} if at else set()
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        found |= paths_of(part, (*at, key))
    return found


@pytest.mark.parametrize(
    "text", [AWKWARD, AWKWARD.replace("\n", "\r\n"), (ROOT / "config.toml").read_text(), ""], ids=range(4)
)
def test_it_knows_every_key_that_tomllib_knows(text):
    assert set(Places.of(text)) == paths_of(tomllib.loads(text))


def test_each_key_stands_on_its_line():
    places = Places.of(AWKWARD)
    lines = AWKWARD.splitlines()
    for path, key in {
        ("top",): "top",
        ("quoted key", "and another", "plain"): "quoted key",
        ("a", "b", "c"): "c =",
        ("a", "b", "e"): "e =",
        ("a", "b", "g", 0): '"one"',
        ("a", "b", "g", 1, "y.z"): "y.z",
        ("a", "b", "g", 1, "y.z", 1): "3]",
        ("list", 0, "h"): "h =",
        ("list", 1, "below", "i"): "i =",
        ("list", 1, "deeper", 1, "j"): "j =",
    }.items():
        assert key in lines[places.line(path) - 1], path
    assert lines[places.line(("list", 1)) - 1] == "[[list]]"


def test_what_is_not_there_stands_where_its_table_stands():
    places = Places.of("\n[bot]\nx = 1\n[web]\n")
    assert places.line(("bot", "missing")) == 2
    assert places.line(("web", "a", 3, "b")) == 4
    assert places.line(("nothing",)) == 1
    assert places.line(()) == 1


KEYS = st.sampled_from(["a", "b", "c-1", '"q.k"', "'lit'", '"\\u00e9"', "1"])
SPACE = st.sampled_from(["", " ", "\t"])
BREAK = st.sampled_from(["\n", "\r\n", " # note [x] = 'y\n", "\n\n"])
SCALAR = st.sampled_from(
    [
        "1",
        "-2.5e3",
        "true",
        '"s"',
        "'l'",
        '"a \\" b # c"',
        '"""m\n"x" ]\n"""',
        "'''l\n'''",
        "2020-01-01 00:00:00",
        "inf",
    ]
)


@st.composite
def values(draw, depth=2):
    if depth == 0 or draw(st.booleans()):
        return draw(SCALAR)
    if draw(st.booleans()):
        parts = draw(st.lists(values(depth=depth - 1), max_size=3))
        gap = draw(st.sampled_from(["", "\n", " # x ]\n"]))
        return "[" + "".join(f"{gap}{part}{gap}," for part in parts) + gap + "]"
    parts = [f"{draw(KEYS)} = {draw(values(depth=0))}" for _ in range(draw(st.integers(0, 2)))]
    return "{" + ", ".join(parts) + "}"


@st.composite
def documents(draw):
    lines = []
    for _ in range(draw(st.integers(0, 8))):
        key = f"{draw(SPACE)}.{draw(SPACE)}".join(draw(st.lists(KEYS, min_size=1, max_size=2)))
        shape = draw(st.sampled_from(["[{}]", "[[{}]]", "[ {} ]", "{} = {}", "{}={}"]))
        lines.append(draw(SPACE) + shape.format(key, *([draw(values())] if "=" in shape else [])) + draw(BREAK))
    return "".join(lines)


@settings(max_examples=400, deadline=None)
@given(documents())
def test_it_agrees_with_tomllib_on_the_keys(text):
    try:
        known = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(Places.of(text)) == paths_of(known)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("[]{}=\"'#.,\\\n\t ab1\x00é"), max_size=60))
def test_it_never_raises(text):
    places = Places.of(text)
    assert all(1 <= places.line(path) <= text.count("\n") + 1 for path in places)


def test_depth_is_no_trouble():
    assert Places.of("a = " + "[" * 5000).line(("a",)) == 1
