"""`/watch show`: one watch with its counts, how good its rules are, and who changed what."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.model import Watch
from bot.rulebook import FROM_SLACK
from bot.slack.commands.desk import Desk
from bot.slack.commands.grammar import Line, pointed
from bot.slack.commands.heard import Heard, finds
from bot.slack.commands.standing import meant, standing
from bot.slack.commands.wording import ago, asked, code, member, moment, name, place, rules, until
from bot.slack.events import Asker, Reply
from bot.store import judgements, watches
from bot.telling import counted

USAGE = ("/watch show TARGET|wN",)
MORE = """*One watch*
`/watch show AAPL`: what it asks for, how often that was found and when last, how many alerts were called not relevant, and who changed what and when."""  # noqa: E501 - a paragraph is a line in Slack
CHANGES = False
MOST_CHANGES = 10


async def answer(desk: Desk, asker: Asker, rest: Line) -> Reply:
    now = await standing(desk, asker)
    target = pointed(rest, now.names, example="show AAPL")
    gone = await desk.database.read(lambda conn: watches.removed(conn, target.text)) if target.what == "watch" else None
    if gone is not None and await desk.shown([gone], now.here):
        history = await desk.database.read(lambda conn: watches.changes(conn, gone.name))
        return Reply("\n".join([_gone(gone, here=now.here.holds(gone)), *_changes(history)]))
    watch = await meant(desk, now, target)
    at = desk.clock()

    def read(conn: Connection) -> tuple[Heard, Heard | None, dict[str, tuple[int, int]], list[watches.Change]]:
        history = watches.changes(conn, watch.name)
        whole = finds(conn, desk, [watch]).of(watch)
        muted_at = next((one.at for one in reversed(history) if _mutes(one)), None)
        untold = (
            finds(conn, desk, [watch], since=muted_at).of(watch) if muted_at is not None and watch.muted(at) else None
        )
        return whole, untold, judgements.precision(conn, watch.rules), history

    whole, untold, judged, history = await desk.database.read(read)
    lines = [_head(watch, at, here=now.here.holds(watch)), _counts(whole, untold, at)]
    lines += [_precision(rule, *judged[rule], watch) for rule in watch.rules if rule in judged]
    return Reply("\n".join([*lines, *_changes(history)]))


def _gone(watch: Watch, *, here: bool) -> str:
    was = _what(watch, here=here)
    return f"*{watch.name}* was removed: {was}. It comes back with {code(f'/watch add {watch.name}')}."


def _what(watch: Watch, *, here: bool) -> str:
    there = "here" if here else f"in {place(watch.channel)}"
    what = f"{name(watch.target)} {there} for" if watch.made is None else f"The rule {name(watch.target)} {there}:"
    return f"{what} {asked(watch)}"


def _head(watch: Watch, at: datetime, *, here: bool) -> str:
    if watch.origin != FROM_SLACK:
        there = "here" if here else f"in {place(watch.channel)}"
        said = f"{name(watch.target)} is told {there}. It comes from {watch.origin}: it is changed there."
    else:
        said = f"{_what(watch, here=here)} ({watch.name})\nMade by {member(watch.owner)} on {moment(watch.since)}."
    if watch.muted_until is not None and watch.muted(at):
        said += f" :mute: Muted until {until(watch.muted_until)}."
    return said


def _counts(whole: Heard, untold: Heard | None, at: datetime) -> str:
    if whole.last is None:
        return "No match yet."
    said = f"{counted(whole.count, 'match')}, the last {ago(whole.last, at)}."
    return said if untold is None else f"{said} {untold.count} of them while it is muted: kept, not told."


def _precision(rule: str, right: int, count: int, watch: Watch) -> str:
    return (
        f"{rules([rule], watch.keywords)}: {right} of {count} judged alerts were relevant ({100 * right // count} %)."
    )


def _mutes(change: watches.Change) -> bool:
    before, after = change.before, change.after
    return before is not None and after is not None and before.muted_until is None and after.muted_until is not None


def _changes(history: Sequence[watches.Change]) -> list[str]:
    if not history:
        return []
    earlier = len(history) - MOST_CHANGES
    shown = ["*Changes*", *(_change(one) for one in history[-MOST_CHANGES:])]
    return [*shown, f"and {earlier} earlier"] if earlier > 0 else shown


def _change(change: watches.Change) -> str:
    return f"{moment(change.at)} {member(change.by)} {code(change.said)}"
