"""What the oracle sees: it says yes to a day on which all was told once, and no to every other."""

from collections.abc import Callable
from itertools import count

import pytest

from bot.alerts.wording import EARLIER
from fake_slack import FakeSlack
from fake_slack.workspace import Posted
from kills.newsroom import SERIAL
from soak.oracle import CALLED, Told, told
from soak.plan import HOUR, START, Plans
from soak.upstream import Upstreams

OPS = "#ops"
PLANS = Plans(24 * HOUR)
FIRST, SECOND = sorted(PLANS.channels)[:2]
FAILING = next(plan.name for plan in PLANS.by_name.values() if plan.outages)


class Day:
    """What the sources handed out, and what stands in Slack: all of it, until somebody takes away or adds."""

    def __init__(self) -> None:
        self._numbers = count()
        self.upstreams = Upstreams(PLANS, lambda: 0.0, shown=dict.fromkeys(PLANS.channels, 0.0))
        self.slack = FakeSlack(lambda: START)
        for channel in sorted({*PLANS.channels.values(), OPS}):
            self.slack.workspace.add_channel(channel.removeprefix("#"))
        for name, plan in PLANS.by_name.items():
            self.say(OPS, f"{name}: first visit recorded 4 documents with 0 matches")
            for outage in plan.outages:
                kind = CALLED[outage.fault]
                self.say(OPS, f"{name}: {kind}. It did not answer.")
                self.say(OPS, f"{name}: back, after {kind}.")
        for serial, channel in PLANS.channels.items():
            self.say(channel, f"Our remark {serial} is about it.")

    def say(self, channel: str, text: str) -> None:
        workspace = self.slack.workspace
        place = workspace.by_name(channel)
        assert place is not None
        metadata = {"event_payload": {"delivery_id": f"delivery {next(self._numbers)}"}}
        workspace.messages.append(Posted(place.id, workspace.next_ts(), START, text, [], metadata))

    def forget(self, words: str) -> None:
        """The first message with these words is not there."""
        workspace = self.slack.workspace
        workspace.messages.remove(next(message for message in workspace.messages if words in message.text))

    def told(self) -> Told:
        return told(PLANS, self.upstreams, self.slack, OPS)


def lost(day: Day) -> None:
    day.forget(FIRST)


def doubled(day: Day) -> None:
    day.say(PLANS.channels[FIRST], f"Our remark {FIRST} is about it.")


def elsewhere(day: Day) -> None:
    day.forget(FIRST)
    other = next(channel for channel in PLANS.channels.values() if channel != PLANS.channels[FIRST])
    day.say(other, f"Our remark {FIRST} is about it.")


def unasked(day: Day) -> None:
    del day.upstreams.shown[FIRST]


def delivered_twice(day: Day) -> None:
    first, second = day.slack.workspace.messages[:2]
    second.metadata = first.metadata


def no_end_of_an_outage(day: Day) -> None:
    day.forget(f"{FAILING}: back")


def an_outage_told_twice(day: Day) -> None:
    day.say(OPS, f"{FAILING}: unreachable. It did not answer.")


def an_outage_that_was_none(day: Day) -> None:
    day.say(OPS, "slow-000: blocked. It did not answer.")


def nobody_came(day: Day) -> None:
    events = (event for event in PLANS.by_name["wire-000"].events if event.first)
    (serial,) = next(found for event in events if (found := SERIAL.findall(event.sentence)))
    del day.upstreams.shown[serial]
    day.forget(serial)


def test_a_day_on_which_all_was_told_once_is_clean():
    found = Day().told()
    assert found.clean, found
    assert found.alerts.expected == len(PLANS.channels) + len(PLANS.by_name)
    assert found.outages > 100


def test_what_an_alert_quotes_of_an_earlier_one_is_not_told_again():
    day = Day()
    day.forget(SECOND)
    channel = PLANS.channels[SECOND]
    day.say(channel, f"Our remark {SECOND} is about it. {EARLIER}: our remark {FIRST} was, too.")
    assert day.told().clean


@pytest.mark.parametrize(
    "befalls",
    [
        lost,
        doubled,
        elsewhere,
        unasked,
        delivered_twice,
        no_end_of_an_outage,
        an_outage_told_twice,
        an_outage_that_was_none,
        nobody_came,
    ],
    ids=lambda befalls: befalls.__name__,
)
def test_whatever_befalls_is_seen(befalls: Callable[[Day], None]):
    day = Day()
    befalls(day)
    assert not day.told().clean
