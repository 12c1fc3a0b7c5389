"""Quotes are cut from the stored text, one for each rule and sentence, with the turns around them."""

from bot.alerts.quotes import LONGEST_CONTEXT, context_of, quotes_of, severity_of
from making import document, match
from rules.engine import Engine
from rules.model import Rule
from watchers.model import CallMeta, EntryMeta, Passage, PostMeta

SHARING = Engine([Rule(name="Revenue sharing", query="revenue", severity="low"), Rule(name="Money", query="revenue")])
QUESTION = "How do you think about it?"


def turn(text: str, role="executive", section="qa", speaker="Somebody") -> Passage:
    return Passage(text=text, role=role, section=section, speaker=speaker)


def call(*turns: Passage):
    return document(passages=turns, meta=CallMeta())


def quoted(made):
    return quotes_of(made, SHARING.scan(made), None)


def test_one_quote_for_each_rule_and_sentence():
    made = document("First revenue. Our revenue is revenue. Nothing.", "And revenue!")
    assert [(quote.rule, quote.text) for quote in quoted(made)] == [
        ("Revenue sharing", "First revenue."),
        ("Money", "First revenue."),
        ("Revenue sharing", "Our revenue is revenue."),
        ("Money", "Our revenue is revenue."),
        ("Revenue sharing", "And revenue!"),
        ("Money", "And revenue!"),
    ]


def test_a_quote_is_the_exact_slice_of_the_stored_text():
    made = document("“Ünïcode” first.  Then our\nreve\u00adnue, “as it\u2011is”.  Last.")
    quote, _ = quoted(made)
    text = made.passages[0].text
    assert text[quote.text_start : quote.text_start + len(quote.text)] == quote.text
    assert quote.text == "Then our\nreve\u00adnue, “as it\u2011is”."
    start, end = quote.hit()
    assert quote.text[start:end] == text[quote.start : quote.end] == "reve\u00adnue"


def test_the_speaker_is_the_passages_else_the_documents():
    assert quoted(call(turn("Revenue.")))[0].speaker == "Somebody"
    assert quoted(document("Revenue.", meta=PostMeta(author="An author")))[0].speaker == "An author"
    assert quoted(document("Revenue.", meta=EntryMeta(filed_by="Plaintiffs")))[0].speaker == "Plaintiffs"
    assert quoted(document("Revenue."))[0].speaker is None


def test_the_highest_severity_counts():
    low, normal = quoted(document("Revenue."))
    assert severity_of([low]) == "low"
    assert severity_of([low, normal]) == "normal"


def test_an_answer_has_its_question_and_what_was_said_next():
    made = call(
        turn("An earlier question?", "analyst"),
        turn("Please.", "operator"),
        turn(QUESTION, "analyst", speaker="An analyst"),
        turn("Well."),
        turn("Our revenue.", speaker="The founder"),
        turn("Let me add.", speaker="The CFO"),
    )
    context = context_of(made, quoted(made))
    assert [(one.relation, one.speaker, one.text) for one in context] == [
        ("question", "An analyst", QUESTION),
        ("next", "The CFO", "Let me add."),
    ]


def test_the_operator_is_neither_question_nor_answer():
    made = call(turn("Next, please.", "operator"), turn("Our revenue."), turn("Thank you.", "operator"))
    assert context_of(made, quoted(made)) == ()


def test_prepared_remarks_answer_no_question():
    made = call(turn(QUESTION, "analyst"), turn("Our revenue.", section="prepared"))
    assert context_of(made, quoted(made)) == ()


def test_what_is_quoted_is_not_repeated_as_context():
    made = call(turn("And revenue?", "analyst"), turn("Our revenue."), turn("More revenue."))
    assert context_of(made, quoted(made)) == ()


def test_a_long_turn_is_shown_by_whole_sentences():
    filler = "This is a sentence of some length about nothing. " * 30
    made = call(turn(f"{filler}{QUESTION}", "analyst"), turn("Our revenue."), turn(f"The answer goes on. {filler}"))
    question, following = context_of(made, quoted(made))
    assert question.text.endswith(QUESTION)
    assert following.text.startswith("The answer goes on.")
    for one in (question, following):
        assert len(one.text) <= LONGEST_CONTEXT
        assert one.text[0] == "T"
        assert one.text[-1] in ".?"


def test_a_long_turn_without_an_end_is_cut():
    made = call(turn("Our revenue."), turn("word " * 500))
    (following,) = context_of(made, quoted(made))
    assert len(following.text) == LONGEST_CONTEXT


def test_a_post_has_no_turns():
    made = document(QUESTION, "Our revenue.", "More.")
    assert context_of(made, quotes_of(made, [match(made, "revenue", passage=1)], None)) == ()
