"""What people said of alerts, rule by rule."""

from collections.abc import Collection

from sqlalchemy import Connection, case, func, select

from bot.store.schema import judgements


def precision(conn: Connection, rules: Collection[str]) -> dict[str, tuple[int, int]]:
    """By rule: (how many judgements did not call its alert "not-relevant", how many there are)."""
    right = func.sum(case((judgements.c.verdict == "not-relevant", 0), else_=1))
    rows = conn.execute(
        select(judgements.c.rule, right, func.count())
        .where(judgements.c.rule.in_(list(rules)))
        .group_by(judgements.c.rule)
    ).all()
    return {rule: (int(relevant), count) for rule, relevant, count in rows}
