import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine import Engine, revision
from rules.memory import MOST_CHANGES
from rules.model import Filters, Rule
from rules.query import QueryError
from rules.text import fold_sentence, folded_words, stem
from watchers.model import CallMeta, Company, Document, EntryMeta, FilingMeta, Passage, PostMeta


def call(*passages, **about):
    turns = tuple(turn if isinstance(turn, Passage) else Passage(text=turn) for turn in passages)
    return Document(key="call", meta=about.pop("meta", CallMeta()), passages=turns, **about)


def scan(query, document, **rule):
    return Engine([Rule(name="r", query=query, **rule)]).scan(document)


def hits(query, document, **rule):
    return [document.passages[match.passage].text[match.start : match.end] for match in scan(query, document, **rule)]


def test_a_phrase_over_a_line_break_is_quoted_from_the_stored_text():
    text = (
        "That's something that we think we should get\nsome portion of the revenue for. So those are the deals "
        "that we intend to be making."
    )
    [match] = scan('"some portion of the revenue"', call(text))
    assert text[match.start : match.end] == "some portion of the revenue"
    assert text[match.sentence_start : match.sentence_end] == text.partition(" So")[0]
    [match] = scan('"some portion of the revenue"', call(text.replace("portion of", "portion\r\nof")))
    assert match.end - match.start == len("some portion\r\nof the revenue")


@pytest.mark.parametrize(
    "said",
    ["revenue‐share", "revenue‑share", "Revenue-Share", "revenue\u00a0share", "revenue -\nshare", "revenue\x02share"],
)
@pytest.mark.parametrize("asked", ['"revenue share"', "revenue-share", '"revenue‐share"', '"Revenue  Share"'])
def test_hyphens_and_spaces_are_one(asked, said):
    assert hits(asked, call(f"Our {said} model.")) == [said]


def test_a_word_broken_at_the_end_of_a_line_is_found_whole_and_by_halves():
    document = call("The licen\x02sing of reve-\nnue and the revenue-\nshare.")
    assert hits("licensing", document) == ["licen\x02sing"]
    assert hits('"licensing of revenue"', document) == ["licen\x02sing of reve-\nnue"]
    assert hits('"the revenue share"', document) == ["the revenue-\nshare"]


def test_a_part_that_stands_twice_in_a_query_is_read_as_where_it_stands():
    """By itself the shortest is quoted; for another operator every way to join it counts."""
    inner = "share NEAR/6 revenue"
    text = "A share, the share of revenue for hosts."
    assert hits(inner, call(text)) == ["share of revenue"]
    for query in (f"({inner}) OR (({inner}) PRE/2 hosts)", f"(({inner}) PRE/2 hosts) OR ({inner})"):
        assert hits(query, call(text)) == ["share of revenue", "share of revenue for hosts"], query


def test_a_match_carries_its_rule():
    rule = Rule(name="Sharing", query="Revenue  share", facet="paid-access", severity="high")
    first, second = Engine([rule]).scan(call("None.", "A share of revenue."))
    assert (first.rule, first.query, first.facet, first.severity) == (
        "Sharing",
        "revenue AND share",
        "paid-access",
        "high",
    )
    assert first.revision == revision(rule, "revenue AND share")
    assert (first.passage, first.start, first.end) == (1, 2, 7)
    assert (second.start, second.end) == (11, 18)
    assert (first.sentence_start, first.sentence_end) == (second.sentence_start, second.sentence_end) == (0, 19)


def test_a_hit_over_sentences_is_quoted_with_all_of_them():
    text = "First. We share. It is revenue. Last."
    [match] = scan("share NEAR/5 revenue", call(text))
    assert text[match.sentence_start : match.sentence_end] == "We share. It is revenue."


def test_the_title_is_a_passage():
    document = call("Nothing.", title="Llama royalties")
    assert [match.passage for match in scan("llama section:title", document)] == [0]
    assert hits("royalty section:prepared", document) == []


def test_words_are_whole():
    document = call("Shareholders shared; he licensed nothing. Relicense?")
    assert hits("share", document) == ["shared"]
    assert hits("license", document) == ["licensed"]
    assert hits('"he license"', document) == ["he licensed"]
    assert hits('"e license"', document) == []


def test_one_place_is_one_match_of_a_rule():
    assert hits('license OR licence OR licens* OR ="license"', call("a license")) == ["license"]


def test_rules_of_a_pack_share_their_name_and_not_their_query():
    rules = [Rule(name="Pack", query="license"), Rule(name="Pack", query="licens*", severity="low")]
    matches = Engine(rules).scan(call("A license."))
    assert [(match.rule, match.query, match.severity) for match in matches] == [
        ("Pack", "license", "normal"),
        ("Pack", "licens*", "low"),
    ]


def test_no_rules_find_nothing():
    assert Engine([]).scan(call("Anything.")) == ()
    assert Engine([]).compiled == ()


def test_a_document_without_passages_has_no_matches():
    assert scan("license", call()) == ()


@pytest.mark.parametrize(
    ("field", "matches"),
    [
        ("speaker:zuckerberg", True),
        ('speaker:"Mark ZUCKERBERG"', True),
        ("speaker:mark-zuckerberg", True),
        ("speaker:zuck*", True),
        ('speaker:"zuck* mark"', False),
        ('speaker:"zuckerberg mark"', False),
        ("speaker:zucker", False),
        ("speaker:(mark zuckerberg)", True),
        ("speaker:(li OR zuckerberg)", True),
        ("role:executive", True),
        ("role:analyst", False),
        ("section:Q&A", True),
        ("section:prepared", False),
        ("kind:transcript", True),
        ("kind:(post OR filing)", False),
        ("company:meta", True),
        ("company:met*", True),
        ("company:met", False),
        ("lang:en", True),
        ("lang:en-US", True),
        ("lang:en-GB", False),
        ("lang:e", False),
        ("source:Meta-Calls", True),
        ("source:meta-*", True),
        ("source:meta", False),
        ("court:cand", False),
        ("NOT court:cand", True),
        ("side:own", True),
        ("side:analyst", False),
        ("title:llama", True),
        ('title:"licensing llama"', True),
        ('title:"llama licensing"', False),
        ("title:licensin*", True),
        ("title:(llama OR gemini)", True),
        ("title:gemini", False),
        ("item:2.02", False),
    ],
)
def test_fields(field, matches):
    turn = Passage(text="We license it.", speaker="Mark Zuckerberg", role="executive", section="qa")
    document = call("", turn, company="META", source="meta-calls", language="en-us", title="On Licensing Llamas")
    assert ("license" in hits(f"license {field}", document)) is matches


def test_the_author_of_a_post_and_the_filer_of_an_entry_speak():
    post = Document(key="p", meta=PostMeta(author="Mark Zuckerberg"), passages=(Passage(text="A license."),))
    assert hits("license speaker:zuckerberg kind:post", post) == ["license"]
    meta = EntryMeta(filed_by="Richard Kadrey", court="cand")
    entry = Document(key="e", meta=meta, passages=(Passage(text="A license."),))
    assert hits("license speaker:kadrey court:cand kind:docket-entry", entry) == ["license"]
    filing = Document(key="f", meta=FilingMeta(), passages=(Passage(text="A license."),))
    assert hits("license speaker:kadrey", filing) == hits("license court:cand", filing) == []


@pytest.mark.parametrize(
    ("asked", "matches"),
    [("2.02", True), ("9.01", True), ("2.*", True), ("3.*", False), ("7.01", False), ("1A", True)],
)
def test_the_items_of_a_filing_are_known_by_their_numbers(asked, matches):
    meta = FilingMeta(form="8-K", items=("Item 2.02: Results of Operations", "9.01", "Item 1a. Risk Factors"))
    filing = Document(key="f", meta=meta, passages=(Passage(text="A license."),))
    assert hits(f"license item:{asked}", filing) == (["license"] if matches else [])


def test_whose_words_they_are_is_judged_by_the_company_as_configured():
    post = Document(
        key="p",
        meta=PostMeta(),
        url="https://www.reuters.com/one",
        company="META",
        passages=(Passage(text="Revenue."),),
    )
    meta = Company(ticker="META", name="Meta Platforms", site="https://about.fb.com")
    rules = [Rule(name=side, query=f"revenue side:{side}") for side in ("own", "press")]
    engine = Engine(rules, companies=[meta])
    assert [match.rule for match in engine.scan(post)] == ["press"]
    assert [match.rule for match in Engine(rules, companies=[meta], before=engine).scan(post)] == ["press"]
    assert [match.rule for match in Engine(rules).scan(post)] == ["own"]
    entry = Document(
        key="e", meta=EntryMeta(filed_by="Plaintiff"), company="META", passages=(Passage(text="Revenue."),)
    )
    assert hits("revenue side:opposing", entry) == ["Revenue"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("royalty /s llama", ["Llama pays no royalty", "royalty on Llama"]),
        ("royalty /s llama /s partner", ["partner of ours pays a royalty on Llama"]),
        ("llama PRE/s royalty", ["Llama pays no royalty"]),
        ("royalty /p fee", ["royalty", "royalty", "fee"]),
        ("royalty /p gemini", []),
        ("royalty EXCEPT (royalty /s partner)", ["royalty"]),
        ("doc:(partner /s fee) royalty", []),
        ("doc:(partner /p fee) royalty", ["royalty", "royalty"]),
        ("fee PRE/p royalty", []),
        ("royalty /s percent>10", ["royalty on Llama, 12%"]),
        ("royalty NEAR/4 percent:10..15", ["royalty on Llama, 12%"]),
        ("royalty percent>12", []),
        ("fee amount>2M", ["fee", "$2 to 3 million"]),
        ("fee amount>USD2.5M", ["fee", "$2 to 3 million"]),
        ("fee amount>EUR2M", []),
        ("fee PRE/2 amount<=3M", ["fee of $2 to 3 million"]),
        ("fee NOT amount>1M", []),
    ],
)
def test_reach_and_figures(query, found):
    text = (
        "Llama pays no royalty. A partner of ours pays a royalty on Llama, 12% of sales, though. "
        "There is a fee of $2 to 3 million, too."
    )
    assert hits(query, call(text)) == found


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("授权", "我们授权模型给云厂商，再授权。", ["授权", "授权"]),
        ("收入分成 NOT 市场", "收入分成很小。", ["收入分成"]),
        ("授权 PRE/2 云", "授权给云厂商", ["授权给云"]),
        ("授权 PRE/1 云", "授权给云厂商", []),
        ("AI模型", "我们的AI模型和ai 模型", ["AI模型", "ai 模型"]),
        ("ライセンス", "このライセンスとﾗｲｾﾝｽ契約", ["ライセンス", "ﾗｲｾﾝｽ"]),
        ("ガイダンス", "ｶﾞｲﾀﾞﾝｽを", ["ｶﾞｲﾀﾞﾝｽ"]),
        ("カイタンス", "ｶﾞｲﾀﾞﾝｽを", []),
        ("อนุญาต*", "บริษัทมีใบอนุญาตให้ใช้", ["อนุญาต"]),
        ("กา", "กิน", []),
        ("授权", "授\n权", ["授\n权"]),
        ("लाइसेंस", "यह लाइसेंस है", ["लाइसेंस"]),
        ("लास", "यह लाइसेंस है", []),
    ],
)
def test_scripts_without_spaces_are_read_letter_by_letter(query, text, found):
    assert hits(query, call(text)) == found


@pytest.mark.parametrize("asked", ["1000", '"1,000"', '"1 000"', '"1.000"'])
@pytest.mark.parametrize("said", ["1000", "1,000", "1\u00a0000", "1\u202f000", "1.000"])
def test_a_number_is_one_however_its_digits_are_grouped(asked, said):
    assert hits(f"{asked} NEAR/1 royalty", call(f"Some {said} royalties.")) == [f"{said} royalties"]
    assert hits(asked, call(f"Some 2{said} or {said}5 royalties.")) == []


@pytest.mark.parametrize(
    ("filters", "matches"),
    [
        ({"companies": ("meta",)}, True),
        ({"companies": ("GOOG", "Meta")}, True),
        ({"companies": ("GOOG",)}, False),
        ({"sources": ("META CALLS",)}, True),
        ({"sources": ("meta",)}, False),
        ({"kinds": ("transcript", "post")}, True),
        ({"kinds": ("filing",)}, False),
        ({"speakers": ("zuckerberg",)}, True),
        ({"speakers": ("Susan Li", "Mark  Zuckerberg")}, True),
        ({"speakers": ("Susan Li",)}, False),
        ({"sections": ("qa",)}, True),
        ({"sections": ("prepared", "title")}, False),
        ({"languages": ("EN",)}, True),
        ({"languages": ("ms", "id")}, False),
        ({"companies": ("META",), "speakers": ("Li",)}, False),
    ],
)
def test_filters(filters, matches):
    turn = Passage(text="We license it.", speaker="Mark Zuckerberg", section="qa")
    document = call(turn, company="META", source="meta-calls", language="en-us")
    found = hits("license", document, filters=Filters(**filters))
    assert found == (["license"] if matches else [])


@pytest.mark.parametrize(
    ("docket", "matches"),
    [("3:23-cv-03417", True), ("23-cv-3417", True), ("4:23-cv-03417", False), ("nonsense", False)],
)
def test_a_case_is_known_by_its_number_however_it_is_written(docket, matches):
    meta = EntryMeta(docket_number="3:23-cv-03417-VC")
    entry = Document(key="e", meta=meta, passages=(Passage(text="A license."),))
    assert hits("license", entry, filters=Filters(dockets=(docket,))) == (["license"] if matches else [])
    assert hits("license", call("A license."), filters=Filters(dockets=(docket,))) == []


def test_what_a_document_does_not_say_passes_no_filter():
    filters = ({"companies": ("META",)}, {"speakers": ("Li",)}, {"languages": ("en",)}, {"sections": ("qa",)})
    assert not any(hits("license", call("A license."), filters=Filters(**bound)) for bound in filters)


def test_a_document_is_asked_as_a_whole():
    document = call(Passage(text="Llama is free.", speaker="Susan Li"), "We share revenue.", "We share more.")
    assert [match.passage for match in scan("share doc:llama", document)] == [1, 2]
    assert [match.passage for match in scan("share doc:(llama revenue)", document)] == [1, 2]
    assert [match.passage for match in scan('share doc:speaker:"susan li"', document)] == [1, 2]
    assert [match.passage for match in scan("share doc:(llama NOT revenue)", document)] == []
    assert [match.passage for match in scan("share NOT doc:gemini", document)] == [1, 2]
    assert hits("share doc:(llama OR gemini) revenue", document) == ["share", "revenue"]
    assert hits("doc:(llama more)", document) == ["Llama", "more"]
    assert hits("doc:(llama more NOT revenue)", document) == []
    assert hits("share doc:llama", call("Llama shares.")) == ["shares"]
    assert hits("doc:llama doc:more", document) == ["Llama", "more"]
    assert hits("(doc:llama OR gemini) (doc:more OR gemini)", document) == ["Llama", "more"]
    assert hits("doc:llama OR more", document) == ["Llama", "more"]
    assert hits("doc:(llama NEAR/3 share)", document) == []


def test_what_was_asked_of_one_document_is_not_answered_for_another():
    engine = Engine([Rule(name="r", query="share doc:llama")])
    assert engine.scan(call("We share.", "Llama."))
    assert not engine.scan(call("We share.", "Gemini."))
    assert engine.scan(call("We share.", "Llama."))


def test_except_is_local_and_not_is_not():
    turn = "You need no driver’s license. Our license for Llama is another matter."
    assert hits('license NOT "driver\'s license"', call(turn)) == []
    [match] = scan('license EXCEPT "driver\'s license"', call(turn))
    assert match.start == turn.index("license for")
    assert hits("licensing", call("driver's license")) == ["license"]


def test_near_within_near_does_not_stop_at_the_nearest():
    document = call("Share revenue, or a part of revenue, fairly.")
    assert hits("share NEAR/9 revenue", document) == ["Share revenue"]
    assert hits("(share NEAR/9 revenue) NEAR/1 fairly", document) == ["Share revenue, or a part of revenue, fairly"]
    assert hits("(share NEAR/9 revenue) EXCEPT part", document) == ["Share revenue"]
    assert hits("part EXCEPT (share NEAR/9 revenue)", document) == []
    assert hits("fairly EXCEPT (share NEAR/9 revenue)", document) == ["fairly"]


def test_a_prefix_is_spelled_as_words_are():
    assert hits("licenc*", call("licensing a licence")) == ["licensing", "licence"]
    assert hits("monetis* OR licensi*", call("We monetize it by licencing.")) == ["monetize", "licencing"]


def test_scans_in_threads_find_what_one_scan_finds():
    """Stems are remembered by all scans together, and the stemmer may not be entered twice."""
    documents = [
        call(" ".join(f"word{at}ing licens{'es' if at % 3 else 'ing'} {number}th" for at in range(300)))
        for number in range(16)
    ]
    engine = Engine([Rule(name="r", query="licens* OR word7ing OR 5th")])
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(engine.scan, documents))
    assert found == [engine.scan(document) for document in documents]
    assert len(found[5]) > len(found[4])


def test_engines_made_in_threads_of_one_engine_do_not_mix_up_what_they_look_for():
    first = Engine([Rule(name=one, query=one) for one in (f"v{number}x" for number in range(2000))])
    word = [f"w{number}x" for number in range(400)]

    def made(number):
        mine = word[number * 50 : number * 50 + 50]
        return Engine([Rule(name=one, query=one) for one in mine], before=first), mine

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            engines = list(pool.map(made, range(8)))
    finally:
        sys.setswitchinterval(before)
    for engine, mine in engines:
        assert [match.rule for match in engine.scan(call(" ".join(word)))] == mine


def test_a_bad_rule_is_refused_in_its_name():
    with pytest.raises(QueryError) as refused:
        Engine([Rule(name="Good", query="license"), Rule(name="Bad", query="license OR li*")])
    assert refused.value.rule == "Bad"
    assert (refused.value.start, refused.value.end) == (11, 14)


def test_a_revision_tells_whatever_decides_what_matches():
    rule = Rule(name="r", query="Revenue-Share")
    [compiled] = Engine([rule]).compiled
    assert compiled.query == '"revenue share"'
    assert compiled.rule == rule
    assert len(compiled.revision) == 12

    def of(**changed):
        return Engine([rule.model_copy(update=changed)]).compiled[0].revision

    assert of(query='"revenue share"') == compiled.revision
    assert of(name="other", severity="low", origin="/watch", pack="p") == compiled.revision
    bounds = Filters(companies=("META",)), Filters(dockets=("3:23-cv-03417",))
    others = {of(query="share"), of(facet="f"), *(of(filters=bound) for bound in bounds)}
    assert len(others | {compiled.revision}) == 5


def test_a_filter_that_came_later_makes_no_rule_new(monkeypatch):
    """By the revision of this rule from before there were dockets."""
    monkeypatch.setattr("rules.engine.VERSION", 2)
    assert Engine([Rule(name="r", query="Revenue-Share")]).compiled[0].revision == "2347a3565036"


def test_matches_stand_in_the_order_of_the_document():
    document = call("royalty license", "license", "royalty")
    matches = Engine([Rule(name="b", query="royalty"), Rule(name="a", query="license OR royalty")]).scan(document)
    assert [(match.passage, match.start, match.rule) for match in matches] == [
        (0, 0, "b"),
        (0, 0, "a"),
        (0, 8, "a"),
        (1, 0, "a"),
        (2, 0, "b"),
        (2, 0, "a"),
    ]


pieces = st.sampled_from(
    [
        "revenue",
        "Revenues",
        "share",
        "SHARING",
        "we",
        "Inc",
        "3",
        ".",
        ". ",
        "? ",
        "”",
        " ",
        "\n",
        "\n\n",
        "-",
        "‐",
        "\x02",
        "-\n",
    ]
)


@given(st.lists(pieces | st.characters(), max_size=60).map("".join))
def test_every_span_is_a_slice_that_matches_and_lies_in_its_sentences(text):
    for match in scan('"revenue share"', call(text)):
        said = text[match.start : match.end]
        split = "".join(map(stem, folded_words(said)))
        joined = "".join(map(stem, fold_sentence(said).split()))
        assert "revenushare" in {split, joined} or "revenueshare" in joined
        assert 0 <= match.sentence_start <= match.start < match.end <= match.sentence_end <= len(text)
        sentence = text[match.sentence_start : match.sentence_end]
        assert sentence == sentence.strip()
        assert said in sentence


QUERIES = st.lists(
    st.sampled_from(
        ['"revenue share"', "licens*", "revenue NOT licence", '="Licence"', "portion NEAR/3 revenue", "fee"]
    ),
    max_size=5,
    unique=True,
)


@given(QUERIES, QUERIES, QUERIES)
def test_an_engine_that_takes_over_what_another_knew_finds_the_same(first, second, third):
    said = call("We license a portion of the revenue for a fee.", "A revenue share, not a Licence.")
    engine = None
    for queries in (first, second, third):
        rules = [Rule(name=query, query=query) for query in queries]
        engine = Engine(rules, before=engine)
        assert engine.scan(said) == Engine(rules).scan(said)


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """The names of rules that read a passage."""
    asked: list[str] = []
    hits = Engine._hits

    def noted(self, number, view):
        asked.append(self.compiled[number].rule.name)
        return hits(self, number, view)

    monkeypatch.setattr(Engine, "_hits", noted)
    return asked


READ = "We license a portion of the revenue for a fee."
MANY = Rule(name="many", query=" OR ".join(f"filler{number}" for number in range(100)))
"""Beside it, the words of a few rules that are gone are no reason for the next engine to begin anew."""
LICENSE, FEE, PORTION, REVENUE = (Rule(name=word, query=word) for word in ("license", "fee", "portion", "revenue"))


def test_a_text_that_a_rule_has_read_is_not_read_by_it_again_when_the_rules_change(asked):
    engine = Engine([MANY, LICENSE, FEE])
    engine.scan(call(READ))
    changed = Rule(name="fee", query="fee OR revenue")
    for rules, new in (
        ([LICENSE, FEE], []),
        ([PORTION, LICENSE, changed], ["fee", "portion"]),  # another number, another query, and one that is new
        ([PORTION, LICENSE, changed], []),
        ([LICENSE], []),
        ([LICENSE, FEE], ["fee"]),  # it was gone meanwhile
    ):
        engine = Engine([*rules, MANY], before=engine)
        asked.clear()
        found = engine.scan(call(READ))
        assert sorted(asked) == new
        assert found == Engine(rules).scan(call(READ))


def test_a_text_is_known_over_many_changes_but_not_for_ever(asked):
    engine = Engine([MANY, LICENSE])
    engine.scan(call(READ))
    first = engine.memory.get(call(READ).passages[0].hash)
    for number in range(MOST_CHANGES + 2):
        engine = Engine([MANY, LICENSE, Rule(name="more", query=f"word{number}")], before=engine)
        known = engine.memory.rules_of(first[0]) is not None
        assert known is (number < MOST_CHANGES - 1)
    asked.clear()
    assert [match.rule for match in engine.scan(call(READ))] == ["license"]
    assert asked == ["license"]


def test_two_rules_that_are_the_same_both_find_what_is_known():
    rules = [LICENSE, LICENSE]
    engine = Engine(rules)
    for _ in range(3):
        assert [match.rule for match in engine.scan(call(READ))] == ["license", "license"]
        engine = Engine(rules, before=engine)


def test_an_engine_apart_leaves_no_trace_in_the_memory_of_the_other(asked):
    engine = Engine([LICENSE, FEE])
    engine.scan(call(READ))
    Engine([REVENUE], before=engine, apart=True).scan(call(READ))
    asked.clear()
    engine.scan(call(READ))
    assert asked == []


def test_a_text_that_is_known_is_judged_anew_by_whoever_says_it():
    rules = [
        Rule(name="text", query="license"),
        Rule(name="field", query="license speaker:li"),
        Rule(name="document", query="license doc:llama"),
        Rule(name="filter", query="license", filters=Filters(speakers=("Susan Li",), companies=("META",))),
    ]
    engine = Engine(rules)

    def found(speaker, company, *more):
        turn = Passage(text="We license it.", speaker=speaker)
        return [match.rule for match in engine.scan(call(turn, *more, company=company))]

    assert found("Mark Zuckerberg", "ACME") == ["text"]
    assert found("Susan Li", "ACME") == ["text", "field"]
    assert found("Susan Li", "META") == ["text", "field", "filter"]
    assert found("Mark Zuckerberg", "META", "Llama.") == ["text", "document"]
    assert found("Mark Zuckerberg", "ACME") == ["text"]


def test_a_lexicon_full_of_rules_that_are_gone_is_left_behind():
    engine = Engine([Rule(name="it", query="revenue")])
    first = engine.lexicon
    for number in range(5):
        engine = Engine([Rule(name="it", query=f"word{number}")], before=engine)
    assert engine.lexicon is not first
    assert engine.lexicon.atoms < 4
