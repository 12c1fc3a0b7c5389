"""`/watch resume`: what waited is told, and what comes."""

import structlog

from bot.slack.commands.desk import Desk
from bot.slack.commands.grammar import Line
from bot.slack.commands.pause import MORE as MORE  # noqa: PLC0414 - the two are one thing
from bot.slack.commands.wording import member, moment, undo
from bot.slack.events import Asker, Reply
from bot.store import outbox, steering
from bot.telling import counted

log = structlog.get_logger()

USAGE = ()
CHANGES = True


async def answer(desk: Desk, asker: Asker, rest: Line) -> Reply:
    del rest
    pause, counts = await desk.database.write(lambda conn: (steering.resume(conn), outbox.counts(conn)))
    if pause is None:
        return Reply("Alerts are not paused. Nothing changed.")
    log.info("alerts.resumed", by=asker.user)
    waited = f"They were paused by {member(pause.by)} on {moment(pause.since)}."
    held = f"{counted(counts.waiting, 'message')} waited: told now." if counts.waiting else "Nothing waited."
    return Reply(
        f":arrow_forward: {member(asker.user)} resumed all alerts. {waited} {held} {undo('pause')}", in_channel=True
    )
