"""What a word, a phrase or a field's value of a query is compared as."""

import re
import unicodedata
from difflib import get_close_matches
from typing import get_args

from rules.lexer import Part
from rules.refused import QueryError
from rules.text import fold_name, folded_words
from rules.tree import FieldName
from watchers.model import Kind, Role, Section

SHORTEST_PREFIX = 3
"""Letters."""

MOST_WORDS = 50
"""Words of one phrase."""

CHOICES: dict[FieldName, tuple[str, ...]] = {
    "role": get_args(Role),
    "section": get_args(Section),
    "kind": get_args(Kind),
}
"""Fields that take one of a few values."""

_STARS = re.compile(r"\*+")
_ROOT = re.compile(r"(?<=\w)!+$")
_SOFT_HYPHEN = "\u00ad"


def phrase_words(part: Part) -> tuple[str, ...]:
    """The folded words; one that is a prefix ends in "*". Raises `QueryError`."""
    text = part.text.replace(_SOFT_HYPHEN, "")
    if part.what == "word":
        text = _ROOT.sub("*", text)
    words: list[str] = []
    pieces = _STARS.split(text)
    for number, piece in enumerate(pieces):
        found = folded_words(piece)
        if number < len(pieces) - 1:
            if not found or not piece[-1:].isalnum() or pieces[number + 1][:1].isalnum():
                raise QueryError(
                    'a "*" stands at the end of the beginning of a word only',
                    "Write licens* for a beginning; for a gap between two words a PRE/3 b.",
                    part.start,
                    part.end,
                )
            found[-1] = _prefix(found[-1], part)
        words += found
    if not words:
        raise QueryError("there is no word in this", "Write letters or digits.", part.start, part.end)
    if len(words) > MOST_WORDS:
        raise QueryError(
            f"the phrase has more than {MOST_WORDS} words", "Take the few that matter.", part.start, part.end
        )
    return tuple(words)


def field_value(name: FieldName, part: Part) -> str:
    """The folded value of a field; a prefix ends in "*". Raises `QueryError`."""
    if name in CHOICES:
        return _choice(name, part)
    if name == "speaker":
        return " ".join(phrase_words(part))
    value = " ".join(unicodedata.normalize("NFKC", part.text).casefold().split())
    bare = value.removesuffix("*")
    if not fold_name(bare) or "*" in bare:
        raise QueryError(f"{name}: needs a value", f"Write {name}: and a name, without a space.", part.start, part.end)
    return _prefix(bare, part) if bare != value else value


def _prefix(word: str, part: Part) -> str:
    if sum(map(str.isalnum, word)) < SHORTEST_PREFIX:
        raise QueryError(
            f'the prefix "{word}*" is too short: it needs at least {SHORTEST_PREFIX} letters',
            "Write more of the word, or the words themselves: (a OR b).",
            part.start,
            part.end,
        )
    return f"{word}*"


def _choice(name: FieldName, part: Part) -> str:
    choices = {"".join(folded_words(choice)): choice for choice in CHOICES[name]}
    wanted = "".join(folded_words(part.text))
    if wanted in choices and "*" not in part.text:
        return choices[wanted]
    near = get_close_matches(wanted, choices, 1)
    mend = f"Did you mean {name}:{choices[near[0]]}?" if near else f"Write one of {', '.join(choices.values())}."
    raise QueryError(f'there is no {name} "{part.text}"', mend, part.start, part.end)
