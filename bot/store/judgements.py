"""What people did with alerts and said of them, rule by rule."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, case, func, select, update

from bot.model import Alert, Handled
from bot.store.dialect import upsert
from bot.store.schema import alerts, judgements

Verdict = Literal["relevant", "not-relevant"]


@dataclass(frozen=True, slots=True)
class Judged:
    """What somebody said of a rule in an alert. `quotes`: the sentences that the alert showed for it."""

    rule: str
    verdict: Verdict
    reason: str | None
    quotes: tuple[str, ...]

    def is_of(self, sentence: str) -> bool:
        return any(sentence in quote or quote in sentence for quote in self.quotes)


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


def of_document(conn: Connection, document_id: int) -> list[Judged]:
    """What people said of the alerts about a document that are still kept."""
    rows = conn.execute(
        select(judgements.c.rule, judgements.c.verdict, judgements.c.reason, alerts.c.alert)
        .join(alerts, alerts.c.id == judgements.c.alert_id)
        .where(alerts.c.document_id == document_id)
        .order_by(judgements.c.at)
    ).all()
    return [
        Judged(row.rule, row.verdict, row.reason, _quotes(Alert.model_validate(row.alert), row.rule)) for row in rows
    ]


def _quotes(told: Alert, rule: str) -> tuple[str, ...]:
    return tuple(quote.text for quote in told.quotes if quote.rule == rule)
