"""Sources, documents and matches for tests, with nothing said that a test does not ask for."""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from rules.model import Match
from watchers.model import Body, Document, Origin, Passage, PostMeta, Source

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = "https://example.com/feed"
    depth: int = 1


def source(name: str = "news", **about: Any) -> Source:
    options = about.pop("options", Options())
    return Source(name=name, kind=about.pop("kind", "blog"), options=options, **about)


def document(*texts: str, key: str = "one", **about: Any) -> Document:
    """A post of these paragraphs, untitled unless told otherwise."""
    usual: dict[str, Any] = {"source": "news", "meta": PostMeta(), "published": NOW}
    passages = tuple(Passage(text=text) for text in texts)
    return Document(key=key, **(usual | {"passages": passages} | about))


def read_from(made: Document, body: Body, *, reader: str = "page", version: int = 1) -> Document:
    """The document as a reader makes it of these bytes."""
    return made.model_copy(update={"origin": Origin(reader=reader, version=version, body=body.hash)})


def match(made: Document, words: str, *, passage: int = 0, rule: str = "Revenue sharing", **about: Any) -> Match:
    """The hit of these words; its sentence is the whole passage."""
    text = made.passages[passage].text
    start = text.index(words)
    usual: dict[str, Any] = {
        "query": words,
        "revision": "1",
        "facet": "paid-access",
        "severity": "high",
        "sentence_start": 0,
        "sentence_end": len(text),
    }
    return Match(rule=rule, passage=passage, start=start, end=start + len(words), **(usual | about))
