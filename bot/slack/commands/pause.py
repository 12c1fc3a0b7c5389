"""`/watch pause`: nothing is told anywhere, until somebody resumes; watching and storing go on."""

import structlog

from bot.slack.commands.desk import Desk
from bot.slack.commands.grammar import Line
from bot.slack.commands.wording import member, moment, undo
from bot.slack.events import Asker, Reply
from bot.store import steering

log = structlog.get_logger()

USAGE = ("/watch pause | resume",)
MORE = """*Tell nothing, anywhere*
`/watch pause` holds back the alerts of all channels; sources are watched all the same, and nothing is lost. `/watch resume` tells what waited, with its age."""  # noqa: E501 - a paragraph is a line in Slack
CHANGES = True


async def answer(desk: Desk, asker: Asker, rest: Line) -> Reply:
    del rest
    now = desk.clock()
    before, _ = await desk.database.write(
        lambda conn: (steering.paused(conn), steering.pause(conn, asker.user, now=now))
    )
    if before is not None:
        since = f"by {member(before.by)} since {moment(before.since)}"
        return Reply(f"Alerts are paused already, {since}. Nothing changed. `/watch resume` tells them.")
    log.info("alerts.paused", by=asker.user)
    said = f":double_vertical_bar: {member(asker.user)} paused all alerts. Watching goes on, and nothing is lost."
    return Reply(f"{said} {undo('resume')}", in_channel=True)
