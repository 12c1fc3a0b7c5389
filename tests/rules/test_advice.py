from rules.advice import Seen, contradictions, judged, missing, parts_to_ask
from rules.engine import Engine
from rules.model import Rule
from rules.query import DEEPEST, canonical, parse


def test_each_part_is_asked_by_itself():
    assert parts_to_ask(parse('("rev share" NEAR/4 llama OR fee) doc:royalty NOT music')) == (
        '("rev share" NEAR/4 llama OR fee) AND doc:(royalty) AND NOT music',
        '"rev share" NEAR/4 llama',
        '"rev share" AND llama',
        'doc:("rev share" AND llama)',
        '"rev share"',
        "rev",
        "share",
        "llama",
        "fee",
        "royalty",
    )


def test_several_words_are_asked_of_the_whole_document_too():
    assert "doc:(fee AND royalty)" in parts_to_ask(parse("fee royalty"))
    assert parts_to_ask(parse("doc:(fee royalty)")) == ("fee", "royalty")


def test_what_is_asked_can_be_read_however_deep_and_long_the_query_is():
    deep = "fee royalty"
    for _ in range(DEEPEST // 2 - 1):
        deep = f"(share OR {deep}) llama"
    for query in (deep, " ".join(f"word{number}" for number in range(1000)), "a NEAR/s " * 80 + "b"):
        tree = parse(query)
        asked = parts_to_ask(tree)
        assert len(asked) < 300
        Engine([Rule(name=part, query=part) for part in asked])
        seen = dict.fromkeys((*asked, canonical(tree)), Seen())
        assert missing(tree, seen)
        assert not list(judged(tree, seen, Seen(20, 20)))


def test_values_of_one_field_exclude_each_other():
    [said] = contradictions(parse("fee speaker:li speaker:susan kind:post kind:filing"))
    assert said.problem == "No passage has both kind:post and kind:filing"
    assert said.pointed("fee speaker:li speaker:susan kind:post kind:filing").split("\n")[2].strip() == "^" * 21
    assert not list(contradictions(parse("fee (kind:post OR kind:filing) NOT kind:transcript")))
