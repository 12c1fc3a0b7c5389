"""One of each kind of message that Slack gets, as the program makes it: what the pictures show.

The alerts of the story are its own; the others are of an invented company.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.alerts.compose import handled_message, message_for, note_of_change, notice_for, post_or_reply, with_changes
from bot.alerts.gathering import Folding, Lately, fold
from bot.model import Alert, Handled, Message, Quote
from bot.slack.render import payload
from rules.model import Severity

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
CHANNEL = "#on-record"
PEOPLE = {"U0ANNA": "Anna", "U0BERT": "Bert"}

Payload = Mapping[str, Any]
Changes = Sequence[tuple[Quote | None, str, str]]
"""See `bot.alerts.compose.with_changes`."""


@dataclass(frozen=True, slots=True)
class Shown:
    """`about`: what is to be seen, in words; `threads`: what stands below which of the messages."""

    about: str
    messages: Sequence[Payload]
    threads: Mapping[int, Sequence[Payload]] = field(default_factory=dict)


_SAID: tuple[tuple[str, str, str, str, Severity], ...] = (
    ("Acme Q3 2026 earnings call", "Dana Reyes", "We are lowering our guidance for the year to 4 to 5 percent.",
     "lowering our guidance", "high"),
    ("Acme Q3 2026 earnings call: questions", "Ravi Menon", "I would not read too much into the guidance for China.",
     "guidance", "normal"),
    ("Acme updates its outlook", "Acme", "The new guidance reflects orders that moved into the next year.",
     "guidance", "normal"),
    ("Acme partners with Borealis", "Acme", "Borealis will share a portion of the revenue with Acme from January on.",
     "a portion of the revenue", "normal"),
    ("A new plant in Leipzig", "Acme", "Hiring begins in spring, and guidance for the site follows in summer.",
     "guidance", "normal"),
    ("Our paper on batteries", "Acme", "Guidance on how to handle old cells is given in the appendix.",
     "Guidance", "normal"),
)  # fmt: skip

_COMPANIES = ("Acme", "Cobalt")


def invented(number: int, **about: Any) -> Alert:
    """An alert about something that an invented company said."""
    title, speaker, text, hit, severity = _SAID[number % len(_SAID)]
    company = _COMPANIES[number // len(_SAID) % len(_COMPANIES)]
    title, speaker, text = (words.replace("Acme", company) for words in (title, speaker, text))
    at = text.index(hit)
    quote = Quote(
        rule="Guidance",
        facet=None,
        severity=severity,
        text=text,
        speaker=speaker,
        role="executive" if speaker != company else "unknown",
        section="prepared" if "call" in title else None,
        side="own",
        page=None,
        passage=number,
        start=at,
        end=at + len(hit),
        text_start=0,
    )
    usual: dict[str, Any] = {
        "id": f"{number:08x}-0000-5000-8000-000000000000",
        "severity": severity,
        "facets": (),
        "company": company.upper(),
        "kind": "transcript" if "call" in title else "post",
        "source": f"{company.lower()}-{'calls' if 'call' in title else 'news'}",
        "title": title,
        "url": f"https://{company.lower()}.example/{number}",
        "published": NOW - timedelta(minutes=8),
        "quotes": (quote,),
        "channel": CHANNEL,
        "watches": ("w7",),
    }
    return Alert(**(usual | about))


def kinds(told: Sequence[Message]) -> dict[str, Shown]:
    """By name. `told`: the alerts of the story."""
    blog, filing = (
        next(one for one in told if one.alert and one.alert.source == name) for name in ("meta-blog", "kadrey")
    )
    return {
        "alert": Shown("An alert, with what the company said before beside it", [payload(blog)]),
        "allegation": Shown("A filing: whose words they are is said first", [payload(filing)]),
        "handled": _handled(),
        "thread": _thread(),
        "changed": _changed(),
        "digest": _digest(),
        "storm": _storm(),
        "late": _late(),
        "repeat": _repeat(),
        "notice": _notice(),
    }


def _message(alert: Alert, **about: Any) -> Message:
    return message_for(alert, now=NOW).model_copy(update=about)


def _handled() -> Shown:
    alert = invented(0)
    acts = (
        Handled(act="got-it", by="U0ANNA", at=NOW),
        Handled(act="muted", by="U0BERT", at=NOW, until=NOW + timedelta(days=1), watches=("w7",)),
    )
    wrong = Handled(act="not-relevant", by="U0BERT", at=NOW, reason="too broad")
    made = [
        handled_message(alert, by="U0ANNA", now=NOW).model_copy(update={"handled": acts}),
        handled_message(invented(5), by="U0BERT", now=NOW).model_copy(update={"handled": (wrong,)}),
    ]
    return Shown("After Got it and Mute, and after Not relevant", [payload(message) for message in made])


def _thread() -> Shown:
    first = invented(1, title="Acme Q3 2026 earnings call")
    worse = invented(0, status="changed")
    reply = post_or_reply(worse, [first], now=NOW)
    return Shown(
        "A later hit in the thread; it is more severe, so the channel sees it too",
        [payload(_message(first))],
        {0: [{**payload(reply), "reply_broadcast": reply.broadcast}]},
    )


def _changed() -> Shown:
    first = invented(3)
    before = first.quotes[0].text
    now = first.quotes[0].model_copy(update={"text": before.replace("from January on", "from July on")})
    gone = invented(2)
    reworded = with_changes(first, [(now, now.rule, before)])
    removed = with_changes(gone, [(None, gone.quotes[0].rule, gone.quotes[0].text)])
    changes: list[tuple[Alert, Changes]] = [
        (reworded, [(now, now.rule, before)]),
        (removed, [(None, gone.quotes[0].rule, gone.quotes[0].text)]),
    ]
    messages = [payload(message_for(alert, now=NOW, operation="update", turn=2)) for alert, _ in changes]
    notes = [payload(note_of_change(alert, changed, (), turn=2, now=NOW)) for alert, changed in changes]
    return Shown("Words that were changed, and words that were removed", messages, {0: notes[:1], 1: notes[1:]})


def _digest() -> Shown:
    low = [
        _message(invented(number, severity="low", published=NOW - timedelta(hours=number)))
        for number in range(1, len(_SAID))
    ]
    return Shown(
        "A day's alerts of low severity", [payload(message) for message in fold(low, Lately(), Folding(), now=NOW).new]
    )


def _storm() -> Shown:
    many = [_message(invented(number, id=f"{number:08x}-0000-5000-8000-000000000000")) for number in range(12)]
    [head] = fold(many, Lately(), Folding(), now=NOW).new
    return Shown(
        "Twelve alerts at once: one message and its thread", [payload(head)], {0: [payload(one) for one in many[:2]]}
    )


def _late() -> Shown:
    old = NOW - timedelta(days=3)
    many = [
        _message(invented(number, source="acme-news", published=old + timedelta(hours=number)))
        for number in range(2, 6)
    ]
    [head] = fold(many, Lately(), Folding(), now=NOW).new
    return Shown("What comes late is one message a source", [payload(head)], {0: [payload(many[0])]})


def _repeat() -> Shown:
    late = _message(invented(0), due=NOW - timedelta(hours=5))
    return Shown(
        "Sent again after a doubt, five hours late", [payload(late.model_copy(update={"last_try": NOW}), repeat=True)]
    )


def _notice() -> Shown:
    lines = (
        "acme-news: first visit recorded 40 documents with 3 matches; what was there before is not alerted. "
        "What comes from now on is.\n"
        "acme-calls: throttled. It asked to be left alone until 2026-11-24 16:00 UTC. It is visited again by itself."
    ).splitlines()
    made = [notice_for(line, channel="#on-record-ops", about=line, now=NOW) for line in lines]
    return Shown("Lines for whoever runs it", [payload(message) for message in made])
