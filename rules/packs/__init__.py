"""Rule packs: queries that were tried on real calls, each with examples that must and must not match.

A pack is one TOML file beside this one: a `description`, a `facet`, and `[[query]]` tables with `query`, `language`,
`matches` and `misses`, and where wanted a `facet` or a `severity` of its own. What several queries ask for is written
once, under a name of its own in a `[words]` table, and `{name}` in the queries, and in what stands below it there.

    PackError        a pack's file is not as it should be: a bug of ours, or of whoever edits it
    UnknownPack      no pack has that name
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from rules.engine import Engine
from rules.examples import Failure
from rules.model import Filters, Rule, Severity
from rules.query import QueryError, canonical, parse
from watchers.model import Document, Passage, PostMeta

_SUFFIX = ".toml"
_NAMED = re.compile(r"\{(\w*)\}")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class PackError(ValueError):
    """`place`: the file and, where it is known, the line. `problem` and `mend` are for the person who edits it."""

    def __init__(self, place: str, problem: str, mend: str) -> None:
        super().__init__(f"{place}: {problem}\n    {mend}")
        self.place = place
        self.problem = problem
        self.mend = mend


class UnknownPack(LookupError):
    """`nearest`: the pack that was probably meant, if one is near."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.nearest = next(iter(get_close_matches(name.casefold(), names(), n=1, cutoff=0.5)), None)
        hint = f"; did you mean {self.nearest}?" if self.nearest else ""
        super().__init__(f"there is no rule pack {name!r}{hint} Packs: {', '.join(names())}.")


class PackQuery(BaseModel):
    """One query of a pack, with the sentences that prove it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    query: Text
    facet: Text | None = None
    """The pack's, unless the file says otherwise."""
    language: Literal["en", "ms"] | None = None
    """The language of its words. It bounds nothing: an English page may quote a Malay one."""
    severity: Severity | None = None
    """Where this query deserves another severity than the rule that takes the pack."""
    matches: tuple[Text, ...] = Field(min_length=1)
    """Sentences that this very query must find."""
    misses: tuple[Text, ...] = Field(min_length=1)
    """Sentences that no query of the pack may find."""


class Pack(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    description: Text
    facet: Text | None = None
    queries: tuple[PackQuery, ...] = Field(min_length=1, alias="query")

    @property
    def file(self) -> str:
        return self.name + _SUFFIX

    def rules(self, name: str, *, severity: Severity, filters: Filters, facet: str | None = None) -> tuple[Rule, ...]:
        """The pack as rules that all have one name. `severity`, `filters` and `facet` are those of the `[[rule]]` that
        takes the pack; a `facet` there replaces the pack's own, and a query's own `severity` stands.
        """
        return tuple(
            Rule(
                name=name,
                query=query.query,
                facet=facet or query.facet,
                severity=query.severity or severity,
                pack=self.name,
                origin=self.file,
                filters=filters,
            )
            for query in self.queries
        )


@cache
def names() -> tuple[str, ...]:
    """The packs that ship, in alphabetical order."""
    files = (entry.name for entry in resources.files(__name__).iterdir())
    return tuple(sorted(file.removesuffix(_SUFFIX) for file in files if file.endswith(_SUFFIX)))


@cache
def load(name: str) -> Pack:
    """A pack that ships. Raises `UnknownPack`, or `PackError` when its file is damaged."""
    if name not in names():
        raise UnknownPack(name)
    return read(name, resources.files(__name__).joinpath(name + _SUFFIX).read_bytes())


def read(name: str, content: bytes) -> Pack:
    """A pack from the bytes of its file. Raises `PackError` naming the file, the line where possible, and the mend."""
    file = name + _SUFFIX
    try:
        text = content.decode("utf-8")
        given = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise PackError(f"{file}:{line}", "is not UTF-8 text", "Save the file as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise PackError(_place_in(file, str(error)), f"is not TOML: {error}", "Mend the line; queries are best "
                        "written in single quotes, which leave double quotes alone.") from error  # fmt: skip
    given = _written_out(given, file, text)
    try:
        pack = Pack.model_validate({**_with_the_facet(given), "name": name})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise PackError(
            f"{file}:{_line(text, first['loc'])}",
            f"{'.'.join(map(str, first['loc']))}: {first['msg'].lower()}",
            "A pack has `description`, `facet` and `[[query]]` tables; each of these has `query`, `language`, "
            "`matches` and `misses`, the last two with at least one example. `[words]` names parts of queries.",
        ) from error
    _refuse_bad_queries(pack, text)
    return pack


def failures(pack: Pack) -> tuple[Failure, ...]:
    """The pack's own examples, run through the engine that serves: what came out wrong, in the pack's order."""
    engine = Engine(pack.rules(pack.name, severity="normal", filters=Filters()))
    return tuple(failure for query in pack.queries for failure in _failures_of(query, engine))


def _failures_of(query: PackQuery, engine: Engine) -> Iterator[Failure]:
    own = canonical(parse(query.query))
    for example in query.matches:
        if own not in _found(engine, example, query.language):
            yield Failure(own, example, "match")
    for example in query.misses:
        for found in _found(engine, example, query.language):
            yield Failure(found, example, "miss")


def _found(engine: Engine, example: str, language: str | None) -> tuple[str, ...]:
    """The canonical queries that match an example, each once."""
    document = Document(key="example", language=language, meta=PostMeta(), passages=(Passage(text=example),))
    return tuple(dict.fromkeys(match.query for match in engine.scan(document)))


def _with_the_facet(given: dict[str, Any]) -> dict[str, Any]:
    queries = given.get("query")
    if not isinstance(queries, list):
        return given
    facet = given.get("facet")
    return {**given, "query": [{"facet": facet, **query} if isinstance(query, dict) else query for query in queries]}


def _written_out(given: dict[str, Any], file: str, text: str) -> dict[str, Any]:
    """The pack without its `[words]`: each of them in every place in which it is named."""
    words, queries = given.get("words", {}), given.get("query")
    if not isinstance(words, dict) or not isinstance(queries, list):
        return given
    known: dict[str, str] = {}
    used: set[str] = set()

    def written(part: object, path: Iterable[str | int]) -> object:
        def meant(found: re.Match[str]) -> str:
            if found[1] not in known:
                raise PackError(
                    f"{file}:{_line(text, path)}",
                    f"{found[0]} is not known there",
                    f"Write it under [words], above what names it. Known there: {', '.join(known) or 'none'}.",
                )
            used.add(found[1])
            return f"({known[found[1]]})"

        return _NAMED.sub(meant, part) if isinstance(part, str) else part

    for name, part in words.items():
        if not isinstance(part, str):
            raise PackError(f"{file}:{_line(text, (name,))}", f"{name} is no text", "[words] holds parts of queries.")
        known[name] = str(written(part, (name,)))
    asked = [
        {**query, "query": written(query.get("query"), ("query", index, "query"))} if isinstance(query, dict) else query
        for index, query in enumerate(queries)
    ]
    if idle := known.keys() - used:
        name = min(idle)
        raise PackError(f"{file}:{_line(text, (name,))}", f"no query names {{{name}}}", "Take it out of [words].")
    return {key: value for key, value in given.items() if key != "words"} | {"query": asked}


def _refuse_bad_queries(pack: Pack, text: str) -> None:
    seen: dict[str, int] = {}
    for index, query in enumerate(pack.queries):
        place = f"{pack.file}:{_line(text, ('query', index, 'query'))}"
        try:
            form = canonical(parse(query.query))
        except QueryError as error:
            raise PackError(place, f"{error.problem}\n{error.pointed(query.query)}", error.mend) from error
        if form in seen:
            raise PackError(
                place, f"the same query as number {seen[form] + 1}", "Keep one of the two, with the examples of both."
            )
        seen[form] = index


def _place_in(file: str, message: str) -> str:
    line = re.search(r"at line (\d+)", message)
    return f"{file}:{line[1]}" if line else file


def _line(text: str, path: Iterable[str | int]) -> int:
    """The line of a key, as near as can be told without a parser that keeps places: the table's own, else 1."""
    keys = list(path)
    lines = text.splitlines()
    start = 0
    if len(keys) > 1 and keys[0] == "query" and isinstance(keys[1], int):
        headers = [number for number, line in enumerate(lines) if re.match(r"\s*\[\[\s*query\s*\]\]", line)]
        start = headers[keys[1]] if keys[1] < len(headers) else 0
        keys = keys[2:]
    if keys:
        key = re.compile(rf"\s*{re.escape(str(keys[0]))}\s*=")
        for number in range(start, len(lines)):
            if key.match(lines[number]):
                return number + 1
            if number > start and lines[number].lstrip().startswith("[["):
                break
    return start + 1
