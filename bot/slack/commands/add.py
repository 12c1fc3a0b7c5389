"""`/watch add`: a new watch, or more keywords of one that is there."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.model import Keyword, Watch
from bot.rulebook import FROM_SLACK, defaults
from bot.slack.commands import targets
from bot.slack.commands.desk import Desk
from bot.slack.commands.destination import Destination, destination, must_not_show
from bot.slack.commands.grammar import MOST_KEYWORDS, Asked, Line, asked
from bot.slack.commands.named import must_be_new, must_be_there, rule_names
from bot.slack.commands.standing import Standing, meant, standing
from bot.slack.commands.targets import Found
from bot.slack.commands.wording import (
    Refusal,
    code,
    is_a_rule,
    keywords_typed,
    member,
    name,
    place,
    rules,
    rules_typed,
    undo,
)
from bot.slack.events import Asker, Reply
from bot.store import steering, watched_sources, watches
from rules.model import Filters
from watchers.casenumbers import same_case
from watchers.model import Source

USAGE = ("/watch add TARGET [KEYWORD…] [-EXCLUDE…] [rule:NAME] [in #channel]",)
MORE = """*Watch something here*
TARGET is a company (its ticker or name), a source of config.toml, the address of a feed, of a page that offers one or of a docket at CourtListener, or `docket:NUMBER`.
Words side by side are one phrase, commas separate: `/watch add META revenue share, licensing -music`. Quotes make a phrase of their own. `licens*` is every word that begins so; AND, OR, NOT, NEAR/5 in capitals, `/s` (same sentence), `amount>1B`, `percent>10` and fields (`speaker:`, `section:`) make a query. `rule:NAME` is a rule that has a name. Without keywords the default rules apply.
On what is watched already it adds keywords."""  # noqa: E501 - a paragraph is a line in Slack
CHANGES = True
EXAMPLE = 'add AAPL "material weakness"'


async def answer(desk: Desk, asker: Asker, rest: Line) -> Reply:
    now = await standing(desk, asker)
    wanted = asked(rest, now.names, example=EXAMPLE)
    if wanted.excluded and not wanted.keywords:
        left_out = code(f"-{wanted.excluded[0]}")
        raise Refusal(f"{left_out} leaves something out of a keyword, and there is none. Nothing changed.")
    if wanted.target.what == "watch":
        return await _more(desk, asker, rest, now, wanted)
    found = await targets.resolve(desk, wanted.target, now.hidden)
    where = await destination(desk, asker, wanted.channel)
    channels = await desk.database.read(lambda conn: desk.names_of(conn, where.place.id, where.place.name))
    rules_too = await rule_names(desk, now, wanted.rules, channels=channels, private=where.place.private)
    more = More(wanted.keywords, rules_too)
    done = await desk.database.write(lambda conn: _add(conn, desk, asker, rest.said, found, more, where))
    await desk.in_force.renew()
    notes = ["Without keywords the default rules apply."] if done.before is None and not more else []
    notes += [found.note] if found.note else []
    if found.given is not None:
        notes.append("I visit it now for the first time; what is there already is recorded, not told.")
    return _reply(asker, done, "here" if where.here else f"in {place(where.place.id)}", notes)


@dataclass(frozen=True, slots=True)
class More:
    """What is to be asked for too. `rules`: their names."""

    keywords: tuple[Keyword, ...] = ()
    rules: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.keywords or self.rules)


@dataclass(frozen=True, slots=True)
class _Done:
    """`before` None: the watch is new; `after` the same as before: nothing changed."""

    before: Watch | None
    after: Watch


def _add(conn: Connection, desk: Desk, asker: Asker, said: str, found: Found, more: More, where: Destination) -> _Done:
    steering.hold(conn)
    now = desk.clock()
    _watch_sources(conn, found.filters, found.given, by=asker.user, now=now)
    names = desk.names_of(conn, where.place.id, where.place.name)
    there = desk.in_force.watches(conn)
    must_be_there(more.rules, desk.config.rules, there)
    for before in there:
        if before.origin == FROM_SLACK and before.channel in names and _alike(before.filters, found.filters):
            after = widened(before, more, desk)
            if after != before:
                watches.change(conn, before, after, by=asker.user, said=said, now=now)
            return _Done(before, after)
    new = Watch(
        name="",
        target=found.target,
        rules=(),
        filters=found.filters,
        channel=names[0],
        private=where.place.private,
        owner=asker.user,
        since=now,
        origin=FROM_SLACK,
    )
    new = widened(new, more, desk)
    return _Done(None, watches.add(conn, new, by=asker.user, said=said, now=now))


async def _more(desk: Desk, asker: Asker, rest: Line, now: Standing, wanted: Asked) -> Reply:
    """Keywords for a watch that is called by its own name; one that was removed is there again."""
    called = wanted.target.text
    if wanted.channel is not None:
        raise Refusal(f"{name(called)} stays where it is. Nothing changed. Add its target in the other channel.")
    gone = await desk.database.read(lambda conn: watches.removed(conn, called))
    watch = gone if gone is not None and await desk.shown([gone], now.here) else await meant(desk, now, wanted.target)

    here = await desk.database.read(lambda conn: desk.names_of(conn, watch.channel, ""))
    rules_too = await rule_names(desk, now, wanted.rules, channels=(watch.channel, *here), private=watch.private)
    more = More(wanted.keywords, rules_too)
    if more:
        await must_not_show(desk, asker, now.here, watch)
    if watch.made is not None and (more or gone is None):
        raise Refusal(is_a_rule(watch))

    def change(conn: Connection) -> _Done:
        steering.hold(conn)
        before = watches.find(conn, called)
        if before is None:
            again = widened(watch, more, desk) if more else watch
            return _again(conn, desk, asker, rest.said, again)
        must_be_there(more.rules, desk.config.rules, desk.in_force.watches(conn))
        # What somebody else brought back just now is as it was.
        after = widened(before, more, desk) if more or gone is None else before
        if after != before:
            watches.change(conn, before, after, by=asker.user, said=rest.said, now=desk.clock())
        return _Done(before, after)

    if watch.origin != FROM_SLACK:
        raise Refusal(f"{name(watch.target)} comes from {watch.origin}: it is changed there.")
    done = await desk.database.write(change)
    await desk.in_force.renew()
    return _reply(asker, done, "here" if now.here.holds(watch) else f"in {place(watch.channel)}", [])


def _again(conn: Connection, desk: Desk, asker: Asker, said: str, gone: Watch) -> _Done:
    """What was removed, as it was; unless the same was made anew meanwhile."""
    there = desk.in_force.watches(conn)
    if gone.made is not None:
        names = {gone.channel, *desk.names_of(conn, gone.channel, "")}
        must_be_new(gone.target, [other for other in there if other.channel in names])
    else:
        for other in there:
            same = other.made is None and other.channel == gone.channel and _alike(other.filters, gone.filters)
            if other.origin == FROM_SLACK and same:
                return _Done(other, other)
        queries = {one.query for one in gone.keywords}
        must_be_there([rule for rule in gone.rules if rule not in queries], desk.config.rules, there)
    now = desk.clock()
    _watch_sources(conn, gone.filters, None, by=asker.user, now=now)
    return _Done(None, watches.restore(conn, gone, by=asker.user, said=said, now=now))


def _watch_sources(conn: Connection, filters: Filters, given: Source | None, *, by: str, now: datetime) -> None:
    """Of what people gave, what rests is watched again; what is watched already stays as it is. Raises `Refusal`."""
    known = {source.name: source for source in watched_sources.listing(conn, resting=True)}
    if given is not None and known.setdefault(given.name, given).options != given.options:
        raise Refusal("Somebody has just given another source of that name. Nothing changed. Repeat it.")
    watched = {source.name for source in watched_sources.listing(conn)}
    for name_of in filters.sources:
        if name_of in known and name_of not in watched:
            watched_sources.add(conn, known[name_of], by=by, now=now)


def _alike(one: Filters, other: Filters) -> bool:
    """Whether two watches listen to the same: a case may be written in several ways."""
    if one.dockets and other.dockets:
        return any(same_case(mine, yours) for mine in one.dockets for yours in other.dockets)
    return one == other


def widened(watch: Watch, more: More, desk: Desk) -> Watch:
    """The watch with more of it, or with the default rules; a keyword that it has takes what is left out now."""
    queries = {one.query for one in watch.keywords}
    before = [rule for rule in watch.rules if rule not in queries]
    named_too = more.rules if more else defaults(desk.config.bot.default_rules or ())
    keywords = {one.word: one for one in (*watch.keywords, *more.keywords)}
    if len(keywords) > MOST_KEYWORDS:
        raise Refusal(f"That would be more than {MOST_KEYWORDS} keywords. Nothing changed. `/watch remove` some first.")
    rules_now = (*dict.fromkeys((*before, *named_too)), *(one.query for one in keywords.values()))
    return watch.model_copy(update={"rules": rules_now, "keywords": tuple(keywords.values())})


def _reply(asker: Asker, done: _Done, there: str, notes: list[str]) -> Reply:
    before, after = done.before, done.after
    if before == after:
        return Reply(f"Already watching {name(after.target)} {there} ({after.name}). Nothing changed.")
    said = [f":eyes: {member(asker.user)} is {'also ' if before else ''}watching {name(after.target)} {there} for"]
    new = [rule for rule in after.rules if before is None or rule not in before.rules]
    said.append(f"{rules(new, after.keywords)}. ({after.name})")
    said.append(undo(_undone(before, after, new)))
    return Reply("\n".join([" ".join(said), *notes]), in_channel=True)


def _undone(before: Watch | None, after: Watch, new: list[str]) -> str:
    """What to type so that it is as it was."""
    if before is None:
        return f"remove {after.name}"
    replaced = [one for one in before.keywords if one not in after.keywords]
    if replaced:
        return f"add {after.name} {keywords_typed(replaced)}"
    return f"remove {after.name} {rules_typed(new, after.keywords)}"
