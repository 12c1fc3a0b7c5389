"""Readers: bytes to documents, pure. Each is a `watchers.model.Reader` constant named READER in its module.

`READERS` maps the name that is stored with a document to the module; a reader's name never changes, its version
rises whenever it would make something else of the same bytes.
"""

from importlib import import_module

from watchers.model import Reader

READERS: dict[str, str] = {
    "feed": "watchers.readers.feed",
    "json-feed": "watchers.readers.jsonfeed",
    "page": "watchers.readers.page",
    "text": "watchers.readers.plaintext",
    "pdf": "watchers.readers.pdf",
    "pacer-rss": "watchers.readers.pacer",
    "docket-feed": "watchers.readers.docketfeed",
    "turns": "watchers.readers.turns",
    "earningscall": "watchers.readers.earningscall",
    "call-json": "watchers.readers.calljson",
    "document-json": "watchers.readers.documentjson",
    "discovery": "watchers.readers.discovery",
}


def find(name: str) -> Reader:  # type: ignore[type-arg]  # options differ by reader
    """The reader of that name; a name with a dot is the module of a reader of one's own."""
    module = import_module(READERS.get(name, name))
    reader = module.READER
    if not isinstance(reader, Reader):
        raise TypeError(f"{module.__name__}.READER is no watchers.model.Reader")
    return reader
