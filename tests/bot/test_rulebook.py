"""What is in force: the rules of the file and those of people, each once, and who listens where."""

import pytest

from bot.model import Keyword, MadeRule, Watch
from bot.rulebook import FROM_SLACK, RuleBook, defaults, in_force
from making import NOW, source
from rules import packs
from rules.model import Filters, Rule

LICENSING = Rule(name="Licensing", query="licens*", facet="paid-access", severity="high")
APPLE, META = Filters(companies=("AAPL",)), Filters(companies=("META",))


def watch(*rules: str, keywords: tuple[str, ...] = (), filters: Filters = APPLE, **about) -> Watch:
    own = tuple(Keyword(query=word, word=word) for word in keywords)
    usual = {"name": "w1", "channel": "C1", "since": NOW, "origin": FROM_SLACK}
    return Watch(rules=(*rules, *keywords), keywords=own, filters=filters, **(usual | about))


def asked(rules: list[Rule]) -> list[tuple[str, str, Filters]]:
    return [(rule.name, rule.origin, rule.filters) for rule in rules]


def test_a_keyword_is_a_rule_of_its_own_where_its_watch_listens():
    [rule] = in_force([], [watch(keywords=('"revenue share"',))])
    assert (rule.name, rule.query, rule.filters, rule.origin) == ('"revenue share"', '"revenue share"', APPLE, "/watch")
    assert (rule.facet, rule.severity) == (None, "normal")


def test_a_rule_of_the_file_is_asked_where_the_watch_listens_too():
    bound = LICENSING.model_copy(update={"filters": META})
    first, second = in_force([bound], [watch("Licensing")])
    assert asked([first, second]) == [("Licensing", "config.toml", META), ("Licensing", "config.toml", APPLE)]
    assert (second.query, second.facet, second.severity) == (LICENSING.query, "paid-access", "high")


def test_what_asks_the_same_stands_once():
    twice = [watch(keywords=("price",)), watch(keywords=("price",), name="w2", channel="C2")]
    assert len(in_force([], twice)) == 1
    assert len(in_force([], [*twice, watch(keywords=("price",), filters=META)])) == 2
    assert in_force([LICENSING], [watch("Licensing")]) == [LICENSING], "it is asked everywhere already"


def test_a_watch_of_the_file_brings_no_rules():
    assert in_force([LICENSING], [watch("Licensing", origin="config.toml", filters=META)]) == [LICENSING]


def test_a_rule_that_people_made_is_asked_everywhere_and_where_a_watch_names_it():
    made = MadeRule(query="fee", facet="paid-access", severity="high")
    theirs = watch("Fees (w1)", target="Fees", made=made, filters=Filters())
    assert asked(in_force([], [theirs])) == [("Fees (w1)", "/watch", Filters())]
    [rule] = in_force([], [watch("Fees (w1)", name="w2"), theirs])[1:]
    assert (rule.query, rule.facet, rule.severity) == ("fee", "paid-access", "high")
    assert in_force([], [watch("Fees (w1)", name="w2")]) == [], "it is gone, and that is logged"


def test_what_can_be_read_no_more_stops_nobody():
    theirs = watch("Fees (w2)", name="w2", target="Fees", made=MadeRule(query="li*"))
    rules = in_force([], [watch("Nothing by that name", keywords=("li*", "price")), theirs])
    assert [rule.name for rule in rules] == ["price"]


@pytest.mark.parametrize("chosen", [("Licensing",), ()])
def test_without_a_word_a_watch_hears_the_default_rules_or_every_pack(chosen):
    assert defaults(chosen) == (chosen or packs.names())


def test_a_pack_can_be_heard_that_no_rule_of_the_file_takes():
    rules = in_force([], [watch("licensing")])
    assert {(rule.name, rule.pack, rule.filters) for rule in rules} == {("licensing", "licensing", APPLE)}
    assert len(rules) > 5


def test_a_source_that_people_gave_is_heard_by_those_that_name_it():
    everywhere = watch("Licensing", origin="config.toml", filters=Filters(), name="config:Licensing:#on-record")
    theirs = watch(keywords=("price",), filters=Filters(sources=("given",)))
    book = RuleBook.of([LICENSING], [everywhere, theirs], [source("news")], given=[source("given"), source("news")])
    assert sorted(book.sources) == ["given", "news"]
    assert list(book.listening("given")) == [theirs]
    assert list(book.listening("news")) == [everywhere, theirs], "the file has it too"
