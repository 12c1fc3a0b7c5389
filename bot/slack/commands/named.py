"""Rules that a watch names: those of the configuration, packs, and those that people made with `/watch rule`.

A rule that was made in a private channel is named there alone, and there none that was made elsewhere: so nobody
outside can take a rule away from a watch that they may not know of.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from bot.model import Watch
from bot.rulebook import named
from bot.slack.commands.desk import Desk
from bot.slack.commands.standing import Standing
from bot.slack.commands.wording import Refusal, code, name
from rules import packs
from rules.model import Rule
from rules.text import fold_name

_MADE = re.compile(r"(.+) \((w\d+)\)")


async def made_rules(desk: Desk, now: Standing) -> list[Watch]:
    """The watches with a rule of their own of which whoever asks here may know, those of this channel first."""
    shown = await desk.shown([watch for watch in now.watches if watch.made is not None], now.here)
    return sorted(shown, key=lambda watch: not now.here.holds(watch))


async def rule_names(
    desk: Desk, now: Standing, typed: Sequence[str], *, channels: Sequence[str], private: bool
) -> tuple[str, ...]:
    """The names of the rules that are meant. Raises `Refusal`.

    `channels`: all names of the one where the watch tells; `private`: whether that is a private one.
    """
    if not typed:
        return ()
    made = [
        watch for watch in await made_rules(desk, now) if watch.channel in channels or not (private or watch.private)
    ]
    known = _known(desk, made)
    return tuple(dict.fromkeys(_meant(one, known) for one in typed))


def ways(rule: str) -> set[str]:
    """How a rule may be called by its name: of "Exclusivity (w7)" the parts do too."""
    made = _MADE.fullmatch(rule)
    return {fold_name(rule), *(map(fold_name, made.groups()) if made else ())}


def named_by(rule: Watch, watches: Iterable[Watch]) -> list[Watch]:
    """The other watches that name the rule which was made with this one."""
    return [watch for watch in watches if watch.name != rule.name and rule.own_rule in watch.rules]


def must_be_new(called: str, there: Iterable[Watch]) -> None:
    """Raises `Refusal` where one of the watches of a channel made a rule of that name."""
    same = next((one for one in there if one.made is not None and fold_name(one.target) == fold_name(called)), None)
    if same is not None:
        raise Refusal(f"There is a rule {name(same.target)} already ({same.name}). Nothing changed.")


def must_be_there(rules: Iterable[str], configured: Sequence[Rule], there: Sequence[Watch]) -> None:
    """Raises `Refusal` where one of the rules that are named is gone. `configured`, `there`: what there is now."""
    known = named(configured, there).keys() | set(packs.names())
    missing = next((rule for rule in rules if rule not in known), None)
    if missing is not None:
        raise Refusal(f"There is no rule {name(missing)} any more. Nothing changed. Bring it back first.")


def _known(desk: Desk, made: Sequence[Watch]) -> dict[str, str]:
    """By what they may be called, the names that rules bear."""
    names = [*(watch.own_rule for watch in made), *(rule.name for rule in desk.config.rules), *packs.names()]
    known: dict[str, str] = {}
    for rule in names:
        for called in ways(rule):
            known.setdefault(called, rule)
    return known


def _meant(typed: str, known: Mapping[str, str]) -> str:
    folded = fold_name(typed)
    if folded in known:
        return known[folded]
    near = get_close_matches(folded, known, 1, 0.6)
    hint = f"Did you mean {code(f'rule:{_quoted(near[0])}')}?" if near else "`/watch rule` makes one."
    raise Refusal(f"There is no rule {name(typed)} here. Nothing changed. {hint}")


def _quoted(called: str) -> str:
    return f'"{called}"' if " " in called else called
