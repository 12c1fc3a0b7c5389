"""How replies say things: our own words in mrkdwn, those of others so that they can neither format, link nor ping."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.model import FOREVER, Keyword, MadeRule, Watch
from bot.plain import one_line, short
from bot.slack.text import escaped
from rules.query import QueryError

LONGEST_SHOWN = 150
"""Characters of what somebody typed."""
LONGEST_QUERY = 500
"""Characters of a query that is kept. What is longer is a rule for the configuration."""
LONGEST_COMMAND = LONGEST_QUERY + 200
UNITS = ((timedelta(weeks=1), "w"), (timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "m"))


class Refusal(Exception):
    """What was asked for is not done, and nothing changed. `said`: why, and what to type instead, in mrkdwn."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


def code(text: str, most: int = LONGEST_SHOWN) -> str:
    """Words of others between backticks: literal for Slack."""
    literal = short(text.replace("`", "'"), most)
    return f"`{escaped(literal, 3 * most) or ' '}`"


def block(text: str) -> str:
    """Several lines of others, literal for Slack. At most a message's worth of them is given."""
    literal = text.replace("`", "'")
    return f"```\n{escaped(literal, 2000)}\n```"


def name(target: str) -> str:
    """What is watched, as people call it: bold; an address literal, so that it is no link."""
    if target.startswith(("http://", "https://")):
        return code(target)
    target = target.replace("docket:", "docket ", 1) if target.startswith("docket:") else target
    return f"*{escaped(_plain(target), LONGEST_SHOWN)}*"


def member(user: str | None) -> str:
    return f"<@{user}>" if user else "config.toml"


def place(channel: str) -> str:
    """A channel: by its id a link, by its name as it is."""
    return escaped(channel, LONGEST_SHOWN) if channel.startswith("#") else f"<#{channel}>"


def moment(at: datetime) -> str:
    """A time as each reader's own clock shows it."""
    utc = at.astimezone(UTC)
    return f"<!date^{int(utc.timestamp())}^{{date_short_pretty}} {{time}}|{utc:%Y-%m-%d %H:%M} UTC>"


def until(at: datetime) -> str:
    return "somebody unmutes it" if at == FOREVER else moment(at)


def ago(at: datetime, now: datetime) -> str:
    """`2 h ago`."""
    gone = max(now - at, timedelta(0))
    for unit, word in ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min")):
        if gone >= unit:
            return f"{gone // unit} {word} ago"
    return f"{gone // timedelta(seconds=1)} s ago"


def duration(lasts: timedelta) -> str:
    """As it is typed: the largest unit that leaves no rest, `24h`; minutes are rounded up."""
    whole = -(-lasts // timedelta(minutes=1)) * timedelta(minutes=1)
    unit, letter = next((one for one in UNITS if not whole % one[0]), UNITS[-1])
    return f"{whole // unit}{letter}"


def mute_typed(until: datetime, now: datetime) -> str:
    """How long a mute lasts that ends then, as it can be typed."""
    return "forever" if until == FOREVER else duration(until - now)


def keyword(one: Keyword) -> str:
    """A keyword as a person reads it: a phrase without its quotes, what is left out behind it."""
    left_out = "".join(f" -{word}" for word in one.without)
    return code(f"{unquoted(one.word)}{left_out}")


def unquoted(word: str) -> str:
    return word[1:-1] if word.startswith('"') and word.endswith('"') and word.count('"') == 2 else word


def rules(names: Sequence[str], keywords: Sequence[Keyword]) -> str:
    """Rules of a watch: keywords literal, those of the configuration in bold."""
    own = {one.query: one for one in keywords}
    return ", ".join(keyword(own[rule]) if rule in own else name(rule) for rule in names)


def asked(watch: Watch) -> str:
    """What a watch asks for. A rule that was made with it says all that it is."""
    made = watch.made
    if made is None:
        return rules(watch.rules, watch.keywords)
    return ", ".join([code(made.query, LONGEST_QUERY), *rule_facts(made)])


def is_a_rule(watch: Watch) -> str:
    """Why keywords of it can neither be added nor removed."""
    return f"{name(watch.target)} is a rule. Nothing changed. Change it by `/watch rule {watch.name} QUERY`."


def rule_facts(made: MadeRule) -> list[str]:
    """What is unusual about a rule, beside its query."""
    severity = [f"severity {made.severity}"] if made.severity != "normal" else []
    return severity + ([f"facet {code(made.facet)}"] if made.facet else [])


def target_typed(target: str) -> str:
    """A target as it can be typed, whatever follows it."""
    return f'"{target}"' if " " in target else target


def keywords_typed(keywords: Sequence[Keyword]) -> str:
    """Keywords as they can be typed, whatever stands before them: read again, they ask the same."""
    left_out = {one.without for one in keywords}
    if len(left_out) == 1 and not any(_is_query(one.word) for one in keywords):
        excluded = "".join(f" -{word}" for word in left_out.pop())
        return ", ".join(f'"{unquoted(one.word)}"' for one in keywords) + excluded
    return ", ".join(one.query for one in keywords)


def rules_typed(names: Sequence[str], keywords: Sequence[Keyword]) -> str:
    """Rules and keywords of a watch as they can be typed."""
    own = [one for one in keywords if one.query in names]
    queries = {one.query for one in own}
    typed = [f'rule:"{rule}"' for rule in names if rule not in queries]
    return " ".join([*([keywords_typed(own)] if own else []), *typed])


def undo(*commands: str) -> str:
    return f"Undo: {' and '.join(code(f'/watch {command}', LONGEST_COMMAND) for command in commands)}"


def refused(error: QueryError, text: str) -> str:
    """A query that cannot be read: carets under the place, and the mend."""
    pointed = block(error.pointed(one_line(text)))
    return f"I can't read this: {escaped(error.problem, 300)}. Nothing changed.\n{pointed}\n{escaped(error.mend, 300)}"


def _is_query(word: str) -> bool:
    """Whether it is more than a word or a phrase."""
    bare = unquoted(word)
    return '"' in bare or (bare == word and " " in word)


def _plain(text: str) -> str:
    """Without the marks that format."""
    return one_line(text).translate(dict.fromkeys(map(ord, "*_~`")))
