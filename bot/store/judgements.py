"""What people did with alerts and said of them, rule by rule."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, case, func, select, update

from bot.model import Alert, Handled
from bot.store.dialect import upsert
from bot.store.schema import alerts, judgements

Verdict = Literal["relevant", "not-relevant"]


def alert(conn: Connection, alert_id: str) -> tuple[Alert, tuple[Handled, ...]] | None:
    """An alert as it is now, and what was done with it; None where it is kept no more. It stays so until the commit."""
    row = conn.execute(
        select(alerts.c.alert, alerts.c.handled).where(alerts.c.id == alert_id).with_for_update()
    ).first()
    if row is None:
        return None
    return Alert.model_validate(row.alert), tuple(Handled.model_validate(one) for one in row.handled or ())


def keep(conn: Connection, alert_id: str, handled: Sequence[Handled]) -> None:
    acts = [one.model_dump(mode="json") for one in handled]
    conn.execute(update(alerts).where(alerts.c.id == alert_id).values(handled=acts))


def judge(
    conn: Connection, told: Alert, *, user: str, verdict: Verdict, reason: str | None = None, now: datetime
) -> None:
    """Each of the alert's rules gets the judgement. Who judges again has changed their mind."""
    rules = sorted({quote.rule for quote in told.quotes})
    rows = [
        {"alert_id": told.id, "rule": rule, "user": user, "verdict": verdict, "reason": reason, "at": now}
        for rule in rules
    ]
    upsert(conn, judgements, rows)


def precision(conn: Connection, rules: Collection[str]) -> dict[str, tuple[int, int]]:
    """By rule: (how many judgements did not call its alert "not-relevant", how many there are)."""
    right = func.sum(case((judgements.c.verdict == "not-relevant", 0), else_=1))
    rows = conn.execute(
        select(judgements.c.rule, right, func.count())
        .where(judgements.c.rule.in_(list(rules)))
        .group_by(judgements.c.rule)
    ).all()
    return {rule: (int(relevant), count) for rule, relevant, count in rows}
