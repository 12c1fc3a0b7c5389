"""Alerts on a terminal, or as JSON lines: the notifier of whoever has no Slack."""

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import TextIOWrapper
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.alerts import wording
from bot.alerts.shown import Shown, shown
from bot.model import Alert, Earlier, Message
from bot.notifier import Receipt, Shut
from bot.plain import one_line, pieces, safe, short

LONGEST_CONTEXT = 280
LONGEST_EARLIER = 220
LONGEST_QUOTE = 2000
LONGEST_TITLE = 200
NARROW = 20
"""Columns below which nothing is indented: an indent wider than the terminal would leave no room for words."""

_COLOUR = {"high": "bold red", "normal": "bold yellow", "low": "bold cyan"}


class ConsoleNotifier:
    """Writes to a stream that never doubts: what was written is delivered, so there is nothing to look up.

    After a kill between writing and the receipt the alert is printed again: a terminal keeps no record to look into.
    """

    pace = timedelta(0)

    def __init__(self, *, as_json: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self._as_json = as_json
        self._out = _never_refusing(out or sys.stdout, encoding="utf-8" if as_json else None)
        self._err = _never_refusing(err or sys.stderr)
        self._console = Console(file=self._out, highlight=False, markup=False, emoji=False, soft_wrap=False)

    async def ready(self, message: Message, *, parent: Receipt | None) -> None:
        """There is nothing to learn."""

    async def send(self, message: Message, *, parent: Receipt | None, repeat: bool, plain: bool) -> Receipt:  # noqa: ARG002 - a terminal knows neither threads nor blocks
        try:
            self._write(message, repeat=repeat)
        except BrokenPipeError:
            raise Shut("the output is closed: whoever read it went away") from None
        return {}

    async def find(self, message: Message, *, parent: Receipt | None) -> Receipt | None:  # noqa: ARG002 - see the class
        return None

    async def preflight(self) -> None:
        """A stream takes everything until it is closed."""

    def _write(self, message: Message, *, repeat: bool) -> None:
        if message.operation == "file" or (message.operation == "reply" and message.alert is None):
            return  # a terminal shows no pictures, and has no threads: a changed alert is printed again
        if message.alert is None:
            again = f" ({wording.REPEAT})" if repeat else ""
            self._err.write(f"{safe(message.notice or '')}{again}\n")
            self._err.flush()
            return
        if self._as_json:
            self._out.write(message.alert.as_json() + "\n")
        else:
            told = None if message.operation == "update" else message.told
            draw(message.alert, self._console, told=told, repeat=repeat)
        self._out.flush()


def draw(alert: Alert, console: Console, *, told: datetime | None = None, repeat: bool = False) -> None:
    """One alert as a person reads it. Text of documents is never markup, and never drives the terminal.

    `told`: when the alert was made, if its age may be shown. Without styles (a pipe, a dumb terminal) the hit stands
    between asterisks.
    """
    console.print(_head(alert))
    _print(console, 2, Text(_facts(alert, told=told, repeat=repeat), "dim"))
    if case := wording.case_line(alert):
        _print(console, 2, Text(case, "dim"))
    if caution := wording.caution(alert):
        _print(console, 2, Text(f"! {caution}", "bold magenta"))
    for one in shown(alert)[0]:
        _print(console, 2, _who(alert, one))
        for line in _quote(one, styled=console.color_system is not None):
            _print(console, 4, line)
    for context in alert.context:
        said = short(context.text, LONGEST_CONTEXT)
        _print(console, 2, Text(f"{wording.context_label(context)}: {said}", "dim"))
    if alert.earlier:
        _print(console, 2, Text(wording.EARLIER, "bold"))
        for earlier in alert.earlier:
            _print(console, 4, _earlier(earlier))
    if alert.also_at:
        _print(console, 2, Text("Also at " + ", ".join(one_line(url) for url in alert.also_at), "dim"))
    if alert.url:
        # An address that was wrapped could not be clicked.
        console.print(Text(f"  {one_line(alert.url)}", style="blue"), soft_wrap=True)
    console.print()


def _head(alert: Alert) -> Text:
    head = Text()
    head.append(f"● {alert.severity.upper()} ", style=_COLOUR[alert.severity])
    head.append(short(alert.title or alert.source, LONGEST_TITLE), style="bold")
    return head


def _facts(alert: Alert, *, told: datetime | None, repeat: bool) -> str:
    when = wording.published(alert)
    age = wording.age(alert, told) if told is not None else ""
    again = wording.REPEAT if repeat else ""
    parts = [
        wording.company(alert),
        wording.kind(alert),
        when,
        age,
        wording.status(alert),
        again,
        one_line(alert.source),
    ]
    return " · ".join(part for part in [*parts, one_line(alert.channel)] if part)


def _who(alert: Alert, one: Shown) -> Text:
    who = Text()
    who.append(wording.speaker(alert, one.quote), style="bold")
    who.append("".join(f" · {detail}" for detail in wording.attribution(alert, one)), style="dim")
    return who


def _quote(one: Shown, *, styled: bool) -> Iterator[Text]:
    if one.removed:
        yield Text(f"{wording.REMOVED}: “{short(one.quote.text, LONGEST_QUOTE)}”", "strike")
        return
    if one.was is not None:
        yield Text(f"{wording.BEFORE}: “{short(one.was, LONGEST_QUOTE)}”", "dim")
    words = Text(f"{wording.NOW}: “" if one.was is not None else "“")
    for text, hit in pieces(one.quote.text, one.hits, LONGEST_QUOTE):
        words.append(text if styled or not hit else f"*{text}*", style="bold reverse" if hit else None)
    words.append("”")
    yield words


def _earlier(earlier: Earlier) -> Text:
    line = Text()
    if earlier.relation == "opposite":
        line.append(f"{wording.OPPOSITE} · ", style="bold red")
    line.append(f"{wording.earlier_label(earlier)}: “{short(earlier.quote, LONGEST_EARLIER)}”")
    return line


def _print(console: Console, indent: int, text: Text) -> None:
    console.print(Padding(text, (0, 0, 0, indent if console.width >= NARROW else 0)))


def _never_refusing(stream: TextIO, *, encoding: str | None = None) -> TextIO:
    """A stream of an old encoding writes what it lacks as an escape: an alert must not be lost for a dash.

    JSON has an encoding of its own (RFC 8259: UTF-8), whatever the terminal's is.
    """
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(encoding=encoding, errors="backslashreplace")
    return stream
