"""Currencies as they are written beside a number, and their codes (ISO 4217)."""

import re

_SIGNS = {
    "US$": "USD", "U.S.$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD",
    "NT$": "TWD", "S$": "SGD", "SG$": "SGD", "R$": "BRL", "MX$": "MXN", "RM": "MYR", "Rp": "IDR", "Rs": "INR",
    "Rs.": "INR", "kr": "SEK", "$": "USD", "\u20ac": "EUR", "\u00a3": "GBP", "\u00a5": "JPY", "\uffe5": "JPY",
    "\u20b9": "INR", "\u20a9": "KRW", "\u20bd": "RUB", "\u20ba": "TRY", "\u20aa": "ILS", "\u0e3f": "THB",
    "\u20ab": "VND", "\u20b1": "PHP", "\u20b4": "UAH", "\u20a6": "NGN", "\uff04": "USD",
}  # fmt: skip
_CODES = re.findall(
    "[A-Z]{3}",
    "USD EUR GBP JPY CNY CNH RMB CHF CAD AUD NZD HKD SGD MYR IDR INR KRW TWD THB VND PHP BRL MXN SEK NOK DKK PLN CZK "
    "HUF TRY ZAR ILS AED SAR RUB UAH NGN EGP CLP COP ARS PEN",
)
_WORDS = {
    "dollar": "USD", "dollars": "USD", "euro": "EUR", "euros": "EUR", "pounds sterling": "GBP", "pound": "GBP",
    "pounds": "GBP", "yen": "JPY", "yuan": "CNY", "renminbi": "CNY", "ringgit": "MYR", "rupiah": "IDR",
    "rupee": "INR", "rupees": "INR", "franc": "CHF", "francs": "CHF", "peso": "MXN", "pesos": "MXN", "reais": "BRL",
    "baht": "THB", "kronor": "SEK", "kroner": "NOK", "zloty": "PLN", "dirhams": "AED", "riyals": "SAR",
    "\u5143": "CNY", "\u5186": "JPY", "\u7f8e\u5143": "USD",
}  # fmt: skip
_ALSO = {"RMB": "CNY", "CNH": "CNY"}


def _any(names: list[str]) -> str:
    return "|".join(map(re.escape, sorted(names, key=len, reverse=True)))


_LETTERS = [name for name in (*_SIGNS, *_CODES) if name[0].isalpha()]
_BARE = [sign for sign in _SIGNS if not sign[0].isalpha()]
_IN_WORDS = [word for word in _WORDS if word.isascii()]
_IN_SIGNS = [word for word in _WORDS if not word.isascii()]

BEFORE = rf"(?<!\w)(?:{_any(_LETTERS)})|[{''.join(_BARE)}]"
"""A pattern of what stands before a number."""
AFTER = rf"(?:US\s|U\.S\.\s)?(?i:{_any(_IN_WORDS)})(?!\w)|(?:{_any(_CODES)})(?!\w)|{_any(_IN_SIGNS)}"
AFTER += rf"|[{''.join(_BARE)}](?!\s?\d)"
"""A pattern of what stands after it. A sign with another number after it belongs to that one."""


def code(written: str) -> str:
    """The code of what one of the patterns matched."""
    bare = " ".join(written.split())
    if bare in _SIGNS:
        return _SIGNS[bare]
    word = bare.lower().removeprefix("us ").removeprefix("u.s. ")
    return _WORDS.get(word) or _ALSO.get(bare, bare)
