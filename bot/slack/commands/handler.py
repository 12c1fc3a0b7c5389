"""The handler of `/watch`: from what was typed to the verb that answers."""

from bot.slack.commands import help as help_verb
from bot.slack.commands import registry
from bot.slack.commands.desk import Desk
from bot.slack.commands.grammar import Line, line
from bot.slack.commands.wording import Refusal, code
from bot.slack.events import Command, Reply


async def answer(desk: Desk, command: Command) -> Reply:
    """Raises what the store raises; everything else that can be wrong is a reply."""
    try:
        words = line(command.text)
        if not words.tokens:
            return await help_verb.short(desk, command.asker)
        verb = registry.find(words.tokens[0].text)
        if verb is None:
            return Reply(_unknown(words))
        if verb.CHANGES:
            desk.must_be_allowed(command.asker)
        return await verb.answer(desk, command.asker, words.after(1))
    except Refusal as refusal:
        return Reply(refusal.said)


def _unknown(words: Line) -> str:
    verb = words.tokens[0].text
    near = registry.nearest(verb)
    if near is not None:
        return f"I don't know {code(verb)}. Did you mean `/watch {near}`?"
    meant = code(f"/watch add {words.said}")
    return f"I don't know {code(verb)}. Did you mean {meant}? `/watch help` lists all I know."
