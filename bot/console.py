"""Alerts on a terminal, or as JSON lines: the notifier of whoever has no Slack."""

import sys
from datetime import timedelta
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.model import Alert, Message, Quote
from bot.notifier import Receipt

_COLOUR = {"high": "bold red", "normal": "bold yellow", "low": "bold cyan"}
_SIDE = {
    "opposing": "the other side alleges",
    "court": "the court",
    "press": "reported by the press",
    "analyst": "analyst",
}
_STATUS = {"changed": "words changed", "removed": "words removed", "available": "now readable"}


class ConsoleNotifier:
    """Writes to a stream that never doubts: what was written is delivered, so there is nothing to look up.

    After a kill between writing and the receipt the alert is printed again: a terminal keeps no record to look into.
    """

    pace = timedelta(0)

    def __init__(self, *, as_json: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self._as_json = as_json
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._console = Console(file=self._out, highlight=False, soft_wrap=False)

    async def send(self, message: Message, *, parent: Receipt | None, repeat: bool, plain: bool) -> Receipt:  # noqa: ARG002 - a terminal knows neither threads nor blocks
        if message.alert is None:
            self._err.write(f"{message.notice}\n")
            self._err.flush()
        elif self._as_json:
            self._out.write(message.alert.as_json() + "\n")
            self._out.flush()
        else:
            draw(message.alert, self._console, repeat=repeat)
            self._out.flush()
        return {}

    async def find(self, message: Message, *, parent: Receipt | None) -> Receipt | None:  # noqa: ARG002 - see the class
        return None


def draw(alert: Alert, console: Console, *, repeat: bool = False) -> None:
    """One alert as a person reads it. Text of documents is never markup."""
    head = Text()
    head.append(f"● {alert.severity.upper()} ", style=_COLOUR[alert.severity])
    head.append(alert.title or alert.source, style="bold")
    console.print(head)
    console.print(Padding(Text(_facts(alert, repeat=repeat), style="dim"), (0, 0, 0, 2)))
    for quote in alert.quotes:
        console.print(Padding(_who(alert, quote), (0, 0, 0, 2)))
        console.print(Padding(_words(alert, quote), (0, 0, 0, 4)))
    for context in alert.context:
        label = "asked before" if context.relation == "question" else "said next"
        console.print(
            Padding(Text(f"{label} · {context.speaker or 'unknown'}: {_short(context.text)}", "dim"), (0, 0, 0, 2))
        )
    if alert.earlier:
        console.print(Padding(Text("Earlier on this topic", style="bold"), (0, 0, 0, 2)))
        for earlier in alert.earlier:
            opposite = "  ← opposite wording" if earlier.relation == "opposite" else ""
            line = f"{earlier.date} · {earlier.speaker or earlier.kind}: “{_short(earlier.quote)}”{opposite}"
            console.print(Padding(Text(line), (0, 0, 0, 4)))
    if alert.url:
        console.print(Padding(Text(alert.url, style="blue"), (0, 0, 0, 2)), soft_wrap=True)
    console.print()


def _facts(alert: Alert, *, repeat: bool) -> str:
    parts = [alert.company or "", alert.kind, f"{alert.published:%Y-%m-%d}" if alert.published else "", alert.channel]
    if alert.status in _STATUS:
        parts.append(_STATUS[alert.status])
    if alert.case is not None:
        parts.append(" ".join(filter(None, (alert.case.court, alert.case.docket_number))))
    if repeat:
        parts.append("may be a repeat")
    return " · ".join(part for part in parts if part)


def _who(alert: Alert, quote: Quote) -> Text:
    text = Text()
    text.append(quote.speaker or alert.source, style="bold")
    details = [quote.role if quote.role != "unknown" else "", _SIDE.get(quote.side, "")]
    details += [f"page {quote.page}" if quote.page else "", quote.rule]
    text.append("".join(f" · {detail}" for detail in details if detail), style="dim")
    return text


def _words(alert: Alert, quote: Quote) -> Text:
    if alert.status == "removed" and quote.before == quote.text:
        return Text(f"“{quote.text}”", style="strike")
    text = Text(f"“{quote.text}”")
    start, end = quote.hit()
    text.stylize("bold reverse", start + 1, end + 1)
    return text


def _short(text: str, most: int = 220) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"
