"""What was to be told and what was told, by the logs of those outside: the sources, and Slack."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from bot.alerts.wording import EARLIER, OPPOSITE
from fake_slack import FakeSlack
from fake_slack.workspace import Posted
from kills.counting import Count, count, twice_delivered
from kills.newsroom import SERIAL, Expected
from soak.plan import HOUR, Fault, Plans
from soak.upstream import Upstreams

CALLED: dict[Fault, str] = {
    "500": "unreachable",
    "403": "blocked",
    "429": "throttled",
    "cut": "unreachable",
    "dns": "unreachable",
}
"""The program's word for what a source does."""
SEEN_WITHIN = 7 * HOUR
"""The longest rhythm is six hours, with jitter."""
_BEFORE = re.compile(f"{re.escape(EARLIER)}|{re.escape(OPPOSITE)}")
_STATE = re.compile(r"(?P<source>[a-z]+-\d{3}): (?:(?P<back>back), after )?(?P<kind>[a-z-]+)\.")


@dataclass(frozen=True, slots=True)
class Told:
    """`alerts`: one for every sentence that a source handed out and a rule asked for. `twice`: deliveries.

    `unseen`: sentences that were published and never handed out, since nobody came in time; `astray`: notices of
    outages that are missing, or that there should not be, by source.
    """

    alerts: Count
    unseen: list[str]
    twice: list[str]
    outages: int
    astray: dict[str, str]

    @property
    def clean(self) -> bool:
        return self.alerts.clean and not self.unseen and not self.twice and not self.astray


def told(plans: Plans, upstreams: Upstreams, slack: FakeSlack, ops: str) -> Told:
    expected = [Expected(serial, plans.channels[serial], "") for serial in upstreams.shown]
    alerts = count(expected, list(plans.by_name), slack, ops, words=_said_now)
    return Told(
        alerts, _unseen(plans, upstreams.shown), twice_delivered(slack), _outages(plans), _astray(plans, slack, ops)
    )


def _said_now(message: Posted) -> str:
    """Without what it quotes of earlier ones."""
    return _BEFORE.split(message.words)[0]


def _outages(plans: Plans) -> int:
    return sum(len(plan.outages) for plan in plans.by_name.values())


def _astray(plans: Plans, slack: FakeSlack, ops: str) -> dict[str, str]:
    """Each outage is told when it is sure and when it is over, in this order, and nothing else is."""
    heard: dict[str, list[str]] = {name: [] for name in plans.by_name}
    for message in slack.workspace.in_channel(ops):
        found = _STATE.match(message.words)
        if found is not None:
            heard[found["source"]].append(f"{found['back'] or 'in trouble'}: {found['kind']}")
    astray = {}
    for name, plan in plans.by_name.items():
        kinds = [CALLED[outage.fault] for outage in plan.outages]
        due = [line for kind in kinds for line in (f"in trouble: {kind}", f"back: {kind}")]
        if heard[name] != due:
            astray[name] = f"heard {heard[name]} where {due} was to be told"
    return astray


def _unseen(plans: Plans, shown: Collection[str]) -> list[str]:
    """Sentences of posts that stood in a feed for hours, and that nobody came to read. Edits may come too late."""
    published = (
        (plan.name, serial)
        for plan in plans.by_name.values()
        for event in plan.events
        if event.first and event.at < plans.seconds - SEEN_WITHIN
        for serial in SERIAL.findall(event.sentence)
    )
    return [f"{name} {serial}" for name, serial in published if serial not in shown]
