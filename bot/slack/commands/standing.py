"""Which watches there are, as far as the asker may know of them, and which one is meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from sqlalchemy import Connection

from bot.model import Watch
from bot.slack.commands import targets
from bot.slack.commands.desk import Desk, Here
from bot.slack.commands.grammar import Names, Target
from bot.slack.commands.wording import Refusal, name, target_typed
from bot.slack.events import Asker
from bot.store import matches
from rules.text import fold_name
from watchers.casenumbers import same_case


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is. `names`: what a target may be called."""

    here: Here
    watches: list[Watch]
    names: Names

    def of_here(self) -> list[Watch]:
        return [watch for watch in self.watches if self.here.holds(watch)]


async def standing(desk: Desk, asker: Asker) -> Standing:
    """As the store has it now."""

    def read(conn: Connection) -> tuple[Here, list[Watch]]:
        return desk.here(conn, asker), desk.in_force.watches(conn)

    here, watches = await desk.database.read(read)
    sources = desk.in_force.book().sources.values()
    # How a rule of a private channel is called is nobody else's business.
    called = [watch for watch in watches if here.holds(watch) or not watch.private]
    return Standing(here, watches, targets.names(desk.config, sources, called))


async def meant(desk: Desk, now: Standing, target: Target) -> Watch:
    """The watch that is meant: by its own name, or by its target in this channel. Raises `Refusal`.

    One of a private channel is not there for those outside.
    """
    if target.what == "watch":
        called = [watch for watch in now.watches if watch.name == target.text]
        seen = await desk.shown(called, now.here)
        if seen:
            return seen[0]
        raise Refusal(f"There is no {name(target.text)}. See `/watch list all`.")
    found = [watch for watch in now.of_here() if is_of(watch, target, desk)]
    if found:
        return min(found, key=lambda watch: watch.name.startswith("config:"))
    raise Refusal(_not_watched(target, now))


def is_of(watch: Watch, target: Target, desk: Desk) -> bool:
    """Whether a watch is on that target."""
    if target.what == "address":
        at = targets.source_at(target.text, desk.in_force.book().sources.values())
        return watch.target == target.text or (at is not None and watch.filters.sources == (at.name,))
    if target.what == "docket":
        return any(same_case(number, target.text) for number in watch.filters.dockets)
    return fold_name(watch.target) == fold_name(target.text) or watch.filters.sources == (target.text,)


@dataclass(frozen=True, slots=True)
class Heard:
    """How often the rules of a watch were found where it listens, and when last."""

    count: int = 0
    last: datetime | None = None


def heard(watch: Watch, found: Sequence[matches.Found]) -> Heard:
    """Bounds of a watch on speakers, sections and languages are left out of account."""
    mine = [one for one in found if one.rule in watch.rules and _listens(watch, one)]
    return Heard(sum(one.count for one in mine), max((one.last for one in mine), default=None))


def _listens(watch: Watch, one: matches.Found) -> bool:
    filters = watch.filters
    return (
        (not filters.companies or fold_name(one.company or "") in map(fold_name, filters.companies))
        and (not filters.sources or fold_name(one.source) in map(fold_name, filters.sources))
        and (not filters.kinds or one.kind in filters.kinds)
        and (not filters.dockets or any(same_case(number, one.docket_number or "") for number in filters.dockets))
    )


def _not_watched(target: Target, now: Standing) -> str:
    called = {fold_name(watch.target): watch.target for watch in now.of_here()}
    near = get_close_matches(fold_name(target.text), called, 1, 0.6)
    if near and target.what == "unknown":
        meant_target = called[near[0]]
        return (
            f"{name(target.text)} isn't watched here. Did you mean {name(meant_target)}? "
            f"`/watch show {target_typed(meant_target)}`"
        )
    return f"{name(target.text)} isn't watched here. See `/watch list`."
