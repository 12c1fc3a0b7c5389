"""Where a watch tells: the channel it is made in, or another that everybody may look into."""

from dataclasses import dataclass

from bot.model import Watch
from bot.notifier import DeliveryError, NoSuchPlace
from bot.slack.commands.desk import UNNAMED, Desk, Here
from bot.slack.commands.grammar import Channel
from bot.slack.commands.wording import Refusal, code, name, place
from bot.slack.errors import NoRight
from bot.slack.events import Asker
from bot.slack.places import Place
from bot.slack.text import escaped

OUTSIDE = "I'm not in this private channel. Run `/invite @onrecord`, then repeat."


@dataclass(frozen=True, slots=True)
class Destination:
    """`here`: it is the channel in which it was asked for."""

    place: Place
    here: bool


async def destination(desk: Desk, asker: Asker, channel: Channel | None) -> Destination:
    """Where the alerts go; the bot is a member of it afterwards. Raises `Refusal`.

    What is watched in a private channel is told there alone, and nobody sends alerts into one from outside. A direct
    message has no others who could be told of it, so from there any public channel may be named.
    """
    if channel is None or channel.id == asker.channel:
        place = await desk.place(asker.channel)
        if place is None:
            direct = asker.channel.startswith("D")
            raise Refusal("I'm not part of this conversation. Type it in a channel, or to me." if direct else OUTSIDE)
        return Destination(await _joined(desk, place), here=True)
    if await _is_private(desk, asker):
        raise Refusal("What is watched in a private channel is told there alone. Nothing changed.")
    called = f"#{channel.name or channel.id}"
    place = await desk.place(channel.id) if channel.id else await _named(desk, channel.name)
    if place is None or place.private:
        raise Refusal(f"I can't see {code(called)} from here. Nothing changed. Type it in that channel.")
    return Destination(await _joined(desk, place), here=False)


async def must_not_show(desk: Desk, asker: Asker, here: Here, watch: Watch) -> None:
    """What is typed in a private channel changes nothing that shows elsewhere. Raises `Refusal`."""
    if not here.holds(watch) and await _is_private(desk, asker):
        raise Refusal(f"{name(watch.name)} is told in {place(watch.channel)}. Nothing changed. Change it there.")


async def _is_private(desk: Desk, asker: Asker) -> bool:
    """Whether it is typed among some who know what others may not. A direct message has no others. Raises `Refusal`."""
    if asker.channel.startswith("D"):
        return False
    if asker.channel_name in UNNAMED:
        return True
    where = await desk.place(asker.channel)
    return where is None or where.private


async def _named(desk: Desk, name: str) -> Place | None:
    try:
        return await desk.places.named(name)
    except DeliveryError as error:
        raise Refusal(f"Slack doesn't list its channels now ({escaped(error.detail, 200)}). Nothing changed.") from None


async def _joined(desk: Desk, place: Place) -> Place:
    if place.member:
        return place
    if place.private:
        raise Refusal(OUTSIDE)
    try:
        await desk.places.join(place.id)
    except (NoSuchPlace, NoRight) as error:
        why = escaped(error.detail, 200)
        raise Refusal(f"I can't join this channel ({why}). Run `/invite @onrecord`, then repeat.") from None
    except DeliveryError as error:
        raise Refusal(f"I can't join this channel now ({escaped(error.detail, 200)}). Nothing changed.") from None
    return place
