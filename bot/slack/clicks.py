"""What a button or a modal below an alert does: kept with the alert, whose message is drawn anew from the outbox.

Slack gives a click more than once now and then, and two people click at the same time: whatever is so already is no
change.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import get_args

from sqlalchemy import Connection

from bot.alerts.compose import handled_message
from bot.model import FOREVER, Alert, Handled, Reason
from bot.slack.buttons import GOT_IT, LASTS, MUTE, NOT_RELEVANT, REASON, why
from bot.slack.commands.desk import Desk
from bot.slack.commands.wording import Refusal
from bot.slack.events import Click, Reply, Submission
from bot.store import judgements, outbox, steering, watches

GONE = "I don't know this alert any more. Nothing changed."
KEPT = "Thank you; it is kept with the rule. `onrecord rules` shows how often each is right."
STRANGE = "I don't know this button. Nothing changed."
_ID = re.compile(r"[0-9a-f-]{36}")

Acts = tuple[Handled, ...]
Change = Callable[[Connection, Alert, Acts, datetime], Acts]
"""What was done with an alert so far, and with this. The same: nothing changed."""


async def clicked(desk: Desk, click: Click) -> Reply | None:
    """Nothing is said where the message itself shows it. Raises what the store raises."""
    action, alert_id, lasts = click.action, click.value, ""
    if action == MUTE:
        lasts, _, alert_id = click.value.partition(" ")
    if not _ID.fullmatch(alert_id) or (action == MUTE and lasts not in LASTS):
        return Reply(STRANGE)
    try:
        match action:
            case "got-it":
                return await _done(desk, alert_id, click.asker.user, _got_it(click.asker.user))
            case "not-relevant":
                return Reply("", modal=why(alert_id))
            case "mute":
                desk.must_be_allowed(click.asker)
                return await _done(desk, alert_id, click.asker.user, _muted(click.asker.user, lasts), renew=True)
            case "unmute":
                desk.must_be_allowed(click.asker)
                return await _done(desk, alert_id, click.asker.user, _unmuted(click.asker.user), renew=True)
    except Refusal as refusal:
        return Reply(refusal.said)
    return Reply(STRANGE)


async def sent(desk: Desk, submission: Submission) -> Reply | None:
    """The modal that `NOT_RELEVANT` opened."""
    reason = next((one for one in get_args(Reason) if one == submission.values.get(REASON)), None)
    if submission.callback != NOT_RELEVANT or reason is None or not _ID.fullmatch(submission.about):
        return Reply(STRANGE)
    user = submission.asker.user
    return await _done(desk, submission.about, user, _not_relevant(user, reason))


async def _done(desk: Desk, alert_id: str, user: str, change: Change, *, renew: bool = False) -> Reply | None:
    now = desk.clock()

    def commit(conn: Connection) -> Reply | None:
        if renew:  # before any row of the alert: whoever commits a visit takes both in this order
            steering.hold(conn)
        found = judgements.alert(conn, alert_id)
        if found is None:
            return Reply(GONE)
        told, before = found
        after = change(conn, told, before, now)
        if after == before:
            return None
        judgements.keep(conn, alert_id, after)
        anew = handled_message(told, by=user, now=now)
        if outbox.in_digest(conn, anew.parent):  # which has no room for what everybody did with each of its alerts
            return Reply(KEPT)
        outbox.put(conn, [anew], now=now)
        return None

    answer = await desk.database.write(commit)
    if renew:
        await desk.in_force.renew()
    return answer


def _got_it(user: str) -> Change:
    def change(conn: Connection, told: Alert, before: Acts, now: datetime) -> Acts:
        judgements.judge(conn, told, user=user, verdict="relevant", now=now)
        return _with(before, Handled(act=GOT_IT, by=user, at=now))

    return change


def _not_relevant(user: str, reason: Reason) -> Change:
    def change(conn: Connection, told: Alert, before: Acts, now: datetime) -> Acts:
        judgements.judge(conn, told, user=user, verdict="not-relevant", reason=reason, now=now)
        return _with(before, Handled(act=NOT_RELEVANT, by=user, at=now, reason=reason))

    return change


def _muted(user: str, lasts: str) -> Change:
    def change(conn: Connection, told: Alert, before: Acts, now: datetime) -> Acts:
        before = tuple(one for one in before if one.act != "muted" or one.until is None or one.until > now)
        if any(one.act == "muted" for one in before):
            return before
        long = LASTS[lasts]
        until = FOREVER if long is None else now + long
        standing = [one for one in (watches.find(conn, name) for name in told.watches) if one is not None]
        if not standing:
            raise Refusal("What asked for this isn't watched any more. Nothing changed.")
        shorter = [one.name for one in standing if one.muted_until is None or one.muted_until <= until]
        if not shorter:
            raise Refusal("What asked for this is muted for longer already. Nothing changed.")
        for name in shorter:
            watches.mute(conn, name, until, user, now)
        return _with(before, Handled(act="muted", by=user, at=now, until=until, watches=tuple(shorter)))

    return change


def _unmuted(user: str) -> Change:
    def change(conn: Connection, _told: Alert, before: Acts, now: datetime) -> Acts:
        for one in before:
            if one.act == "muted":
                _unmute(conn, one.watches, user, now)
        return tuple(one for one in before if one.act != "muted")

    return change


def _unmute(conn: Connection, names: Sequence[str], user: str, now: datetime) -> None:
    for name in names:
        watches.mute(conn, name, None, user, now)


def _with(before: Acts, act: Handled) -> Acts:
    """The first of a kind stays: whoever comes later is too late."""
    return before if any(one.act == act.act for one in before) else (*before, act)
