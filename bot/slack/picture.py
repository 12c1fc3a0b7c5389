"""A payload drawn as Slack shows it: an SVG for the README, made of what the program really sends. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape, unescape
from typing import Any

from bot.plain import safe
from bot.slack import emoji
from bot.slack.typesetting import Line, Run, wrapped

INK = "#1d1c1d"
GREY = "#616061"
LINK = "#1264a3"
RULE = "#dddddd"
FONT = "Lato, 'Helvetica Neue', Helvetica, Arial, sans-serif"
BRAND = "#274c77"

HEADER = 50
MARGIN = 20
AVATAR = 36
INDENT = MARGIN + AVATAR + 12
"""Where the words of a message begin."""
SIZE, LEADING = 15.0, 22.0
SMALL, SMALL_LEADING = 13.0, 19.0
BETWEEN_BLOCKS = 8
BUTTON = 28
"""Its height."""
BORDER = "#bbbabb"
BETWEEN_MESSAGES = 20

_DATE = re.compile(r"<!date\^(\d+)\^([^|^>]*)(?:\^[^|>]*)?\|([^>]*)>")
_MARKED = re.compile(rf"{_DATE.pattern}|<@(?P<member>[UW][A-Z0-9]+)>|:(?P<emoji>[a-z_]+):")

Json = Mapping[str, Any]


@dataclass(slots=True)
class _Canvas:
    """Shapes from top to bottom; `y` is where the next one begins."""

    width: int
    people: Mapping[str, str] = field(default_factory=dict)
    y: float = 0
    left: float = 0
    """By how much a thread stands further in."""
    shapes: list[str] = field(default_factory=list)

    @property
    def indent(self) -> float:
        return self.left + INDENT

    @property
    def room(self) -> float:
        return self.width - self.indent - MARGIN

    def add(self, shape: str) -> None:
        self.shapes.append(shape)

    def lines(self, lines: Iterable[Line], x: float, leading: float) -> None:
        for line in lines:
            self.shapes += _line(line, x, self.y + leading * 0.72)
            self.y += leading


def draw(
    payloads: Sequence[Json],
    *,
    channel: str,
    threads: Mapping[int, Sequence[Json]] | None = None,
    people: Mapping[str, str] | None = None,
    about: str = "",
    width: int = 720,
    time: str = "3:30 PM",
) -> str:
    """An SVG of these messages, one under another, in a channel of that name.

    A payload is what `bot.slack.render.payload` makes. `threads`: what stands in the thread of which of them, by its
    place; `people`: names by Slack's ids; `about`: what is to be seen, for who cannot see it. Dates are shown in UTC,
    and every message at the time of its `ts`, else at `time`. Raises `ValueError` for a block or an element that this
    program never sends.
    """
    canvas = _Canvas(width, people or {})
    _draw_header(canvas, channel)
    for index, payload in enumerate(payloads):
        canvas.y += BETWEEN_MESSAGES - 4
        _draw_message(canvas, payload, time)
        _draw_thread(canvas, (threads or {}).get(index, ()), time)
    canvas.y += BETWEEN_MESSAGES
    height = round(canvas.y)
    said = " ".join(safe(str(payload.get("text", ""))) for payload in payloads)
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{FONT}">',
            f"<title>{escape(safe(about or f'Onrecord in {channel}'))}</title>",
            f"<desc>{escape(unescape(said), quote=False)}</desc>",
            f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8" fill="#ffffff" stroke="{RULE}"/>',
            *canvas.shapes,
            "</svg>\n",
        ]
    )


def _draw_header(canvas: _Canvas, channel: str) -> None:
    name = Run(f"# {safe(channel).removeprefix('#')}", size=18, bold=True)
    canvas.shapes += _line([name], MARGIN, 32)
    canvas.add(f'<line x1="0" y1="{HEADER}" x2="{canvas.width}" y2="{HEADER}" stroke="{RULE}"/>')
    canvas.y = HEADER


def _draw_thread(canvas: _Canvas, replies: Sequence[Json], time: str) -> None:
    """The replies below a line, as in Slack's view of a thread."""
    if not replies:
        return
    canvas.y += BETWEEN_MESSAGES - 6
    said = Run("In its thread", size=SMALL, colour=GREY)
    canvas.shapes += _line([said], canvas.indent, canvas.y + 4)
    start = canvas.indent + said.width + 10
    canvas.add(
        f'<line x1="{start:.1f}" y1="{canvas.y:.1f}" x2="{canvas.width - MARGIN}" y2="{canvas.y:.1f}" stroke="{RULE}"/>'
    )
    canvas.left = INDENT - MARGIN
    for reply in replies:
        canvas.y += BETWEEN_MESSAGES - 6
        _draw_message(canvas, reply, time)
    canvas.left = 0


def _draw_message(canvas: _Canvas, payload: Json, time: str) -> None:
    if payload.get("reply_broadcast"):
        words = Run("also sent to the channel", size=SMALL, colour=GREY)
        canvas.lines([[words]], canvas.indent, SMALL_LEADING)
    _draw_avatar(canvas, canvas.left + MARGIN, canvas.y + 2)
    name = Run("Onrecord", bold=True)
    badge = canvas.indent + name.width + 6
    top = canvas.y
    canvas.shapes += _line([name], canvas.indent, top + 15)
    canvas.add(f'<rect x="{badge:.1f}" y="{top + 3:.1f}" width="31" height="15" rx="3" fill="#ececec"/>')
    canvas.shapes += _line([Run("APP", size=10, bold=True, colour=GREY)], badge + 5, top + 14)
    shown = _clock(datetime.fromtimestamp(float(payload["ts"]), UTC)) if "ts" in payload else safe(time)
    canvas.shapes += _line([Run(shown, size=12, colour=GREY)], badge + 38, top + 15)
    canvas.y += LEADING
    blocks = payload.get("blocks") or []
    if not blocks:
        words = Run(safe(unescape(str(payload.get("text", "")))))
        canvas.lines(wrapped([words], canvas.room), canvas.indent, LEADING)
    for index, block in enumerate(blocks):
        canvas.y += BETWEEN_BLOCKS if index else 0
        match block["type"]:
            case "rich_text":
                _draw_rich_text(canvas, block)
            case "context":
                _draw_context(canvas, block)
            case "actions":
                _draw_actions(canvas, block)
            case other:
                raise ValueError(f"no picture is known of a block of type {other}")


def _draw_avatar(canvas: _Canvas, x: float, y: float) -> None:
    """A record, with a quotation mark on it."""
    canvas.add(f'<rect x="{x}" y="{y:.1f}" width="{AVATAR}" height="{AVATAR}" rx="7" fill="{BRAND}"/>')
    for offset in (9.5, 19.5):
        left, top = x + offset, y + 11
        canvas.add(
            f'<path d="M{left:.1f} {top + 9:.1f} c0 -5 2.6 -8.4 6.4 -9.4 l0.7 1.9 c-2.2 0.9 -3.3 2.3 -3.6 4.2 '
            f'c2.1 0 3.6 1.4 3.6 3.6 c0 2.3 -1.6 3.9 -3.7 3.9 c-2.2 0 -3.4 -1.6 -3.4 -4.2 z" fill="#ffffff"/>'
        )


def _draw_rich_text(canvas: _Canvas, block: Json) -> None:
    room, left = canvas.room, canvas.indent
    for part in block["elements"]:
        match part["type"]:
            case "rich_text_section":
                canvas.lines(wrapped(_runs(part["elements"]), room), left, LEADING)
            case "rich_text_quote":
                top = canvas.y + 3
                canvas.y += 3
                canvas.lines(wrapped(_runs(part["elements"]), room - 16), left + 16, LEADING)
                height = canvas.y - top
                canvas.add(f'<rect x="{left:g}" y="{top:.1f}" width="4" height="{height:.1f}" rx="2" fill="{RULE}"/>')
                canvas.y += 3
            case "rich_text_list":
                for item in part["elements"]:
                    canvas.add(
                        f'<circle cx="{left + 11:g}" cy="{canvas.y + LEADING * 0.47:.1f}" r="2.5" fill="{INK}"/>'
                    )
                    canvas.lines(wrapped(_runs(item["elements"]), room - 24), left + 24, LEADING)
            case other:
                raise ValueError(f"no picture is known of an element of type {other}")


def _draw_context(canvas: _Canvas, block: Json) -> None:
    runs: list[Run] = []
    for element in block["elements"]:
        if runs:
            runs.append(Run("   ", size=SMALL, colour=GREY))
        if element["type"] == "mrkdwn":
            runs += _marked_up(element["text"], canvas.people)
        else:
            runs.append(Run(safe(element["text"]), size=SMALL, colour=GREY))
    canvas.lines(wrapped(runs, canvas.room), canvas.indent, SMALL_LEADING)


def _marked_up(text: str, people: Mapping[str, str]) -> Iterator[Run]:
    """Words of our own: dates, members and emoji in them are shown as Slack does."""
    at = 0
    for found in _MARKED.finditer(text):
        if found.start() > at:
            yield Run(safe(unescape(text[at : found.start()])), size=SMALL, colour=GREY)
        if found["member"]:
            called = people.get(found["member"], found["member"])
            yield Run(f"@{safe(called)}", size=SMALL, colour=LINK)
        elif found["emoji"]:
            yield Run("", size=SMALL, emoji=found["emoji"])
        else:
            date = _DATE.fullmatch(found[0])
            assert date is not None
            yield Run(_date(date), size=SMALL, colour=GREY)
        at = found.end()
    if at < len(text):
        yield Run(safe(unescape(text[at:])), size=SMALL, colour=GREY)


def _draw_actions(canvas: _Canvas, block: Json) -> None:
    x = canvas.indent
    for element in block["elements"]:
        label = element.get("text") or element["placeholder"]
        words = Run(safe(label["text"]) + (" ▾" if element["type"] == "static_select" else ""), size=SMALL, bold=True)
        wide = words.width + 2 * 12
        if x > canvas.indent and x + wide > canvas.width - MARGIN:
            x, canvas.y = canvas.indent, canvas.y + BUTTON + BETWEEN_BLOCKS
        canvas.add(
            f'<rect x="{x:.1f}" y="{canvas.y + 2:.1f}" width="{wide:.1f}" height="{BUTTON}" rx="4" fill="#ffffff" '
            f'stroke="{BORDER}"/>'
        )
        canvas.shapes += _line([words], x + 12, canvas.y + 2 + BUTTON * 0.66)
        x += wide + BETWEEN_BLOCKS
    canvas.y += BUTTON + 4


def _runs(elements: Iterable[Json]) -> Iterator[Run]:
    for element in elements:
        style = element.get("style", {})
        bold, italic, strike = (bool(style.get(name)) for name in ("bold", "italic", "strike"))
        match element["type"]:
            case "text":
                yield Run(safe(element["text"]), bold=bold, italic=italic, strike=strike)
            case "link":
                words = safe(element.get("text") or element["url"])
                yield Run(words, colour=LINK, bold=bold, italic=italic, strike=strike)
            case "emoji":
                yield Run("", emoji=element["name"])
            case other:
                raise ValueError(f"no picture is known of an element of type {other}")


def _line(line: Line, x: float, baseline: float) -> Iterator[str]:
    """Text in as few elements as there are pictures in it, so that another font moves nothing but the line's end."""
    words: list[Run] = []
    start = x
    for run in line:
        if not run.emoji:
            words.append(run)
            x += run.width
            continue
        yield from _text(words, start, baseline)
        yield emoji.drawn(run, x, baseline)
        x += run.width
        words, start = [], x
    yield from _text(words, start, baseline)


def _text(runs: Sequence[Run], x: float, baseline: float) -> Iterator[str]:
    if not runs:
        return
    spans = "".join(f"<tspan{_look(run)}>{escape(run.text, quote=False)}</tspan>" for run in runs)
    # The width is given, since a reader's font may be a wider one and would run over the edge.
    wide = sum(run.width for run in runs)
    yield (
        f'<text x="{x:.1f}" y="{baseline:.1f}" textLength="{wide:.1f}" lengthAdjust="spacingAndGlyphs" '
        f'xml:space="preserve">{spans}</text>'
    )


def _look(run: Run) -> str:
    parts = [f' font-size="{run.size:g}"', f' fill="{run.colour}"']
    parts += [' font-weight="bold"'] if run.bold else []
    parts += [' font-style="italic"'] if run.italic else []
    parts += [' text-decoration="line-through"'] if run.strike else []
    return "".join(parts)


def _date(found: re.Match[str]) -> str:
    """`<!date^…>` as Slack shows it to a reader in UTC; its fallback where the format is not one of ours."""
    moment = datetime.fromtimestamp(int(found[1]), UTC)
    date = f"{moment:%b} {moment.day}, {moment.year}"
    said = found[2].replace("{date_short}", date).replace("{time}", _clock(moment))
    return found[3] if "{" in said else said


def _clock(moment: datetime) -> str:
    return f"{moment.hour % 12 or 12}:{moment:%M} {'AM' if moment.hour < 12 else 'PM'}"
