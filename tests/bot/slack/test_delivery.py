"""From the outbox to Slack and back by the real courier: nothing is lost, nothing is doubled."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from alerting import NOW, alert, message, quote
from bot.model import Message
from bot.notifier import Receipt
from bot.slack.notifier import SlackNotifier
from fake_slack import Call, Fault

LOST = ("cut", "half", "500", "html", "text", "bad-json", "empty")
DOUBTFUL = ("internal_error", "fatal_error", "a_new_code")
ANY_FAULT = [
    *(Fault(kind, stored=stored) for kind in LOST for stored in (False, True)),
    *(Fault("error", stored=stored, code=code) for code in DOUBTFUL for stored in (False, True)),
    Fault("no-ts", stored=True),
    Fault("429"),
    Fault("429", retry_after=None),
    Fault("error", code="ratelimited"),
    Fault("error", code="accesslimited"),
]


def one(number: int, channel: str = "#on-record") -> Message:
    """Each is another alert."""
    told = alert(quote(f"Number {number}: some portion of the revenue."), id=f"alert-{number}", channel=channel)
    return message(told)


async def test_many_alerts_arrive_in_their_order_at_slacks_pace(desk):
    many = [one(number) for number in range(25)]
    await desk.put(*many)
    await desk.deliver()
    assert desk.posted() == [told.id for told in many]
    assert all(call.answer["ok"] for call in desk.slack.calls("chat.postMessage"))
    assert desk.clock() - NOW >= timedelta(seconds=1.1) * 24


@pytest.mark.parametrize("fault", ANY_FAULT, ids=lambda f: f"{f.kind}-{f.code if f.kind == 'error' else ''}-{f.stored}")
async def test_one_fault_loses_and_doubles_nothing(desk, fault):
    desk.slack.fail("chat.postMessage", fault)
    await desk.put(one(1), one(2))
    await desk.deliver()
    assert sorted(desk.posted()) == sorted([one(1).id, one(2).id])
    assert list(await desk.states()) == ["sent"]
    assert not any("may be a repeat" in told.words for told in desk.slack.workspace.messages)


@pytest.mark.parametrize("fault", ANY_FAULT, ids=lambda f: f"{f.kind}-{f.code if f.kind == 'error' else ''}-{f.stored}")
async def test_a_fault_of_the_look_up_doubles_nothing(desk, fault):
    desk.slack.fail("chat.postMessage", Fault("cut", stored=True))
    desk.slack.fail("conversations.history", fault, fault)
    await desk.put(one(1))
    await desk.deliver()
    assert desk.posted() == [one(1).id]
    assert list(await desk.states()) == ["sent"]


async def test_a_hanging_answer_is_looked_up_too(desk):
    desk.slack.fail("chat.postMessage", Fault("hang", stored=True))
    await desk.put(one(1))
    await desk.deliver()
    assert desk.posted() == [one(1).id]


async def test_the_look_up_waits_out_the_lag_of_the_history(desk):
    desk.slack.workspace.lag = timedelta(seconds=9)
    desk.slack.fail("chat.postMessage", Fault("cut", stored=True))
    await desk.put(one(1))
    await desk.deliver()
    assert desk.posted() == [one(1).id]
    assert len(desk.slack.calls("conversations.history")) > 1


async def test_what_cannot_be_looked_up_is_sent_again_and_marked(desk):
    desk.slack.workspace.tokens["xoxb-the-secret"].scopes -= {"channels:history"}
    desk.slack.fail("chat.postMessage", Fault("cut", stored=True))
    await desk.put(one(1))
    await desk.deliver()
    first, second = desk.slack.workspace.messages
    assert first.delivery_id == second.delivery_id == one(1).id
    assert "may be a repeat" in second.words
    assert "may be a repeat" not in first.words


async def test_a_channel_that_refuses_is_parked_and_the_others_go_on(desk):
    desk.slack.workspace.add_channel("closed").post_error = "restricted_action"
    await desk.put(one(1, "#closed"), one(2))
    await desk.deliver()
    states = await desk.states()
    assert [told.id for told in states["parked"]] == [one(1, "#closed").id]
    assert "restricted_action" in states["parked"][0].error
    assert desk.posted() == [one(2).id]
    [told] = desk.slack.workspace.in_channel("#on-record-ops")
    assert "#closed" in told.words


async def test_a_revoked_token_keeps_the_queue_for_days_and_delivers_it_then(desk):
    token = desk.slack.workspace.tokens["xoxb-the-secret"]
    token.refused = "token_revoked"
    await desk.put(*(one(number) for number in range(5)))
    await desk.deliver(within=timedelta(minutes=20))
    desk.clock.now += timedelta(days=2)
    await desk.round()
    assert set(await desk.states()) <= {"waiting", "unknown"}
    token.refused = None
    await desk.deliver()
    assert desk.posted() == [one(number).id for number in range(5)]


async def test_a_token_revoked_in_the_middle_of_a_doubt_doubles_nothing(desk):
    desk.slack.fail("chat.postMessage", Fault("cut", stored=True))
    await desk.put(one(1))
    await desk.round()
    token = desk.slack.workspace.tokens["xoxb-the-secret"]
    token.refused = "token_expired"
    await desk.deliver(within=timedelta(hours=1))
    token.refused = None
    await desk.deliver()
    assert desk.posted() == [one(1).id]
    assert list(await desk.states()) == ["sent"]


async def test_refused_blocks_are_sent_as_plain_words_and_told(desk):
    desk.slack.fail("chat.postMessage", Fault("error", code="invalid_blocks"))
    await desk.put(one(1))
    await desk.deliver()
    [told] = desk.slack.workspace.in_channel("#on-record")
    assert told.blocks == []
    assert "some portion of the revenue" in told.words


async def test_words_that_are_refused_as_well_become_a_dead_letter(desk):
    desk.slack.fail("chat.postMessage", *[Fault("error", code="invalid_blocks")] * 2)
    await desk.put(one(1))
    await desk.deliver()
    states = await desk.states()
    assert [told.id for told in states["dead"]] == [one(1).id]
    assert "invalid_blocks" in states["dead"][0].error


async def test_a_reply_follows_its_parent_into_the_thread_through_a_fault(desk):
    parent = one(1)
    reply = message(one(2).alert, operation="reply", parent=parent.id, id="reply-1")
    desk.slack.fail("chat.postMessage", Fault("cut", stored=True), Fault("half", stored=True))
    await desk.put(parent, reply)
    await desk.deliver()
    first, second = desk.slack.workspace.messages
    assert (first.delivery_id, second.delivery_id) == (parent.id, "reply-1")
    assert second.thread_ts == first.ts


async def test_an_update_lost_and_repeated_is_one_update(desk):
    parent = one(1)
    changed = message(alert(title="Corrected", id="alert-1"), operation="update", parent=parent.id, id="update-1")
    desk.slack.fail("chat.update", Fault("cut", stored=True), Fault("500"))
    await desk.put(parent, changed)
    await desk.deliver()
    [told] = desk.slack.workspace.messages
    assert "Corrected" in told.words
    assert list(await desk.states()) == ["sent"]


class Killed(BaseException):
    """The process is gone."""


class Mortal(SlackNotifier):
    """A notifier whose process is killed before or after a call, as a seed says."""

    def __init__(self, inner: SlackNotifier, dice: random.Random, chance: float) -> None:
        self._inner = inner
        self._dice = dice
        self.chance = chance
        self.kills = 0
        self.pace = inner.pace

    def _maybe(self) -> None:
        if self._dice.random() < self.chance:
            self.kills += 1
            raise Killed

    async def send(self, message: Message, *, parent: Receipt | None, repeat: bool, plain: bool) -> Receipt:
        self._maybe()
        receipt = await self._inner.send(message, parent=parent, repeat=repeat, plain=plain)
        self._maybe()
        return receipt

    async def ready(self, message: Message, *, parent: Receipt | None) -> None:
        self._maybe()
        await self._inner.ready(message, parent=parent)

    async def find(self, message: Message, *, parent: Receipt | None) -> Receipt | None:
        self._maybe()
        return await self._inner.find(message, parent=parent)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.full), pytest.param(3, marks=pytest.mark.full)])
async def test_random_faults_and_kills_lose_and_double_nothing(desk, seed):
    dice = random.Random(seed)
    channels = ["#on-record", "#legal", "#news", "#ops"]
    for name in channels[1:]:
        desk.slack.workspace.add_channel(name.removeprefix("#"), private=name == "#legal")
    many = [one(number, dice.choice(channels)) for number in range(240)]
    faults = 0

    def plan(call: Call) -> Fault | None:
        nonlocal faults
        chance = 0.25 if call.method == "chat.postMessage" else 0.1
        if dice.random() >= chance:
            return None
        faults += 1
        return dice.choice(ANY_FAULT)

    desk.slack.plan = plan
    desk.courier._notifier = mortal = Mortal(desk.notifier, dice, 0.05)
    await desk.put(*many)
    for _ in range(20_000):
        try:
            await desk.round()
        except Killed:
            desk.clock.now += timedelta(seconds=1)
            continue
        if not await desk.forward():
            break
    stands = Counter(told.delivery_id for told in desk.slack.workspace.messages)
    assert stands == Counter(told.id for told in many)
    assert list(await desk.states()) == ["sent"]
    assert not any("may be a repeat" in told.words for told in desk.slack.workspace.messages)
    assert faults > 50
    assert mortal.kills > 10
