"""The payload of an alert."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerting import DENIAL, NOW, SHARE, alert, call, filing, message, quote
from bot.model import Alert, Context, Earlier
from bot.slack.render import LONGEST_TEXT, MOST_CHARACTERS, payload
from bot.slack.text import escaped
from fake_slack import blocks as rules
from fake_slack import mrkdwn

FIXTURES = Path(__file__).parent / "fixtures"


def words(said: dict) -> str:
    return mrkdwn.words_of_blocks(said["blocks"])


def styled(said: dict, style: str) -> list[str]:
    return [
        one["text"]
        for one in mrkdwn.inside(said["blocks"])
        if isinstance(one.get("style"), dict) and one["style"].get(style)
    ]


def foot(said) -> str:
    return next(block for block in said["blocks"] if block["type"] == "context")["elements"][0]["text"]


@pytest.mark.parametrize("name", ["filing", "call", "edited"])
def test_the_payload_of_an_alert_is_the_one_that_was_reviewed(name):
    told = Alert.model_validate_json((FIXTURES / f"{name}.alert.json").read_text())
    made = payload(message(told, now=datetime(2025, 3, 21, 15, 30, tzinfo=UTC)))
    assert made == json.loads((FIXTURES / f"{name}.payload.json").read_text())


def test_the_hit_is_bold_inside_its_quote_and_the_title_is_the_link():
    said = payload(message(call()))
    assert "some portion of the revenue" in styled(said, "bold")
    assert mrkdwn.links_of_blocks(said["blocks"]) == ["https://investor.example.com/q2?a=1&b=2"]


def test_the_severity_is_seen_first():
    marks = {}
    for severity in ("high", "normal", "low"):
        said = payload(message(alert(severity=severity)))
        marks[severity] = said["blocks"][0]["elements"][0]["elements"][0]["name"]
        assert foot(said).startswith(severity)
    assert marks == {"high": "red_circle", "normal": "large_yellow_circle", "low": "white_circle"}


def test_an_allegation_is_announced_before_the_quote_and_in_the_notification():
    said = payload(message(filing()))
    shown = words(said)
    assert shown.index("Allegation by Plaintiffs") < shown.index("shares a percentage")
    assert "Allegation by Plaintiffs: a claim about META, not its own words: “Meta shares" in said["text"]


def test_what_was_said_before_stands_beside_it_and_the_opposite_is_named_first():
    shown = words(payload(message(filing())))
    assert "Earlier on this topic" in shown
    assert f"Opposite wording · 2024-07-23 · Mark Zuckerberg · post: “{DENIAL}”" in shown


def test_the_question_and_the_turn_after_are_shown():
    shown = words(payload(message(call())))
    assert "Asked before · Eric Sheridan: How do you think" in shown
    assert "Said next · Susan Li: we don't expect" in shown


def test_words_before_an_edit_are_struck_and_the_new_ones_are_not():
    said = payload(
        message(alert(quote(before="We get a part of it."), status="changed"), operation="update", parent="p")
    )
    assert styled(said, "strike") == ["We get a part of it."]
    assert "words changed since they were told" in words(said)


def test_removed_words_are_struck_also_where_others_only_changed():
    told = alert(
        quote(before=SHARE), quote("We license it.", "license", before="We licence it.", passage=50), status="changed"
    )
    said = payload(message(told))
    assert styled(said, "strike") == [SHARE, "We licence it."]
    assert "Removed since; it said:" in words(said)
    assert "Removed since; it said" in said["text"]


def test_a_possible_repeat_says_so_in_both_places():
    said = payload(message(), repeat=True)
    assert "may be a repeat" in said["text"]
    assert "may be a repeat" in foot(said)


def test_a_moment_is_shown_in_the_readers_zone_and_a_bare_date_is_not():
    foot_of_call = foot(payload(message(call())))
    assert "published <!date^1690405200^{date_short}, {time}|2023-07-26 21:00 UTC>" in foot_of_call
    assert "20 months before this alert" in foot_of_call
    assert foot(payload(message(filing()))) == "high · published 2025-03-21"


def test_an_update_is_not_called_late():
    said = payload(message(alert(), operation="update", parent="p"))
    assert "before this alert" not in words(said)


def test_a_notice_that_may_be_a_repeat_says_so():
    said = payload(message(notice="cand: back."), repeat=True)
    assert said["text"] == "cand: back. (may be a repeat)"
    assert "may be a repeat" in str(said["blocks"])


def test_a_notice_is_literal_too():
    said = payload(message(notice="cand: blocked. <!channel> *403* & https://evil.example"))
    assert said["text"] == "cand: blocked. &lt;!channel&gt; *403* &amp; https://evil.example"
    assert (said["mrkdwn"], said["parse"]) == (False, "none")
    assert words(said) == "cand: blocked. <!channel> *403* & https://evil.example"
    assert said["metadata"]["event_payload"]["alert_id"] == ""


def test_without_blocks_the_words_alone_tell_all_that_matters():
    said = payload(message(filing()), plain=True)
    assert "blocks" not in said
    for part in (
        "Allegation by Plaintiffs",
        "shares a percentage of the revenue",
        "https://docket.example.com/67569326/482/",
    ):
        assert part in said["text"]


def test_an_alert_of_a_thousand_long_quotes_fits_and_says_what_it_leaves_out():
    quotes = [quote("“" + "long words\\ " * 900, "", passage=n, before="b" * 9000) for n in range(1000)]
    earlier = tuple(
        Earlier(
            date="2024-01-01",
            kind="post",
            speaker="s" * 900,
            quote="q" * 9000,
            url="https://e.example/" + "u" * 2800,
            relation="same",
        )
        for _ in range(5)
    )
    context = tuple(Context(relation="next", speaker="s" * 900, text="t" * 9000) for _ in range(5))
    told = alert(*quotes, earlier=earlier, context=context, title="t" * 9000, url="https://e.example/" + "u" * 2800,
                 also_at=tuple("https://e.example/" + "u" * 2800 for _ in range(9)))  # fmt: skip
    said = payload(message(told))
    assert rules.faults(said["blocks"]) == []
    assert rules.length(json.dumps(said["blocks"], ensure_ascii=False)) <= MOST_CHARACTERS
    assert rules.length(said["text"]) <= LONGEST_TEXT
    shown = words(said)
    assert "more quotes in this document" in shown
    assert "more earlier statement" in shown
    assert "and 6 more addresses" in shown


def test_copies_are_linked_by_their_hosts():
    said = payload(message(alert(also_at=("https://a.example/1", "javascript:alert(1)"))))
    assert "Also at a.example" in words(said)
    assert mrkdwn.links_of_blocks(said["blocks"])[-1] == "https://a.example/1"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "https://e.example/" + "u" * 3000, "", None]
)
def test_what_is_no_address_of_the_web_is_no_link(url):
    said = payload(message(alert(url=url)))
    assert mrkdwn.links_of_blocks(said["blocks"]) == []
    assert rules.faults(said["blocks"]) == []
    assert "Meta Platforms Q2 2023 earnings call" in styled(said, "bold")


def test_an_address_with_spaces_and_bars_is_one_that_slack_takes():
    said = payload(message(alert(url="https://e.example/a b|c<d>\n")))
    assert mrkdwn.links_of_blocks(said["blocks"]) == ["https://e.example/a%20b%7Cc%3Cd%3E"]
    assert rules.faults(said["blocks"]) == []


@pytest.mark.parametrize("most", range(3, 40))
def test_escaping_is_never_cut_inside_an_entity(most):
    cut = escaped("<&>" * 20, most)
    assert len(cut) <= most
    assert set(cut.replace("&lt;", "").replace("&gt;", "").replace("&amp;", "")) <= {"…"}


def test_escaping_is_exactly_three_characters():
    assert escaped("""<a href="x" title='y'>&amp;""", 200) == """&lt;a href="x" title='y'&gt;&amp;amp;"""


def test_the_metadata_finds_the_message_again():
    made = message(now=NOW)
    about = payload(made)["metadata"]
    assert about == {
        "event_type": "onrecord_alert",
        "event_payload": {"delivery_id": made.id, "alert_id": made.alert.id},
    }
