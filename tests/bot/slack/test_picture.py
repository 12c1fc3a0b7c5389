"""The picture of the README, drawn from a payload."""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerting import SHARE, alert, call, filing, message, quote
from bot.slack.picture import draw
from bot.slack.render import payload
from bot.slack.typesetting import Run, width, wrapped

SVG = "{http://www.w3.org/2000/svg}"


def pictured(*alerts, **how) -> ET.Element:
    return ET.fromstring(draw([payload(message(one)) for one in alerts], channel="#on-record", **how))


def lines(svg: ET.Element) -> list[str]:
    return ["".join(one.itertext()) for one in svg.iter(f"{SVG}text")]


def spans(svg: ET.Element, **attributes: str) -> list[str]:
    wanted = {key.replace("_", "-"): value for key, value in attributes.items()}
    return [one.text for one in svg.iter(f"{SVG}tspan") if wanted.items() <= one.attrib.items()]


def test_it_shows_what_slack_shows():
    svg = pictured(filing())
    shown = " ".join(lines(svg))
    for words in (
        "# on-record",
        "Onrecord",
        "APP",
        "3:30 PM",
        "Allegation by Plaintiffs",
        "Opposite wording",
        "high · published 2025-03-21",
    ):
        assert words in shown
    bold = " ".join(spans(svg, font_weight="bold"))
    assert "shares a percentage of the revenue" in bold
    links = " ".join(spans(svg, fill="#1264a3"))
    assert links == "Kadrey v. Meta Platforms, Inc.: MOTION for summary judgment source source"


def test_a_date_is_shown_as_slack_shows_it():
    assert "published Jul 26, 2023, 9:00 PM" in " ".join(lines(pictured(call())))
    noon = alert(published=datetime(2024, 1, 2, 12, 5, tzinfo=UTC))
    assert "Jan 2, 2024, 12:05 PM" in " ".join(lines(pictured(noon)))


def test_words_that_are_gone_are_struck():
    svg = pictured(alert(quote(before=SHARE), status="removed"))
    assert "some portion of the revenue for." in " ".join(spans(svg, text_decoration="line-through"))


def test_the_bar_of_a_quote_is_as_high_as_its_lines():
    svg = pictured(call())
    [bar] = [one for one in svg.iter(f"{SVG}rect") if one.get("width") == "4"]
    quoted = [line for line in lines(svg) if line in " ".join(SHARE.split()) and len(line) > 5]
    assert float(bar.get("height")) == pytest.approx(22 * len(quoted))


def test_a_message_without_blocks_is_its_text():
    svg = ET.fromstring(draw([payload(message(call()), plain=True)], channel="on-record"))
    assert "some portion of the revenue" in " ".join(lines(svg))


def test_messages_stand_under_one_another():
    one, two = pictured(call()), pictured(call(), filing())
    assert int(two.get("height")) > int(one.get("height"))
    assert lines(two).count("Onrecord") == 2


def test_the_same_payload_is_the_same_picture():
    said = [payload(message(filing()))]
    assert draw(said, channel="#on-record") == draw(said, channel="#on-record")


@pytest.mark.parametrize("across", [360, 720, 1200])
def test_nothing_runs_over_the_edge(across):
    svg = pictured(call(), filing(), alert(title="Unbrechbar" * 60), width=across)
    assert svg.get("viewBox") == f"0 0 {across} {svg.get('height')}"
    for one in svg.iter(f"{SVG}text"):
        assert float(one.get("x")) + float(one.get("textLength")) <= across - 19.5
        assert float(one.get("y")) < int(svg.get("height"))


def lined(element: dict) -> list[dict]:
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [element]}]}]


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "video"}],
        [{"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": []}]}],
        lined({"type": "user", "user_id": "U1"}),
        lined({"type": "emoji", "name": "wave"}),
    ],
)
def test_what_cannot_be_drawn_is_named_and_not_left_out(blocks):
    with pytest.raises(ValueError, match="no picture is known of"):
        draw([{"text": "x", "blocks": blocks}], channel="#on-record")


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet=st.characters(codec=None), max_size=200))
def test_any_document_makes_a_well_formed_picture(words):
    svg = pictured(alert(quote(words, "", speaker=words), title=words, source=words))
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "".join(svg.itertext()))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.floats(40, 600))
def test_wrapping_loses_nothing_but_white_space_and_keeps_the_room(words, room):
    set_in = wrapped([Run(words[:50]), Run(words[50:], bold=True)], room)
    assert "".join("".join(run.text for line in set_in for run in line).split()) == "".join(words.split())
    for line in set_in:
        assert sum(run.width for run in line) <= room + 1e-6 or sum(len(run.text) for run in line) == 1


def test_widths_are_those_of_helvetica():
    assert width("Hello", 1000) == 722 + 556 + 222 + 222 + 556
    assert width("Hello", 1000, bold=True) == 722 + 556 + 278 + 278 + 611
    assert width("収益", 15) == 30
