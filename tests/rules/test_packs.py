"""Every example of every pack through the engine that serves, and what the loader says of a bad file."""

import json
import re
from functools import cache
from pathlib import Path

import pytest

from benchmarks.eval_rules import Score, judged, labelled_passages, main
from rules.engine import Engine
from rules.model import Filters
from rules.packs import PackError, UnknownPack, failures, load, names, read
from rules.polarity import judge
from rules.query import canonical, parse
from watchers.model import CallMeta, Document, Passage

PACKS = ("licensing", "revenue-share")
"""The two on money for access: deep, in English and Malay."""

OTHERS = {
    "ai-training-data": "training-data",
    "buyback": "buyback",
    "guidance-change": "guidance",
    "layoffs": "job-cuts",
    "litigation-settlement": "settling",
    "material-weakness": "internal-controls",
    "royalties": "paid-access",
}
"""In English, with their facets."""

DOCS = (Path(__file__).parents[2] / "docs" / "packs.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([a-z-]+)$\n(.*?)(?=^## |\Z)", DOCS, re.DOTALL | re.MULTILINE))

GOOD = """\
description = "Teas"
facet = "tea"

[[query]]
language = "en"
query = '"green tea"'
matches = ["We sell green tea."]
misses = ["We sell coffee."]

[[query]]
query = 'matcha'
severity = "low"
facet = "powder"
matches = ["Matcha sells."]
misses = ["Coffee sells."]
"""


@cache
def engine(*packs: str) -> Engine:
    return Engine(
        [rule for name in packs for rule in load(name).rules(name, severity="normal", filters=Filters())],
    )


def found(text: str, *packs: str, language: str | None = "en") -> set[str]:
    """The packs that find something in one passage."""
    document = Document(key="call", language=language, meta=CallMeta(), passages=(Passage(text=text),))
    return {match.rule for match in engine(*packs or PACKS).scan(document)}


def bad(content: str | bytes) -> PackError:
    with pytest.raises(PackError) as caught:
        read("teas", content.encode() if isinstance(content, str) else content)
    return caught.value


def test_the_packs_that_ship():
    assert set(names()) == {*PACKS, *OTHERS}


@pytest.mark.parametrize("name", names())
def test_every_example_of_a_pack_comes_out_as_it_says(name):
    assert failures(load(name)) == ()


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_has_enough_examples_of_both_kinds_and_in_both_languages(name):
    pack = load(name)
    assert sum(len(query.matches) for query in pack.queries) >= 40
    assert sum(len(query.misses) for query in pack.queries) >= 40
    assert {query.language for query in pack.queries} == {"en", "ms"}


@pytest.mark.parametrize("name", PACKS)
def test_every_query_feeds_the_question_whether_money_is_taken_for_access(name):
    assert {query.facet for query in load(name).queries} == {"paid-access"}


@pytest.mark.parametrize(("name", "facet"), OTHERS.items())
def test_the_other_packs_have_examples_of_both_kinds_and_one_question(name, facet):
    pack = load(name)
    assert sum(len(query.matches) for query in pack.queries) >= 12
    assert sum(len(query.misses) for query in pack.queries) >= 12
    assert {query.language for query in pack.queries} == {"en"}
    assert {query.facet for query in pack.queries} == {facet}


def test_every_pack_is_described():
    assert set(SECTIONS) == set(names())
    for name, section in SECTIONS.items():
        assert f"`{load(name).queries[0].facet}`" in section


@pytest.mark.parametrize("name", names())
def test_the_examples_of_the_description_come_out_as_they_say(name):
    (block,) = re.findall(rf"```pack {name}\n(.*?)\n```", SECTIONS[name], re.DOTALL)
    examples = [(line[0], line[2:]) for line in block.splitlines()]
    assert {sign for sign, _ in examples} == {"+", "-"}
    for sign, text in examples:
        assert bool(found(text, name, language=None)) == (sign == "+"), text


# The statements of the seed story, in date order, with the packs that find them and what they say.
SEED = [
    (
        (
            "But if you're someone like Microsoft or Amazon or Google and you're going to basically be reselling these "
            "services, that's something that we think we should get\nsome portion of the revenue for."
        ),
        "en",
        {"revenue-share"},
        "affirms",
    ),
    ("they don't just get a free license to use this.", "en", {"licensing"}, "affirms"),
    ("They'll need to come and make a business arrangement with us.", "en", {"licensing"}, "affirms"),
    ("selling access to AI models isn’t our business model", "en", {"licensing"}, "denies"),
    (
        'Meta "shares a percentage of the revenue" that companies hosting Llama generate from users of those models.',
        None,
        {"revenue-share"},
        "affirms",
    ),
    ("Meta mempunyai perjanjian pembahagian pendapatan dengan hos.", "ms", {"revenue-share"}, "affirms"),
    ("Meta membahagi sebahagian daripada pendapatan.", "ms", {"revenue-share"}, "affirms"),
    ("Meta melisensikan akses kepada model itu.", "ms", {"licensing"}, "affirms"),
]


@pytest.mark.parametrize(("text", "language", "packs", "polarity"), SEED)
def test_the_seed_story_is_found_and_judged(text, language, packs, polarity):
    assert found(text, language=language) == packs
    document = Document(key="seed", language=language, meta=CallMeta(), passages=(Passage(text=text),))
    for match in engine(*PACKS).scan(document):
        said = text[match.sentence_start : match.sentence_end]
        hit = (match.start - match.sentence_start, match.end - match.sentence_start)
        assert judge(said, hit, language).polarity == polarity


@pytest.mark.parametrize(
    "text",
    [
        "we don't expect that Llama is going to result in a separate topline enterprise revenue line",
        "it seems pretty good for business for us to do this in an open way",
        "Dalam panggilan pendapatan itu beliau menjawab soalan.",
        "We gained revenue share in every market.",
        "Can you share the revenue base with us?",
        "Could you share the revenue number?",
        "R&D as a percentage of revenue was flat.",
        "A greater share of revenue came from longer stays.",
        "She lost her driver's license, and he his driver’s licence.",
        "License plates, liquor licences and spectrum licences are permits.",
        "Exploration licences and professional licences were renewed; licensure takes a year.",
        "Our licensed staff are proud of it.",
        "The perpetual license is gone; license and maintenance revenue fell.",
        "Our ability to renew licenses of third-party software may affect our results.",
        "We bought back shares with the proceeds.",
        "Employees got a profit-sharing bonus.",
    ],
)
def test_what_only_sounds_alike_is_not_found(text):
    assert found(text) == set()


@pytest.mark.parametrize(
    ("text", "pack"),
    [
        ("Is there a rev share?", "revenue-share"),
        ("They have a revenue-sharing agreement.", "revenue-share"),
        ("They pay us a portion of the revenue.", "revenue-share"),
        ("They pay us a percentage of the revenue.", "revenue-share"),
        ("We take a cut of the revenue.", "revenue-share"),
        ("They hand over a slice of the revenue.", "revenue-share"),
        ("The insurer pays a profit share to its partner.", "revenue-share"),
        ("We get paid when they resell it.", "revenue-share"),
        ("Both signed a cross-licence.", "licensing"),
        ("The weights are royalty-free.", "licensing"),
    ],
)
def test_what_means_it_is_found(text, pack):
    assert pack in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "We get some por-\ntion of the reve-\nnue whenever they resell it.",
        "We get some por\x02tion of the revenue\nwhenever they resell it.",
        "We get\nsome portion\nof the\nrevenue whenever they resell it.",
        "WE GET SOME PORTION OF THE REVENUE WHENEVER THEY RESELL IT.",
        "A revenue\u2010sharing agreement was signed.",
        "A revenue\u00ad-sharing agreement was signed.",
    ],
)
def test_line_breaks_and_hyphens_of_a_pdf_hide_nothing(text):
    assert "revenue-share" in found(text)


def test_a_long_turn_that_speaks_of_both_is_found_for_the_one():
    text = "Her driver's license is new. Costs as a percentage of revenue fell. They pay us a share of the revenue."
    document = Document(key="call", language="en", meta=CallMeta(), passages=(Passage(text=text),))
    assert {text[match.start : match.end] for match in engine(*PACKS).scan(document)} == {
        "pay us a share of the revenue"
    }


def test_the_rules_of_a_pack_bear_the_name_of_the_rule_that_takes_it():
    filters = Filters(companies=("META",))
    rules = load("licensing").rules("Licences", severity="high", filters=filters)
    assert {rule.name for rule in rules} == {"Licences"}
    assert {(rule.pack, rule.origin, rule.facet) for rule in rules} == {("licensing", "licensing.toml", "paid-access")}
    assert {(rule.severity, rule.filters) for rule in rules} == {("high", filters)}
    assert len(rules) == len(load("licensing").queries)


def test_a_query_keeps_its_own_severity_and_facet_and_a_rule_may_replace_the_facet():
    pack = read("teas", GOOD.encode())
    first, second = pack.rules("Tea", severity="high", filters=Filters())
    assert (first.severity, first.facet) == ("high", "tea")
    assert (second.severity, second.facet) == ("low", "powder")
    renamed = pack.rules("Tea", severity="high", filters=Filters(), facet="drinks")
    assert {rule.facet for rule in renamed} == {"drinks"}


def test_an_example_that_comes_out_wrong_is_named():
    pack = read(
        "teas", GOOD.replace("We sell green tea.", "We sell tea.").replace("Coffee sells", "Matcha too").encode()
    )
    missed, false = failures(pack)
    assert (missed.query, missed.example, missed.expected) == ('"green tea"', "We sell tea.", "match")
    assert (false.query, false.example, false.expected) == ("matcha", "Matcha too.", "miss")
    assert str(missed) == '"green tea"\n    must match: We sell tea.'


def test_an_unknown_pack_is_refused_with_the_one_that_was_meant():
    with pytest.raises(UnknownPack, match="did you mean revenue-share") as caught:
        load("revenue-sharing")
    assert caught.value.nearest == "revenue-share"
    with pytest.raises(UnknownPack) as caught:
        load("../../../etc/passwd")
    assert caught.value.nearest is None


def test_a_file_that_is_not_toml_is_refused_with_its_line():
    error = bad(GOOD.replace('facet = "tea"', "facet = tea"))
    assert error.place == "teas.toml:2"
    assert "single quotes" in error.mend


def test_a_file_that_is_not_text_is_refused_with_its_line():
    assert bad(b'description = "Tea"\nfacet = "\xff"\n').place == "teas.toml:2"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('matches = ["Matcha sells."]', "", 10, "query.1.matches: field required"),
        ('misses = ["Coffee sells."]', "misses = []", 15, "query.1.misses"),
        ('severity = "low"', 'severity = "loud"', 12, "query.1.severity"),
        ('language = "en"', 'langauge = "en"', 5, "query.0.langauge"),
        ('description = "Teas"', "", 1, "description: field required"),
        ("query = 'matcha'", "query = 7", 11, "query.1.query"),
    ],
)
def test_a_damaged_table_is_refused_with_its_line_and_the_mend(old, new, line, said):
    error = bad(GOOD.replace(old, new))
    assert error.place == f"teas.toml:{line}"
    assert said in error.problem
    assert "`matches` and `misses`" in error.mend


@pytest.mark.parametrize("content", ["", "query = 3", "query = [1]", "[query]\nquery = 'a'"])
def test_a_file_that_is_no_pack_at_all_is_refused(content):
    assert bad(content).place.startswith("teas.toml:")


NAMED = GOOD.replace(
    "[[query]]", """[words]
leaf = "tea OR leaf"
green = '=green PRE/1 {leaf}'

[[query]]""", 1
).replace("""'"green tea"'""", "'{green} OR {leaf} NEAR/3 cup'")  # fmt: skip


def test_what_several_queries_ask_for_is_written_once():
    pack = read("teas", NAMED.encode())
    assert canonical(parse(pack.queries[0].query)) == canonical(
        parse("(=green PRE/1 (tea OR leaf)) OR (tea OR leaf) NEAR/3 cup")
    )
    assert pack.queries[1].query == "matcha"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("{green} OR", "{gren} OR", 10, "{gren} is not known there"),
        ("PRE/1 {leaf}", "PRE/1 {green}", 6, "{green} is not known there"),
        ("{green} OR", "{} OR", 10, "{} is not known there"),
        ("{green} OR ", "", 6, "no query names {green}"),
        ('"tea OR leaf"', "7", 5, "leaf is no text"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused_with_its_line(old, new, line, said):
    error = bad(NAMED.replace(old, new))
    assert error.place == f"teas.toml:{line}"
    assert said in error.problem
    assert "[words]" in error.mend


def test_a_query_that_cannot_be_read_is_refused_with_its_line_and_the_place_in_it():
    error = bad(GOOD.replace("'matcha'", "'(matcha OR'"))
    assert error.place == "teas.toml:11"
    assert "(matcha OR\n" in error.problem
    assert "^" in error.problem


def test_the_same_query_twice_is_refused():
    error = bad(GOOD.replace("query = 'matcha'", "query = '(\"Green  Tea\")'"))
    assert error.place == "teas.toml:11"
    assert "the same query as number 1" in error.problem


def test_the_packs_keep_their_precision_and_recall_on_labelled_passages(data):
    passages = list(labelled_passages(data / "labels" / "passages.jsonl"))
    sharing, licensing = (Score.of(judged(passages, pack)) for pack in ("revenue-share", "licensing"))
    assert min(sharing.precision, sharing.recall) >= 0.95, str(sharing)
    assert min(licensing.precision, licensing.recall) >= 0.9, str(licensing)


def test_the_numbers_of_the_description_are_those_of_the_labelled_passages(data):
    passages = list(labelled_passages(data / "labels" / "passages.jsonl"))
    parts = {"tuned": "tuned", "formerly kept aside": "aside"}
    rows = re.findall(r"^\| ([a-z-]+) \| (tuned|formerly kept aside) \| (.+?) \| (.+?) \|$", DOCS, re.MULTILINE)
    assert len(rows) == len(PACKS) * len(parts)
    for pack, part, precision, recall in rows:
        score = Score.of((one, found) for one, found in judged(passages, pack) if one.part == parts[part])
        assert precision == f"{score.hits} of {score.hits + score.false}"
        assert recall == f"{score.hits} of {score.hits + score.missed}"


def test_without_the_labelled_passages_the_measurement_says_so(monkeypatch, capsys):
    monkeypatch.delenv("ONRECORD_TEST_DATA", raising=False)
    assert main([]) == 1
    assert "set ONRECORD_TEST_DATA" in capsys.readouterr().err


def test_the_measurement_counts_a_miss_and_a_false_hit(tmp_path, monkeypatch, capsys):
    rows = [
        {"id": "a", "pack": "licensing", "label": "POS", "why": "deal", "text": "They signed a licensing deal."},
        {"id": "b", "pack": "licensing", "label": "POS", "why": "unseen", "text": "They may use it for money."},
        {"id": "c", "pack": "licensing", "label": "NEG", "why": "false", "text": "Licensing is dull."},
        {"id": "d", "pack": "licensing", "label": "BORDERLINE", "why": "unclear", "text": "Licensing, perhaps."},
    ]
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "passages.jsonl").write_text("\n".join(map(json.dumps, rows)))
    monkeypatch.setenv("ONRECORD_TEST_DATA", str(tmp_path))
    passages = list(labelled_passages(tmp_path / "labels" / "passages.jsonl"))
    assert Score.of(judged(passages, "licensing")) == Score(hits=1, false=1, missed=1)
    assert main(["--show"]) == 0
    shown = capsys.readouterr().out
    assert "false  c (false) Licensing is dull." in shown
    assert "missed b (unseen)" in shown
    assert "perhaps" not in shown
