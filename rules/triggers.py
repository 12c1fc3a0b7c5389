"""When a query is worth asking: what a passage must have for it to be true there."""

from dataclasses import dataclass

from rules.evaluate import positive
from rules.phrases import Lexicon
from rules.tree import And, Doc, Except, Field, Figure, Near, Node, Not, Or, Words

SHORT = 3
"""Characters of words that most passages have: they tell nothing, unless there are no others."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """One of these atoms at least. `weight`: how rare the commonest of them is, judged by its length."""

    atoms: frozenset[int]
    weight: int


def triggers(node: Node, lexicon: Lexicon) -> tuple[Trigger, ...]:
    """Each of them has to be there, the rarest first."""
    needed = _all_of(node, lexicon) or _one_of([_all_of(words, lexicon) for words in positive(node)])
    needed.sort(key=lambda trigger: -trigger.weight)
    return tuple(trigger for at, trigger in enumerate(needed) if trigger.weight > SHORT or not at)


def _all_of(node: Node, lexicon: Lexicon) -> list[Trigger]:
    """What a passage has to have for the part to be true; nothing where that is not known from its words."""
    match node:
        case Words():
            return _one_of([[Trigger(frozenset({leaf.rarest.atom}), leaf.weight)] for leaf in lexicon.leaves(node)])
        case And(parts):
            return [trigger for part in parts for trigger in _all_of(part, lexicon)]
        case Near(left, right):
            return _all_of(left, lexicon) + _all_of(right, lexicon)
        case Except(kept):
            return _all_of(kept, lexicon)
        case Or(parts):
            return _one_of([_all_of(part, lexicon) for part in parts])
        case Doc() | Not() | Field() | Figure():
            return []


def _one_of(choices: list[list[Trigger]]) -> list[Trigger]:
    """Each choice by its rarest; a choice without words makes all others useless."""
    if not all(choices):
        return []
    rarest = [max(choice, key=lambda trigger: trigger.weight) for choice in choices]
    atoms = frozenset[int]().union(*(trigger.atoms for trigger in rarest))
    return [Trigger(atoms, min(trigger.weight for trigger in rarest))]
