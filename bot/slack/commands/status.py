"""`/watch status`: how the sources stand, and what waits to be told."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from bot.slack.commands.desk import Desk
from bot.slack.commands.grammar import Line
from bot.slack.commands.standing import standing
from bot.slack.commands.wording import ago, member, moment
from bot.slack.events import Asker, Reply
from bot.slack.text import escaped
from bot.standing import state_of
from bot.store import outbox, roster, steering
from bot.telling import counted

USAGE = ("/watch status",)
MORE = """*How it goes*
`/watch status`: how many sources are watched, when one was visited last, which do not work and since when, and how many alerts wait."""  # noqa: E501 - a paragraph is a line in Slack
CHANGES = False
MOST_NAMED = 5


async def answer(desk: Desk, asker: Asker, rest: Line) -> Reply:
    del rest
    hidden = (await standing(desk, asker)).hidden
    now = desk.clock()

    def read(conn: Connection) -> tuple[list[roster.Standing], outbox.Counts, steering.Pause | None]:
        return roster.standing(conn), outbox.counts(conn), steering.paused(conn)

    sources, counts, paused = await desk.database.read(read)
    waiting = counted(counts.waiting + counts.unknown, "alert")
    parts = [_sources(sources, now), *_failing(sources, hidden, now), f"{waiting} waiting"]
    parts += [f"{counts.parked} parked"] if counts.parked else []
    parts += [f"{counts.dead} given up (`onrecord deliveries`)"] if counts.dead else []
    said = " · ".join(parts)
    if paused is not None:
        said += f"\n:double_vertical_bar: paused by {member(paused.by)} since {moment(paused.since)}: `/watch resume`"
    return Reply(said)


def _sources(sources: list[roster.Standing], now: datetime) -> str:
    last = max((one.last_visit for one in sources if one.last_visit is not None), default=None)
    polled = f"last poll {ago(last, now)}" if last is not None else "no poll yet"
    return f":white_check_mark: {counted(len(sources), 'source')}, {polled}"


def _failing(sources: list[roster.Standing], hidden: Collection[str], now: datetime) -> list[str]:
    """What does not work. A source of another's private channel is not named."""
    failing = [one for one in sources if one.trouble is not None]
    if not failing:
        return []
    known = [one for one in failing if one.source not in hidden]
    named = known[:MOST_NAMED]
    told = [f"{escaped(one.source, 100)} ({state_of(one, (), now)}, since {moment(one.since)})" for one in named]
    told += [f"{len(known) - len(named)} more"] if len(known) > len(named) else []
    told += [f"{len(failing) - len(known)} given in a private channel"] if len(failing) > len(known) else []
    return [f":warning: {len(failing)} failing: {', '.join(told)}"]
