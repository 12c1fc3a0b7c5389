"""The words in which an alert is told, the same on a terminal and in Slack.

An editor or a lawyer acts on these: whose words they are is said before the words, an allegation is called one, an
unnamed speaker is not given a name, and what is late says how late.
"""

from datetime import datetime, timedelta
from typing import get_args

from bot.alerts.shown import Shown, edits
from bot.model import Alert, Context, Earlier, Gathering, Quote
from bot.plain import one_line, short
from rules.model import Severity
from watchers.model import Kind, Section

EARLIER = "Earlier on this topic"
OPPOSITE = "Opposite wording"
BEFORE = "Before the edit"
NOW = "Now"
REMOVED = "Removed since; it said"
REPEAT = "may be a repeat"
LATE = timedelta(days=1)
"""From here on an alert says how old its document is."""
HELD_UP = timedelta(hours=1)
"""From here on it says that it had to wait."""

_KIND: dict[Kind, str] = {
    "transcript": "earnings call",
    "post": "post",
    "docket-entry": "court docket",
    "filing": "SEC filing",
}
_UNNAMED: dict[Kind, str] = {
    "transcript": "speaker not named",
    "post": "author not named",
    "docket-entry": "filer not named",
    "filing": "filer not named",
}
_SECTION: dict[Section, str] = {"title": "in the title", "prepared": "prepared remarks", "qa": "Q&A"}
_DAYS_IN_MONTH = 30.44
_COURTS_MIDNIGHT = range(4, 11)
"""In UTC: from Puerto Rico to Hawaii. The date is the same in both."""
LONGEST_NAME = 120
LONGEST_RULES = 240
LONGEST_CHANGED = 600


def kind(alert: Alert) -> str:
    """As in: earnings call, blog post, press report."""
    if alert.kind == "post":
        return "press report" if alert.quotes[0].side == "press" else "blog post"
    return _KIND[alert.kind]


def status(alert: Alert) -> str:
    """What happened to the document, "" for a new one."""
    edited = list(edits(alert))
    if edited:
        gone = all(one.removed for one in edited)
        return "words removed since they were told" if gone else "words changed since they were told"
    if alert.status == "available":
        return "document now readable"
    return "added to a document seen before" if alert.status in {"changed", "removed"} else ""


def published(alert: Alert) -> str:
    """The date, with the time where the document gives one."""
    if alert.published is None:
        return "no date given"
    return f"{alert.published:%Y-%m-%d}" if is_bare_date(alert) else f"{alert.published:%Y-%m-%d %H:%M} UTC"


def is_bare_date(alert: Alert) -> bool:
    """Midnight sharp is how a bare date is stored; a docket's date may be midnight where the court sits."""
    moment = alert.published
    if moment is None or moment.minute or moment.second:
        return False
    return moment.hour == 0 or (alert.kind == "docket-entry" and moment.hour in _COURTS_MIDNIGHT)


def age(alert: Alert, told: datetime) -> str:
    """As in: 3 days before this alert; "" where it is not late. Relative to the alert, so that it stays true."""
    if alert.published is None or told - alert.published < LATE:
        return ""
    days = (told - alert.published).days
    if days < 60:
        return f"{days} {'day' if days == 1 else 'days'} before this alert"
    months = round(days / _DAYS_IN_MONTH)
    return f"{months} months before this alert" if months < 24 else f"{days // 365} years before this alert"


def held_up(wanted: datetime, told: datetime) -> str:
    """As in: told 5 hours late; "" where it had not to wait."""
    late = told - wanted
    if late < HELD_UP:
        return ""
    hours = int(late / timedelta(hours=1))
    number, noun = (hours, "hour") if hours < 48 else (late.days, "day")
    return f"told {number} {noun}{'' if number == 1 else 's'} late"


def reworded(before: str, now: str) -> str:
    return f"Words changed. Before: “{short(before, LONGEST_CHANGED)}” Now: “{short(now, LONGEST_CHANGED)}”"


def removed(before: str) -> str:
    return f"Words were removed. Before: “{short(before, LONGEST_CHANGED)}”"


def restored(words: str) -> str:
    return f"Words that had been removed stand there again: “{short(words, LONGEST_CHANGED)}”"


def gathered(gathering: Gathering) -> str:
    """As in: Digest: 12 alerts of low severity; 30 alerts at once; 5 late alerts from meta-newsroom."""
    number = gathering.count
    alerts = "1 alert" if number == 1 else f"{number} alerts"
    match gathering.kind:
        case "digest":
            return f"Digest: {alerts} of low severity"
        case "storm":
            return f"{alerts} at once"
        case "late":
            return f"{alerts.replace(' ', ' late ', 1)} from {short(gathering.alerts[0].source, LONGEST_NAME)}"


def severities(gathering: Gathering) -> str:
    """As in: 4 high, 26 normal."""
    counted = ((gathering.severities.get(severity, 0), severity) for severity in get_args(Severity))
    return ", ".join(f"{number} {severity}" for number, severity in counted if number)


def company(alert: Alert) -> str:
    """Its ticker, "" where the document is about none."""
    return short(alert.company or "", LONGEST_NAME)


def speaker(alert: Alert, quote: Quote) -> str:
    return _named(quote.speaker) or _UNNAMED[alert.kind]


def attribution(alert: Alert, one: Shown) -> list[str]:
    """What stands behind the speaker: role, whose side, where in the document, which rules."""
    quote = one.quote
    whose = {
        "own": "",
        "analyst": "" if quote.role == "analyst" else "analyst",
        "opposing": "the other side's words" if quote.speaker else "",
        "court": "" if (quote.speaker or "").casefold() == "court" else "the court's words",
        "press": "press",
    }[quote.side]
    role = quote.role if quote.role != "unknown" else ""
    where = [_SECTION[quote.section] if quote.section else "", f"p. {quote.page}" if quote.page else ""]
    rules = dict.fromkeys(
        short(rule, LONGEST_NAME) + (f" ({severity})" if severity != alert.severity else "")
        for rule, severity in one.rules
    )
    return [part for part in (role, whose, *where, short(", ".join(rules), LONGEST_RULES)) if part]


def caution(alert: Alert) -> str:
    """Said before the quotes where the words are not the company's own, else ""."""
    about = _company(alert)
    if alert.case is not None and alert.case.allegation:
        if alert.case.filed_by:
            return f"Allegation by {_named(alert.case.filed_by)}: a claim about {about}, not its own words"
        return f"The docket names no filer: read this as the other side's claim about {about}"
    if all(quote.side == "press" for quote in alert.quotes):
        return f"Reported by the press: not {about}'s own words"
    return ""


def case_line(alert: Alert) -> str:
    """As in: Kadrey v. Meta · cand · 3:23-cv-03417 · entry 482 · filed by Meta.

    The title may have named the case already, and `caution` names whoever alleges.
    """
    case = alert.case
    if case is None:
        return ""
    name = "" if case.case_name and one_line(case.case_name) in one_line(alert.title) else case.case_name
    entry = f"entry {case.entry_number}" if case.entry_number is not None else ""
    filed = f"filed by {_named(case.filed_by)}" if case.filed_by and not case.allegation else ""
    parts = (name, case.court, case.docket_number, entry, filed)
    return " · ".join(short(part, LONGEST_NAME) for part in parts if part)


def context_label(context: Context) -> str:
    label = "Asked before" if context.relation == "question" else "Said next"
    return f"{label} · {_named(context.speaker) or _UNNAMED['transcript']}"


def earlier_label(earlier: Earlier) -> str:
    """As in: 2024-07-23 · Mark Zuckerberg · post."""
    who = _named(earlier.speaker) or _UNNAMED[earlier.kind]
    return f"{short(earlier.date, LONGEST_NAME)} · {who} · {_KIND[earlier.kind]}"


def left_out(number: int, noun: str, plural: str) -> str:
    return f"and {number} more {noun if number == 1 else plural}"


def _named(name: str | None) -> str:
    """A name within its length; dockets write "court" where the court itself filed."""
    shown = short(name or "", LONGEST_NAME)
    return "the court" if shown.casefold() == "court" else shown


def _company(alert: Alert) -> str:
    return company(alert) or "the company"
