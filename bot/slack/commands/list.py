"""`/watch list`: what is watched in this channel, or in all that the asker may look into."""

from datetime import datetime

from bot.model import FOREVER, Watch
from bot.rulebook import FROM_SLACK
from bot.slack.commands.desk import Desk
from bot.slack.commands.grammar import Line
from bot.slack.commands.heard import Finds, finds
from bot.slack.commands.standing import Standing, standing
from bot.slack.commands.wording import Refusal, ago, asked, code, member, moment, name, place
from bot.slack.events import Asker, Reply
from bot.store import steering
from bot.telling import counted

USAGE = ("/watch list [all]",)
MORE = """*What is watched*
`/watch list` tells of this channel, `/watch list all` of every public one too. What comes from config.toml is changed there."""  # noqa: E501 - a paragraph is a line in Slack
CHANGES = False
MOST_LINES = 40
MOST_CHARACTERS = 2700


async def answer(desk: Desk, asker: Asker, rest: Line) -> Reply:
    everywhere = [token.text.casefold() for token in rest.tokens] == ["all"]
    if rest.tokens and not everywhere:
        raise Refusal(f"I don't know {code(rest.tokens[0].text)} there. Did you mean `/watch list all`?")
    now = await standing(desk, asker)
    shown = await desk.shown(now.watches, now.here) if everywhere else now.of_here()
    found, paused = await desk.database.read(lambda conn: (finds(conn, desk, shown), steering.paused(conn)))
    at = desk.clock()
    head = [f"Alerts are paused by {member(paused.by)} since {moment(paused.since)}."] if paused is not None else []
    if not shown:
        return Reply("\n".join([*head, "Nothing is watched here yet. Try `/watch add AAPL guidance`."]))
    where = "that you can see" if everywhere else "in this channel"
    title = f"*{len(shown)} {'watch' if len(shown) == 1 else 'watches'} {where}*"
    lines = [_line(watch, found, now, at, everywhere=everywhere) for watch in shown]
    return Reply("\n".join([*head, title, *_fitting(lines)]))


def _line(watch: Watch, found: Finds, now: Standing, at: datetime, *, everywhere: bool) -> str:
    called = f"{watch.name} " if watch.origin == FROM_SLACK else ""
    parts = [f"{called}{name(watch.target)}"]
    if watch.origin == FROM_SLACK:
        parts.append(asked(watch))
    else:
        parts += [f"only {name(', '.join(watch.filters.companies))}"] if watch.filters.companies else []
        parts.append(f"from {watch.origin}")
    if everywhere:
        parts.append("here" if now.here.holds(watch) else place(watch.channel))
    if watch.muted_until is not None and watch.muted(at):
        parts.append(":mute:" if watch.muted_until == FOREVER else f":mute: until {moment(watch.muted_until)}")
    last = found.of(watch).last
    parts.append(f"last match {ago(last, at)}" if last is not None else "no match yet")
    return " · ".join(parts)


def _fitting(lines: list[str]) -> list[str]:
    """As many as a message takes."""
    kept, room = [], MOST_CHARACTERS
    for line in lines[:MOST_LINES]:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    left = len(lines) - len(kept)
    return [*kept, f"and {counted(left, 'more')[:-1]}: `/watch show TARGET`"] if left else kept
