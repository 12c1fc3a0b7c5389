"""Under which name the store knows a channel of Slack: the configuration's `#name`, or Slack's id."""

from collections.abc import Collection

from sqlalchemy import Connection, or_, select

from bot.store.schema import channels


def names_of(conn: Connection, channel: str, name: str, configured: Collection[str]) -> list[str]:
    """All names of a channel. `name`: as Slack gives it, empty where it does not; `configured`: names of the file.

    A channel that was written to is known by its id: another that is called so by now is another.
    """
    named = f"#{name}"
    rows = conn.execute(
        select(channels.c.name, channels.c.place).where(or_(channels.c.place == channel, channels.c.name == named))
    ).all()
    known = {row.name: row.place for row in rows}
    names = [one for one, where in known.items() if where == channel]
    if named in configured and known.get(named) in {None, channel}:
        names.append(named)
    return list(dict.fromkeys((*names, channel)))
