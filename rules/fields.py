"""Who speaks, where and in what kind of document: fields of a query and filters of a rule.

A name matches where its words stand side by side in the speaker's ("zuckerberg" in "Mark Zuckerberg"); the speaker of a
passage without one is the post's author or who filed the entry. All other values are compared whole. What a document
does not say matches nothing.
"""

from collections.abc import Callable
from typing import TypeAlias

from rules.model import Filters
from rules.text import fold_name
from rules.tree import Field, FieldName
from watchers.model import Document, EntryMeta, Passage, PostMeta

Asks: TypeAlias = Callable[[Document, Passage], bool]


def speaker_of(document: Document, passage: Passage) -> str | None:
    if passage.speaker:
        return passage.speaker
    if isinstance(document.meta, PostMeta):
        return document.meta.author
    return document.meta.filed_by if isinstance(document.meta, EntryMeta) else None


def asks(field: Field) -> Asks:
    """Whether a passage of a document has what the field says."""
    value = field.value
    match field.name:
        case "role":
            return lambda _, passage: passage.role == value
        case "section":
            return lambda _, passage: passage.section == value
        case "kind":
            return lambda document, _: document.kind == value
        case "speaker":
            return lambda document, passage: _in_name(value, speaker_of(document, passage))
        case "lang":
            return lambda document, _: _is_language(value, document.language)
        case _:
            name = field.name
            return lambda document, _: _is(value, _of_document(document, name))


def document_passes(filters: Filters, document: Document) -> bool:
    """Whether a rule looks at a document at all."""
    return (
        (not filters.kinds or document.kind in filters.kinds)
        and (not filters.companies or any(_is(fold_name(name), document.company) for name in filters.companies))
        and (not filters.sources or any(_is(fold_name(name), document.source) for name in filters.sources))
        and (not filters.languages or any(_is_language(name, document.language) for name in filters.languages))
        and (not filters.dockets or _is_of_case(filters.dockets, document))
    )


def passage_passes(filters: Filters, document: Document, passage: Passage) -> bool:
    if filters.sections and passage.section not in filters.sections:
        return False
    if not filters.speakers:
        return True
    speaker = speaker_of(document, passage)
    return any(_in_name(fold_name(name), speaker) for name in filters.speakers)


def _of_document(document: Document, name: FieldName) -> str | None:
    if name == "court":
        return document.meta.court if isinstance(document.meta, EntryMeta) else None
    return document.company if name == "company" else document.source


def _is_of_case(numbers: tuple[str, ...], document: Document) -> bool:
    return isinstance(document.meta, EntryMeta) and any(map(document.meta.is_of, numbers))


def _is(value: str, name: str | None) -> bool:
    if not name:
        return False
    if value.endswith("*"):
        return fold_name(name).startswith(fold_name(value))
    return fold_name(name) == fold_name(value)


def _is_language(value: str, language: str | None) -> bool:
    """`en` is any English, `en-gb` that one alone."""
    wanted, given = fold_name(value), fold_name(language or "")
    if value.endswith("*"):
        return given.startswith(wanted)
    return given == wanted or given.startswith(f"{wanted} ")


def _in_name(value: str, speaker: str | None) -> bool:
    if not speaker:
        return False
    wanted, name = value.split(), fold_name(speaker).split()
    return any(all(map(_is_word, wanted, name[at : at + len(wanted)])) for at in range(len(name) - len(wanted) + 1))


def _is_word(wanted: str, word: str) -> bool:
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted
