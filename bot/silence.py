"""Sources that say nothing for longer than is usual for them: no error marks it, so they are looked for."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.standing import LEAST_SILENCE, state_of
from bot.store.archive import recent_published
from bot.store.roster import Standing


def quiet(conn: Connection, standing: Sequence[Standing], now: datetime) -> dict[str, datetime]:
    """Those of them that are quiet, with the time of their last document.

    A rhythm is a question to the store for each source, so only those are asked for that may be quiet at all.
    """
    return {
        one.source: one.last_document
        for one in standing
        if one.last_document is not None
        and now - one.last_document > LEAST_SILENCE
        and state_of(one, recent_published(conn, one.source), now) == "quiet"
    }
