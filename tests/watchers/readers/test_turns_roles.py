"""Roles and sections by what the same document says, and by nothing else."""

import pytest

from watchers.readers.turns.layout import Turn
from watchers.readers.turns.lines import Line
from watchers.readers.turns.participants import Participant, participants_of
from watchers.readers.turns.roles import with_roles

OPENS = Turn("Operator", "Welcome. All participants are in a listen-only mode. I hand over to Ada Byron.")
CALL = [
    OPENS,
    Turn("Ada Byron", "Thank you. Here is Bo Cole."),
    Turn("Bo Cole", "It was a good year."),
    Turn("Operator", "Our first question comes from the line of Cy Dee with Harbor Research. Your line is open."),
    Turn("Cy Dee", "What of licences?"),
    Turn("Bo Cole", "We sell them."),
    Turn("Eve Finn", "I add to that: gladly."),
    Turn("Operator", "This concludes today's call."),
]


def roles(turns, **told) -> list[str]:
    return [turn.role for turn in with_roles(turns, **told)]


def sections(turns, **told) -> list[str | None]:
    return [turn.section for turn in with_roles(turns, **told)]


def test_roles_by_what_is_said():
    assert roles(CALL) == [
        "operator", "executive", "executive", "operator", "analyst", "executive", "unknown", "operator"
    ]  # fmt: skip
    assert sections(CALL) == ["prepared"] * 3 + ["qa"] * 5


def test_an_operator_by_first_name_is_known_by_the_words():
    call = [Turn("Krista" if turn.speaker == "Operator" else turn.speaker, turn.text) for turn in CALL]
    assert roles(call) == roles(CALL)


def test_short_words_of_a_nameless_operator_are_the_operators():
    turns = [*CALL, Turn("Operator", "Thank you."), Turn("Cy Dee", "Thank you.")]
    numbered = {"Operator": "Speaker 0", "Ada Byron": "Speaker 1", "Bo Cole": "Speaker 2", "Cy Dee": "Speaker 3"}
    call = [Turn(numbered.get(turn.speaker or "", "Speaker 9"), turn.text) for turn in turns]
    assert roles(call)[-2:] == ["operator", "analyst"]


def test_who_asks_next_after_the_operator_is_an_analyst_whatever_the_name():
    call = [*CALL[:4], Turn("Cyrus D.", "What of licences?"), *CALL[5:]]
    assert roles(call)[4] == "analyst"


def test_an_executive_who_calls_the_questioners_stays_one():
    call = [
        Turn("Ada Byron", "Welcome.", "Head of Investor Relations"),
        Turn("Bo Cole", "It was a good year.", "CEO"),
        Turn("Ada Byron", "The first question comes from Cy Dee of Harbor.", "Head of Investor Relations"),
        Turn("Cy Dee", "Licences?"),
    ]
    assert roles(call) == ["executive", "executive", "executive", "analyst"]


def test_titles_speak():
    call = [*CALL[:6], Turn("Gil Hay", "Also:", "Chief Licensing Officer"), Turn("Ida Jo", "And?", "Bank -- Analyst")]
    assert roles(call)[6:] == ["executive", "analyst"]


def test_an_analyst_of_the_company_is_the_companys():
    call = [*CALL[:6], Turn("Gil Hay", "Also:", "Senior Analyst, Investor Relations")]
    assert roles(call)[6] == "executive"


def test_a_title_that_is_given_once_is_known_everywhere():
    call = [Turn("Bo Cole", "Welcome.", "CEO"), *CALL[1:]]
    assert [turn.title for turn in with_roles(call) if turn.speaker == "Bo Cole"] == ["CEO"] * 3


def test_names_that_are_introduced_with_a_title():
    opens = Turn("Ada Byron", "With me are Bo Cole, our chief executive officer, and Eve Finn, chief counsel.")
    assert roles([OPENS, opens, *CALL[2:]])[6] == "executive"


def test_lists_of_participants_speak():
    lines = [Line(text) for text in ("Corporate Participants", "Eve Finn", "", "Analysts:", "Cy Dee")]
    found = participants_of(lines)
    assert found["eve finn"] == Participant("Eve Finn", None, "executive")
    assert found["cy dee"].side == "analyst"
    assert with_roles(CALL, found)[6].role == "executive"


@pytest.mark.parametrize(
    "opening",
    ["Questions and Answers:", "Question-and-Answer Session", "Q&A"],
)
def test_a_heading_begins_the_questions_where_no_operator_does(opening):
    call = [Turn("Ada Byron", "Welcome."), Turn("Cy Dee", "Licences?", after_heading=opening)]
    assert sections(call) == ["prepared", "qa"]


def test_without_questions_nobody_is_made_an_executive():
    call = [Turn("Ada Byron", "One."), Turn("Bo Cole", "Two.")]
    assert roles(call) == ["unknown", "unknown"]
    assert sections(call) == ["prepared", "prepared"]


def test_guessed_labels_that_the_words_contradict_go():
    """The operator's words under a director's name, and the director's under "Operator"."""
    asks = "Our next question comes from Cy Dee of Harbor."
    call = [
        Turn(
            "Ida Jo",
            "Welcome. I would like to hand over to Ida Jo, Director of Relations. Please go ahead.",
            "Director",
        ),
        Turn("Operator", "Thank you. Speaking first is Bo."),
        Turn("Bo Cole", "It was a good year.", "CEO"),
        *(turn for _ in range(3) for turn in (Turn("Ida Jo", asks, "Director"), Turn("Cy Dee", "And?", "Analyst"))),
        Turn("Operator", "Thanks, Cy. Can we have the next question, please?"),
    ]
    told = with_roles(call, guessed=True)
    assert (told[0].speaker, told[0].title, told[0].role) == ("Operator", None, "operator")
    assert (told[1].speaker, told[1].title, told[1].role) == ("Ida Jo", "Director", "executive")
    assert told[-1].speaker == "Ida Jo"
    assert with_roles(call)[0].speaker == "Ida Jo", "a document's own labels stay"


def test_guessed_labels_without_an_introduction_name_nobody():
    asks = "Our next question comes from Cy Dee of Harbor."
    call = [
        Turn("Ida Jo", "Welcome.", "Director"),
        Turn("Operator", "Thank you. Speaking first is Bo."),
        Turn("Bo Cole", "It was a good year.", "CEO"),
        *(turn for _ in range(3) for turn in (Turn("Ida Jo", asks, "Director"), Turn("Cy Dee", "And?", "Analyst"))),
    ]
    told = with_roles(call, guessed=True)
    assert (told[1].speaker, told[1].role) == (None, "unknown")


def test_sound_guesses_stay():
    assert [turn.speaker for turn in with_roles(CALL, guessed=True)] == [turn.speaker for turn in CALL]
