"""Which watches there are, as far as the asker may know of them, and which one is meant."""

from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy import Connection

from bot.model import Watch
from bot.slack.commands import targets
from bot.slack.commands.desk import Desk, Here
from bot.slack.commands.grammar import Names, Target
from bot.slack.commands.wording import Refusal, name, target_typed
from bot.slack.events import Asker
from bot.store import watched_sources
from rules.text import fold_name
from watchers.casenumbers import same_case


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is. `names`: what a target may be called; `hidden`: sources of which nobody here may know."""

    here: Here
    watches: list[Watch]
    names: Names
    hidden: frozenset[str]

    def of_here(self) -> list[Watch]:
        return [watch for watch in self.watches if self.here.holds(watch)]


async def standing(desk: Desk, asker: Asker) -> Standing:
    """As the store has it now."""

    def read(conn: Connection) -> tuple[Here, list[Watch], frozenset[str]]:
        here = desk.here(conn, asker)
        return here, desk.in_force.watches(conn), watched_sources.hidden(conn, here=here.names) & desk.given(conn)

    here, watches, hidden = await desk.database.read(read)
    book = desk.in_force.book()
    sources = [source for name_of, source in book.sources.items() if name_of not in hidden]
    known = [watch for watch in watches if here.holds(watch) or not watch.private]
    return Standing(here, watches, targets.names(desk.config, sources, known), hidden)


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
