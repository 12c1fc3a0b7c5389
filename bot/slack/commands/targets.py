"""What is meant by a name, an address or a docket number, and where it can be listened for."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from bot import addresses
from bot.config import Config
from bot.config.problems import BadValue
from bot.config.sources import base_url
from bot.config.values import web_address
from bot.model import Watch
from bot.slack.commands.desk import Desk
from bot.slack.commands.grammar import Names, Target
from bot.slack.commands.wording import Refusal, code, name, target_typed
from bot.slack.text import escaped
from bot.store import cases, watched_sources
from rules.model import Filters
from rules.text import fold_name
from watchers.casenumbers import same_case
from watchers.dockets import pacer
from watchers.model import Document, Source
from watchers.trouble import Trouble, TroubleRecord

EXISTS = frozenset({"throttled", "quota"})
"""Troubles that say nothing against an address."""


@dataclass(frozen=True, slots=True)
class Found:
    """`target`: as a watch keeps it. `given`: a source that is to be watched from now on, with what it holds now."""

    target: str
    filters: Filters
    given: Source | None = None
    documents: tuple[Document, ...] = ()
    note: str = ""
    """More to be said of it, in mrkdwn."""


def names(config: Config, sources: Iterable[Source], watches: Iterable[Watch] = ()) -> Names:
    """What may be called how: companies by ticker, name and aliases, then sources, then what is watched already."""
    known: dict[str, str] = {}
    for company in config.companies:
        for called in (company.ticker, company.name, *company.aliases):
            known.setdefault(fold_name(called), company.ticker)
    for called in (*(source.name for source in sources), *(watch.target for watch in watches)):
        known.setdefault(fold_name(called), called)
    known.pop("", None)
    return known


def source_at(url: str, sources: Iterable[Source]) -> Source | None:
    """The source that is watched already at that address."""
    try:
        return next((source for source in sources if addresses.is_at(source, url)), None)
    except ValueError:
        return None


async def resolve(desk: Desk, target: Target) -> Found:
    """Where the target can be listened for. Raises `Refusal`. What it costs: a visit, for an address that is new."""
    if target.what == "address":
        return await _address(desk, target.text)
    if target.what == "docket":
        return await _docket(desk, target.text)
    if target.what == "name":
        return _named(desk, target.text)
    raise Refusal(_unknown(desk, target.text))


def _named(desk: Desk, called: str) -> Found:
    sources = desk.in_force.book().sources
    if any(company.ticker == called for company in desk.config.companies):
        if any(source.company is not None and source.company.ticker == called for source in sources.values()):
            return Found(called, Filters(companies=(called,)))
        raise Refusal(
            f"{name(called)} has no source yet, so there would be nothing to hear. Nothing changed. Give it one in "
            f'config.toml (a `[[source]]` with `company = "{called}"`), or watch an address: `/watch add https://…`.'
        )
    if called in sources:
        return Found(called, Filters(sources=(called,)))
    raise Refusal(_unknown(desk, called))


async def _address(desk: Desk, url: str) -> Found:
    try:
        web_address(url)
    except BadValue as bad:
        raise Refusal(f"{code(url)}: {escaped(bad.problem, 300)}. Nothing changed. {escaped(bad.mend, 300)}") from None
    sources = desk.in_force.book().sources
    there = source_at(url, sources.values())
    if there is not None:
        return _there(desk, there, url)
    try:
        source = addresses.source_at(url) or addresses.feed_source(await desk.trial().feed_at(url))
    except Trouble as trouble:
        raise Refusal(_cannot(url, trouble.record())) from None
    except ValueError:
        raise Refusal(f"{code(url)} is no address. Nothing changed. Give the address of a feed or a docket.") from None
    there = next((one for one in sources.values() if one.options == source.options and one.kind == source.kind), None)
    if there is not None:  # the page of a feed that is watched
        return _there(desk, there, url)
    source = await _called(desk, source, url)
    attempt = await desk.trial().source(source, most_steps=1)
    if attempt.trouble is not None and attempt.trouble.kind not in EXISTS:
        raise Refusal(_cannot(url, attempt.trouble))
    return Found(url, Filters(sources=(source.name,)), given=source, documents=tuple(attempt.documents))


def _there(desk: Desk, source: Source, url: str) -> Found:
    """A source that is watched already. One that people gave goes by its address."""
    configured = desk.config.source(source.name) is not None
    return Found(source.name if configured else url, Filters(sources=(source.name,)))


async def _called(desk: Desk, source: Source, url: str) -> Source:
    """Under the name that it had before, or one that no other has."""
    before = await desk.database.read(lambda conn: watched_sources.listing(conn, resting=True))
    again = next((one for one in before if one.options == source.options and one.kind == source.kind), None)
    taken = {one.name for one in before} | set(desk.in_force.book().sources)
    wanted = addresses.name_for(url)
    free = next(called for number in range(1, len(taken) + 2) if (called := _numbered(wanted, number)) not in taken)
    reached = base_url(source.provider, desk.config.providers)
    return source.model_copy(update={"name": again.name if again is not None else free, "base_url": reached})


def _numbered(called: str, number: int) -> str:
    return called if number == 1 else f"{called}-{number}"


async def _docket(desk: Desk, number: str) -> Found:
    # What people gave is heard by who names it alone.
    stored = await desk.database.read(lambda conn: cases.known(conn, without=desk.given(conn)))
    known = [case for case in stored if same_case(case.number, number)]
    filters = Filters(dockets=(number,))
    told = dict.fromkeys(f"{case.name or case.number} ({case.court})" for case in known)
    if told:
        return Found(f"docket:{number}", filters, note=f"That is {escaped(', '.join(told), 500)}.")
    if any(_brings(source, number) for source in desk.config.sources):
        return Found(f"docket:{number}", filters, note="No entry of it has come yet.")
    raise Refusal(
        f"I don't know the case {name(number)}. Nothing changed. Give its address at CourtListener: "
        "`/watch add https://www.courtlistener.com/docket/…`."
    )


def _brings(source: Source, number: str) -> bool:
    """Whether a court's feed brings the entries of that case, if there are any."""
    options = source.options
    if not isinstance(options, pacer.Options):
        return False
    return not options.cases or any(same_case(case, number) for case in options.cases)


def _cannot(url: str, trouble: TroubleRecord) -> str:
    mend = "Check the address, or try again later." if trouble.kind == "unreachable" else trouble.mend
    return f"I can't watch {code(url)}: {escaped(trouble.detail, 500)}. Nothing changed. {escaped(mend, 500)}"


def _unknown(desk: Desk, words: str) -> str:
    known = names(desk.config, desk.config.sources)  # what people gave may be a private channel's
    near = get_close_matches(fold_name(words), known, 1, 0.5)
    if near:
        called = known[near[0]]
        return f"I couldn't find {code(words)}. Did you mean {name(called)}? `/watch add {target_typed(called)}`"
    return (
        f"I couldn't find {code(words)}. Nothing changed. Give a company or source of config.toml, an address, or "
        "`docket:NUMBER`: `/watch help add`."
    )
