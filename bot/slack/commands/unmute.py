"""`/watch unmute`: tell again what matches from now on."""

from bot.slack.commands.desk import Desk
from bot.slack.commands.grammar import Line, pointed
from bot.slack.commands.standing import meant, standing
from bot.slack.commands.wording import member, mute_typed, name, target_typed, undo
from bot.slack.events import Asker, Reply
from bot.store import watches

USAGE = ("/watch unmute TARGET|wN",)
MORE = """*Hear of it again*
`/watch unmute AAPL`: from now on. What matched while it was muted stays untold; `/watch show AAPL` counts it, `/watch test AAPL` shows the newest."""  # noqa: E501 - a paragraph is a line in Slack
CHANGES = True


async def answer(desk: Desk, asker: Asker, rest: Line) -> Reply:
    now = await standing(desk, asker)
    watch = await meant(desk, now, pointed(rest, now.names, example="unmute AAPL"))
    at, muted_until = desk.clock(), watch.muted_until
    if muted_until is None or not watch.muted(at):
        return Reply(f"{name(watch.target)} isn't muted. Nothing changed.")
    await desk.database.write(lambda conn: watches.mute(conn, watch.name, None, asker.user, at, said=rest.said))
    await desk.in_force.renew()
    called = target_typed(watch.target) if watch.name.startswith("config:") else watch.name
    undone = undo(f"mute {called} {mute_typed(muted_until, at)}")
    return Reply(f"{member(asker.user)} unmuted {name(watch.target)}. {undone}", in_channel=True)
