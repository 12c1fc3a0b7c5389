"""What stands after `/watch`, read. Pure: it knows words, and which names there are, and raises `Refusal` alone.

    add TARGET [KEYWORD…] [-EXCLUDE…] [in #channel]

A TARGET is a name (of several words, the longest that is known wins), an address, `docket:NUMBER` or a watch's own name
(`w7`). Bare words side by side are one phrase, commas separate; what is quoted is a phrase of its own. What stands
between two commas and has an operator in capitals, a field or parentheses is a query as it is (docs/query.md).
`rule:NAME` among the keywords names a rule.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from bot.model import FOREVER as FOREVER  # noqa: PLC0414 - what `forever` means
from bot.model import Keyword
from bot.plain import safe, short
from bot.slack.commands.wording import LONGEST_QUERY, Refusal, code, refused
from rules.lexer import FIELDS, MEASURES
from rules.query import QueryError, canonical, parse
from rules.text import fold_name
from watchers.casenumbers import docket_number_core

Names = Mapping[str, str]
"""What a target may be called: from `rules.text.fold_name` of it to the name that a watch keeps."""

MOST_KEYWORDS = 50
"""Of one watch."""
LONGEST_SAID = 1000
"""Characters of a line that are kept with what it changed."""
LONGEST_MUTE = timedelta(days=366)

_SMART_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02\u2033", '"'))
_SEQUENCE = re.compile(
    r"<#(?P<channel>[A-Z0-9]+)(?:\|(?P<name>[^<>]*))?>"
    r"|<(?P<address>https?://[^\s<>|]+)(?:\|[^<>]*)?>"
    r"|<(?:[^<>|]*\|)?(?P<other>[^<>]*)>",
    re.IGNORECASE,
)
_OPEN, _CLOSE = "\ue000", "\ue001"
"""Stand around the number of a sequence that was taken out of the text."""
_TOKEN = re.compile(
    rf"(?P<comma>,)|{_OPEN}(?P<sequence>\d+){_CLOSE}"
    r"|(?P<minus>[-\u2013\u2014\u2212])?\"(?P<phrase>[^\"]*)(?P<closed>\")?"
    r"|(?P<address>https?://[^\s,\"]+)"
    rf"|(?P<word>(?:[^\s,\"{_OPEN}]|(?<=\d),(?=\d))+)",
    re.IGNORECASE,
)
_EXCLUDED = re.compile(r"[-\u2013\u2014\u2212](?=\w)")
_QUERY = re.compile(
    rf"(?<!\S)(?:AND|OR|NOT|EXCEPT)(?!\S)|(?<!\S)(?:(?i:near|pre|w)/(?:\d+|[sp])|/[sp]|NEAR|PRE)(?!\S)|[()]"
    rf"|(?<![\w.])(?i:{'|'.join(FIELDS)}):(?=\S)|(?<![\w.])(?i:{'|'.join(MEASURES)})\s?[<>\u2264\u2265]|(?<!\S)=\"|\"~\d"
)
_ROOT = re.compile(r"\w+!")
_WATCH = re.compile(r"w\d{1,9}", re.IGNORECASE)
_DOCKET = re.compile(r"docket:(.+)|((?:\d{1,2}:)?\d{2,4}-[a-z]{1,4}-\d+\S*)", re.IGNORECASE)
_DURATION = re.compile(r"(\d{1,5})\s*(m|min|minutes?|h|hours?|d|days?|w|weeks?)", re.IGNORECASE)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


@dataclass(frozen=True, slots=True)
class Token:
    """`start`, `end`: its place in the text of the line."""

    what: Literal["word", "phrase", "exclude", "comma", "address", "channel"]
    text: str
    start: int
    end: int
    label: str = ""
    """Of a channel: its name, where Slack gave it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line, cut into its parts. `text`: as it was read, for what goes on as a query; `said`: as a person reads it."""

    text: str
    tokens: tuple[Token, ...]
    said: str

    def after(self, number: int) -> "Line":
        return replace(self, tokens=self.tokens[number:])


@dataclass(frozen=True, slots=True)
class Target:
    """`watch`: "w7"; `address`; `docket`: a number; `name`: a known one, as a watch keeps it; `unknown`: words."""

    what: Literal["watch", "address", "docket", "name", "unknown"]
    text: str


@dataclass(frozen=True, slots=True)
class Channel:
    """`id`: Slack's; empty where only the name was typed."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    target: Target
    keywords: tuple[Keyword, ...] = ()
    excluded: tuple[str, ...] = ()
    """In canonical form; each keyword has them too, unless there is none."""
    channel: Channel | None = None
    rules: tuple[str, ...] = ()
    """Names of rules, as they were typed."""


def line(text: str) -> Line:
    """Raises `Refusal` for a quote that is never closed."""
    clean = safe(text).translate(_SMART_QUOTES).replace(_OPEN, "").replace(_CLOSE, "").strip()
    sequences: list[re.Match[str]] = []

    def taken(found: re.Match[str]) -> str:
        if not (found["channel"] or found["address"]):
            return found["other"]
        sequences.append(found)
        return f" {_OPEN}{len(sequences) - 1}{_CLOSE} "

    marked = _unescaped(_SEQUENCE.sub(taken, clean))
    tokens = tuple(_tokens(marked, sequences))
    held = re.compile(rf"{_OPEN}(\d+){_CLOSE}")
    blank = held.sub(lambda found: " " * len(found[0]), marked)
    said = held.sub(lambda found: _as_said(sequences[int(found[1])]), marked)
    return Line(blank, tokens, short(said, LONGEST_SAID))


def asked(rest: Line, names: Names, *, example: str) -> Asked:
    """TARGET [KEYWORD…] [-EXCLUDE…] [in #channel]. `example`: what to type where there is no target."""
    rest, named = options(rest, "rule")
    tokens, channel = channel_in(rest.tokens)
    target, tokens = _target(tokens, names, example)
    words, excluded = keywords(replace(rest, tokens=tuple(tokens)))
    if len(words) > MOST_KEYWORDS:
        raise Refusal(f"That is more than {MOST_KEYWORDS} keywords. Nothing changed. Take the ones that matter.")
    own = tuple(keyword_of(word, excluded) for word in words)
    return Asked(target, own, excluded, channel, tuple(value for _, value in named))


def options(rest: Line, *keys: str) -> tuple[Line, list[tuple[str, str]]]:
    """Takes `key:value` and `key:"some words"` out, wherever they stand. Raises `Refusal` for one without a value."""
    left: list[Token] = []
    found: list[tuple[str, str]] = []
    text = rest.text
    tokens = list(rest.tokens)
    while tokens:
        token = tokens.pop(0)
        key, colon, value = token.text.partition(":")
        if token.what != "word" or not colon or key.casefold() not in keys:
            left.append(token)
            continue
        end = token.end
        if not value and tokens and tokens[0].what == "phrase" and tokens[0].start == end:
            value, end = tokens[0].text, tokens.pop(0).end
        if not value.strip():
            raise Refusal(f"Nothing follows {code(token.text)}. Nothing changed.")
        found.append((key.casefold(), value))
        text = text[: token.start] + " " * (end - token.start) + text[end:]
    return replace(rest, text=text, tokens=tuple(left)), found


def is_watch(text: str) -> bool:
    """Whether it is a watch's own name."""
    return _WATCH.fullmatch(text) is not None


def pointed(rest: Line, names: Names, *, example: str) -> Target:
    """A TARGET alone."""
    target, left = _target(rest.tokens, names, example)
    if left:
        raise Refusal(f"I don't know what to do with {code(left[0].text)} there. Try {code(f'/watch {example}')}.")
    return target


def muting(rest: Line, names: Names) -> tuple[Target, timedelta | None]:
    """TARGET and for how long; None: for ever."""
    words = list(rest.tokens)
    number, lasts = _duration(words)
    target, left = _target(words[: len(words) - number], names, "mute AAPL 24h")
    if left or not number:
        how = f"I can't read {code(left[0].text)} as a time." if left else "For how long?"
        raise Refusal(f"{how} Nothing changed. Try `/watch mute {_shown(target)} 24h`, or `7d`, or `forever`.")
    return target, lasts


def keyword_of(word: str, excluded: Sequence[str]) -> Keyword:
    """The query of a keyword. `word`, `excluded`: in canonical form. Raises `Refusal`."""
    if not excluded:
        return Keyword(query=word, word=word)
    whole = f"({word}) AND NOT ({' OR '.join(excluded)})"
    return Keyword(query=_canonical(whole), word=word, without=tuple(excluded))


def query_of(text: str) -> str:
    """A query in canonical form. Raises `Refusal`, with carets, for what cannot be read."""
    if len(text) > LONGEST_QUERY:
        raise Refusal(
            f"A keyword is longer than {LONGEST_QUERY} characters. Nothing changed. "
            "Write it as a `[[rule]]` of config.toml."
        )
    return _canonical(text)


def _canonical(text: str) -> str:
    try:
        return canonical(parse(text))
    except QueryError as error:
        raise Refusal(refused(error, text)) from None


def _tokens(text: str, sequences: Sequence[re.Match[str]]) -> Iterator[Token]:
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        if found["comma"]:
            yield Token("comma", ",", start, end)
        elif found["sequence"]:
            sequence = sequences[int(found["sequence"])]
            if sequence["channel"]:
                yield Token("channel", sequence["channel"].upper(), start, end, sequence["name"] or "")
            else:
                yield Token("address", _unescaped(sequence["address"]), start, end)
        elif found["phrase"] is not None:
            if not found["closed"]:
                raise Refusal(f"A quote is never closed: {code(found[0])}. Nothing changed.")
            yield Token("exclude" if found["minus"] else "phrase", found["phrase"], start, end)
        elif found["address"]:
            yield Token("address", found["address"], start, end)
        elif excluded := _EXCLUDED.match(found["word"]):
            yield Token("exclude", found["word"][excluded.end() :], start, end)
        else:
            yield Token("word", found["word"], start, end)


def channel_in(tokens: Sequence[Token]) -> tuple[Sequence[Token], Channel | None]:
    """Takes `in #channel` out, wherever it stands."""
    for at, token in enumerate(tokens):
        named = token.what == "word" and token.text.startswith("#") and len(token.text) > 1
        told = at > 0 and tokens[at - 1].what == "word" and tokens[at - 1].text.casefold() == "in"
        if token.what == "channel" or (named and told):
            left, other = channel_in([*tokens[: at - 1 if told else at], *tokens[at + 1 :]])
            if other is not None:
                raise Refusal("That names two channels. Nothing changed. Name one.")
            channel = Channel(token.text, token.label) if token.what == "channel" else Channel("", token.text[1:])
            return left, channel
    return tokens, None


def _target(tokens: Sequence[Token], names: Names, example: str) -> tuple[Target, Sequence[Token]]:
    if not tokens or tokens[0].what not in {"word", "phrase", "address"}:
        raise Refusal(f"Tell me what to watch: {code(f'/watch {example}')}.")
    first, rest = tokens[0], tokens[1:]
    if first.what == "address":
        return Target("address", first.text), rest
    if first.what == "phrase":
        return _named(first.text, names), rest
    if _WATCH.fullmatch(first.text):
        return Target("watch", first.text.lower()), rest
    if first.text.casefold() == "docket:" and rest and rest[0].what == "word":
        first, rest = Token("word", f"docket:{rest[0].text}", first.start, rest[0].end), rest[1:]
    if docket := _DOCKET.fullmatch(first.text):
        return _docket(docket[1] or docket[2]), rest
    return _longest(tokens, names)


def _longest(tokens: Sequence[Token], names: Names) -> tuple[Target, Sequence[Token]]:
    """The most words that are a name together; the first word, if none are."""
    run = next((at for at, token in enumerate(tokens) if token.what != "word"), len(tokens))
    for count in range(run, 0, -1):
        target = _named(" ".join(token.text for token in tokens[:count]), names)
        if target.what == "name":
            return target, tokens[count:]
    return Target("unknown", tokens[0].text), tokens[1:]


def _named(words: str, names: Names) -> Target:
    known = names.get(fold_name(words)) if fold_name(words) else None
    return Target("unknown", words) if known is None else Target("name", known)


def _docket(number: str) -> Target:
    if docket_number_core(number) is None:
        raise Refusal(f"{code(number)} is no docket number. Write it as the court does: `docket:3:23-cv-03417`.")
    return Target("docket", number)


def keywords(rest: Line) -> tuple[list[str], tuple[str, ...]]:
    """Keywords and what is left out, in canonical form, each once."""
    words: list[str] = []
    excluded: list[str] = []
    for group in _groups(rest.tokens):
        whole = rest.text[group[0].start : group[-1].end]
        if _QUERY.search(whole):
            words.append(query_of(whole))
            continue
        run: list[str] = []
        for token in group:
            if token.what == "word":
                run.append(token.text)
                continue
            words += _phrase(run)
            run = []
            if token.what == "exclude":
                excluded += _phrase([token.text])
            elif token.what == "phrase":
                words.append(query_of(f'"{token.text}"'))
            else:
                raise Refusal(f"An address is no keyword: {code(token.text)}. Nothing changed. One target at a time.")
        words += _phrase(run)
    return list(dict.fromkeys(words)), tuple(dict.fromkeys(excluded))


def _phrase(run: Sequence[str]) -> list[str]:
    """Bare words, as one phrase."""
    if not run:
        return []
    words = " ".join(run)
    return [query_of(words if _ROOT.fullmatch(words) else f'"{words}"')]


def _groups(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """What stands between commas."""
    group: list[Token] = []
    for token in tokens:
        if token.what != "comma":
            group.append(token)
        elif group:
            yield group
            group = []
    if group:
        yield group


def _duration(tokens: Sequence[Token]) -> tuple[int, timedelta | None]:
    """(how many of the last tokens say how long, how long). 0: none does."""
    for count in (1, 2):
        words = " ".join(token.text for token in tokens[len(tokens) - count :]) if len(tokens) >= count else ""
        if words.casefold() == "forever":
            return _with_for(tokens, count), None
        if found := _DURATION.fullmatch(words):
            lasts = int(found[1]) * _UNITS[found[2][0].lower()]
            if not timedelta(0) < lasts <= LONGEST_MUTE:
                how = "long" if lasts else "short"
                raise Refusal(f"{code(words)} is too {how}. Nothing changed. Try `24h`, `7d`, or `forever`.")
            return _with_for(tokens, count), lasts
    return 0, None


def _with_for(tokens: Sequence[Token], count: int) -> int:
    before = tokens[len(tokens) - count - 1].text.casefold() if len(tokens) > count else ""
    return count + (before == "for")


def _shown(target: Target) -> str:
    return code(target.text)[1:-1]


def _as_said(sequence: re.Match[str]) -> str:
    if sequence["address"]:
        return _unescaped(sequence["address"])
    return f"#{sequence['name'] or sequence['channel']}"


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
