"""How a source stands, in one word and in one JSON object: what `status` prints."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any, Literal

from bot.store.roster import Standing

State = Literal["ok", "quiet", "failing", "blocked", "throttled", "gone", "paused"]

LEAST_SILENCE = timedelta(days=14)
"""A source is not called quiet before this, whatever its rhythm."""
TIMES_ITS_RHYTHM = 4


def state_of(standing: Standing, published: tuple[datetime, ...], now: datetime) -> State:
    """One word. `published`: times of the newest documents, newest first; a source of its own rhythm may be silent."""
    trouble = standing.trouble
    if trouble is not None:
        if trouble.kind in {"blocked", "credentials", "plan", "refused"}:
            return "blocked"
        if trouble.kind in {"throttled", "quota"}:
            return "throttled"
        return "gone" if trouble.kind == "not-found" else "failing"
    last = standing.last_document
    if last is not None and now - last > longest_silence(published):
        return "quiet"
    return "ok"


def longest_silence(published: tuple[datetime, ...]) -> timedelta:
    """How long a source of this rhythm may say nothing."""
    if len(published) < 3:
        return 3 * LEAST_SILENCE
    gaps = [late - early for late, early in pairwise(published)]
    usual = timedelta(seconds=median(gap.total_seconds() for gap in gaps))
    return max(LEAST_SILENCE, TIMES_ITS_RHYTHM * usual)


def as_json(standing: Standing, state: State, quota: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """The contract's object. A trouble of a single document shows where the source itself is in none.

    `quota`: of a provider that counts requests (`bot.budgets.quota_of`).
    """
    trouble = standing.trouble or next(iter(standing.document_troubles), None)
    return {
        "source": standing.source,
        "kind": standing.kind,
        "state": state,
        "since": _iso(standing.since),
        "last_visit": _iso(standing.last_visit),
        "last_document": _iso(standing.last_document),
        "next_visit": _iso(standing.next_visit),
        "trouble": trouble.model_dump() if trouble else None,
        "quota": quota,
    }


def _iso(moment: datetime | None) -> str | None:
    """As alerts and documents write a moment: "2026-11-25T10:00:00Z"."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment is not None else None
