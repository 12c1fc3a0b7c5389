"""Attacks on the door, each with the trouble in which it ends. `door` runs them; this is their table."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from attacks.scene import Scene
from watchers.model import Source

Lay = Callable[[Scene], Awaitable[Source]]
"""Puts the attack where it waits, and gives the source that walks into it."""

EITHER = "unreadable|harmless"


@dataclass(frozen=True, slots=True)
class Attack:
    """`ends`: the kind of its trouble, or "harmless" where a document comes and nothing else does.

    Several, with bars between them, where it depends on the machine which limit is met first, or whether one is.
    `said`: what the trouble's detail says, as a regular expression. `hangs`: it lasts as long as its clock allows.
    """

    name: str
    lay: Lay
    ends: str
    said: str = ""
    hangs: bool = False
