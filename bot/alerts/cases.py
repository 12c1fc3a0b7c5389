"""The case that a docket entry belongs to."""

from bot.model import Case
from rules.sides import Side
from watchers.model import Document, EntryMeta


def case_of(document: Document, side: Side) -> Case | None:
    """None for every other kind of document."""
    meta = document.meta
    if not isinstance(meta, EntryMeta):
        return None
    return Case(
        court=meta.court,
        docket_number=meta.docket_number,
        case_name=meta.case_name,
        entry_number=meta.entry_number,
        filed_by=meta.filed_by,
        allegation=side == "opposing",
    )
