"""`/watch remove`: a watch, or some of its keywords."""

from collections.abc import Sequence

from sqlalchemy import Connection

from bot.model import Watch
from bot.rulebook import FROM_SLACK
from bot.slack.commands.desk import Desk
from bot.slack.commands.grammar import Asked, Line, asked, keyword_of
from bot.slack.commands.named import named_by, ways
from bot.slack.commands.standing import meant, standing
from bot.slack.commands.wording import (
    Refusal,
    code,
    is_a_rule,
    member,
    name,
    place,
    rules,
    rules_typed,
    undo,
)
from bot.slack.events import Asker, Reply
from bot.store import steering, watched_sources, watches
from rules.text import fold_name

USAGE = ("/watch remove TARGET|wN [KEYWORD…] [rule:NAME]",)
MORE = """*Stop watching*
`/watch remove AAPL`, or `w7` by its own name, which works from any channel that may know of it. With keywords, those alone are taken away: `/watch remove AAPL guidance`; `-jobs` takes away what is left out. `rm` and `unsubscribe` mean the same."""  # noqa: E501 - a paragraph is a line in Slack
CHANGES = True


async def answer(desk: Desk, asker: Asker, rest: Line) -> Reply:
    now = await standing(desk, asker)
    wanted = asked(rest, now.names, example="remove AAPL")
    if wanted.channel is not None:
        raise Refusal("Type it in that channel, or give the watch by its own name: `/watch remove w7`.")
    watch = await meant(desk, now, wanted.target)
    if watch.origin != FROM_SLACK:
        raise Refusal(f"{name(watch.target)} comes from {watch.origin}: it is changed there. `/watch mute` works here.")

    def change(conn: Connection) -> tuple[Watch, Watch | None]:
        steering.hold(conn)
        before = watches.find(conn, watch.name)
        if before is None:
            raise Refusal(f"There is no {name(watch.name)} any more. See `/watch list`.")
        if before.made is not None:
            _must_be_free(before, desk.in_force.watches(conn))
        after = _narrowed(before, wanted)
        if after is not None:
            watches.change(conn, before, after, by=asker.user, said=rest.said, now=desk.clock())
            return before, after
        watches.remove(conn, before, by=asker.user, said=rest.said, now=desk.clock())
        _leave_sources(conn, before)
        return before, None

    before, after = await desk.database.write(change)
    await desk.in_force.renew()
    return _reply(asker, before, after, "here" if now.here.holds(before) else f"in {place(before.channel)}")


def _must_be_free(rule: Watch, there: Sequence[Watch]) -> None:
    """Raises `Refusal` where other watches name the rule: they would hear nothing more."""
    naming = named_by(rule, there)
    if naming:
        others = ", ".join(name(watch.name) for watch in naming)
        first = code(f"/watch remove {naming[0].name} rule:{rule.name}")
        raise Refusal(f"{name(rule.target)} is asked for by {others} too. Nothing changed. First {first}.")


def _narrowed(watch: Watch, wanted: Asked) -> Watch | None:
    """The watch without these keywords; None where nothing is left. Raises `Refusal` where it has none of them."""
    if not wanted.keywords and not wanted.excluded and not wanted.rules:
        return None
    if watch.made is not None:
        raise Refusal(is_a_rule(watch))
    if not wanted.keywords and not wanted.rules:
        return _with_all(watch, wanted)
    words = {one.word for one in wanted.keywords}
    called = {fold_name(word) for word in (*words, *wanted.rules)}
    kept = tuple(one for one in watch.keywords if one.word not in words)
    queries = {one.query for one in watch.keywords}
    named = [rule for rule in watch.rules if rule not in queries and called.isdisjoint(ways(rule))]
    after = watch.model_copy(update={"rules": (*named, *(one.query for one in kept)), "keywords": kept})
    if after == watch:
        raise Refusal(_has_not(watch))
    return after if after.rules else None


def _with_all(watch: Watch, wanted: Asked) -> Watch:
    """The watch without what is left out."""
    left = tuple(
        keyword_of(one.word, [word for word in one.without if word not in wanted.excluded]) for one in watch.keywords
    )
    if left == watch.keywords:
        raise Refusal(_has_not(watch))
    queries = {one.query for one in watch.keywords}
    named = [rule for rule in watch.rules if rule not in queries]
    return watch.model_copy(update={"rules": (*named, *(one.query for one in left)), "keywords": left})


def _has_not(watch: Watch) -> str:
    has = rules(watch.rules, watch.keywords)
    return f"{name(watch.target)} ({watch.name}) has no such keyword. Nothing changed. It has {has}."


def _leave_sources(conn: Connection, watch: Watch) -> None:
    """A source that people gave is watched as long as somebody wants it."""
    wanted = {source for other in watches.listing(conn, ()) for source in other.filters.sources}
    for source in watch.filters.sources:
        if source not in wanted:
            watched_sources.rest(conn, source)


def _reply(asker: Asker, before: Watch, after: Watch | None, there: str) -> Reply:
    said = f"{member(asker.user)} stopped watching {name(before.target)} {there}"
    if after is None:
        return Reply(f"{said} ({before.name}). {undo(f'add {before.name}')}", in_channel=True)
    gone = [rule for rule in before.rules if rule not in after.rules]
    again = undo(f"add {after.name} {rules_typed(gone, before.keywords)}")
    return Reply(f"{said} for {rules(gone, before.keywords)} ({after.name}). {again}", in_channel=True)
