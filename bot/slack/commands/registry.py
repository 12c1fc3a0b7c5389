"""Which module answers which verb. A new verb is one file and one line here."""

from collections.abc import Awaitable, Callable
from difflib import get_close_matches
from importlib import import_module
from typing import Protocol, cast

from bot.slack.commands.desk import Desk
from bot.slack.commands.grammar import Line
from bot.slack.events import Asker, Reply

VERBS: dict[str, str] = {
    "add": "bot.slack.commands.add",
    "remove": "bot.slack.commands.remove",
    "list": "bot.slack.commands.list",
    "show": "bot.slack.commands.show",
    "rule": "bot.slack.commands.rule",
    "mute": "bot.slack.commands.mute",
    "unmute": "bot.slack.commands.unmute",
    "digest": "bot.slack.commands.digest",
    "test": "bot.slack.commands.test",
    "status": "bot.slack.commands.status",
    "pause": "bot.slack.commands.pause",
    "resume": "bot.slack.commands.resume",
    "help": "bot.slack.commands.help",
}
ALSO = {"unsubscribe": "remove", "rm": "remove"}


class Verb(Protocol):
    """A module with these names. `answer` raises `Refusal` for what is not done."""

    USAGE: tuple[str, ...]
    """Its lines in the short help."""
    MORE: str
    """What `help VERB` says, in mrkdwn."""
    CHANGES: bool
    """Whether it changes what is watched, which may be left to a few."""
    answer: Callable[[Desk, Asker, Line], Awaitable[Reply]]


def find(verb: str) -> Verb | None:
    """The module of a verb, whatever its case."""
    name = verb.casefold()
    path = VERBS.get(ALSO.get(name, name))
    return cast("Verb", import_module(path)) if path is not None else None


def nearest(verb: str) -> str | None:
    """The verb that was probably meant."""
    return next(iter(get_close_matches(verb.casefold(), (*VERBS, *ALSO), 1, 0.5)), None)
