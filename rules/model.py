"""The nouns of rules: what is asked for, and where it was found."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from watchers.model import Kind, Section

Severity = Literal["high", "normal", "low"]


class Filters(BaseModel):
    """Optional bounds of a rule; an empty tuple does not bound. Names are folded before they are compared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    companies: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    speakers: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    languages: tuple[str, ...] = ()
    dockets: tuple[str, ...] = ()
    """Docket numbers. Of a watch on a case: `config.toml` names sources instead."""


class Rule(BaseModel):
    """One query with what it is for. A pack gives one `Rule` for each of its queries, all under the same name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    query: str
    facet: str | None = None
    severity: Severity = "normal"
    pack: str | None = None
    origin: str = "config.toml"
    """Where the rule was written ("config.toml", a pack's file, "/watch"): `from` in JSON."""
    filters: Filters = Filters()


class Match(BaseModel):
    """One hit. All offsets count characters of the stored text of the passage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    query: str
    """The rule's query in canonical form: a pack's rules share their name."""
    revision: str
    facet: str | None
    severity: Severity
    passage: int
    """Index into the document's passages."""
    start: int
    end: int
    sentence_start: int
    sentence_end: int
    """The whole sentence or sentences around the hit."""
