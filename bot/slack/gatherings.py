"""Several alerts in one message of Slack: a digest with all of its page, or the head of a storm's thread. Pure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from bot.alerts import wording
from bot.alerts.shown import Shown, foremost, shown
from bot.model import Alert, Gathering
from bot.plain import pieces, short, utf16_length
from bot.slack.buttons import NOT_RELEVANT
from bot.slack.text import Element, address_of, link, quotation, rich_text, section, words

MOST_CHARACTERS = 11_000
"""See `bot.slack.render`."""
LONGEST_URL = 500
LONGEST_LABEL = 75
"""Of an option of a menu."""
MOST_HITS = 3
"""In bold in a quote: each costs more than its words."""


@dataclass(frozen=True, slots=True)
class Room:
    """How many quotes of an alert a digest shows, and characters of each part."""

    quotes: int
    title: int
    url: int
    quote: int


ROOMS = (Room(3, 150, LONGEST_URL, 300), Room(1, 150, LONGEST_URL, 300), Room(1, 100, 300, 150), Room(1, 60, 0, 60))
"""The first that fits is used; the last always fits."""
MARKS = {"high": "red_circle", "normal": "large_yellow_circle", "low": "white_circle"}


def notification(gathering: Gathering, *, repeat: bool = False) -> str:
    """What a notification shows: how many, how severe, and the first of them. Not yet escaped."""
    first = gathering.alerts[0]
    one = foremost(first)
    excerpt = "".join(text for text, _ in pieces(one.quote.text, one.hits, ROOMS[0].quote))
    who = " · ".join(part for part in (wording.company(first), wording.speaker(first, one.quote)) if part)
    again = f" ({wording.REPEAT})" if repeat else ""
    return f"{wording.gathered(gathering)} ({wording.severities(gathering)}){again}. {who}: “{excerpt}”"


def in_full(gathering: Gathering, *, repeat: bool = False) -> str:
    """The same in words alone, for a channel that refused its blocks."""
    lines = [notification(gathering, repeat=repeat)]
    for number, alert in enumerate(gathering.alerts, start=gathering.before + 1):
        [one], left = shown(alert, 1)
        more = f" {_left_out(left)}" if left and gathering.kind == "digest" else ""
        lines.append(f"{number}. {short(alert.title or alert.source, 100)}: “{short(one.quote.text, 120)}”{more}")
    return "\n".join(lines)


def blocks(gathering: Gathering, *, repeat: bool = False) -> list[Element]:
    """With as much as fits of each of its alerts."""
    made: list[Element] = []
    for room in ROOMS:
        made = [rich_text(_head(gathering))]
        made += [
            rich_text(*_entry(gathering, number, alert, room))
            for number, alert in enumerate(gathering.alerts, start=gathering.before + 1)
        ]
        made += _foot(gathering, repeat=repeat)
        if utf16_length(json.dumps(made, ensure_ascii=False)) <= MOST_CHARACTERS:
            break
    return made


def _head(gathering: Gathering) -> Element:
    mark: Element = {"type": "emoji", "name": MARKS[gathering.severity]}
    if gathering.before:
        last = gathering.before + len(gathering.alerts)
        return section(mark, words(f" {gathering.before + 1} to {last} of {gathering.count}", bold=True))
    more = "" if gathering.kind == "digest" else f" · {wording.severities(gathering)}"
    return section(mark, words(" "), words(wording.gathered(gathering), bold=True), words(more or " "))


def _entry(gathering: Gathering, number: int, alert: Alert, room: Room) -> Iterator[Element]:
    """The title, whose words they are, and the words; as an allegation where they are one.

    Of a storm's alert the foremost words alone: all of it stands in the thread.
    """
    (first, *others), left = shown(alert, room.quotes if gathering.kind == "digest" else 1)
    about = [wording.company(alert), wording.kind(alert), wording.caution(alert) or wording.speaker(alert, first.quote)]
    title = short(alert.title or alert.source, room.title)
    named = link(alert.url, title, bold=True) if address_of(alert.url, room.url) else words(title, bold=True)
    mark: list[Element] = [words(f"{number}. ")]
    if gathering.kind != "digest":
        mark = [{"type": "emoji", "name": MARKS[alert.severity]}, words(" ")]
    details = "".join(f" · {short(part, room.title)}" for part in about if part)
    yield section(*mark, named, words(details or " "))
    yield _quoted(first, room)
    for one in others:
        yield section(words(wording.speaker(alert, one.quote)))
        yield _quoted(one, room)
    if left and gathering.kind == "digest":
        yield section(words(_left_out(left), italic=True))


def _quoted(one: Shown, room: Room) -> Element:
    return quotation(pieces(one.quote.text, sorted(one.hits)[:MOST_HITS], room.quote))


def _left_out(number: int) -> str:
    return f"{wording.left_out(number, 'quote', 'quotes')} in this document"


def _foot(gathering: Gathering, *, repeat: bool) -> Iterator[Element]:
    left = gathering.count - gathering.before - len(gathering.alerts)
    if gathering.kind != "digest":
        where = "Each of them stands in the thread."
    elif left and not gathering.before:
        where = f"{left} more in the thread."
    else:
        where = ""
    ours = " · ".join(part for part in (where, wording.REPEAT if repeat else "") if part)
    if ours:
        yield {"type": "context", "elements": [{"type": "mrkdwn", "text": ours}]}
    if gathering.kind == "digest":
        yield {"type": "actions", "elements": [_menu(gathering)]}


def _menu(gathering: Gathering) -> Element:
    """Which alert of a digest is not relevant; the others have buttons of their own."""
    options = [
        {"text": _plain(_label(f"{number}. {alert.title or alert.source}")), "value": alert.id}
        for number, alert in enumerate(gathering.alerts, start=gathering.before + 1)
    ]
    placeholder = _plain("Not relevant")
    return {"type": "static_select", "action_id": NOT_RELEVANT, "placeholder": placeholder, "options": options}


def _label(text: str) -> str:
    label = short(text, LONGEST_LABEL)
    return label if utf16_length(label) <= LONGEST_LABEL else short(text, LONGEST_LABEL // 2)


def _plain(text: str) -> Element:
    return {"type": "plain_text", "text": text, "emoji": False}
