"""Our own lines for the ops channel: what a first visit recorded, and every change of a source's state, once."""

from typing import Literal

from watchers.model import Source
from watchers.trouble import TroubleRecord

TOLD_AFTER = 2
"""Failures in a row from which a passing fault (no answer, throttled) is told; others are told at once."""

_PASSING = {"unreachable", "throttled", "quota"}


def first_visit_notice(source: Source, documents: int, matches: int, policy: Literal["quiet", "alert"]) -> str:
    found = f"{source.name}: first visit recorded {_count(documents, 'document')} with {_count(matches, 'match')}"
    if policy == "alert":
        return f"{found}."
    return f"{found}; nothing of it is alerted. What comes from now on is."


def trouble_notice(
    source: Source, before: TroubleRecord | None, now: TroubleRecord | None, failures: int
) -> str | None:
    """A line when the state changed, None while it stays. `failures` in a row include this one."""
    if now is None:
        return f"{source.name}: back, after {before.kind}." if before is not None else None
    tell_at = TOLD_AFTER if now.kind in _PASSING else 1
    changed = before is None or before.kind != now.kind
    if failures == tell_at or (changed and failures > tell_at):
        return f"{source.name}: {now.kind}. {now.detail} {now.mend}"
    return None


def _count(number: int, noun: str) -> str:
    plural = f"{noun}es" if noun.endswith("ch") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
