"""One message as Slack takes it: the arguments of `chat.postMessage`, pure.

Limits are Slack's: 50 blocks, about 13,200 characters of blocks in all (bolt-js#2509, undocumented), `text` below
3,000, since beyond 4,000 Slack makes several messages of it (java-slack-sdk#704).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.alerts import wording
from bot.alerts.shown import Shown, foremost, shown
from bot.model import Alert, Context, Earlier, Handled, Message
from bot.plain import pieces, short, utf16_length
from bot.slack import gatherings
from bot.slack.buttons import below
from bot.slack.text import Element, address_of, escaped, link, quotation, rich_text, section, words

MOST_CHARACTERS = 11_000
"""Of all blocks as JSON. What Slack counts is not documented; this is below every count that it is known to refuse."""
LONGEST_TEXT = 2800
LONGEST_TITLE = 200
LONGEST_EXCERPT = 300
LONGEST_MINOR_URL = 500
"""Of an earlier statement or a copy: a longer one would crowd out the words."""
MOST_ADDRESSES = 3


@dataclass(frozen=True, slots=True)
class Room:
    """How much of an alert is shown: counts of entries, and characters of each."""

    quotes: int
    quote: int
    earlier: int
    earlier_quote: int
    contexts: int
    context: int


@dataclass(frozen=True, slots=True)
class Late:
    """When an alert was to be told, and when it was."""

    wanted: datetime
    told: datetime


ROOMS = (
    Room(quotes=6, quote=700, earlier=5, earlier_quote=220, contexts=3, context=280),
    Room(quotes=4, quote=500, earlier=3, earlier_quote=160, contexts=2, context=200),
    Room(quotes=2, quote=350, earlier=1, earlier_quote=120, contexts=1, context=120),
    Room(quotes=1, quote=250, earlier=0, earlier_quote=0, contexts=0, context=0),
)
"""The first that fits is used; the last always fits."""


def payload(message: Message, *, repeat: bool = False, plain: bool = False) -> dict[str, Any]:
    """What is sent besides the channel: `text`, `blocks`, `metadata`. `plain`: without blocks, for a second try."""
    about = {"delivery_id": message.id, "alert_id": message.alert.id if message.alert is not None else ""}
    text, made = _said(message, repeat=repeat, plain=plain)
    return {
        "text": escaped(text, LONGEST_TEXT),
        **({} if plain else {"blocks": made}),
        "mrkdwn": False,
        "parse": "none",
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {"event_type": f"onrecord_{_kind(message)}", "event_payload": about},
    }


def _kind(message: Message) -> str:
    if message.gathering is not None:
        return message.gathering.kind
    return "alert" if message.alert is not None else "notice"


def _said(message: Message, *, repeat: bool, plain: bool) -> tuple[str, list[Element]]:
    """The text, not yet escaped, and the blocks."""
    alert, gathering = message.alert, message.gathering
    if gathering is not None:
        text = (gatherings.in_full if plain else gatherings.notification)(gathering, repeat=repeat)
        return text, [] if plain else gatherings.blocks(gathering, repeat=repeat)
    if alert is None:
        notice = f"{message.notice or ''}{f' ({wording.REPEAT})' if repeat else ''}"
        return notice, [rich_text(section(words(short(notice, LONGEST_TEXT))))]
    text = (in_full if plain else notification)(alert, repeat=repeat)
    if plain:
        return text, []
    again = message.operation == "update"
    late = None if again else Late(message.wanted, message.told)
    return text, blocks(alert, late=late, repeat=repeat, handled=message.handled)


def notification(alert: Alert, *, repeat: bool = False) -> str:
    """What a notification shows and a screen reader reads: who, the words around the hit, where. Not yet escaped."""
    one = foremost(alert)
    who = wording.caution(alert) or wording.speaker(alert, one.quote)
    before = [wording.company(alert), who, wording.REMOVED if one.removed else ""]
    excerpt = "".join(text for text, _ in pieces(one.quote.text, one.hits, LONGEST_EXCERPT))
    title = short(alert.title or alert.source, LONGEST_TITLE)
    more = len(shown(alert)[0]) - 1
    about = [alert.severity, wording.status(alert), f"{more} more" if more else "", wording.REPEAT if repeat else ""]
    return f"{' · '.join(filter(None, before))}: “{excerpt}” · {title} ({', '.join(filter(None, about))})"


def in_full(alert: Alert, *, repeat: bool = False) -> str:
    """The alert in words alone, for a channel that refused its blocks."""
    lines = [notification(alert, repeat=repeat)]
    lines += [address_of(alert.url) or ""]
    lines += [
        f"{wording.speaker(alert, one.quote)}: “{short(one.quote.text, ROOMS[0].quote)}”"
        for one in shown(alert, ROOMS[2].quotes)[0]
    ]
    return "\n".join(line for line in lines if line)


def blocks(alert: Alert, *, late: Late | None, repeat: bool = False, handled: Sequence[Handled] = ()) -> list[Element]:
    """The alert's blocks, with as much as fits. `late`: None where its age says nothing."""
    made: list[Element] = []
    foot = [_foot(alert, late=late, repeat=repeat), *below(alert, handled)]
    for room in ROOMS:
        made = [*_body(alert, room), *foot]
        if utf16_length(json.dumps(made, ensure_ascii=False)) <= MOST_CHARACTERS:
            break
    return made


def _body(alert: Alert, room: Room) -> Iterator[Element]:
    yield rich_text(*_head(alert))
    quotes, left_out = shown(alert, room.quotes)
    for one in quotes:
        yield rich_text(*_quote(alert, one, room))
    if left_out:
        yield rich_text(
            section(words(wording.left_out(left_out, "quote", "quotes") + " in this document", italic=True))
        )
    contexts = [_context(context, room) for context in alert.context[: room.contexts]]
    if contexts:
        yield rich_text(*contexts)
    if alert.earlier:
        yield rich_text(*_earlier(alert, room))
    if alert.also_at:
        yield rich_text(_also_at(alert))


def _head(alert: Alert) -> Iterator[Element]:
    title = link(alert.url, short(alert.title or alert.source, LONGEST_TITLE), bold=True)
    about = [wording.company(alert), wording.kind(alert), wording.status(alert)]
    mark: Element = {"type": "emoji", "name": gatherings.MARKS[alert.severity]}
    yield section(mark, words(" "), title, words("".join(f" · {part}" for part in about if part)))
    if case := wording.case_line(alert):
        yield section(words(case))
    if caution := wording.caution(alert):
        yield section({"type": "emoji", "name": "warning"}, words(f" {caution}", bold=True))


def _quote(alert: Alert, one: Shown, room: Room) -> Iterator[Element]:
    details = "".join(f" · {detail}" for detail in wording.attribution(alert, one))
    yield section(words(wording.speaker(alert, one.quote), bold=True), words(details or " "))
    if one.removed:
        yield section(words(f"{wording.REMOVED}:", bold=True))
        yield {"type": "rich_text_quote", "elements": [words(short(one.quote.text, room.quote), strike=True)]}
        return
    if one.was is not None:
        yield section(words(f"{wording.BEFORE}:", bold=True))
        yield {"type": "rich_text_quote", "elements": [words(short(one.was, room.quote), strike=True)]}
        yield section(words(f"{wording.NOW}:", bold=True))
    yield quotation(pieces(one.quote.text, one.hits, room.quote))


def _context(context: Context, room: Room) -> Element:
    label = words(f"{wording.context_label(context)}: ", bold=True)
    return section(label, words(short(context.text, room.context), italic=True))


def _earlier(alert: Alert, room: Room) -> Iterator[Element]:
    yield section(words(wording.EARLIER, bold=True))
    lines = [_said_before(earlier, room) for earlier in alert.earlier[: room.earlier]]
    if lines:
        yield {"type": "rich_text_list", "style": "bullet", "elements": lines}
    if len(lines) < len(alert.earlier):
        left = len(alert.earlier) - len(lines)
        yield section(words(wording.left_out(left, "earlier statement", "earlier statements"), italic=True))


def _said_before(earlier: Earlier, room: Room) -> Element:
    parts = [words(f"{wording.earlier_label(earlier)}: “{short(earlier.quote, room.earlier_quote)}”")]
    if earlier.relation == "opposite":
        parts.insert(0, words(f"{wording.OPPOSITE} · ", bold=True))
    if address_of(earlier.url, LONGEST_MINOR_URL) is not None:
        parts += [words(" "), link(earlier.url, "source")]
    return section(*parts)


def _also_at(alert: Alert) -> Element:
    """Other addresses of the same text, by their hosts."""
    elements = [words("Also at ")]
    for index, url in enumerate(alert.also_at[:MOST_ADDRESSES]):
        elements += [words(", ")] if index else []
        host = short(url.partition("//")[2].partition("/")[0] or url, 80)
        elements.append(link(url, host) if address_of(url, LONGEST_MINOR_URL) else words(host))
    left = len(alert.also_at) - MOST_ADDRESSES
    if left > 0:
        elements.append(words(f" {wording.left_out(left, 'address', 'addresses')}"))
    return section(*elements)


def _foot(alert: Alert, *, late: Late | None, repeat: bool) -> Element:
    """Words of our own in mrkdwn, which knows dates; the source's name, which a person wrote, as plain text."""
    parts = [
        alert.severity,
        _published(alert),
        wording.age(alert, late.told) if late else "",
        wording.held_up(late.wanted, late.told) if late else "",
        wording.REPEAT if repeat else "",
    ]
    ours = " · ".join(part for part in parts if part)
    source = {"type": "plain_text", "text": short(alert.source, LONGEST_TITLE) or "source", "emoji": False}
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": ours}, source]}


def _published(alert: Alert) -> str:
    """A moment is shown in the reader's time zone; a bare date is not, since there it may be another day."""
    said = wording.published(alert)
    if alert.published is None or wording.is_bare_date(alert):
        return said if alert.published is None else f"published {said}"
    return f"published <!date^{int(alert.published.timestamp())}^{{date_short}}, {{time}}|{said}>"
