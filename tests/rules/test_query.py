import re
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.advice import contradictions, parts_to_ask
from rules.engine import Engine
from rules.lexer import LONGEST_QUERY
from rules.model import Rule
from rules.query import DEEPEST, MOST_OPEN, TALLEST, QueryError, canonical, parse
from rules.reading import reading
from rules.tree import And, Except, Field, Figure, Near, Not, Or, Words
from watchers.model import Document, Passage, PostMeta


def word(text):
    return Words((text,))


def more(bound, number, measure="amount", currency=None):
    return Figure(measure, bound, Decimal(number), Decimal(number), currency)


A, B, C, D = map(word, "abcd")


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a OR b c", Or((A, And((B, C))))),
        ("a b OR c d", Or((And((A, B)), And((C, D))))),
        ("a NOT b OR c", Or((And((A, Not(B))), C))),
        ("a AND NOT b", And((A, Not(B)))),
        ("a -b", And((A, Not(B)))),
        ("a -(b OR c)", And((A, Not(Or((B, C)))))),
        ("a -NOT b", And((A, B))),
        ("NOT NOT a", A),
        ("a (b c) d", And((A, B, C, D))),
        ("a OR (b OR c)", Or((A, B, C))),
        ("a NEAR/3 b c", And((Near(A, B, 3), C))),
        ("a near/3 b", Near(A, B, 3)),
        ("a W/3 b w/100 c", Near(Near(A, B, 3), C, 100)),
        ("a /3 (b PRE/2 c)", Near(A, Near(B, C, 2, ordered=True), 3)),
        ("a NOT b NEAR/2 c", And((A, Not(Near(B, C, 2))))),
        ("a NEAR/3 b EXCEPT c PRE/2 d", Except(Near(A, B, 3), Near(C, D, 2, ordered=True))),
        ("a EXCEPT b EXCEPT c", Except(Except(A, B), C)),
        ("a b EXCEPT c", And((A, Except(B, C)))),
        ('"a b"~4', Near(A, B, 4)),
        ("and or not", And((word("and"), word("or"), word("not")))),
        ("w/o", Words(("w", "o"))),
        ("a/b", Words(("a", "b"))),
        ("AT&T", Words(("at", "t"))),
        ("licens!", word("licens*")),
        ('"yahoo! inc"', Words(("yahoo", "inc"))),
        ("revenue-shar*", Words(("revenue", "shar*"))),
        ("=Licences", Words(("licences",), exact=True)),
        ("„a b”", Words(("a", "b"))),
        ("licen\u00adsing", word("licensing")),
        ("(((a)))", A),
        ("a /s b w/S c", Near(Near(A, B, "s"), C, "s")),
        ("a NEAR/p b", Near(A, B, "p")),
        ("a w/para b /sent c", Near(Near(A, B, "p"), C, "s")),
        ("a PRE/s b pre/3 c", Near(Near(A, B, "s", ordered=True), C, 3, ordered=True)),
        ("a +s b +12 c", Near(Near(A, B, "s", ordered=True), C, 12, ordered=True)),
        ("a +b", And((A, B))),
        ("a /s (b OR c) EXCEPT d", Except(Near(A, Or((B, C)), "s"), D)),
        ("a amount>1B", And((A, more(">", "1e9")))),
        ("a amount≥2.5m", And((A, more(">=", "2.5e6")))),
        ("a amount < 250,000", And((A, more("<", "250000")))),
        ("a amount:1.5..3M", And((A, Figure("amount", ":", Decimal(1500000), Decimal(3000000))))),
        ('a amount:"US$ 1.2 billion"', And((A, more(":", "1.2e9", currency="USD")))),
        ("a amount>€5M", And((A, more(">", "5e6", currency="EUR")))),
        ("a amount<=5MUSD", And((A, more("<=", "5e6", currency="USD")))),
        ("a NEAR/5 percent>10%", Near(A, more(">", "10", "percent"), 5)),
        ("a percent=7,5", And((A, more(":", "7.5", "percent")))),
        ("percent amount", And((word("percent"), word("amount")))),
        ("授权 模型*", And((Words(("授", "权")), Words(("模", "型"))))),
        ("a side:own", And((A, Field("side", "own")))),
        ("a item:2.02", And((A, Field("item", "2.02")))),
        ('a item:"Item 1a"', And((A, Field("item", "1A")))),
        ("a item:5.*", And((A, Field("item", "5.*")))),
        ('a title:"Licens* Deal"', And((A, Field("title", "licens* deal")))),
    ],
)
def test_a_query_is_read(text, root):
    assert parse(text).root == root


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("", "", "the query is empty"),
        ("  \n", "  ", "the query is empty"),
        ("NOT a", "NOT a", "NOT alone finds no words"),
        ("a OR -b", "-b", "NOT alone finds no words"),
        ("NOT a NOT b", "NOT a NOT b", "NOT and fields alone find no words"),
        ("kind:post", "kind:post", "a field alone finds no words"),
        ("a OR kind:post", "kind:post", "a field alone finds no words"),
        ("NOT (a NOT b)", "NOT (a NOT b", "NOT alone"),
        ("doc:(NOT a)", "NOT a", "NOT alone finds no words"),
        ("a li*", "li*", 'the prefix "li*" is too short'),
        ("a x!", "x!", 'the prefix "x*" is too short'),
        ('a "b li* c"', '"b li* c"', 'the prefix "li*" is too short'),
        ("lic*nse", "lic*nse", 'a "*" stands at the end'),
        ("*", "*", 'a "*" stands at the end'),
        ('"a * b"', '"a * b"', 'a "*" stands at the end'),
        ("a NEAR b", "NEAR", "NEAR needs a number"),
        ("a NEAR/ b", "NEAR/", "NEAR/ needs a number"),
        ("a NEAR/0 b", "NEAR/0", "the distance must be from 1 to 100"),
        ("a w/101 b", "w/101", "the distance must be from 1 to 100"),
        ("a NEAR/²  b", "NEAR/²", "needs a number"),
        ("a PRE/99999999999999999999 b", "PRE/99999999999999999999", "the distance must be from 1 to 100"),
        ('"a b"~0', '"a b"~0', "the distance must be from 1 to 100"),
        ("a /x b", "/x", 'there is no operator "/x"'),
        ("a pre/x b", "pre/x", "pre/x needs a number"),
        ("a +0 b", "+0", "the distance must be from 1 to 100"),
        ("a /s NOT b", "/s NOT", "nothing to search for follows /s"),
        ("a /s (b c)", "b c", "/s joins words, phrases"),
        ("amount>1B", "amount>1B", "a figure alone is too broad"),
        ("a OR percent:5", "percent:5", "a figure alone is too broad"),
        ("percent>5 NEAR/3 amount>1M", "percent>5 NEAR/3 amount>1M", "a figure alone is too broad"),
        ("amount>1M speaker:li", "amount>1M speaker:li", "a figure alone is too broad"),
        ("amount>1M doc:a", "amount>1M doc:a", "a figure alone is too broad"),
        ("doc:(amount>1M)", "amount>1M", "a figure alone is too broad"),
        ("percent>5 EXCEPT a", "percent>5 EXCEPT a", "a figure alone is too broad"),
        ("a amount>", "amount>", "nothing to compare with follows amount>"),
        ("a amount>b", "amount>b", '"b" is no amount'),
        ("a amount:(1M OR 2M)", "amount:", "nothing to compare with follows amount:"),
        ("a percent>5M", "percent>5M", '"5M" is no percentage'),
        ("a percent>$5", "percent>$5", '"$5" is no percentage'),
        ("a amount>5%", "amount>5%", '"5%" is no amount'),
        ("a amount:3M..2M", "amount:3M..2M", "the range runs backwards"),
        ("a amount:€3M..$4M", "amount:€3M..$4M", "the range has two currencies"),
        ("a amount>1..2", "amount>1..2", "> compares with one number"),
        ("a speaker:percent>5", "percent>5", "percent>5 stands within speaker:"),
        ("a side:ours", "ours", 'there is no side "ours"'),
        ("a item:results", "results", 'there is no item "results"'),
        ("a item:2.2", "2.2", 'there is no item "2.2"'),
        ("title:a", "title:a", "a field alone finds no words"),
        ("a NEAR/3 NOT b", "NEAR/3 NOT", "nothing to search for follows NEAR/3"),
        ("a NEAR/3 (b c)", "b c", "NEAR/3 joins words, phrases"),
        ("a EXCEPT kind:post", "kind:post", "EXCEPT joins words, phrases"),
        ("(a b) EXCEPT c", "a b", "EXCEPT joins words, phrases"),
        ("a AND", "AND", "nothing to search for follows AND"),
        ("OR a", "OR", "nothing to search for stands before OR"),
        ("a OR OR b", "OR OR", "nothing to search for follows OR"),
        ("(a OR b", "(", 'a "(" is never closed'),
        ("a OR (", "(", 'a "(" is never closed'),
        ("a) b", ")", 'a ")" has no "(" before it'),
        ("a ()", "()", "nothing stands in the parentheses"),
        ('a "b c', '"b c', "a quote is opened, and never closed"),
        ('a ""', '""', "there is no word in this"),
        ("a & b", "&", "there is no word in this"),
        ("a - b", "-", 'a "-" stands alone'),
        ("speeker:li a", "speeker:", 'there is no field "speeker:"'),
        ("https://example.com", "https:", 'there is no field "https:"'),
        ("a speaker:", "speaker:", "nothing to search for follows speaker:"),
        ("a speaker:role:analyst", "role:", "role: stands within speaker:"),
        ("a kind:tweet", "tweet", 'there is no kind "tweet"'),
        ("a kind:post*", "post*", 'there is no kind "post*"'),
        ('a company:""', '""', "company: needs a value"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_place(text, place, problem):
    with pytest.raises(QueryError) as refused:
        parse(text)
    error = refused.value
    assert problem in error.problem
    assert text[error.start : error.end].strip() == place.strip()
    assert error.mend.endswith((".", "?"))
    assert error.problem in str(error)


def test_a_near_field_is_named():
    with pytest.raises(QueryError) as refused:
        parse("speeker:li a")
    assert "Did you mean speaker:?" in refused.value.mend


def test_the_place_is_shown_under_the_query():
    text = "revenue\tOR li*"
    with pytest.raises(QueryError) as refused:
        parse(text)
    assert refused.value.pointed(text) == "revenue OR li*\n           ^^^"


def test_a_refusal_is_told_in_the_rules_name():
    with pytest.raises(QueryError) as refused:
        parse("a OR li*")
    named = refused.value.of("Licensing")
    assert str(named).startswith("Licensing: the prefix")
    assert (named.start, named.end, named.rule) == (5, 8, "Licensing")


@pytest.mark.parametrize("deep", ["(" * 3000 + "a" + ")" * 3000, "NOT " * 3000 + "a", "-" + "(-" * 3000, "doc:" * 3000])
def test_what_is_too_deep_is_refused(deep):
    with pytest.raises(QueryError):
        parse(deep)


def test_as_deep_as_is_allowed_is_read():
    assert parse("(" * MOST_OPEN + "a" + ")" * MOST_OPEN).root == A


@pytest.mark.parametrize("joint", [" OR ", " "])
def test_a_list_may_be_long(joint):
    query = parse(joint.join(["word"] * 2000))
    assert parse(canonical(query)) == query


@pytest.mark.parametrize("joint", [" NEAR/3 ", " EXCEPT "])
def test_a_chain_may_be_long_but_not_endless(joint):
    query = parse(joint.join(["word"] * TALLEST))
    assert parse(canonical(query)) == query
    with pytest.raises(QueryError) as refused:
        parse(joint.join(["word"] * (TALLEST + 1)))
    assert "in a chain" in refused.value.problem


def test_what_is_too_long_is_refused():
    with pytest.raises(QueryError) as refused:
        parse("word " * LONGEST_QUERY)
    assert "longer than" in refused.value.problem
    with pytest.raises(QueryError) as refused:
        parse('"' + "word " * 51 + '"')
    assert "more than 50 words" in refused.value.problem


PIECES = """a b licens* "a b" ="C d" AND OR NOT EXCEPT NEAR/3 w/5 PRE/2 /7 ( ) - * ! : " ~3 ½ ’ ﬁ İ
    speaker: doc: kind:post role:x /s pre/p amount>1B percent:5..7 amount: +s 权 1,000 item:2.02 title:a"""


def read_or_refused(text):
    """The query, or None where it was refused at a place in the text."""
    try:
        return parse(text)
    except QueryError as error:
        refused = error
    assert 0 <= refused.start < refused.end <= len(text) + 1
    assert refused.pointed(text).count("\n") == 1
    return None


pieces = st.sampled_from(PIECES.split())
typed = st.lists(st.tuples(pieces, st.sampled_from([" ", ""])).map("".join), max_size=14).map("".join)


@settings(max_examples=400)
@given(typed | st.text(max_size=60))
def test_any_text_is_read_or_refused_at_a_place_in_it(text):
    query = read_or_refused(text)
    if query is not None:
        assert parse(canonical(query)) == query
        Engine([Rule(name="r", query=text)])


@st.composite
def numbers(draw, scales, currencies):
    """As people type them: with groups, decimals, a currency on one side, and a word for the size."""
    whole = draw(st.integers(0, 10 ** draw(st.integers(1, 15)) - 1))
    decimals = draw(st.just("") | st.from_regex(r"\.[0-9]{1,6}", fullmatch=True))
    scale = draw(st.sampled_from(scales))
    before, after = draw(st.sampled_from(currencies))
    return f"{before}{whole:{draw(st.sampled_from(['', ',']))}}{decimals}{scale}{after}"


def figures_of(measure, number):
    compared = st.tuples(st.sampled_from([">", ">=", "<", "<=", ":"]), number).map("".join)
    return (compared | st.tuples(number, number).map("..".join).map(":".__add__)).map(measure.__add__)


CURRENCIES = [("", ""), ("EUR", ""), ("$", ""), ("", " USD"), ("RM", ""), ("", "€")]
AMOUNTS = figures_of("amount", numbers(["", "", "K", "M", "B", "T", " crore", " lakh", "万", "亿"], CURRENCIES))
PERCENTAGES = figures_of("percent", numbers([""], [("", ""), ("", "%")]))


@settings(max_examples=1000)
@given(AMOUNTS | PERCENTAGES)
@example("amount>1,250,000,500")
@example("amount>=EUR1234567.891")
@example("amount:5..3000")
@example("amount:0.5K..2M")
@example("amount:0..2M")
@example("amount>1,000,000,000,000,000.5")
@example("amount<999,999,999,999,999,999.999999")
@example("percent>1,250")
@example("percent:99.123456..1000")
def test_whatever_figure_is_read_is_read_again_the_same(figure):
    measure, bound, value = re.fullmatch("([a-z]+)([<>=:]+)(.*)", figure).groups()
    query = read_or_refused(f'fee {measure}{bound}"{value}"')
    if query is not None:
        assert parse(canonical(query)) == query


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("amount>1,250,000,500", "amount>1250.0005M"),
        ("amount>1,250,000,000", "amount>1.25B"),
        ("amount>1,234.56789", "amount>1234.56789"),
        ("amount>1,000,000,000,000,000.5", "amount>1000000000000.0005K"),
        ("amount:0.5K..2M", "amount:500..2000000"),
        ("amount:0..2M", "amount:0..2M"),
        ("percent>1,250", "percent>1250"),
    ],
)
def test_a_letter_stands_where_it_can_be_read_again(asked, written):
    assert canonical(parse(f"fee {asked}")) == f"fee AND {written}"


def test_a_number_that_nobody_says_is_refused():
    parse("fee amount>999,999T")
    with pytest.raises(QueryError) as refused:
        parse("fee amount>1,000,000T")
    assert refused.value.problem == '"1,000,000T" is more than anybody says'


LEAVES = st.sampled_from(
    ["a", "licens*", '"a b"', '="C d"', '"a b c"~4', "doc:a", "doc:(a b)", "speaker:a", 'title:("a b" OR c)',
     "kind:post",     "percent>5", "权利", "ﷺ", "1,000", "side:(own OR press)"]
)  # fmt: skip
WRAPPINGS = st.sampled_from(
    ["({})", "NOT ({})", "-{}", "a ({})", "a OR ({})", "({}) NOT b", "({}) NEAR/3 c", "c PRE/s ({})", "({}) EXCEPT c",
     "c EXCEPT ({})", "doc:({})", "doc:{}", "speaker:({})", "{} OR b", "b {}", "c /p {}", "({}) OR ({})"]
)  # fmt: skip


@st.composite
def deep_queries(draw):
    """Nested to somewhere around what may be asked, of few operators, so that many are read."""
    text = draw(LEAVES)
    few = draw(st.lists(WRAPPINGS, min_size=1, max_size=3))
    for _ in range(draw(st.integers(0, DEEPEST + 2))):
        wrapping = draw(st.sampled_from(few))
        if wrapping.count("{}") * len(text) < LONGEST_QUERY:
            text = wrapping.replace("{}", text)
    return text


@settings(max_examples=100, deadline=None)
@given(deep_queries())
def test_whatever_can_be_read_can_be_written_out_told_and_asked(text):
    query = read_or_refused(text)
    if query is None:
        return
    assert parse(canonical(query)) == query
    assert reading(query)
    list(contradictions(query))
    Engine([Rule(name="r", query=part) for part in (canonical(query), *parts_to_ask(query))]).scan(
        Document(key="d", meta=PostMeta(), passages=(Passage(text="A b c; licensing ﷺ."),))
    )


@pytest.mark.parametrize("wrapping", ["a ({}) NOT b OR c", "NOT (a {})", "(z OR {}) a"])
@pytest.mark.parametrize("leaf", ["doc:a", '"a b"~3', 'c NEAR/2 "a b"~3', "speaker:(a OR b)", "-doc:a"])
def test_at_every_depth_the_canonical_form_is_read_too(wrapping, leaf):
    text, read = leaf, 0
    while (query := read_or_refused(f"found {text}")) is not None:
        assert parse(canonical(query)) == query
        text = wrapping.replace("{}", text)
        read += 1
    assert DEEPEST // 3 < read < MOST_OPEN


def test_what_becomes_too_long_when_it_is_written_out_is_refused():
    with pytest.raises(QueryError) as refused:
        parse("a " * (LONGEST_QUERY // 5))
    assert "spelled out" in refused.value.problem
    parse("a " * (LONGEST_QUERY // 7))
