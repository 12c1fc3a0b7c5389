"""Every class of error that Slack answers with, through the real client and the courier to its end.

The table is that of the documentation: what becomes of the message, who hears of it, and whether the others go on.
"""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from alerting import alert, message, quote
from bot.slack import errors
from fake_slack import Fault

OPS = "#on-record-ops"


@dataclass(frozen=True)
class Case:
    """One answer, once; then Slack is well again. `meanwhile`: what the message is right after it."""

    fault: Fault
    meanwhile: str
    other: str
    """And what came after it in the channel: told, or waiting with it."""
    told: bool
    """Whether the ops channel hears of it."""
    within: timedelta
    """Until it stands in the channel."""


SECONDS, MINUTES, HALF_AN_HOUR = timedelta(seconds=30), timedelta(minutes=3), timedelta(minutes=40)


def error(code: str, *rest, stored: bool = False) -> tuple[str, Case]:
    return code, Case(Fault("error", code=code, stored=stored), *rest)


CASES = dict(
    [
        ("429", Case(Fault("429", retry_after="7"), "waiting", "waits", False, SECONDS)),
        ("429 without a word", Case(Fault("429", retry_after=None), "waiting", "waits", False, MINUTES)),
        *(error(code, "waiting", "waits", False, MINUTES) for code in sorted(errors.WAIT)),
        *(error(code, "waiting", "waits", False, HALF_AN_HOUR) for code in sorted(errors.LONG)),
        *(error(code, "unknown", "told", False, MINUTES) for code in sorted(errors.AMBIGUOUS)),
        error("a_code_of_next_year", "unknown", "told", False, MINUTES),
        *((f"{kind}", Case(Fault(kind), "unknown", "told", False, MINUTES)) for kind in ("cut", "half", "hang", "500")),
        *((f"{kind}", Case(Fault(kind), "unknown", "told", False, MINUTES)) for kind in ("html", "text", "bad-json")),
        ("500, stored", Case(Fault("500", stored=True), "unknown", "told", False, MINUTES)),
        *(error(code, "parked", "waits", True, MINUTES) for code in sorted(errors.PARK)),
        *(error(code, "parked", "waits", True, MINUTES) for code in ("restricted_action", "restricted_action_x")),
        *(error(code, "waiting", "waits", False, MINUTES) for code in sorted(errors.SHUT | errors.NO_RIGHT)),
        *(error(code, "waiting", "told", False, SECONDS) for code in sorted(errors.OURS)),
        *(error(code, "waiting", "told", False, SECONDS) for code in ("invalid_blocks", "invalid_blocks_format")),
    ]
)


def one(number: int):
    return message(alert(quote(f"Number {number}: some portion of the revenue."), id=f"alert-{number}"))


@pytest.mark.parametrize("name", CASES)
async def test_each_class_of_error_has_its_end(desk, name):
    case = CASES[name]
    began = desk.clock()
    desk.slack.fail("chat.postMessage", case.fault)
    await desk.put(one(1), one(2))
    await desk.courier.deliver("#on-record")
    states = {kept.id: state for state, every in (await desk.states()).items() for kept in every}
    if case.meanwhile == "waiting" and case.other == "told":  # sent again at once, as plain words
        assert states[one(1).id] == "sent"
        plain = [posted for posted in desk.slack.workspace.in_channel("#on-record") if not posted.blocks]
        assert [posted.delivery_id for posted in plain] == [one(1).id]
    else:
        assert states[one(1).id] == case.meanwhile
    assert (states[one(2).id] == "sent") is (case.other == "told")
    await desk.deliver(within=timedelta(hours=2))
    if case.meanwhile == "parked":
        desk.clock.now += timedelta(minutes=1)
        await desk.deliver(within=timedelta(hours=2))
    stands = {posted.delivery_id: posted for posted in desk.slack.workspace.in_channel("#on-record")}
    assert sorted(desk.posted()) == sorted(stands) == sorted([one(1).id, one(2).id]), "both, once"
    assert stands[one(1).id].at - began <= case.within
    assert bool(desk.slack.workspace.in_channel(OPS)) is case.told
    assert not any("may be a repeat" in posted.words for posted in desk.slack.workspace.messages)


@pytest.mark.parametrize("code", sorted(errors.SHUT | errors.NO_RIGHT))
async def test_what_stops_everything_says_so_and_nothing_is_tried_meanwhile(desk, code):
    desk.slack.fail("chat.postMessage", Fault("error", code=code))
    await desk.put(one(1), one(2))
    outcome = await desk.courier.deliver("#on-record")
    assert outcome.shut is not None
    assert code in outcome.shut
    assert len(desk.slack.calls("chat.postMessage")) == 1


@pytest.mark.parametrize(
    ("codes", "known"),
    [
        ("ratelimited rate_limited", errors.WAIT),
        ("internal_error fatal_error request_timeout service_unavailable", errors.AMBIGUOUS),
        ("team_added_to_org org_login_required accesslimited", errors.LONG),
        ("channel_not_found is_archived no_permission ekm_access_denied", errors.PARK),
        ("messages_tab_disabled message_limit_exceeded", errors.PARK),
        ("invalid_auth not_authed token_revoked token_expired account_inactive", errors.SHUT),
        ("missing_scope not_allowed_token_type", errors.NO_RIGHT),
        ("msg_blocks_too_long msg_too_long metadata_too_large no_text invalid_arguments", errors.OURS),
    ],
)
def test_every_code_of_the_documentation_is_in_its_class(codes, known):
    """Written out: what the program forgets is taken for an unclear answer, and the cases above are made of its own."""
    assert set(codes.split()) <= known


async def test_a_public_channel_that_wants_members_is_joined_and_a_private_one_is_parked(desk):
    fault = Fault("error", code="not_in_channel")
    desk.slack.fail("chat.postMessage", fault)
    await desk.put(one(1), one(2))
    await desk.courier.deliver("#on-record")
    assert desk.posted() == [one(1).id, one(2).id]
    desk.slack.workspace.add_channel("closed", private=True)
    desk.slack.fail("chat.postMessage", fault)
    closed = message(alert(quote("Number 3: some portion of the revenue."), id="alert-3", channel="#closed"))
    await desk.put(closed)
    await desk.courier.deliver("#closed")
    assert [kept.id for kept in (await desk.states())["parked"]] == [closed.id]


def test_no_code_is_in_two_classes():
    groups = (errors.WAIT, errors.AMBIGUOUS, errors.LONG, errors.PARK, errors.GONE, errors.SHUT, errors.OURS)
    groups += (errors.NO_RIGHT, errors.TOO_LATE)
    assert sum(map(len, groups)) == len(frozenset().union(*groups))
