"""`/watch help`, and `/watch` alone."""

from bot.slack.commands import registry
from bot.slack.commands.desk import Desk
from bot.slack.commands.grammar import Line
from bot.slack.commands.standing import standing
from bot.slack.commands.wording import Refusal, code
from bot.slack.events import Asker, Reply
from bot.telling import counted

USAGE = ("/watch help [VERB]",)
MORE = "*Help*\n`/watch help add` tells more of one verb."
CHANGES = False

TITLE = "*Watch companies, blogs and dockets*"
LEGEND = """TARGET = `AAPL` | blog or feed URL | `docket:NUMBER` | docket URL
KEYWORD = `word` | `"a phrase"`"""


async def answer(desk: Desk, asker: Asker, rest: Line) -> Reply:
    del desk, asker
    if not rest.tokens:
        return Reply(f"{TITLE}\n{usage()}\n{LEGEND}")
    asked = rest.tokens[0].text
    verb = registry.find(asked)
    if verb is None:
        near = registry.nearest(asked)
        hint = f"Did you mean `/watch help {near}`?" if near else "See `/watch help`."
        raise Refusal(f"I don't know {code(asked)}. {hint}")
    lines = "\n".join(verb.USAGE)
    return Reply(f"{verb.MORE}\n```\n{lines}\n```" if lines else verb.MORE)


async def short(desk: Desk, asker: Asker) -> Reply:
    """For `/watch` alone: how many watches there are here, and what can be said."""
    here = (await standing(desk, asker)).of_here()
    count = f"{counted(len(here), 'watch')} here: `/watch list`." if here else "Nothing is watched here yet."
    return Reply(f"{TITLE}\n{count}\nTry `/watch add AAPL guidance`. `/watch help` lists all I know.")


def usage() -> str:
    verbs = [verb for name in registry.VERBS if (verb := registry.find(name)) is not None]
    lines = "\n".join(line for verb in verbs for line in verb.USAGE)
    return f"```\n{lines}\n```"
