"""Which court cases the archive knows: by their docket numbers, as their entries name them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, and_, select

from bot.store.schema import documents, versions


@dataclass(frozen=True, slots=True)
class Case:
    number: str
    name: str | None
    court: str | None


def known(conn: Connection, *, without: Collection[str] = ()) -> list[Case]:
    """Every case of which an entry is stored, in all the ways in which it is written. `without`: of these sources."""
    meta = versions.c.head["meta"]
    named = [meta[key].as_string() for key in ("docket_number", "case_name", "court")]
    entries = and_(versions.c.document_id == documents.c.id, versions.c.version == documents.c.version)
    of_cases = documents.c.kind == "docket-entry", documents.c.source.not_in(list(without))
    rows = conn.execute(select(*named).join(documents, entries).where(*of_cases).distinct()).all()
    return [Case(number, name, court) for number, name, court in rows if number]
