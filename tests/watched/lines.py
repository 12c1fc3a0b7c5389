"""A watcher of our own, as anybody may write one: each line of a page is a post. No reader runs, so it is quick."""

import hashlib
from collections.abc import AsyncIterator

from pydantic import BaseModel, ConfigDict, HttpUrl

from watchers.model import Document, Passage, PostMeta, Step, Visit


class Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl


async def visit(visit: Visit) -> AsyncIterator[Step]:
    options = visit.source.options
    assert isinstance(options, Options)
    response = await visit.get(str(options.url), listing=True)
    if response.body is not None:
        lines = response.body.content.decode().splitlines()
        yield Step(documents=tuple(_post(line) for line in lines if line))


def _post(line: str) -> Document:
    key = hashlib.sha256(line.encode()).hexdigest()[:16]
    return Document(key=key, title=key, meta=PostMeta(), passages=(Passage(text=line),))
