"""Numbers as they are written, in digits and in words, and the words for their size."""

import re
from decimal import Decimal

SCALES = {
    "thousands": 3, "thousand": 3, "ribu": 3, "lakhs": 5, "lakh": 5, "millions": 6, "million": 6, "juta": 6, "mio": 6,
    "mn": 6, "crores": 7, "crore": 7, "billions": 9, "billion": 9, "bilion": 9, "bn": 9, "mrd": 9, "miliar": 9,
    "milyar": 9, "milliarden": 9, "milliarde": 9, "milliards": 9, "milliard": 9, "trillions": 12, "trillion": 12,
    "trilion": 12, "triliun": 12, "tn": 12, "trn": 12,
}  # fmt: skip
"""Powers of ten."""
SIGNS = "\u4e07\u842c\u4ebf\u5104"
"""Those of East Asia, which no space parts from what follows."""
SCALES |= dict(zip(SIGNS, (4, 4, 8, 8), strict=True))
SHORT_SCALES = {"k": 3, "mm": 6, "m": 6, "b": 9, "t": 12}
"""They tell a size beside a currency only: "3M" is a company, too."""

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()  # noqa: E501, SIM905 - they are counted by their place
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905 - see above
_SPELLED = {word: value for value, word in enumerate(_ONES)}
_SPELLED |= {word: 10 * value for value, word in enumerate(_TENS, 2)}
_SPELLED |= {"hundred": 100, "a": 1}

_SPACE = "[ \u00a0\u2007\u2009\u202f]"
DIGITS = (
    rf"(?:(?:\d{{1,3}}(?:[,.'\u2019]\d{{3}}){{1,5}}|(?<!\w)\d{{1,3}}(?:{_SPACE}\d{{3}}){{1,5}})(?!\d)(?:[.,]\d{{1,6}})?"
    r"|\d{1,15}(?:[.,]\d{1,6})?)(?!\d)"
)
"""A pattern of a number in digits. What stands before it may be no digit of it."""
_MOST_DECIMALS = 6
_UNGROUPED = Decimal(10) ** 15
"""From here on `DIGITS` wants groups."""
TOO_MUCH = Decimal(10) ** 18
"""From here on not even they are enough."""
WRITTEN = re.compile(
    rf"(?<![\d.,]){DIGITS}"
    rf"|\b(?P<word>(?i:(?:{'|'.join(_TENS)})(?:[-\s](?:{'|'.join(_ONES[1:10])}))?|(?:(?:a|one)\s)?hundred"
    rf"|{'|'.join(sorted(_ONES, key=len, reverse=True))}))\b"
)
"""A number; `word` where it is spelled out, up to one hundred."""
_SPACES = re.compile(r"[\s'\u2019]")


def number(written: str) -> Decimal:
    """The value of digits with separators: of "1,000.5", "1 000", "1.000.000" and "2,75"."""
    digits = _SPACES.sub("", written)
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return Decimal(digits)
    mark = digits[last]
    other = "," if mark == "." else "."
    whole, rest = digits[:last], digits[last + 1 :]
    groups = mark in whole or (mark == "," and len(rest) == 3 and other not in whole)
    if groups:
        return Decimal(digits.replace(mark, "").replace(other, "."))
    return Decimal(f"{whole.replace(other, '')}.{rest}")


def spelled(word: str) -> Decimal:
    """The value of a number in words."""
    parts = [_SPELLED[part] for part in re.split(r"[-\s]", word.lower())]
    return Decimal(100 if 100 in parts else sum(parts))


def short(value: Decimal) -> str:
    """An amount as it is written in a query: "1.5M", "30". What is read again is the same.

    A letter is taken where no more decimals are left than `DIGITS` has.
    """
    for letter, power in (("T", 12), ("B", 9), ("M", 6), ("K", 3)):
        scaled = value.scaleb(-power)
        if scaled >= 1 and scaled == round(scaled, _MOST_DECIMALS):
            return f"{plain(scaled)}{letter}"
    return plain(value)


def plain(value: Decimal) -> str:
    """A value below `TOO_MUCH` in digits, in groups where there are too many for one."""
    return f"{value.normalize():{',' if value >= _UNGROUPED else ''}f}"
