"""Examples of a rule: what it must find, and what it may not, each written in a line.

    {speaker=Susan Li, role=executive, section=qa} We see revenue. ¶ And margin.

`¶` stands between the passages of one document. What stands in `{…}` before a passage says who speaks, and where;
before the first one also what kind of document it is: `kind`, `company`, `source`, `lang`, `url`, `author`, `court`,
`filed_by`, `items`. A first passage with `section=title` is the title. `docs/query.md` has many.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from rules.engine import Engine
from rules.model import Filters, Rule
from watchers.model import Document, Meta, Passage

Expected = Literal["match", "miss"]

_HEAD = re.compile(r"\{(?P<about>[^{}]*)\}\s?")
_OF_PASSAGE = ("speaker", "role", "section", "page")
_OF_DOCUMENT = {"company": "company", "source": "source", "lang": "language", "url": "url"}
_OF_META = {"kind": "kind", "author": "author", "court": "court", "filed_by": "filed_by", "items": "items"}
_META: TypeAdapter[Any] = TypeAdapter(Meta)


class BadExample(ValueError):
    """An example that cannot be read, in words for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that did not come out as it should. `query`, in canonical form, missed it, or found it."""

    query: str
    example: str
    expected: Expected
    found: str = ""
    """The words that were found and should not have been."""

    def __str__(self) -> str:
        return f"{self.query}\n    must {self.expected}: {self.example}"


def document_of(example: str, *, language: str | None = None) -> Document:
    """The document that an example stands for: a post, unless it says otherwise. Raises `BadExample`."""
    passages: list[Passage] = []
    about: dict[str, str] = {}
    for text in example.split(" ¶ "):
        said, told = _passage(text)
        about |= told if not passages else _none_but(told)
        passages.append(said)
    meta: dict[str, Any] = {meant: about[key] for key, meant in _OF_META.items() if key in about}
    if "items" in meta:
        meta["items"] = meta["items"].split("; ")
    titled = passages[0].section == "title"
    try:
        return Document(
            key="example",
            title=passages[0].text if titled else "",
            meta=_META.validate_python({"kind": "post", **meta}),
            passages=tuple(passages),
            **{"language": language, **{meant: about[key] for key, meant in _OF_DOCUMENT.items() if key in about}},
        )
    except ValidationError as error:
        raise BadExample(_words(error)) from None


def engine_for(rules: Iterable[Rule]) -> Engine:
    """For the examples of one `[[rule]]`: its filters are left aside."""
    return Engine([rule.model_copy(update={"filters": Filters()}) for rule in rules])


def failure(engine: Engine, example: str, expected: Expected) -> Failure | None:
    """What comes out wrong, if anything does. Raises `BadExample`."""
    document = document_of(example)
    matches = engine.scan(document)
    if bool(matches) == (expected == "match"):
        return None
    if expected == "match":
        return Failure(" OR ".join(dict.fromkeys(one.query for one in engine.compiled)), example, expected)
    first = matches[0]
    return Failure(first.query, example, expected, document.passages[first.passage].text[first.start : first.end])


def _passage(text: str) -> tuple[Passage, dict[str, str]]:
    """The passage, and what is told of the document."""
    head = _HEAD.match(text)
    if head is None:
        return Passage(text=text), {}
    pairs = [pair.partition("=") for pair in head["about"].split(",")]
    told = {key.strip(): value.strip() for key, _, value in pairs}
    unknown = next((key for key in told if key not in {*_OF_PASSAGE, *_OF_DOCUMENT, *_OF_META}), None)
    if unknown is not None:
        known = ", ".join((*_OF_PASSAGE, *_OF_DOCUMENT, *_OF_META))
        raise BadExample(f'"{unknown}" is nothing that an example can say; it may say {known}')
    own = {key: told.pop(key) for key in _OF_PASSAGE if key in told}
    try:
        return Passage.model_validate({"text": text[head.end() :], **own}), told
    except ValidationError as error:
        raise BadExample(_words(error)) from None


def _none_but(told: Mapping[str, str]) -> Mapping[str, str]:
    if told:
        raise BadExample(f'"{next(iter(told))}" is of the whole document: it belongs before the first passage')
    return told


def _words(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    return f"{first['loc'][-1] if first['loc'] else 'example'}: {first['msg'][:1].lower()}{first['msg'][1:]}"
