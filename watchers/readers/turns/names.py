"""What may be the name of somebody who speaks, and what stands behind a name: a title, a firm.

No pattern here sees more than `LONGEST_LABEL` characters, so no line costs more than that.
"""

import re
from dataclasses import dataclass

from watchers.model import Role

LONGEST_LABEL = 110

_EQUAL_LENGTH = str.maketrans(
    {"\u2010": "-", "\u2011": "-", "\x02": "-", "\u00a0": " ", "\u202f": " ", "\uff1a": ":", "\u2019": "'"}
)
_DASH = re.compile(r"\s*(?:--+|—|–)\s*|\s+-\s+")
_SUFFIX = re.compile(r"^(?:Jr|Sr|II|III|IV|MD|M\.D|Ph\.?D|CFA|CPA|Esq)\.?$", re.IGNORECASE)
_PARTICLES = frozenset(
    {
        "de",
        "del",
        "della",
        "van",
        "von",
        "der",
        "den",
        "ter",
        "la",
        "le",
        "du",
        "di",
        "da",
        "dos",
        "bin",
        "al",
        "el",
        "y",
    }
)
_TOKEN = re.compile(r"^[\"“'(]?[^\W\d_](?:[^\W\d_]|[.'’-])*[\"”')]?\.?$")
_NUMBERED = re.compile(
    r"^(?:(?:unknown |unidentified )?(?:speaker|participant|analyst|executive)|spk)\s*\d{1,3}$", re.IGNORECASE
)
_GENERIC = re.compile(
    r"^(?:(?:conference )?(?:operator|moderator|coordinator)|unidentified [\w-]+(?: [\w-]+)?|company representative|"
    r"unknown (?:executive|analyst|speaker|attendee|participant|shareholder|company representative)|"
    r"(?:multiple|all) speakers?|speaker|analyst|executive|management|shareholder|c[efoti]o|(?-i:Q|A))$",
    re.IGNORECASE,
)
_TITLE_WORDS = re.compile(
    r"\b(?:C[EFOTIMPSDRLAB]O|chief|officer|president|director|head|[SE]?VP|AVP|vice|chair(?:man|woman|person)?|"
    r"founder|co-founder|analysts?|investor relations|IR|treasurer|counsel|secretary|manager|managing|operator|"
    r"moderator|partner|research|controller|executive|principal|associate|economist|strategist|representative)\b",
    re.IGNORECASE,
)
_OWN_ANALYST = re.compile(r"\binvestor relations\b|\bcorporate finance\b|\bIR\b", re.IGNORECASE)
_ANALYST = re.compile(r"\banalysts?\b|\bresearch\b", re.IGNORECASE)
_EXECUTIVE = re.compile(
    r"\b(?:C[EFOTIMPSDRLAB]O|chief|officer|president|director|head|[SE]?VP|vice|chair\w*|founder|co-founder|"
    r"investor relations|treasurer|counsel|secretary|manager|controller|executive)\b",
    re.IGNORECASE,
)
_CONNECTIVES = frozenset(
    {"of", "and", "&", "the", "for", "to", "in", "at", "on", "a", "-", "–", "—", "--", "/", "de", "y"}
)
_ABBREVIATED = ("Jr.", "Sr.", "Inc.", "Co.", "Corp.", "Ltd.", "L.P.", "LLC.", "S.A.", "N.V.", "Ph.D.", "M.D.", "U.S.")
_HEADINGS = frozenset(
    """duration date time participants prepared remarks questions answers question answer q&a contents note notes
    disclaimer source company ticker symbol instructions presentation transcript title subject web phone email location
    http https www example finally copyright statement statements revenue revenues sales margin margins guidance outlook
    quarter year fiscal income results result segment segments services earnings forward-looking financial financials
    update summary highlights highlight takeaways takeaway market markets expenses expense growth risks risk agenda
    capital tax adjusted ebitda eps gaap non-gaap overview topics topic dial-in replay conference webcast contact
    contacts release warning january february september october november december monday tuesday wednesday thursday
    friday saturday sunday""".split()  # noqa: SIM905 - a list of words reads best as words
)
"""Words that head lists, figures and paragraphs, and are in nobody's name ("Page", "Harbor" and "June" are)."""
_OPENERS = frozenset(
    """first second third fourth fifth next last from to cc sent re image more safe forward net gross operating free
    total today yesterday tomorrow here there this that these those what why how when where which however therefore
    additionally remember importantly specifically again also and but so or yes no okay thanks thank table figure slide
    page press media important""".split()  # noqa: SIM905 - see above
)
"""Words that begin a heading or a sentence, and no name."""


@dataclass(frozen=True, slots=True)
class Label:
    """A name, and what the document puts behind it: a title, a firm, both."""

    name: str
    title: str | None = None


def plain(text: str) -> str:
    """The same text, of the same length, with one kind of hyphen, space, colon and apostrophe."""
    return text.translate(_EQUAL_LENGTH)


def label_of(text: str) -> Label | None:
    """A label taken apart: `Name`, `Name, Title`, `Name -- Title`, `Name (Firm)`. None for what cannot be one."""
    words = " ".join(plain(text[: LONGEST_LABEL + 1]).split())
    if not words or len(words) > LONGEST_LABEL or ":" in words or words.count("(") != words.count(")"):
        return None
    dash = _DASH.search(words)
    if dash is not None and dash.start() > 1:
        return _label(words[: dash.start()], words[dash.end() :])
    if words.endswith(")") and " (" in words:
        name, _, firm = words[:-1].partition(" (")
        if looks_like_name(name):
            return _label(name, firm)
    name, *rest = words.split(", ")
    while rest and _SUFFIX.match(rest[0]):
        name = f"{name}, {rest.pop(0)}"
    return _label(name, ", ".join(rest))


def _label(name: str, title: str) -> Label | None:
    name, title = name.strip(" ,-–—"), title.strip(" ,-–—")
    return Label(name, title or None) if name else None


def looks_like_name(name: str) -> bool:
    """Two to six capitalised words, none of which heads lists or paragraphs."""
    tokens = re.sub(r"\s*\([^)]*\)", "", name).replace(",", " ").split()
    if not 2 <= len(tokens) <= 6 or not _capital(tokens[0]):
        return False
    if _is_heading(tokens):
        return False
    return all(_capital(token) or token.casefold() in _PARTICLES or _SUFFIX.match(token) for token in tokens)


def may_be_first_name(name: str) -> bool:
    """One to four words, the first of them capital, none of which heads lists or paragraphs."""
    tokens = name.replace(",", " ").split()
    if not 1 <= len(tokens) <= 4 or not tokens[0][:1].isupper():
        return False
    return all(map(_TOKEN.match, tokens)) and not _is_heading(tokens)


def is_generic(name: str) -> bool:
    """Nobody's name, but somebody speaks: "Operator", "Speaker 3", "Unidentified Analyst"."""
    return _NUMBERED.match(name) is not None or _GENERIC.match(name) is not None


def is_question_and_answer(name: str) -> bool:
    return name in {"Q", "A"}


def has_title_word(title: str) -> bool:
    return _TITLE_WORDS.search(title) is not None


def side_of(title: str) -> Role:
    """What a title says of its bearer. A "Senior Analyst, Investor Relations" is the company's."""
    if _OWN_ANALYST.search(title):
        return "executive"
    if _ANALYST.search(title):
        return "analyst"
    return "executive" if _EXECUTIVE.search(title) else "unknown"


def looks_like_title(title: str) -> bool:
    """Words of a title in capitals, as on a line of its own; "our CEO and founder, has said" is prose."""
    tokens = title.replace(",", " ").replace(";", " ").split()
    if not tokens or len(tokens) > 14 or not has_title_word(title):
        return False
    if title.endswith((".", "?", "!", ";", ",")) and not title.endswith(_ABBREVIATED):
        return False
    return all(token in _CONNECTIVES or not token[:1].islower() for token in tokens)


def _is_heading(tokens: list[str]) -> bool:
    words = [token.strip(".").casefold() for token in tokens]
    return words[0] in _OPENERS or not _HEADINGS.isdisjoint(words)


def _capital(token: str) -> bool:
    return _TOKEN.match(token) is not None and token.lstrip("\"“'(")[:1].isupper()
