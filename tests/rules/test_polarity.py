"""Polarity and modality on sentences written for this, and the promises that hold on any text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.polarity import Judgement, judge


def judged(marked: str, language: str | None = "en") -> Judgement:
    """Judge the part between the brackets ⟦ and ⟧."""
    start = marked.index("⟦")
    end = marked.index("⟧") - 1
    return judge(marked.replace("⟦", "").replace("⟧", ""), (start, end), language)


SEED = [
    (
        (
            "But if you're someone like Microsoft or Amazon or Google and you're going to basically be ⟦reselling "
            "these services, that's something that we think we should get some portion of the revenue⟧ for."
        ),
        "en",
        Judgement("affirms", "plan"),
    ),
    (
        (
            "But if you're someone like Microsoft or Amazon or Google and you're going to basically be reselling these "
            "services, that's something that we think we should ⟦get\nsome portion of the revenue⟧ for."
        ),
        None,
        Judgement("affirms", "plan"),
    ),
    ("They don't just get a ⟦free license⟧ to use this.", "en", Judgement("affirms", "fact")),
    ("they ⟦don't just get a free license⟧ to use this.", "en", Judgement("affirms", "fact")),
    ("They'll need to come and ⟦make a business arrangement⟧ with us.", "en", Judgement("affirms", "plan")),
    ("⟦selling access⟧ to AI models isn't our business model", "en", Judgement("denies", "fact")),
    ("⟦selling access to AI models isn't our business model⟧", "en", Judgement("denies", "fact")),
    ("selling ⟦access to AI models⟧ isn’t our business model.", None, Judgement("denies", "fact")),
    (
        'Meta ⟦"shares a percentage of the revenue"⟧ that companies hosting Llama generate from users of those models.',
        "en",
        Judgement("affirms", "fact"),
    ),
    ("Syarikat itu mempunyai ⟦perjanjian pembahagian pendapatan⟧ dengan hos.", "ms", Judgement("affirms", "fact")),
    ("Meta ⟦membahagi sebahagian daripada pendapatan⟧ itu.", "ms", Judgement("affirms", "fact")),
]


@pytest.mark.parametrize(("marked", "language", "expected"), SEED)
def test_the_seed_story_is_judged_right(marked, language, expected):
    assert judged(marked, language) == expected


AFFIRMS = [
    "We ⟦share a portion of the revenue⟧ with our developers.",
    "The host pays us ⟦a cut of the revenue⟧, and we don't disclose the rate.",
    "We don't disclose the terms of our ⟦revenue share⟧ agreements.",
    "We have not commented on the ⟦licensing deal⟧ beyond the filing.",
    "No, we ⟦share the revenue⟧ with them.",
    "There is no doubt that they owe us ⟦a share of the revenue⟧.",
    "It is not only a hosting contract, it is ⟦a revenue share⟧.",
    "This isn't just marketing; partners pay ⟦a license fee⟧.",
    "The ⟦revenue share⟧ isn't material this year.",
    "We don't expect the ⟦licensing revenue⟧ to be material in the near term.",
    "⟦Revenue sharing⟧ was not included in our guidance.",
    "Rather than a flat fee we take ⟦a cut of the revenue⟧.",
    "It is not a flat fee but ⟦a revenue share⟧.",
    "You cannot host it without ⟦a license agreement⟧.",
    "We have not ended ⟦the revenue share⟧.",
    "The company has never denied that it takes ⟦a percentage of the revenue⟧.",
    "They will not release it unless hosts pay ⟦a share of the revenue⟧.",
    "We didn't change ⟦our licensing terms⟧.",
    "We are not afraid to ask for ⟦a share of the revenue⟧.",
    "We get ⟦a share of the revenue⟧, not a licence fee.",
    "Nobody gets it ⟦royalty-free⟧.",
    "The ⟦revenue share⟧ agreement that doesn't expire until 2030 stays as it is.",
    "The ⟦licensing agreement⟧ is not over.",
    "We don't sell advertising, we get ⟦a portion of the revenue⟧ from the cloud providers.",
    "At the end of the day, hosts pay ⟦a licence fee⟧.",
    "We ended the quarter with ⟦licensing income⟧ of 5 million.",
    "Licence revenue declined to 5 million, most of it from ⟦the licensing deal⟧ in Japan.",
    "Order denying the motion to compel about ⟦the license agreement⟧.",
    "We didn't launch it because of ⟦the license fee⟧.",
    "They get ⟦a cut of the revenue⟧, right?",
]

DENIES = [
    "We do not take ⟦a cut of the revenue⟧.",
    "We don't, at this point, ⟦share any revenue⟧ with the hosts.",
    "We do not and will not take ⟦a share of the revenue⟧.",
    "We have never asked for ⟦a revenue share⟧.",
    "There is no ⟦revenue-sharing agreement⟧ between the parties.",
    "We have no plans to ⟦charge a license fee⟧.",
    "We have no intention of ⟦licensing⟧ the model.",
    "Nobody pays us ⟦a licence fee⟧.",
    "We neither sell ads nor take ⟦a cut of the revenue⟧.",
    "⟦Licensing the model⟧ is not something that we are looking at.",
    "⟦Licensing⟧ is not part of our strategy.",
    "⟦Taking a cut of developers' revenue⟧ is not what we do.",
    "⟦A revenue share⟧ was never on the table.",
    "⟦Charging for access⟧ isn't in our plans, and isn't our business.",
    "A ⟦licensing deal⟧ is off the table.",
    "We don't think we should get ⟦a share of the revenue⟧.",
    "The models are offered ⟦royalty-free⟧ to everyone.",
    "We ⟦license it⟧ free of charge.",
    "Everyone receives a perpetual, ⟦royalty-\nfree license⟧.",
    "The company declined to ⟦license⟧ its catalogue.",
    "The defendant denies that it ever paid ⟦a percentage of the revenue⟧.",
    "They refused to sign ⟦a licensing agreement⟧.",
    "The new contract brings the elimination of our ⟦rev share⟧ to them.",
    "We have waived ⟦the license fee⟧ for small hosts.",
    "The ⟦revenue share⟧ goes away next year.",
    "The ⟦revenue share⟧ has been eliminated.",
    "We stopped paying ⟦a revenue share⟧.",
    "They no longer receive ⟦a share of the revenue⟧.",
    "You can use the weights without ⟦a license fee⟧.",
    "We give it away instead of ⟦licensing it⟧.",
    "It’s not ⟦a revenue share⟧.",
    "⟦selling access to⟧ Llama isnt our business model",
    "We have yet to receive ⟦any licensing income⟧.",
]

UNCLEAR = [
    "Do you get ⟦a share of the revenue⟧ from the hosts?",
    "If the hosts pay ⟦a share of the revenue⟧ we would tell you.",
    "I don't know whether they pay ⟦a license fee⟧.",
    "That does not necessarily mean ⟦a revenue share⟧.",
    "We are not sure about ⟦the licensing deal⟧.",
    "We don't have any meaningful ⟦licensing income⟧ yet.",
    "I wonder if there is ⟦a revenue share⟧.",
]

MALAY = [
    ("Kami tidak ⟦berkongsi hasil⟧ dengan hos.", "denies"),
    ("Tiada ⟦perjanjian pembahagian pendapatan⟧ antara kedua-dua pihak.", "denies"),
    ("Syarikat itu belum ⟦melisensikan⟧ modelnya.", "denies"),
    ("⟦Menjual akses⟧ bukan model perniagaan kami.", "denies"),
    ("Meta menafikan bahawa ia ⟦membahagi pendapatan⟧ dengan hos.", "denies"),
    ("Model itu ditawarkan tanpa ⟦yuran lesen⟧.", "denies"),
    ("Syarikat menamatkan ⟦perkongsian hasil⟧ itu.", "denies"),
    ("Kami bukan sahaja menjual iklan malah ⟦berkongsi hasil⟧.", "affirms"),
    ("Syarikat tidak mendedahkan butiran ⟦perjanjian pelesenan⟧.", "affirms"),
    ("Kami tidak menjual iklan, tetapi kami ⟦melisensikan akses⟧.", "affirms"),
    ("Syarikat itu ⟦melisensikan akses⟧ kepada modelnya.", "affirms"),
    ("Jika hos ⟦berkongsi hasil⟧ kita akan tahu.", "unclear"),
]

MODALITIES = [
    ("We license ⟦the model⟧ to clouds.", "fact"),
    ("We signed ⟦a licensing deal⟧ in May 2024.", "fact"),
    ("We will ⟦license the model⟧ to clouds.", "plan"),
    ("We intend to take ⟦a cut of the revenue⟧.", "plan"),
    ("They'll pay ⟦a license fee⟧.", "plan"),
    ("We won't charge ⟦a license fee⟧.", "plan"),
    ("We have no plans to charge ⟦a license fee⟧.", "plan"),
    ("We'd like to get ⟦a share of the revenue⟧.", "plan"),
    ("We may charge ⟦a license fee⟧.", "possible"),
    ("⟦Licensing⟧ could be an opportunity over time.", "possible"),
    ("We're exploring ⟦a revenue share⟧ with them.", "possible"),
    ("If they pay ⟦a license fee⟧ we will say so.", "possible"),
    ("Would you charge ⟦a license fee⟧?", "unclear"),
]


@pytest.mark.parametrize("marked", AFFIRMS)
def test_affirms(marked):
    assert judged(marked).polarity == "affirms"


@pytest.mark.parametrize("marked", DENIES)
def test_denies(marked):
    assert judged(marked).polarity == "denies"


@pytest.mark.parametrize("marked", UNCLEAR)
def test_unclear(marked):
    assert judged(marked).polarity == "unclear"


@pytest.mark.parametrize(("marked", "polarity"), MALAY)
def test_malay(marked, polarity):
    assert judged(marked, "ms").polarity == polarity
    assert judged(marked, None).polarity == polarity


@pytest.mark.parametrize(("marked", "modality"), MODALITIES)
def test_modality(marked, modality):
    assert judged(marked).modality == modality


def test_only_the_clause_of_the_hit_is_judged():
    text = "We do not sell ads. We get a share of the revenue. We never sold data."
    start = text.index("a share")
    assert judge(text, (start, start + 22), "en") == Judgement("affirms", "fact")


def test_a_hit_outside_the_text_is_unclear():
    assert judge("We license it.", (50, 60), "en") == Judgement("unclear", "unclear")
    assert judge("", (0, 0), None) == Judgement("unclear", "unclear")


def test_a_hit_given_backwards_is_the_same_hit():
    text = "We do not license it."
    assert judge(text, (17, 10), "en") == judge(text, (10, 17), "en")


_PIECES = st.lists(
    st.sampled_from(
        [
            *("not", "no", "if", "isn't", "don't just", "free", "license", "revenue", "waive", "unless", "and we"),
            *("tidak", "bukan", ",", ".", "?", "-\n", "…", "\u00ad", "ﬁ", "İ", "ß", " "),
        ]
    )
).map(" ".join)  # fmt: skip


@given(st.text() | _PIECES, st.integers(-5, 90), st.integers(-5, 90), st.sampled_from(["en", "ms", None, "", "xx-YY"]))
def test_any_text_is_judged_and_none_raises(text, start, end, language):
    verdict = judge(text, (start, end), language)
    assert verdict.polarity in {"affirms", "denies", "unclear"}
    assert verdict.modality in {"fact", "plan", "possible", "unclear"}
    assert verdict == judge(text, (start, end), language)


@pytest.mark.parametrize(
    "word", ["if ", "not ", "free ", "not just ", "is not our ", "may, ", "end the ", "and we ", ", - "]
)
def test_the_time_is_linear_in_the_text(word):
    def took(length):
        text = word * length + "license"
        begun = time.process_time()
        judge(text, (len(text) - 7, len(text)), None)
        return time.process_time() - begun

    took(50)
    assert took(20_000) < 20 * max(took(2_000), 0.02)
