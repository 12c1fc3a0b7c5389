"""What a cursor keeps of a docket entry: a digest of all that makes a change worth telling."""

import hashlib
import json

from watchers.model import Document, EntryMeta
from watchers.readers.court import comparable


def meta_of(entry: Document) -> EntryMeta:
    """An entry's meta, which is that of no other kind of document."""
    assert isinstance(entry.meta, EntryMeta)
    return entry.meta


def mark(entry: Document) -> str:
    """Same mark, same entry.

    Of its words, its number and its PDF. Not of the case's name, nor of addresses that hold it: a case that is renamed
    would be a new version of every entry. Not of `(Entered: …)`, which comes later.
    """
    meta = meta_of(entry)
    said = (
        comparable(meta.description or ""),
        meta.short_description if meta.description is None else None,
        meta.entry_number,
        meta.document_number,
        meta.pacer_doc_id,
        meta.date_filed,
        meta.state,
        meta.document_url,
    )
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:24]
