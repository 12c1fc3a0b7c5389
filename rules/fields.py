"""Who speaks, where and in what kind of document: fields of a query and filters of a rule.

A name matches where its words stand side by side in the speaker's ("zuckerberg" in "Mark Zuckerberg"); the speaker of a
passage without one is the post's author or who filed the entry. A title matches like a text. All other values are
compared whole. What a document does not say matches nothing.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypeAlias, TypeVar

from rules.model import Filters
from rules.sides import side_of
from rules.text import fold_name, folded_words, respelled, stem
from rules.tree import Field, FieldName
from watchers.model import Company, Document, EntryMeta, FilingMeta, Passage, PostMeta

Asks: TypeAlias = Callable[[Document, Passage, Company | None], bool]
"""The company is that of the document, as configured."""

W = TypeVar("W")

_ITEM = re.compile(r"\d{1,2}(?:\.\d{2})?[A-Za-z]?")


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
            return lambda _, passage, __: passage.role == value
        case "section":
            return lambda _, passage, __: passage.section == value
        case "side":
            return lambda document, passage, company: side_of(document, passage, company) == value
        case "kind":
            return lambda document, *_: document.kind == value
        case "speaker":
            return lambda document, passage, _: _in_name(value, speaker_of(document, passage))
        case "lang":
            return lambda document, *_: _is_language(value, document.language)
        case "title":
            wanted = [respelled(word) if word.endswith("*") else stem(word) for word in value.split()]
            return lambda document, *_: _stand_in(wanted, _title(document.title), _is_form)
        case "item":
            return lambda document, *_: _has_item(value, document)
        case _:
            name = field.name
            return lambda document, *_: _is(value, _of_document(document, name))


def document_passes(filters: Filters, document: Document) -> bool:
    """Whether a rule looks at a document at all."""
    return (
        (not filters.kinds or document.kind in filters.kinds)
        and (not filters.companies or is_named(filters.companies, document.company))
        and (not filters.sources or is_named(filters.sources, document.source))
        and (not filters.languages or is_written_in(filters.languages, document.language))
        and (not filters.dockets or _is_of_case(filters.dockets, document))
    )


def passage_passes(filters: Filters, document: Document, passage: Passage) -> bool:
    if filters.sections and passage.section not in filters.sections:
        return False
    return not filters.speakers or is_said_by(filters.speakers, speaker_of(document, passage))


def is_named(names: Iterable[str], called: str | None) -> bool:
    """Whether a company or a source is one of these."""
    return any(_is(fold_name(name), called) for name in names)


def is_written_in(languages: Iterable[str], language: str | None) -> bool:
    return any(_is_language(name, language) for name in languages)


def is_said_by(speakers: Iterable[str], speaker: str | None) -> bool:
    return any(_in_name(fold_name(name), speaker) for name in speakers)


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
    return speaker is not None and _stand_in(value.split(), fold_name(speaker).split(), _is_word)


def _stand_in(wanted: Sequence[str], words: Sequence[W], is_word: Callable[[str, W], bool]) -> bool:
    """Side by side."""
    return any(all(map(is_word, wanted, words[at : at + len(wanted)])) for at in range(len(words) - len(wanted) + 1))


def _is_word(wanted: str, word: str) -> bool:
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted


def _has_item(value: str, document: Document) -> bool:
    if not isinstance(document.meta, FilingMeta):
        return False
    numbers = [found[0].upper() for item in document.meta.items if (found := _ITEM.search(item))]
    return any(_is_word(value, number) for number in numbers)


@lru_cache(maxsize=1024)
def _title(title: str) -> tuple[tuple[str, str], ...]:
    """(stem, folded and respelled) of each word: every rule asks again."""
    return tuple((stem(word), respelled(word)) for word in folded_words(title))


def _is_form(wanted: str, word: tuple[str, str]) -> bool:
    return word[1].startswith(wanted[:-1]) if wanted.endswith("*") else word[0] == wanted
