"""New is what stands in no earlier version; mended and growing sentences are the same statement."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.news import Past, news, stands
from making import document
from rules.engine import Engine
from rules.model import Rule

RULES = Engine([Rule(name="Sharing", query="revenue"), Rule(name="Licensing", query="license")])
SHARE = "We get some portion of the revenue from them."
LICENSE = "They need a license for it."


def past(*versions) -> Past:
    """Of documents, oldest first, all read with the same rules."""
    found = {}
    for made in versions:
        for match in RULES.scan(made):
            text = made.passages[match.passage].text
            found.setdefault((match.rule, text[match.sentence_start : match.sentence_end]))
    return Past(
        all_texts=[passage.text for made in versions for passage in made.passages],
        last_texts=[passage.text for passage in versions[-1].passages],
        found=list(found),
    )


def fresh(now, *versions) -> list[str]:
    told = news(now, RULES.scan(now), past(*versions)).fresh
    return [now.passages[match.passage].text[match.sentence_start : match.sentence_end] for match in told]


def changed(now, *versions) -> list[tuple[str, str, bool]]:
    found = news(now, RULES.scan(now), past(*versions)).changed
    return [(change.rule, change.before, change.match is None) for change in found]


def test_the_same_words_are_no_news_wherever_they_stand():
    now = document("A new beginning.", f"Moved. {SHARE.upper()}  And more.")
    assert (fresh(now, document(SHARE)), changed(now, document(SHARE))) == ([], [])


def test_a_sentence_that_was_gone_for_a_while_is_no_news():
    assert fresh(document(SHARE), document(SHARE), document("Nothing.")) == []


def test_part_of_a_word_is_not_that_word():
    assert fresh(document("Our revenue."), document("Four revenue. Revenues of hour revenue.")) == ["Our revenue."]


def test_a_mended_word_is_a_change_of_the_rule_that_found_it():
    mended = SHARE.replace("portion", "share")
    assert (fresh(document(mended), document(SHARE)), changed(document(mended), document(SHARE))) == (
        [],
        [("Sharing", SHARE, False)],
    )
    other_rule = "We get some portion of the license from them."
    assert fresh(document(other_rule), document(SHARE)) == [other_rule]
    assert changed(document(other_rule), document(SHARE)) == [("Sharing", SHARE, True)]


def test_a_sentence_that_goes_on_is_the_same_one():
    grown = SHARE.removesuffix(".") + " and from everybody else who ever sold anything to anyone at any time."
    assert fresh(document(grown), document(SHARE.removesuffix("."))) == []


def test_a_like_sentence_beside_the_old_one_is_news():
    alike = SHARE.replace("them", "others")
    assert fresh(document(SHARE, alike), document(SHARE)) == [alike]


def test_of_two_like_sentences_one_is_the_mended_one():
    one, two = SHARE.replace("them", "others"), SHARE.replace("them", "friends")
    assert fresh(document(f"{one} {two}"), document(SHARE)) == [two]


def test_words_that_went_are_said_once():
    without = document("Nothing.")
    assert changed(without, document(SHARE)) == [("Sharing", SHARE, True)]
    assert changed(document("Nothing at all."), document(SHARE), without) == []


def test_a_reader_that_sees_other_sentences_takes_nothing_back():
    # The version before already shows it otherwise: what changed then was the reader, not the document.
    reread = document("We get some portion of", "the revenue from them.")
    assert changed(document("We get some portion of", "the revenue from them.", "More."), document(SHARE), reread) == []


def test_stands_folds_as_matching_does():
    assert stands(document("WE GET some por\u00adtion of\nthe revenue from them!"), SHARE)
    assert not stands(document("We get some portion"), SHARE)


texts = st.lists(
    st.sampled_from([SHARE, LICENSE, "Nothing.", "Revenue!", f"{LICENSE} {SHARE}", "A licence and a license."]),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(texts, min_size=1, max_size=3))
def test_a_version_that_was_there_is_never_news(versions):
    made = [document(*paragraphs) for paragraphs in versions]
    found = news(made[-1], RULES.scan(made[-1]), past(*made))
    assert (found.fresh, found.changed) == ((), ())


@settings(max_examples=60, deadline=None)
@given(texts, texts)
def test_a_document_that_only_grows_tells_only_sentences_that_were_not_there(before, added):
    now = document(*before, *added)
    old = document(*before)
    assert set(fresh(now, old)) <= set(fresh(document(*added), document("Other.")))
    assert not any(gone for _, _, gone in changed(now, old))
    assert not any(stands(old, sentence) for sentence in fresh(now, old))
