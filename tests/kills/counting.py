"""What was lost and what was doubled, by the logs of those outside: what was published, and what stands in Slack."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from bot.alerts.wording import REPEAT
from fake_slack import FakeSlack
from fake_slack.workspace import Posted
from kills.newsroom import SERIAL, Expected

FIRST_VISIT = ": first visit recorded"


@dataclass(slots=True)
class Count:
    """`marked`: repeats that say of themselves that they may be one, since the channel could not be searched."""

    expected: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    astray: list[str] = field(default_factory=list)
    marked: int = 0

    @property
    def clean(self) -> bool:
        return not self.lost and not self.doubled and not self.astray


def count(
    published: Iterable[Expected],
    feeds: Collection[str],
    slack: FakeSlack,
    ops: str,
    *,
    words: Callable[[Posted], str] = lambda message: message.words,
) -> Count:
    """Alerts by their serials, and each source's line about its first visit in the ops channel.

    `words`: what of a message counts.
    """
    found = Count()
    names = {channel.id: f"#{channel.name}" for channel in slack.workspace.channels.values()}
    standing: dict[tuple[str, str], list[Posted]] = defaultdict(list)
    for message in slack.workspace.messages:
        if is_head(message):
            continue
        for serial in set(SERIAL.findall(words(message))):
            standing[names[message.channel], serial].append(message)
        if FIRST_VISIT in message.words:
            standing[names[message.channel], message.words.partition(":")[0]].append(message)
    wanted = {(one.channel, one.serial) for one in published} | {(ops, feed) for feed in feeds}
    found.expected = len(wanted)
    for key in sorted(wanted | set(standing)):
        plain = [message for message in standing[key] if REPEAT not in message.words]
        found.marked += len(standing[key]) - len(plain)
        if key not in wanted:
            found.astray.append(" ".join(key))
        elif not standing[key]:
            found.lost.append(" ".join(key))
        elif len(plain) > 1:
            times = ", ".join(f"{message.at:%H:%M:%S.%f} {message.delivery_id}" for message in plain)
            found.doubled.append(f"{' '.join(key)}: {times}")
    return found


def is_head(message: Posted) -> bool:
    """Whether it only quotes what stands in its thread."""
    return (message.metadata or {}).get("event_type") in {"onrecord_storm", "onrecord_late"}


def twice_delivered(slack: FakeSlack) -> list[str]:
    """Delivery ids that stand more than once without being marked, whatever they are about."""
    ids = Counter(
        message.delivery_id for message in slack.workspace.messages if message.part == 0 and REPEAT not in message.words
    )
    return [str(one) for one, times in ids.items() if times > 1]


@dataclass(slots=True)
class Arrivals:
    """Which serials stand somewhere by now; each message is read once."""

    slack: FakeSlack
    seen: set[str] = field(default_factory=set)
    _read: int = 0

    def look(self) -> set[str]:
        for message in self.slack.workspace.messages[self._read :]:
            if not is_head(message):
                self.seen.update(SERIAL.findall(message.words))
            self._read += 1
        return self.seen
