"""What a word, a phrase, a figure or a field's value of a query is compared as."""

import re
import unicodedata
from decimal import Decimal
from difflib import get_close_matches
from typing import NamedTuple, get_args

from rules import currencies, numerals
from rules.lexer import MEASURES, Part
from rules.refused import QueryError
from rules.sides import Side
from rules.text import fold_name, folded_words
from rules.tree import Bound, FieldName, Figure, Measure
from rules.written import is_unspaced
from watchers.model import Kind, Role, Section

SHORTEST_PREFIX = 3
"""Letters."""

MOST_WORDS = 50
"""Words of one phrase."""

CHOICES: dict[FieldName, tuple[str, ...]] = {
    "role": get_args(Role),
    "section": get_args(Section),
    "side": get_args(Side),
    "kind": get_args(Kind),
}
"""Fields that take one of a few values."""

_STARS = re.compile(r"\*+")
_ROOT = re.compile(r"(?<=\w)!+$")
_SOFT_HYPHEN = "\u00ad"
_FIGURE = re.compile(
    rf"(?P<measure>{'|'.join(MEASURES)})\s*(?P<bound><=|>=|[<>=:\u2264\u2265])\s*"
    r"[\"\u201c-\u201f]?(?P<value>.*?)[\"\u201c-\u201f]?",
    re.IGNORECASE,
)
_BOUNDS: dict[str, Bound] = {
    ">": ">", ">=": ">=", "\u2265": ">=", "<": "<", "<=": "<=", "\u2264": "<=", ":": ":", "=": ":"
}  # fmt: skip
_NUMBER = re.compile(
    rf"(?P<before>{currencies.BEFORE})?\s?(?P<number>{numerals.DIGITS})\s?"
    rf"(?:(?i:(?P<scale>{'|'.join((*numerals.SCALES, *numerals.SHORT_SCALES))}))(?![a-z]))?\s?"
    rf"(?P<after>%|{currencies.AFTER})?"
)
_EXAMPLES = {
    "amount": "Write amount>1B, amount<=250M, amount:1.5M..3M or amount>EUR5M.",
    "percent": "Write percent>20, percent:30 or percent:5..7.5.",
}
_ITEM = re.compile(r"(?:items?\s+)?(?P<number>\d{1,2}(?:\.\d{2})?[a-z]?|\d\.\*)", re.IGNORECASE)


def phrase_words(part: Part) -> tuple[str, ...]:
    """The folded words; one that is a prefix ends in "*". Raises `QueryError`."""
    text = part.text.replace(_SOFT_HYPHEN, "")
    if part.what == "word":
        text = _ROOT.sub("*", text)
    words: list[str] = []
    pieces = _STARS.split(text)
    for number, piece in enumerate(pieces):
        found = folded_words(piece)
        # A letter of a script without spaces is found within words anyhow.
        if number < len(pieces) - 1 and not (found and is_unspaced(found[-1])):
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
    if name in {"speaker", "title"}:
        return " ".join(phrase_words(part))
    if name == "item":
        return _item(part)
    value = " ".join(unicodedata.normalize("NFKC", part.text).casefold().split())
    bare = value.removesuffix("*")
    if not fold_name(bare) or "*" in bare:
        raise QueryError(f"{name}: needs a value", f"Write {name}: and a name, without a space.", part.start, part.end)
    return _prefix(bare, part) if bare != value else value


class _Number(NamedTuple):
    value: Decimal
    power: int
    currency: str | None

    @property
    def whole(self) -> Decimal:
        return self.value.scaleb(self.power)


def figure(part: Part) -> Figure:
    """What a part like "amount>1B" asks for. Raises `QueryError`."""
    found = _FIGURE.fullmatch(part.text)
    assert found is not None, "the lexer knows what a figure looks like"
    measure = next(one for one in MEASURES if one == found["measure"].lower())
    bound = _BOUNDS[found["bound"]]
    place = part.start, part.end
    low, _, high = found["value"].partition("..")
    last = _asked_number(part, measure, high or low)
    first = _asked_number(part, measure, low)
    if high:
        if bound != ":":
            raise QueryError(f"{found['bound']} compares with one number", _EXAMPLES[measure], *place)
        if not first.power:  # 1.5..3M
            first = first._replace(power=last.power)
        if first.whole > last.whole:
            raise QueryError("the range runs backwards", f"The smaller number first. {_EXAMPLES[measure]}", *place)
        if None not in {first.currency, last.currency} and first.currency != last.currency:
            raise QueryError("the range has two currencies", "Write one, or none for any.", *place)
    return Figure(measure, bound, first.whole, last.whole, first.currency or last.currency, place)


def _asked_number(part: Part, measure: Measure, text: str) -> _Number:
    found = _NUMBER.fullmatch(text.strip())
    if found is None or not _is_of(measure, found):
        kind = "percentage" if measure == "percent" else "amount"
        problem = f'"{text}" is no {kind}' if text else f"nothing to compare with follows {part.text}"
        raise QueryError(problem, _EXAMPLES[measure], part.start, part.end)
    scale = (found["scale"] or "").lower()
    power = numerals.SCALES.get(scale) or numerals.SHORT_SCALES.get(scale, 0)
    currency = None if measure == "percent" else found["before"] or found["after"]
    asked = _Number(numerals.number(found["number"]), power, currencies.code(currency) if currency else None)
    if asked.whole >= numerals.TOO_MUCH:
        raise QueryError(f'"{text}" is more than anybody says', _EXAMPLES[measure], part.start, part.end)
    return asked


def _is_of(measure: Measure, number: re.Match[str]) -> bool:
    if measure == "amount":
        return number["after"] != "%"
    return number["before"] is None and number["scale"] is None and number["after"] in {None, "%"}


def _item(part: Part) -> str:
    found = _ITEM.fullmatch(part.text.strip())
    if found is None:
        raise QueryError(
            f'there is no item "{part.text}"',
            "Write the number of an item as the SEC has it: item:2.02; item:5.* is any of section 5.",
            part.start,
            part.end,
        )
    return found["number"].upper()


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
