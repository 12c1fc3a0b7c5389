"""`/watch mute`: matches are kept and not told, for a while or until somebody unmutes."""

from bot.model import FOREVER
from bot.slack.commands.desk import Desk
from bot.slack.commands.grammar import Line, muting
from bot.slack.commands.standing import meant, standing
from bot.slack.commands.wording import Refusal, member, mute_typed, name, target_typed, undo, until
from bot.slack.events import Asker, Reply
from bot.store import watches

USAGE = ("/watch mute TARGET|wN 1h|24h|7d|forever",)
MORE = """*Hear nothing of it for a while*
`/watch mute AAPL 24h`, or `30m`, `7d`, `2w`, `forever`. What matches meanwhile is kept, and `/watch show AAPL` counts it. A watch of config.toml can be muted too."""  # noqa: E501 - a paragraph is a line in Slack
CHANGES = True


async def answer(desk: Desk, asker: Asker, rest: Line) -> Reply:
    now = await standing(desk, asker)
    target, lasts = muting(rest, now.names)
    watch = await meant(desk, now, target)
    at = desk.clock()
    end = FOREVER if lasts is None else at + lasts
    muted = await desk.database.write(lambda conn: watches.mute(conn, watch.name, end, asker.user, at, said=rest.said))
    if muted is None:
        raise Refusal(f"{name(watch.target)} isn't watched any more. See `/watch list`.")
    await desk.in_force.renew()
    called = target_typed(watch.target) if watch.name.startswith("config:") else watch.name
    kept = f"Matches are kept: `/watch show {called}`."
    said = f"{member(asker.user)} muted {name(watch.target)} until {until(end)}. {kept}"
    before = watch.muted_until
    undone = f"mute {called} {mute_typed(before, at)}" if before is not None and watch.muted(at) else f"unmute {called}"
    return Reply(f"{said} {undo(undone)}", in_channel=True)
