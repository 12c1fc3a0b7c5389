"""Our own lines for the ops channel: what a first visit recorded, and every change of a source's state, once."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

from bot.config.problems import Problem
from bot.plain import one_line
from watchers.trouble import TroubleKind, TroubleRecord

TOLD_AFTER = 2
"""Failures in a row from which a passing fault (no answer, throttled) is told; others are told at once."""
HIDDEN = "a source given in a private channel"
"""What a source is called where its name and its address may not be told."""
MOST_PROBLEMS = 3
"""Problems of a configuration that one line spells out."""
MOST_DOCUMENTS = 3
"""Troubles of single documents that one line spells out."""

_WHICH = "`onrecord status` on the machine says which, and why."

_PASSING: frozenset[TroubleKind] = frozenset({"unreachable", "throttled", "quota"})
TOLD_AT_ONCE: frozenset[TroubleKind] = frozenset(get_args(TroubleKind)) - _PASSING


def first_visit_notice(source: str | None, documents: int, matches: int, policy: Literal["quiet", "alert"]) -> str:
    """`source`, here and below: its name; None where that may not be told."""
    found = f"{_called(source)}: first visit recorded {counted(documents, 'document')} with {counted(matches, 'match')}"
    if policy == "alert":
        return f"{found}."
    return f"{found}; what was there before is not alerted. What comes from now on is."


def trouble_notice(
    source: str | None, before: TroubleRecord | None, failures_before: int, now: TroubleRecord | None, failures: int
) -> str | None:
    """A line when the state changed, None while it stays. `failures` in a row include this one."""
    if now is None:
        was_told = before is not None and failures_before >= _told_after(before)
        return f"{_called(source)}: back, after {before.kind}." if before is not None and was_told else None
    changed = before is None or before.kind != now.kind
    if failures == _told_after(now) or (changed and failures > _told_after(now)):
        return f"{_called(source)}: {now.kind}. {_WHICH if source is None else _whole(now)}"
    return None


def documents_notice(source: str | None, met: Sequence[TroubleRecord]) -> str | None:
    """One line for what stands in the way of single documents, however many; None for none."""
    if not met:
        return None
    troubles = f"{_called(source)}: {counted(len(met), 'trouble')} with single documents."
    if source is None:
        return f"{troubles} {_WHICH}"
    different = Counter(met)  # a site that is down stands in the way of many, in the same words
    spelled = list(different.items())[:MOST_DOCUMENTS]
    shown = " ".join(f"{record.kind}: {_whole(record)}{_times(count)}" for record, count in spelled)
    left = len(met) - sum(count for _, count in spelled)
    more = f" And {left} more: see `onrecord status`." if left else ""
    return f"{troubles} {shown}{more}"


def rules_notice(rules: Sequence[str], documents: int, matches: int) -> str:
    """What a new rule finds in what is stored already. `rules`: their names, each once."""
    names = ", ".join(rules)
    return (
        f"New rules ({names}): {counted(documents, 'stored document')} with {counted(matches, 'match')} recorded; "
        "what was there before is not alerted. What comes from now on is."
    )


def quiet_notice(source: str | None, last: datetime, now: datetime) -> str:
    """`last`: when it brought its last document."""
    said = (
        f"{_called(source)}: quiet. It answers, and has brought nothing new for {counted((now - last).days, 'day')}, "
        "which is longer than is usual for it."
    )
    if source is None:
        return f"{said} `onrecord status` on the machine says which."
    return (
        f"{said} Look at its address: it may have moved, or the feed may have been given up. "
        f"`onrecord try {source}` shows what it yields now."
    )


def edit_notice(file: Path, problems: Sequence[Problem], waiting: Sequence[str], *, mended: bool) -> str:
    """What became of an edit of the configuration. `mended`: the edit before could not be used."""
    if problems:
        spelled = " ".join(one_line(str(problem)) for problem in problems[:MOST_PROBLEMS])
        left = len(problems) - MOST_PROBLEMS
        more = f" And {left} more: see `onrecord check`." if left > 0 else ""
        return f"{file} was edited and cannot be used; the rules of before stay in force. {spelled}{more}"
    again = f"{file} can be used again; its rules are in force." if mended else f"{file} was edited."
    return f"{again} {_waits(waiting)}" if waiting else again


def edit_note(file: Path, problems: Sequence[Problem], waiting: Sequence[str]) -> str:
    """The same for as long as it holds, in short."""
    if problems:
        first = one_line(str(problems[0]))
        return f"{file} cannot be used since it was edited; the rules of before are in force. {first}"
    return f"{file} was edited. {_waits(waiting)}"


def _waits(tables: Sequence[str]) -> str:
    return f"What changed in {', '.join(tables)} takes effect when the bot is started again; rules are in force."


def _called(source: str | None) -> str:
    return source if source is not None else f"{HIDDEN[0].upper()}{HIDDEN[1:]}"


def counted(number: int, noun: str) -> str:
    plural = f"{noun}es" if noun.endswith("ch") else f"{noun[:-1]}ies" if noun.endswith("ry") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"


def _times(count: int) -> str:
    return f" ({count} times)" if count > 1 else ""


def _told_after(trouble: TroubleRecord) -> int:
    return TOLD_AFTER if trouble.kind in _PASSING else 1


def _whole(record: TroubleRecord) -> str:
    detail = record.detail if record.detail.endswith((".", "!", "?")) else f"{record.detail}."
    return f"{detail} {record.mend}"
