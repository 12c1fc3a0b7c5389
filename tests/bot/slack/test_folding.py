"""Digests, storms and late alerts in Slack: by the real courier over a real store, through faults and kills."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerting import NOW, alert, message, quote
from bot import delivery
from bot.alerts.compose import message_for
from bot.alerts.gathering import Folding
from bot.delivery import Courier
from bot.digest import DigestHour
from bot.model import Message
from bot.slack.notifier import SlackNotifier
from bot.store import channels, outbox
from bot.store.database import Database
from fake_slack import Fault

FRESH = NOW - timedelta(minutes=5)
STORM = ("onrecord_storm", "onrecord_late", "onrecord_digest")


def one(number: int, severity: str = "normal", channel: str = "#on-record", *, due=NOW, **about) -> Message:
    said = quote(f"Serial {number}: some portion of the revenue.", severity=severity)
    told = alert(said, id=f"{number:08x}-0000-5000-8000-000000000000", severity=severity, channel=channel,
                 **({"published": FRESH, "title": f"Title {number}"} | about))  # fmt: skip
    return message_for(told, now=due)


@pytest.fixture
def desk(desk):
    """With folding on."""
    desk.courier = courier_of(desk)
    return desk


def courier_of(desk, database=None, notifier=None) -> Courier:
    return Courier(
        database or desk.database,
        notifier or desk.notifier,
        clock=desk.clock,
        sleep=desk.clock.sleep,
        ops_channel="#on-record-ops",
        folding=Folding(10, timedelta(minutes=1)),
    )


def heads(desk, channel: str = "#on-record"):
    return [one for one in desk.slack.workspace.in_channel(channel) if (one.metadata or {}).get("event_type") in STORM]


def thread(desk, head):
    return [one for one in desk.slack.workspace.messages if one.thread_ts == head.ts]


async def test_thirty_at_once_are_one_message_with_a_count_and_a_thread(desk):
    many = [one(number, "high" if number == 17 else "normal") for number in range(30)]
    await desk.put(*many)
    await desk.deliver()
    [head] = heads(desk)
    assert "30 alerts at once · 1 high, 29 normal" in head.words
    assert "Serial 17" in head.words, "the most severe first"
    assert head.blocks[0]["elements"][0]["elements"][0]["name"] == "red_circle"
    assert head.text.startswith("30 alerts at once (1 high, 29 normal). META · Mark Zuckerberg: “Serial 17")
    assert [told.delivery_id for told in thread(desk, head)] == [told.id for told in many]
    assert len(desk.slack.workspace.messages) == 31
    assert any(block["type"] == "actions" for told in thread(desk, head) for block in told.blocks)


@pytest.mark.parametrize(("severity", "gatherings"), [("normal", 1), ("low", 3)])
async def test_more_than_are_looked_at_together_are_folded_all_the_same(desk, monkeypatch, severity, gatherings):
    monkeypatch.setattr(delivery, "MOST_FOLDED", 20)
    many = [one(number, severity) for number in range(50)]
    await desk.put(*many)
    await desk.deliver()
    alone = [told for told in desk.slack.workspace.messages if told.thread_ts is None]
    assert alone == [told for told in heads(desk) if told.thread_ts is None]
    assert len(alone) == gatherings
    words = "".join(told.words for told in desk.slack.workspace.messages if told not in alone or severity == "low")
    assert all(words.count(told.alert.quotes[0].text) == 1 for told in many)


async def test_a_storm_goes_on_in_its_thread_and_its_count_grows(desk):
    await desk.put(*(one(number) for number in range(12)))
    await desk.round()
    await desk.put(one(50), one(51, "high"))
    await desk.deliver()
    [head] = heads(desk)
    assert "14 alerts at once · 1 high, 13 normal" in head.words
    assert "Serial 51" in head.words
    told = {one.delivery_id: one for one in thread(desk, head)}
    assert len(told) == 14
    assert [one.delivery_id for one in told.values() if one.broadcast] == [one(51, "high").id]
    desk.clock.now += timedelta(minutes=5)
    await desk.put(one(60, due=desk.clock.now))
    await desk.deliver()
    assert desk.posted()[-1] == one(60).id
    assert desk.slack.workspace.messages[-1].thread_ts is None, "it is over"


async def test_what_trickles_in_after_a_storm_is_told_by_itself(desk):
    await desk.put(*(one(number) for number in range(12)))
    await desk.deliver()
    for number in range(50, 60):
        desk.clock.now += timedelta(seconds=40)
        await desk.put(one(number, "high", due=desk.clock.now))
        await desk.deliver()
    [head] = heads(desk)
    alone = [told.delivery_id for told in desk.slack.workspace.messages if told.thread_ts is None]
    assert alone[-9:] == [one(number).id for number in range(51, 60)]
    assert len(thread(desk, head)) + len(alone[1:]) == 22


async def test_while_a_long_thread_is_told_more_joins_it(desk):
    """Slack takes one message a second, so that the window of the storm is over long before its thread stands."""
    await desk.put(*(one(number) for number in range(150)))
    late = iter([one(500, "high", due=NOW + timedelta(seconds=100))])
    inner, sleep = desk.courier, desk.clock.sleep

    async def arriving(seconds: float) -> None:
        await sleep(seconds)
        if desk.clock.now >= NOW + timedelta(seconds=100):
            await desk.put(*[told for told in [next(late, None)] if told is not None])

    inner._sleep = arriving
    await desk.deliver()
    [head] = heads(desk)
    assert "151 alerts at once" in head.words
    assert len(thread(desk, head)) == 151


async def test_an_update_in_doubt_does_not_take_the_count_back(desk):
    await desk.put(*(one(number) for number in range(12)))
    await desk.round()
    desk.slack.fail("chat.update", Fault("cut"))
    await desk.put(one(50))
    await desk.round()
    [head] = heads(desk)
    assert "12 alerts at once" in head.words
    await desk.put(one(51))
    await desk.round()
    assert "14 alerts at once" in heads(desk)[0].words
    await desk.deliver()
    assert [call.method for call in desk.slack.log].count("chat.update") == 3
    assert "14 alerts at once" in heads(desk)[0].words


async def test_what_comes_one_by_one_but_fast_becomes_a_storm_too(desk):
    for number in range(20):
        await desk.put(one(number))
        await desk.round()
    await desk.deliver()
    [head] = heads(desk)
    assert len(thread(desk, head)) == 10
    assert len([told for told in desk.slack.workspace.messages if told.thread_ts is None]) == 11


async def test_low_alerts_of_a_day_are_one_message_and_its_thread(desk):
    morning = NOW + timedelta(hours=14)
    many = [one(number, "low", due=morning) for number in range(11)]
    await desk.put(*many)
    await desk.deliver(within=timedelta(hours=13))
    assert desk.slack.workspace.messages == []
    await desk.deliver(within=timedelta(hours=14))
    first, second = heads(desk)
    assert second.thread_ts == first.ts
    assert "Digest: 11 alerts of low severity" in first.words
    assert "3 more in the thread" in first.words
    words = first.words + second.words
    assert all(f"{number + 1}. Title {number} " in words and f"Serial {number}:" in words for number in range(11))
    assert len(desk.slack.workspace.messages) == 2
    assert await desk.database.read(outbox.counts) == outbox.Counts()


async def test_of_an_alert_in_a_digest_every_quote_is_told_or_counted(desk):
    def many(number: int, quotes: int) -> Message:
        said = [quote(f"Remark {number}-{n}: some portion of the revenue.", passage=n) for n in range(quotes)]
        told = alert(*said, id=f"{number:08x}-0000-5000-8000-000000000000", severity="low", published=FRESH)
        return message_for(told, now=NOW)

    await desk.put(many(1, 3), many(2, 5))
    await desk.deliver()
    [head] = heads(desk)
    for words in ("1-0", "1-1", "1-2", "2-0", "2-1", "2-2"):
        assert head.words.count(f"Remark {words}:") == 1
    assert "Remark 2-3" not in head.words
    assert head.words.count("and 2 more quotes in this document") == 1


async def test_a_single_low_alert_is_told_in_full(desk):
    await desk.put(one(1, "low"))
    await desk.deliver()
    assert desk.posted() == [one(1, "low").id]


async def test_a_change_of_what_a_digest_told_stands_in_its_thread(desk):
    await desk.put(one(1, "low"), one(2, "low"))
    await desk.deliver()
    changed = one(2, "low").alert.model_copy(update={"title": "Corrected title"})
    await desk.put(message_for(changed, now=desk.clock(), operation="update", turn=2))
    await desk.deliver()
    [head] = heads(desk)
    [said] = thread(desk, head)
    assert "Corrected title" in said.words
    assert "Corrected title" not in head.words


async def test_a_change_of_what_a_storm_told_changes_the_message_in_its_thread(desk):
    many = [one(number) for number in range(12)]
    await desk.put(*many)
    await desk.deliver()
    changed = many[3].alert.model_copy(update={"title": "Corrected title"})
    further = message(one(99).alert, operation="reply", parent=many[3].id, id="further", now=desk.clock())
    await desk.put(message_for(changed, now=desk.clock(), operation="update", turn=2), further)
    await desk.deliver()
    [head] = heads(desk)
    [told] = [one for one in thread(desk, head) if "Serial 3:" in one.words]
    assert "Corrected title" in told.words
    assert "further" in {one.delivery_id for one in thread(desk, head)}, "it hangs where its parent does"


async def test_after_an_outage_what_is_late_is_one_message_a_source_and_says_how_late(desk):
    token = desk.slack.workspace.tokens["xoxb-the-secret"]
    token.refused = "token_revoked"
    await desk.put(*(one(number, source="blog") for number in range(6)), one(50, source="court"))
    await desk.round()
    desk.clock.now += timedelta(hours=5)
    token.refused = None
    await desk.deliver()
    [head] = heads(desk)
    assert "6 late alerts from blog" in head.words
    assert len(thread(desk, head)) == 6
    assert all("told 5 hours late" in told.words for told in thread(desk, head))
    alone = [told.delivery_id for told in desk.slack.workspace.messages if told.thread_ts is None]
    assert one(50).id in alone


async def test_what_was_parked_says_how_late_it_is(desk):
    closed = desk.slack.workspace.add_channel("closed", private=True, joined=False)
    await desk.put(*(one(number, channel="#closed") for number in range(5)))
    await desk.deliver(within=timedelta(minutes=1))
    desk.clock.now += timedelta(hours=30)
    closed.members.add("U0ONRECORD")
    await desk.deliver()
    [head] = heads(desk, "#closed")
    assert "5 late alerts" in head.words
    assert all("told 30 hours late" in told.words for told in thread(desk, head))


async def test_what_was_tried_is_never_folded(desk):
    desk.slack.fail("chat.postMessage", Fault("cut", stored=True))
    await desk.put(one(0))
    await desk.round()
    await desk.put(*(one(number) for number in range(1, 15)))
    await desk.deliver()
    [head] = heads(desk)
    assert one(0).id not in {told.delivery_id for told in thread(desk, head)}
    assert Counter(told.delivery_id for told in desk.slack.workspace.messages if told is not head) == Counter(
        one(number).id for number in range(15)
    )


async def test_a_head_that_slack_refuses_leaves_its_alerts_to_stand_by_themselves(desk):
    desk.slack.fail("chat.postMessage", *[Fault("error", code="invalid_blocks")] * 2)
    many = [one(number) for number in range(12)]
    await desk.put(*many)
    await desk.deliver()
    assert heads(desk) == []
    assert desk.posted() == [told.id for told in many]
    assert {told.thread_ts for told in desk.slack.workspace.messages} == {None}


async def test_a_channel_has_an_hour_of_its_own_and_what_waits_moves_to_it(desk):
    evening = NOW.replace(hour=21, minute=0)
    await desk.put(*(one(number, "low", due=NOW + timedelta(hours=14)) for number in range(3)), one(9, due=NOW))
    hour = DigestHour(time(8), ZoneInfo("UTC"))

    def choose(conn):
        channels.set_digest(conn, ["#on-record"], time(21), due=hour.after(NOW, time(21)))
        return channels.digest_at(conn, "#on-record"), channels.digest_at(conn, "#other")

    assert await desk.database.write(choose) == (time(21), None)
    await desk.deliver(within=timedelta(hours=8))
    [head] = heads(desk)
    assert head.at >= evening
    assert head.at < evening + timedelta(minutes=1)


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Mortal:
    """A store or a notifier whose process is killed before or after a call, as a seed says."""

    part: Database | SlackNotifier
    dice: random.Random
    chance: float
    kills: int = 0

    def __getattr__(self, name: str):
        inner = getattr(self.part, name)
        if name not in {"write", "send", "find"}:
            return inner

        async def call(*given, **named):
            self._maybe()
            done = await inner(*given, **named)
            self._maybe()
            return done

        return call

    def _maybe(self) -> None:
        if self.dice.random() < self.chance:
            self.kills += 1
            raise Killed


LOST = ("cut", "half", "500", "html", "text", "bad-json", "empty")
ANY_FAULT = [
    *(Fault(kind, stored=stored) for kind in LOST for stored in (False, True)),
    *(Fault("error", stored=stored, code=code) for code in ("internal_error", "new_code") for stored in (False, True)),
    Fault("no-ts", stored=True),
    Fault("429"),
    Fault("error", code="ratelimited"),
]


async def misfortune(desk, database: Database, *, seed: int, alerts: int) -> tuple[int, int]:
    """So many alerts, low ones and storms of them too, under faults and kills; all of them arrive once."""
    dice = random.Random(seed)
    names = ["#on-record", "#legal", "#news", "#desk"]
    for name in names[1:]:
        desk.slack.workspace.add_channel(name.removeprefix("#"), private=name == "#legal")
    faults = 0

    def plan(call):
        nonlocal faults
        chance = 0.2 if call.method in {"chat.postMessage", "chat.update"} else 0.08
        if dice.random() >= chance:
            return None
        faults += 1
        return dice.choice(ANY_FAULT)

    desk.slack.plan = plan
    store, notifier = Mortal(database, dice, 0.01), Mortal(desk.notifier, dice, 0.02)
    courier = courier_of(desk, store, notifier)
    everything: list[Message] = []
    while len(everything) < alerts:
        at = desk.clock.now
        made = [
            one(len(everything) + n, dice.choice(["high", "normal", "normal", "low"]), dice.choice(names), due=at,
                published=at - dice.choice([timedelta(minutes=1)] * 3 + [timedelta(days=4)]),
                source=dice.choice(["a", "b", "c"]))
            for n in range(dice.choice([1, 2, 3, 30]))
        ]  # fmt: skip
        everything += made
        await database.write(lambda conn, made=made: outbox.put(conn, made, now=desk.clock.now))
        for _ in range(dice.choice([1, 3, 9])):
            await turn(desk, database, courier)
    for _ in range(20_000):
        await turn(desk, database, courier)
        following = await database.read(outbox.next_due)
        if following is None:
            break
        desk.clock.now = max(following, desk.clock.now + timedelta(seconds=1))
    words = {told.alert.id: told.alert.quotes[0].text for told in everything if told.alert is not None}
    stands: Counter[str] = Counter()
    for posted in desk.slack.workspace.messages:
        kind = posted.metadata["event_type"]
        if kind in {"onrecord_storm", "onrecord_late"}:
            continue  # it quotes what stands in its thread
        stands.update(told for told, said in words.items() if said in posted.words)
    assert stands == Counter(dict.fromkeys(words, 1))
    ids = Counter(posted.delivery_id for posted in desk.slack.workspace.messages)
    assert set(ids.values()) == {1}
    assert await database.read(outbox.counts) == outbox.Counts()
    kinds = Counter(posted.metadata["event_type"] for posted in desk.slack.workspace.messages)
    assert {"onrecord_storm", "onrecord_digest", "onrecord_late", "onrecord_alert"} <= set(kinds)
    return faults, store.kills + notifier.kills


async def turn(desk, database: Database, courier: Courier) -> None:
    try:
        for channel in await database.read(lambda conn: outbox.channels_due(conn, desk.clock.now)):
            await courier.deliver(channel)
    except Killed:
        desk.clock.now += timedelta(seconds=1)
        await database.write(channels.free_all)
    desk.clock.now += timedelta(seconds=1)


async def test_alerts_under_faults_and_kills(desk):
    faults, kills = await misfortune(desk, desk.database, seed=8, alerts=130)
    assert faults > 10
    assert kills > 3


@pytest.mark.full
@pytest.mark.parametrize("seed", range(3))
async def test_five_hundred_alerts_under_faults_and_kills_on_both(desk, store_url, seed):
    async with await Database.open(store_url, migrate_first=True) as database:
        faults, kills = await misfortune(desk, database, seed=seed, alerts=500)
    assert faults > 60
    assert kills > 15


async def test_a_kill_between_folding_and_posting_costs_nothing(desk):
    """Every moment at which a kill can fall, over a storm and a digest."""
    at, survived = 0, False
    while not survived:
        at += 1
        desk.slack.workspace.messages.clear()
        many = [one(at * 1000 + number, "low" if number < 3 else "normal") for number in range(5)]
        await desk.put(*many)
        moments = iter(range(at))

        class Once(Mortal):
            def _maybe(self, moments=moments) -> None:
                if next(moments, None) is None:
                    raise Killed

        courier = Courier(
            Once(desk.database, random.Random(), 0), Once(desk.notifier, random.Random(), 0), clock=desk.clock,
            sleep=desk.clock.sleep, folding=Folding(1, timedelta(minutes=1)),
        )  # fmt: skip
        try:
            for channel in await desk.database.read(lambda conn: outbox.channels_due(conn, desk.clock.now)):
                await courier.deliver(channel)
            survived = True
        except Killed:
            await desk.database.write(channels.free_all)
        await desk.deliver()
        said = "".join(
            posted.words
            for posted in desk.slack.workspace.messages
            if posted.metadata["event_type"] in {"onrecord_alert", "onrecord_digest"}
        )
        for told in many:
            assert said.count(told.alert.quotes[0].text) == 1, f"killed at moment {at}"
        desk.clock.now += timedelta(minutes=10)
    assert at > 15


async def test_a_digest_is_judged_by_its_menu(desk):
    await desk.put(one(1, "low"), one(2, "low"))
    await desk.deliver()
    [head] = heads(desk)
    [menu] = [block["elements"][0] for block in head.blocks if block["type"] == "actions"]
    assert [option["value"] for option in menu["options"]] == [one(1).alert.id, one(2).alert.id]
    assert [option["text"]["text"] for option in menu["options"]] == ["1. Title 1", "2. Title 2"]
