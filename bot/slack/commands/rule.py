"""`/watch rule`: a rule with a name, by its query; what it would have flagged is shown before it is believed."""

from dataclasses import dataclass, replace
from typing import get_args

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection

from bot.config.schema import Facet
from bot.model import MadeRule, Watch
from bot.rulebook import FROM_SLACK
from bot.slack.commands import targets
from bot.slack.commands.desk import Desk
from bot.slack.commands.destination import destination, must_not_show
from bot.slack.commands.grammar import (
    Channel,
    Line,
    channel_in,
    is_watch,
    keyword_of,
    keywords,
    options,
    query_of,
)
from bot.slack.commands.named import made_rules, must_be_new
from bot.slack.commands.preview import Preview, preview
from bot.slack.commands.standing import Standing, standing
from bot.slack.commands.wording import (
    LONGEST_QUERY,
    Refusal,
    asked,
    code,
    member,
    name,
    place,
    undo,
)
from bot.slack.events import Asker, Reply
from bot.store import steering, watches
from rules.model import Filters, Severity
from rules.text import fold_name

USAGE = ("/watch rule NAME|wN QUERY [severity:high] [facet:TOPIC] [in #channel]",)
MORE = """*A rule with a name*
`/watch rule Exclusivity exclusive NEAR/5 licens* severity:high` makes it, or changes it, and shows what it would have found in the newest stored documents. It is told here, wherever it is found; `/watch add META rule:Exclusivity` asks for it elsewhere too. What would be found nearly everywhere is made only with `anyway` at its end. The query: docs/query.md; words side by side are one phrase, commas mean OR, `-word` leaves out. `severity:` is high, normal or low; `facet:` names a topic of the timeline, `facet:none` none."""  # noqa: E501 - a paragraph is a line in Slack
CHANGES = True
EXAMPLE = "rule Exclusivity exclusive NEAR/5 licens*"
LONGEST_NAME = 60
"""Characters."""
ANYWAY = "anyway"
_FACET: TypeAdapter[str] = TypeAdapter(Facet)


@dataclass(frozen=True, slots=True)
class Wanted:
    """`called`: a name, or a watch's own. None: nothing was said of it."""

    called: str
    query: str | None
    severity: Severity | None
    facet: str | None
    channel: Channel | None
    anyway: bool

    def applied(self, before: MadeRule | None) -> MadeRule:
        """The rule as it is to be. Raises `Refusal` where there is none before and no query."""
        if self.query is None and before is None:
            raise Refusal(f"Tell me what it asks for: {code(f'/watch {EXAMPLE}')}. Nothing changed.")
        known = before or MadeRule(query=self.query or "")
        facet = known.facet if self.facet is None else None if self.facet == "none" else self.facet
        return MadeRule(query=self.query or known.query, severity=self.severity or known.severity, facet=facet)


async def answer(desk: Desk, asker: Asker, rest: Line) -> Reply:
    wanted = read(rest)
    now = await standing(desk, asker)
    before = await _there(desk, asker, now, wanted.called)
    made = wanted.applied(before.made if before is not None else None)
    if before is not None and made == before.made:
        return _is_so(before)
    if before is not None and wanted.channel is not None:
        raise Refusal(f"{name(before.target)} stays where it is. Nothing changed.")
    tried = await preview(desk, made.query, await desk.shown(now.watches, now.here))
    if before is None:
        _must_be_narrow(tried, wanted)
        return await _make(desk, asker, rest.said, wanted, made, tried)
    return await _change(desk, asker, now, rest.said, before, wanted, tried)


def read(rest: Line) -> Wanted:
    """Raises `Refusal`."""
    rest, told = options(rest, "severity", "facet")
    tokens, channel = channel_in(rest.tokens)
    if not tokens or tokens[0].what not in {"word", "phrase"}:
        raise Refusal(f"Tell me its name and what it asks for: {code(f'/watch {EXAMPLE}')}.")
    called = " ".join(tokens[0].text.split())
    anyway = len(tokens) > 1 and tokens[-1].what == "word" and tokens[-1].text == ANYWAY
    asked_for = tokens[1:-1] if anyway else tokens[1:]
    severity = next((_severity(value) for key, value in told if key == "severity"), None)
    facet = next((_facet(value) for key, value in told if key == "facet"), None)
    return Wanted(called, _query(replace(rest, tokens=tuple(asked_for))), severity, facet, channel, anyway)


def _query(rest: Line) -> str | None:
    """As `/watch add` reads keywords: any of them."""
    words, excluded = keywords(rest)
    if not words:
        if excluded:
            raise Refusal("There is nothing to find, only something to leave out. Nothing changed.")
        return None
    query = keyword_of(query_of(" OR ".join(f"({word})" for word in words)), excluded).query
    if len(query) > LONGEST_QUERY:
        raise Refusal(f"It is longer than {LONGEST_QUERY} characters. Nothing changed. Write it into config.toml.")
    return query


def _severity(value: str) -> Severity:
    found: Severity | None = next((one for one in get_args(Severity) if one == value.casefold()), None)
    if found is None:
        raise Refusal(f"{code(value)} is no severity: high, normal or low. Nothing changed.")
    return found


def _facet(value: str) -> str:
    try:
        return _FACET.validate_python(value.casefold())
    except ValidationError:
        raise Refusal(f"{code(value)} is no facet: small letters, digits and hyphens. Nothing changed.") from None


async def _there(desk: Desk, asker: Asker, now: Standing, called: str) -> Watch | None:
    """The rule that is to be changed; None where it is to be made. Raises `Refusal`.

    By its name it is one of this channel. What is typed in a private channel changes nothing that shows elsewhere.
    """
    known = await made_rules(desk, now)
    by_number = next((watch for watch in known if watch.name == called.lower()), None)
    if by_number is not None:
        await must_not_show(desk, asker, now.here, by_number)
    by_name = next((one for one in known if now.here.holds(one) and fold_name(one.target) == fold_name(called)), None)
    if by_number is not None or by_name is not None:
        return by_number or by_name
    if is_watch(called) or not fold_name(called) or len(called) > LONGEST_NAME:
        raise Refusal(f"{name(called)} is no name for a rule. Nothing changed. Take a word, or some in quotes.")
    if fold_name(called) in targets.names(desk.config, desk.config.sources):
        raise Refusal(f"{name(called)} is the name of a company or source. Nothing changed. Take another.")
    return None


async def _make(desk: Desk, asker: Asker, said: str, wanted: Wanted, made: MadeRule, tried: Preview) -> Reply:
    where = await destination(desk, asker, wanted.channel)

    def make(conn: Connection) -> Watch:
        steering.hold(conn)
        names = desk.names_of(conn, where.place.id, where.place.name)
        must_be_new(wanted.called, [watch for watch in desk.in_force.watches(conn) if watch.channel in names])
        new = Watch(
            name="",
            target=wanted.called,
            rules=(),
            made=made,
            filters=Filters(),
            channel=names[0],
            private=where.place.private,
            owner=asker.user,
            since=desk.clock(),
            origin=FROM_SLACK,
        )
        return watches.add(conn, new, by=asker.user, said=said, now=desk.clock())

    watch = await desk.database.write(make)
    await desk.in_force.renew()
    there = "here" if where.here else f"in {place(where.place.id)}"
    head = f":eyes: {member(asker.user)} made the rule {name(watch.target)}, told {there}: {asked(watch)}."
    return Reply(f"{head} ({watch.name}) {undo(f'remove {watch.name}')}\n{tried.said()}", in_channel=True)


async def _change(
    desk: Desk, asker: Asker, now: Standing, said: str, watch: Watch, wanted: Wanted, tried: Preview
) -> Reply:
    """What is wanted of the rule as it is by now: while it was tried, somebody else may have changed it."""

    def change(conn: Connection) -> tuple[MadeRule, MadeRule, Watch]:
        steering.hold(conn)
        before = watches.find(conn, watch.name)
        if before is None or before.made is None:
            raise Refusal(f"There is no {name(watch.name)} any more. See `/watch list`.")
        made = wanted.applied(before.made)
        if made.query != before.made.query:
            _must_be_narrow(tried, wanted)
        after = before.model_copy(update={"made": made})
        if after != before:
            watches.change(conn, before, after, by=asker.user, said=said, now=desk.clock())
        return before.made, made, after

    before, made, after = await desk.database.write(change)
    if made == before:
        return _is_so(after)
    await desk.in_force.renew()
    elsewhere = "" if now.here.holds(after) else f", told in {place(after.channel)}"
    head = f":eyes: {member(asker.user)} changed the rule {name(after.target)}{elsewhere}: {asked(after)}."
    reply = f"{head} ({after.name}) {undo(_typed(after.name, before))}"
    is_tried = made.query == wanted.applied(watch.made).query
    return Reply(f"{reply}\n{tried.said()}" if is_tried else reply, in_channel=True)


def _is_so(rule: Watch) -> Reply:
    return Reply(f"The rule {name(rule.target)} ({rule.name}) is so already: {asked(rule)}. Nothing changed.")


def _must_be_narrow(tried: Preview, wanted: Wanted) -> None:
    """Raises `Refusal` for a query that finds nearly everything, unless it is wanted so."""
    if tried.is_broad and not wanted.anyway:
        raise Refusal(f"{tried.said()}\nThat is nearly everywhere. Nothing changed. Narrow it, or add `{ANYWAY}`.")


def _typed(called: str, rule: MadeRule) -> str:
    return f"rule {called} {rule.query} severity:{rule.severity} facet:{rule.facet or 'none'} {ANYWAY}"
