"""How often the rules of watches were found where they listen, and when last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.model import Watch
from bot.slack.commands.desk import Desk
from bot.store import matches
from rules.fields import is_named, is_said_by, is_written_in
from watchers.casenumbers import same_case


@dataclass(frozen=True, slots=True)
class Heard:
    count: int = 0
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finds:
    """`given`: sources that people gave, which only those watches hear that name them."""

    found: Sequence[matches.Found]
    given: frozenset[str]

    def of(self, watch: Watch) -> Heard:
        mine = [one for one in self.found if one.rule in watch.rules and self._hears(watch, one)]
        return Heard(sum(one.count for one in mine), max((one.last for one in mine), default=None))

    def _hears(self, watch: Watch, one: matches.Found) -> bool:
        filters = watch.filters
        return (
            (one.source not in self.given or one.source in filters.sources)
            and (not filters.companies or is_named(filters.companies, one.company))
            and (not filters.sources or is_named(filters.sources, one.source))
            and (not filters.kinds or one.kind in filters.kinds)
            and (not filters.dockets or any(same_case(number, one.docket_number or "") for number in filters.dockets))
            and (not filters.languages or is_written_in(filters.languages, one.language))
            and (not filters.sections or one.section in filters.sections)
            and (not filters.speakers or is_said_by(filters.speakers, one.speaker))
        )


def finds(conn: Connection, desk: Desk, watches: Sequence[Watch], *, since: datetime | None = None) -> Finds:
    """Of all rules of these watches. `since`: only what was found from then on."""
    rules = {rule for watch in watches for rule in watch.rules}
    bounds = [watch.filters for watch in watches]
    closely = any(bound.speakers or bound.sections or bound.languages for bound in bounds)
    return Finds(matches.found(conn, rules, since=since, closely=closely), desk.given(conn))
