"""Alerts and messages for tests: the statements of the story, and a way to make any other."""

import uuid
from datetime import UTC, datetime
from typing import Any

from bot.model import Alert, Case, Context, Earlier, Message, Quote

NOW = datetime(2025, 3, 21, 15, 30, tzinfo=UTC)

SHARE = (
    "But if you're someone like Microsoft or Amazon or Google and you're going to basically be reselling these "
    "services, that's something that we think we should get some portion of the revenue for."
)
DENIAL = "selling access to AI models isn't our business model"
FILING = "Meta shares a percentage of the revenue that companies hosting Llama generate from users of those models."


def quote(text: str = SHARE, hit: str = "some portion of the revenue", **about: Any) -> Quote:
    """A quote whose hit is found by its words; without them in the text, the whole is the hit."""
    at = text.find(hit)
    start, end = (at, at + len(hit)) if hit and at >= 0 else (0, len(text))
    text_start = about.pop("text_start", 1000)
    usual: dict[str, Any] = {
        "rule": "Revenue sharing",
        "facet": "paid-access",
        "severity": "high",
        "speaker": "Mark Zuckerberg",
        "role": "executive",
        "section": "qa",
        "side": "own",
        "page": None,
        "passage": 42,
    }
    return Quote(text=text, start=text_start + start, end=text_start + end, text_start=text_start, **(usual | about))


def alert(*quotes: Quote, **about: Any) -> Alert:
    """An alert about the call of 2023, unless told otherwise."""
    usual: dict[str, Any] = {
        "id": "7c0a7f0e-0000-5000-8000-000000000001",
        "severity": "high",
        "facets": ("paid-access",),
        "company": "META",
        "kind": "transcript",
        "source": "meta-calls",
        "title": "Meta Platforms Q2 2023 earnings call",
        "url": "https://investor.example.com/q2?a=1&b=2",
        "published": datetime(2023, 7, 26, 21, 0, tzinfo=UTC),
        "channel": "#on-record",
    }
    return Alert(quotes=quotes or (quote(),), **(usual | about))


def filing(**about: Any) -> Alert:
    """The plaintiffs' filing, with what was said before."""
    said = quote(
        FILING,
        "shares a percentage of the revenue",
        speaker="Plaintiffs",
        role="unknown",
        section=None,
        side="opposing",
        page=12,
    )
    case = Case(
        court="cand",
        docket_number="3:23-cv-03417",
        case_name="Kadrey v. Meta Platforms, Inc.",
        entry_number=482,
        filed_by="Plaintiffs",
        allegation=True,
    )
    usual: dict[str, Any] = {
        "kind": "docket-entry",
        "source": "kadrey",
        "title": "Kadrey v. Meta Platforms, Inc.: MOTION for summary judgment",
        "url": "https://docket.example.com/67569326/482/",
        "published": datetime(2025, 3, 21, tzinfo=UTC),
        "case": case,
        "earlier": (
            Earlier(
                date="2024-07-23",
                kind="post",
                speaker="Mark Zuckerberg",
                quote=DENIAL,
                url="https://about.example.com/open-source-ai",
                relation="opposite",
            ),
            Earlier(
                date="2023-07-26",
                kind="transcript",
                speaker="Mark Zuckerberg",
                quote=SHARE,
                url="https://investor.example.com/q2",
                relation="same",
            ),
        ),
    }
    return alert(said, **(usual | about))


def call(**about: Any) -> Alert:
    """The call of 2023 with the turns around the words."""
    context = (
        Context(relation="question", speaker="Eric Sheridan", text="How do you think about the business of Llama?"),
        Context(
            relation="next",
            speaker="Susan Li",
            text="we don't expect that Llama is going to result in a separate topline enterprise revenue line",
        ),
    )
    return alert(**({"context": context} | about))


def message(told: Alert | None = None, *, now: datetime = NOW, **about: Any) -> Message:
    """What posts an alert in its channel; `about` says otherwise (`operation`, `parent`, `notice`, …)."""
    said = told if told is not None or "notice" in about else alert()
    operation = about.get("operation", "post")
    carries = said.id if said is not None else about["notice"]
    usual: dict[str, Any] = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{carries!r}\n{operation}")),
        "channel": said.channel if said is not None else "#on-record-ops",
        "alert": said,
        "due": now,
    }
    return Message(**(usual | about))
