"""The acceptance story: each statement alerts, with what was said before beside it, and nothing else does."""

import asyncio
import io
import json

import pytest

from bot.console import ConsoleNotifier
from bot.demo.replay import Told, replay
from bot.demo.story import CHAPTERS


@pytest.fixture(scope="module")
def told() -> tuple[Told, list[dict], str]:
    """The story, the alerts as JSON lines in the order in which they were printed, and the notices."""
    out, err = io.StringIO(), io.StringIO()
    story = asyncio.run(replay(ConsoleNotifier(as_json=True, out=out, err=err)))
    return story, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def quotes(alert: dict) -> str:
    return "\n".join(quote["text"] for quote in alert["quotes"])


def earlier(alert: dict) -> list[tuple[str, str]]:
    return [(one["date"], one["relation"]) for one in alert["earlier"]]


def test_four_alerts_in_the_order_of_the_story(told):
    story, alerts, _ = told
    assert story.troubles == []
    assert story.as_told()
    assert [(alert["source"], alert["published"][:10]) for alert in alerts] == [
        ("meta-calls", "2023-07-26"),
        ("meta-blog", "2024-07-23"),
        ("kadrey", "2025-03-21"),
        ("berita", "2025-03-21"),
    ]
    assert {alert["company"] for alert in alerts} == {"META"}
    assert all("paid-access" in alert["facets"] for alert in alerts)


def test_the_call_is_quoted_with_its_speaker_question_and_next_turn(told):
    _, alerts, _ = told
    call = alerts[0]
    assert "some portion of the revenue for." in quotes(call)
    assert "they don't just get a free license to use this." in quotes(call)
    assert {(quote["speaker"], quote["role"], quote["section"], quote["side"]) for quote in call["quotes"]} == {
        ("Mark Zuckerberg", "executive", "qa", "own")
    }
    around = {context["relation"]: context for context in call["context"]}
    assert around["question"]["speaker"] == "Eric Sheridan"
    assert around["next"]["speaker"] == "Susan Li"
    assert "separate topline enterprise revenue line" in around["next"]["text"]
    assert call["severity"] == "high"
    assert [date for date, _ in earlier(call)] == ["2023-07-18"]


def test_the_denial_stands_beside_what_it_contradicts(told):
    _, alerts, _ = told
    post = alerts[1]
    assert "selling access to AI models isn’t our business model" in quotes(post)
    assert {(quote["speaker"], quote["side"]) for quote in post["quotes"]} == {("Mark Zuckerberg", "own")}
    assert ("2023-07-26", "opposite") in earlier(post)


def test_the_filing_is_shown_as_the_other_sides_claim(told):
    _, alerts, _ = told
    filing = alerts[2]
    assert "shares a percentage of the\nrevenue" in quotes(filing)
    assert {(quote["side"], quote["page"]) for quote in filing["quotes"]} == {("opposing", 2)}
    assert filing["case"]["docket_number"] == "3:23-cv-03417"
    assert filing["case"]["allegation"] is True
    assert "Plaintiffs" in filing["case"]["filed_by"]
    assert {"2023-07-26", "2024-07-23"} <= {date for date, _ in earlier(filing)}
    assert earlier(filing)[0] == ("2024-07-23", "opposite")


def test_the_press_in_malay_is_read_and_is_not_the_companys_own_word(told):
    _, alerts, _ = told
    article = alerts[3]
    assert "perjanjian pembahagian pendapatan" in quotes(article)
    assert "membahagi sebahagian daripada pendapatan" in quotes(article)
    assert "melisensikan akses" in quotes(article)
    assert {quote["side"] for quote in article["quotes"]} == {"press"}
    assert "2025-03-21" in {date for date, _ in earlier(article)}


def test_distractors_are_silent(told):
    story, alerts, _ = told
    everything = json.dumps(alerts)
    for words in ("pretty good for business", "gained revenue share", "river's license", "panggilan pendapatan bagi"):
        assert words not in everything
    assert [len(alerts) for alerts in story.alerts] == [chapter.alerts for chapter in CHAPTERS]


def test_the_first_visit_is_quiet_and_says_so(told):
    _, _, notices = told
    first = [line for line in notices.splitlines() if "first visit" in line]
    assert len(first) == 5
    assert any("meta-blog" in line and "match" in line for line in first)


def test_a_second_pass_finds_everything_known(told):
    story, _, _ = told
    assert story.requests == story.unchanged > 0


def test_the_timeline_is_in_order_and_verbatim(told):
    story, _, _ = told
    dates = [statement.date for statement in story.timeline]
    assert dates == sorted(dates)
    assert {"2023-07-18", "2023-07-26", "2024-07-23", "2025-03-21"} == set(dates)
    polarities = {(statement.date, statement.polarity) for statement in story.timeline}
    assert ("2023-07-26", "affirms") in polarities
    assert {polarity for date, polarity in polarities if date == "2024-07-23"} == {"denies"}
