"""One alert as Slack shows it: `chat.postMessage`'s payload, pure.

Limits are Slack's: 50 blocks, about 13,200 characters of blocks in all (bolt-js#2509), `text` below 3,000 or Slack splits
the message (java-slack-sdk#704).
"""

from typing import Any

from bot.model import Alert, Case, Context, Earlier, Message, Quote
from bot.slack.text import around, element, escape, link, safe, short

MOST_QUOTES = 6
LONGEST_QUOTE = 700
LONGEST_EARLIER = 220
LONGEST_CONTEXT = 280
LONGEST_TITLE = 200
LONGEST_TEXT = 2800

_MARK = {"high": ":red_circle:", "normal": ":large_yellow_circle:", "low": ":white_circle:"}
_SIDE = {"opposing": "the other side alleges", "court": "the court", "press": "press", "analyst": "analyst"}
_KIND = {"transcript": "earnings call", "post": "blog post", "docket-entry": "court docket", "filing": "filing"}
_STATUS = {"changed": "words changed", "removed": "words removed", "available": "now readable"}


def payload(message: Message, *, repeat: bool = False, plain: bool = False) -> dict[str, Any]:
    """What is sent besides the channel: `text`, `blocks`, `metadata`. `plain`: without blocks, for a second try."""
    alert = message.alert
    if alert is None:
        text = escape(message.notice or "")[:LONGEST_TEXT]
        said: dict[str, Any] = {"text": text}
        alert_id = ""
    else:
        said = {"text": notification(alert, repeat=repeat)}
        if not plain:
            said["blocks"] = blocks(alert, repeat=repeat)
        alert_id = alert.id
    about = {"delivery_id": message.id, "alert_id": alert_id}
    return said | {
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {"event_type": "onrecord_alert", "event_payload": about},
    }


def notification(alert: Alert, *, repeat: bool = False) -> str:
    """What a notification and a screen reader get."""
    quote = alert.quotes[0]
    who = f"{quote.speaker}: " if quote.speaker else ""
    more = f" (+{len(alert.quotes) - 1} more)" if len(alert.quotes) > 1 else ""
    again = " (may be a repeat)" if repeat else ""
    words = f"{short(alert.title or alert.source, LONGEST_TITLE)} · {who}“{short(quote.text, 400)}”{more}{again}"
    return escape(words)[:LONGEST_TEXT]


def blocks(alert: Alert, *, repeat: bool = False) -> list[dict[str, Any]]:
    elements: list[dict[str, Any]] = [_head(alert)]
    for quote in alert.quotes[:MOST_QUOTES]:
        elements += [_who(quote, alert.case), _words(alert, quote)]
    if len(alert.quotes) > MOST_QUOTES:
        elements.append(_section(element(f"and {len(alert.quotes) - MOST_QUOTES} more in this document", italic=True)))
    elements += [_context(context) for context in alert.context[:3]]
    if alert.earlier:
        elements.append(_section(element("Earlier on this topic", bold=True)))
        lines = [_earlier(earlier) for earlier in alert.earlier]
        elements.append({"type": "rich_text_list", "style": "bullet", "elements": lines})
    return [{"type": "rich_text", "elements": elements}, _foot(alert, repeat=repeat)]


def _head(alert: Alert) -> dict[str, Any]:
    about = [alert.company or "", _KIND[alert.kind]]
    if alert.status in _STATUS:
        about.append(_STATUS[alert.status])
    title = link(alert.url, short(alert.title or alert.source, LONGEST_TITLE))
    return _section(title, element(" · " + " · ".join(filter(None, about))))


def _who(quote: Quote, case: Case | None) -> dict[str, Any]:
    details = [quote.role if quote.role != "unknown" else "", _SIDE.get(quote.side, "")]
    details += [f"p. {quote.page}" if quote.page else "", quote.rule]
    if case is not None and case.docket_number:
        details.append(short(case.docket_number, 60))
    speaker = element(short(quote.speaker or "unknown speaker", 120), bold=True)
    return _section(speaker, element("".join(f" · {detail}" for detail in details if detail)))


def _words(alert: Alert, quote: Quote) -> dict[str, Any]:
    if alert.status == "removed" and quote.before == quote.text:
        return {"type": "rich_text_quote", "elements": [element(short(quote.text, LONGEST_QUOTE), strike=True)]}
    before, hit, after = around(quote.text, *quote.hit(), LONGEST_QUOTE)
    parts = [element(part, bold=part is hit) for part in (before, hit, after) if part]
    return {"type": "rich_text_quote", "elements": parts or [element(" ")]}


def _context(context: Context) -> dict[str, Any]:
    label = "Asked before" if context.relation == "question" else "Said next"
    words = f"{label} · {short(context.speaker or 'unknown', 80)}: {short(context.text, LONGEST_CONTEXT)}"
    return _section(element(words, italic=True))


def _earlier(earlier: Earlier) -> dict[str, Any]:
    who = short(earlier.speaker or _KIND[earlier.kind], 80)
    parts = [element(f"{earlier.date} · {who}: “{short(earlier.quote, LONGEST_EARLIER)}” ")]
    if earlier.relation == "opposite":
        parts.append(element("opposite wording ", bold=True))
    if earlier.url:
        parts.append(link(earlier.url, "source"))
    return _section(*parts)


def _foot(alert: Alert, *, repeat: bool) -> dict[str, Any]:
    """Words of our own only: mrkdwn is safe here."""
    parts = [f"{_MARK[alert.severity]} {alert.severity}"]
    if alert.published is not None:
        at = int(alert.published.timestamp())
        parts.append(f"<!date^{at}^{{date_short_pretty}}|{alert.published:%Y-%m-%d}>")
    parts.append(escape(safe(alert.source)))
    if repeat:
        parts.append("may be a repeat")
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": " · ".join(parts)}]}


def _section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}
