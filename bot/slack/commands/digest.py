"""`/watch digest`: at what time of day a channel hears of what is of low severity."""

import re
from datetime import time

import structlog
from sqlalchemy import Connection

from bot.digest import DigestHour
from bot.slack.commands.desk import Desk
from bot.slack.commands.grammar import Line
from bot.slack.commands.wording import Refusal, code, member, moment, undo
from bot.slack.events import Asker, Reply
from bot.store import channels

log = structlog.get_logger()

USAGE = ("/watch digest [08:00]",)
MORE = """*Hear of low severity once a day, in one message*
`/watch digest 08:00`: when this channel gets it, by the clocks of `bot.timezone`; `/watch digest default`: when the other channels do. Without a time it says when that is. Alerts of higher severity are told at once."""  # noqa: E501 - a paragraph is a line in Slack
CHANGES = False
"""Whoever only asks needs no right."""
_TIME = re.compile(r"([01]?\d|2[0-3])[:.h]([0-5]\d)")
_USUAL = frozenset({"default", "usual"})


async def answer(desk: Desk, asker: Asker, rest: Line) -> Reply:
    hour = DigestHour(desk.config.bot.digest_at, desk.config.bot.timezone)
    typed = " ".join(f"{'-' if token.what == 'exclude' else ''}{token.text}" for token in rest.tokens)
    names, before = await desk.database.read(lambda conn: _known(conn, desk, asker))
    if not typed:
        told = moment(hour.after(desk.clock(), before))
        return Reply(f"The digest of this channel comes at {_said(before, hour)}; the next one {told}.")
    desk.must_be_allowed(asker)
    at = _read(typed)
    due = hour.after(desk.clock(), at)
    if at == before:
        return Reply(f"The digest of this channel comes at {_said(at, hour)} already. Nothing changed.")
    await desk.database.write(lambda conn: channels.set_digest(conn, names, at, due=due))
    log.info("channel.digest-set", channel=names[0], at=_said(at, hour), by=asker.user)
    back = f"{before:%H:%M}" if before is not None else "default"
    said = f"{member(asker.user)} set the digest of this channel to {_said(at, hour)}; the next one {moment(due)}."
    return Reply(f"{said} {undo(f'digest {back}')}", in_channel=True)


def _known(conn: Connection, desk: Desk, asker: Asker) -> tuple[tuple[str, ...], time | None]:
    names = desk.here(conn, asker).names
    hours = (channels.digest_at(conn, name) for name in names)
    return names, next((at for at in hours if at is not None), None)


def _read(typed: str) -> time | None:
    if typed.casefold() in _USUAL:
        return None
    match = _TIME.fullmatch(typed.casefold())
    if match is None:
        raise Refusal(f"{code(typed)} is no time of day. Try `/watch digest 08:00`. Nothing changed.")
    return time(int(match[1]), int(match[2]))


def _said(at: time | None, hour: DigestHour) -> str:
    usual = " (as everywhere)" if at is None else ""
    return f"{at or hour.usual:%H:%M} {hour.zone.key}{usual}"
