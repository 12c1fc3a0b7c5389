"""Which module watches what. A new kind of source is one file and one line here.

A `kind` with a dot in it is the import path of a watcher of one's own.
"""

from difflib import get_close_matches
from importlib import import_module
from typing import cast

from watchers.model import Watcher

WATCHERS: dict[str, str] = {
    "blog": "watchers.blogs",
    "folder": "watchers.folder",
    "transcripts/folder": "watchers.folder",
    "transcripts/earningscall": "watchers.transcripts.earningscall",
    "docket/courtlistener-feed": "watchers.dockets.feed",
    "docket/pacer-rss": "watchers.dockets.pacer",
}


class UnknownWatcher(LookupError):
    """No watcher goes by this name; `nearest` is the name that may have been meant."""

    def __init__(self, name: str, nearest: str | None) -> None:
        super().__init__(f"there is no watcher {name!r}" + (f"; did you mean {nearest!r}?" if nearest else ""))
        self.name = name
        self.nearest = nearest


def find(kind: str, provider: str | None = None) -> Watcher:
    """The watcher of a kind and provider. Raises `UnknownWatcher`."""
    name = f"{kind}/{provider}" if provider else kind
    path = kind if "." in kind else WATCHERS.get(name)
    if path is None or not all(map(str.isidentifier, path.split("."))):
        raise UnknownWatcher(name, next(iter(get_close_matches(name, WATCHERS, 1, 0.4)), None))
    try:
        module = import_module(path)
    except ModuleNotFoundError as error:
        if "." in kind and error.name is not None and f"{path}.".startswith(f"{error.name}."):
            raise UnknownWatcher(name, None) from error
        raise
    return cast("Watcher", module)
