"""Which kind of document a body is: a reader of its own, since it reads untrusted bytes."""

from watchers.readers.plaintext import SNIFF as READER

__all__ = ["READER"]
