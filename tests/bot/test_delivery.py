"""Once, whatever happens: the courier over a channel that doubts, refuses, lies and is slow to remember."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from alerting import alert
from bot.alerts.compose import message_for, notice_for
from bot.alerts.gathering import Folding
from bot.delivery import Courier, Outcome
from bot.model import Message
from bot.notifier import Ambiguous, CannotLook, DeliveryError, Malformed, NoSuchPlace, NotNow, Receipt, Shut
from bot.store import channels, outbox
from bot.store.database import Database
from bot.store.errors import StoreUnreachable
from bot.timings import Timings
from making import NOW

CHANNEL, OPS = "#on-record", "#ops"


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@dataclass
class Post:
    id: str
    channel: str
    text: str
    at: datetime
    repeat: bool
    plain: bool
    parent: Receipt | None


@dataclass
class Desk:
    """A channel's other end that keeps what was posted. `plans` say what happens at the next sends.

    A plan is an error that is raised instead of posting; a pair ("kept", error) posts and raises all the same.
    """

    clock: Clock
    plans: list[Any] = field(default_factory=list)
    lag: timedelta = timedelta(0)
    blind: DeliveryError | None = None
    unready: DeliveryError | None = None
    pace: timedelta = timedelta(0)
    posts: list[Post] = field(default_factory=list)
    looked: list[datetime] = field(default_factory=list)
    refuses: Callable[[Message, bool], DeliveryError | None] = lambda _message, _plain: None

    async def ready(self, message: Message, *, parent: Receipt | None) -> None:
        if self.unready is not None:
            raise self.unready

    async def send(self, message: Message, *, parent: Receipt | None, repeat: bool, plain: bool) -> Receipt:
        plan = self.plans.pop(0) if self.plans else None
        plan = plan or self.refuses(message, plain)
        if isinstance(plan, BaseException):
            raise plan
        self.posts.append(
            Post(message.id, message.channel, message.notice or message.operation, self.clock(), repeat, plain, parent)
        )
        if plan is not None:
            raise plan[1]
        return {"ts": str(len(self.posts))}

    async def find(self, message: Message, *, parent: Receipt | None) -> Receipt | None:
        self.looked.append(self.clock())
        if self.blind is not None:
            raise self.blind
        for number, post in enumerate(self.posts, start=1):
            if post.id == message.id and post.at + self.lag <= self.clock():
                return {"ts": str(number)}
        return None

    async def preflight(self) -> None:
        return

    def texts(self, channel: str = CHANNEL) -> list[str]:
        return [post.text for post in self.posts if post.channel == channel]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(clock: Clock) -> Desk:
    return Desk(clock)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(f"sqlite:///{tmp_path}/store.db", exclusive=True, migrate_first=True) as opened:
        yield opened


@pytest.fixture
def an_hour(monkeypatch: pytest.MonkeyPatch) -> timedelta:
    """Patience of an hour instead of a day: every try costs a test some commits."""
    monkeypatch.setattr("bot.fates.GIVE_UP_AFTER", timedelta(hours=1))
    return timedelta(hours=1)


@pytest.fixture
def courier(database: Database, desk: Desk, clock: Clock) -> Courier:
    return Courier(database, desk, clock=clock, ops_channel=OPS, sleep=clock.sleep)


def line(text: str, channel: str = CHANNEL) -> Message:
    return notice_for(text, channel=channel, about=text, now=NOW)


async def put(database: Database, *new: Message) -> None:
    await database.write(lambda conn: outbox.put(conn, new, now=NOW))


async def stored(database: Database, message: Message) -> Message:
    every = ("waiting", "unknown", "sent", "parked", "dead")
    return {kept.id: kept for kept in await database.read(lambda conn: outbox.listing(conn, every))}[message.id]


async def until_quiet(database: Database, courier: Courier, clock: Clock, *, within=timedelta(days=3)) -> None:
    """What the ticks of the bot would do, with the time in between left out."""
    end = clock.now + within
    while clock.now < end:
        for channel in await database.read(lambda conn: outbox.channels_due(conn, clock.now)):
            await courier.deliver(channel)
        due = await database.read(outbox.next_due)
        if due is None:
            return
        clock.now = max(due, clock.now + timedelta(seconds=1))


async def test_what_is_due_is_sent_in_order_and_at_its_pace(database, courier, desk, clock):
    desk.pace = timedelta(seconds=1.1)
    await put(database, line("one"), line("two"), line("elsewhere", "#other"), line("three"))
    assert await courier.deliver(CHANNEL) == Outcome(sent=3)
    assert desk.texts() == ["one", "two", "three"]
    times = [post.at for post in desk.posts]
    assert all(late - early >= desk.pace for early, late in pairwise(times))
    assert (await stored(database, line("one"))).receipt == {"ts": "1"}
    assert await courier.deliver(CHANNEL) == Outcome()


class Fading:
    """A store that can go away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.away = False

    async def read(self, work: Callable[..., Any]) -> Any:
        return await self.write(work)

    async def write(self, work: Callable[..., Any]) -> Any:
        if self.away:
            raise StoreUnreachable("it does not answer", "Is it up?")
        return await self._database.write(work)


async def test_what_was_sent_while_the_store_went_away_is_neither_looked_up_nor_sent_again(database, desk, clock):
    store = Fading(database)
    courier = Courier(store, desk, clock=clock, ops_channel=OPS, sleep=clock.sleep)  # type: ignore[arg-type]

    def goes_away(_message: Message, _plain: bool) -> None:
        store.away = True

    await put(database, line("one"), line("two"))
    desk.refuses = goes_away
    with pytest.raises(StoreUnreachable):
        await courier.deliver(CHANNEL)
    assert (await stored(database, line("one"))).state == "unknown"
    store.away, desk.refuses = False, lambda _message, _plain: None
    clock.now += 2 * Timings().channel_lease
    assert await courier.deliver(CHANNEL) == Outcome(sent=2)
    assert desk.texts() == ["one", "two"]
    assert desk.looked == []
    assert (await stored(database, line("one"))).receipt == {"ts": "1"}


async def test_what_arrived_without_an_answer_is_found_and_not_sent_again(database, courier, desk, clock):
    await put(database, line("one"))
    desk.plans = [("kept", Ambiguous("timeout"))]
    assert await courier.deliver(CHANNEL) == Outcome(failed=1)
    assert (await stored(database, line("one"))).state == "unknown"
    await until_quiet(database, courier, clock)
    assert desk.texts() == ["one"]
    assert (await stored(database, line("one"))).state == "sent"
    assert desk.looked == [NOW + timedelta(seconds=2)]


async def test_what_did_not_arrive_is_sent_again_after_two_looks(database, courier, desk, clock):
    await put(database, line("one"))
    desk.plans = [Ambiguous("timeout")]
    await until_quiet(database, courier, clock)
    assert desk.texts() == ["one"]
    assert desk.posts[0].at == NOW + timedelta(seconds=10)
    assert not desk.posts[0].repeat, "it was looked up"
    assert len(desk.looked) >= 2


async def test_a_history_that_lags_is_waited_for(database, courier, desk, clock):
    desk.lag = timedelta(seconds=8)
    await put(database, line("one"))
    desk.plans = [("kept", Ambiguous("timeout"))]
    await until_quiet(database, courier, clock)
    assert desk.texts() == ["one"]


async def test_a_blind_channel_gets_it_again_and_is_told_so(database, courier, desk, clock):
    await put(database, line("one"))
    desk.plans = [("kept", Ambiguous("timeout"))]
    desk.blind = CannotLook("not_in_channel")
    await until_quiet(database, courier, clock)
    assert [(post.text, post.repeat) for post in desk.posts] == [("one", False), ("one", True)]


@pytest.mark.parametrize(
    "failure", [NotNow("429"), Shut("token_revoked"), Ambiguous("timeout"), RuntimeError("a bug in the look-up")]
)
async def test_a_doubt_outlives_a_look_up_that_fails(database, courier, desk, clock, failure):
    await put(database, line("one"))
    desk.plans = [("kept", Ambiguous("timeout"))]
    await courier.deliver(CHANNEL)
    desk.blind = failure
    for _ in range(3):
        clock.now += timedelta(minutes=1)
        await courier.deliver(CHANNEL)
        assert (await stored(database, line("one"))).state == "unknown"
    desk.blind = None
    await until_quiet(database, courier, clock)
    assert desk.texts() == ["one"]


async def test_a_channel_that_wants_rest_gets_it(database, courier, desk, clock):
    await put(database, line("one"), line("two"))
    desk.plans = [NotNow("429", retry_after=timedelta(seconds=30))]
    assert (await courier.deliver(CHANNEL)).failed == 1
    assert desk.posts == []
    clock.now += timedelta(seconds=29)
    assert await courier.deliver(CHANNEL) == Outcome(), "nobody else sends there either"
    assert await database.read(lambda conn: outbox.channels_due(conn, clock.now)) == []
    clock.now += timedelta(seconds=1)
    await until_quiet(database, courier, clock)
    assert desk.texts() == ["one", "two"]
    assert all(post.at >= NOW + timedelta(seconds=30) for post in desk.posts)


async def test_a_revoked_token_keeps_the_queue_for_as_long_as_it_takes(database, courier, desk, clock, an_hour):
    await put(database, line("one"), line("two"))
    desk.refuses = lambda _message, _plain: Shut("token_revoked") if clock.now < NOW + 5 * an_hour else None
    outcome = await courier.deliver(CHANNEL)
    assert outcome.shut == "token_revoked"
    assert await database.read(outbox.counts) == outbox.Counts(waiting=2)
    await until_quiet(database, courier, clock)
    assert desk.texts() == ["one", "two"]
    # A message that is slow once more is not too late for that.
    await put(database, line("three"))
    desk.plans = [NotNow("429")]
    await until_quiet(database, courier, clock)
    assert desk.texts()[-1] == "three"


@pytest.mark.parametrize("error", [NotNow("fatal"), Ambiguous("timeout")])
async def test_after_too_long_it_is_a_dead_letter_that_is_seen(database, courier, desk, clock, error, an_hour):
    await put(database, line("one"))
    desk.refuses = lambda message, _plain: error if message.channel == CHANNEL else None
    await until_quiet(database, courier, clock)
    kept = await stored(database, line("one"))
    assert (kept.state, kept.error) == ("dead", error.detail)
    assert an_hour < clock.now - NOW < an_hour + timedelta(minutes=30)
    assert kept.attempts < 20, "it was not hammered"
    (told,) = desk.texts(OPS)
    assert f"deliveries retry {line('one').id}" in told
    desk.refuses = lambda _message, _plain: None
    assert await database.write(lambda conn: outbox.retry(conn, line("one").id, now=clock.now))
    await until_quiet(database, courier, clock)
    assert desk.texts() == ["one"]


async def test_what_was_given_up_but_had_arrived_is_not_sent_again(database, courier, desk, clock, an_hour):
    await put(database, line("one"))
    desk.plans = [("kept", Ambiguous("timeout"))]
    desk.blind = NotNow("429")
    await until_quiet(database, courier, clock)
    assert (await stored(database, line("one"))).state == "dead"
    assert len(desk.looked) < 40, "nor was it hammered with questions"
    desk.blind = None
    await database.write(lambda conn: outbox.retry(conn, line("one").id, now=clock.now))
    await until_quiet(database, courier, clock)
    assert desk.texts() == ["one"]


async def test_a_place_that_refuses_is_parked_and_told_once(database, courier, desk, clock):
    await put(database, line("one"), line("two"), line("elsewhere", "#other"))
    desk.refuses = lambda message, _plain: NoSuchPlace("is_archived") if message.channel == CHANNEL else None
    await until_quiet(database, courier, clock)
    assert await database.read(outbox.counts) == outbox.Counts(parked=2)
    assert desk.texts("#other") == ["elsewhere"]
    (told,) = desk.texts(OPS)
    assert CHANNEL in told
    assert "is_archived" in told


async def test_the_ops_channel_does_not_tell_itself_of_its_own_refusal(database, courier, desk, clock):
    await put(database, line("one", OPS))
    desk.refuses = lambda _message, _plain: NoSuchPlace("is_archived")
    await until_quiet(database, courier, clock)
    assert await database.read(outbox.counts) == outbox.Counts(parked=1)


async def test_our_own_mistake_is_sent_once_more_as_plain_text(database, courier, desk, clock):
    await put(database, line("one"), line("two"))
    desk.refuses = lambda message, plain: Malformed("invalid_blocks") if message.notice == "one" and not plain else None
    await until_quiet(database, courier, clock)
    assert sorted((post.text, post.plain) for post in desk.posts) == [("one", True), ("two", False)]


async def test_plain_text_is_remembered_through_a_doubt(database, courier, desk, clock):
    await put(database, line("one"))
    desk.plans = [Malformed("invalid_blocks"), Ambiguous("timeout")]
    await until_quiet(database, courier, clock)
    assert [(post.text, post.plain) for post in desk.posts] == [("one", True)]


async def test_what_is_malformed_twice_is_a_dead_letter(database, courier, desk, clock):
    await put(database, line("one"))
    desk.refuses = lambda message, _plain: Malformed("no_text") if message.channel == CHANNEL else None
    await until_quiet(database, courier, clock)
    assert (await stored(database, line("one"))).state == "dead"
    assert clock.now - NOW < timedelta(minutes=1), "a day would not mend it"


async def test_a_notifiers_own_mistake_is_a_doubt_and_stops_no_other_message(database, courier, desk, clock):
    await put(database, line("one"), line("two"))
    desk.plans = [("kept", RuntimeError("a bug after the post"))]
    assert await courier.deliver(CHANNEL) == Outcome(sent=1, failed=1)
    await until_quiet(database, courier, clock)
    assert sorted(desk.texts()) == ["one", "two"]


async def test_replies_and_updates_follow_their_post(database, courier, desk, clock):
    post = message_for(alert(), now=NOW)
    update = message_for(alert(), now=NOW, operation="update", turn=2)
    await put(database, post, update)
    desk.plans = [Ambiguous("timeout")]
    await until_quiet(database, courier, clock)
    assert [(sent.text, sent.parent) for sent in desk.posts] == [("post", None), ("update", {"ts": "1"})]


async def test_an_update_whose_post_is_dead_is_given_up_with_it(database, courier, desk, clock):
    await put(database, message_for(alert(), now=NOW), message_for(alert(), now=NOW, operation="update", turn=2))
    desk.refuses = lambda message, _plain: Malformed("no_text") if message.operation == "post" else None
    await until_quiet(database, courier, clock)
    assert desk.texts() == []
    assert (await database.read(outbox.counts)).dead >= 2


async def test_two_couriers_share_a_channel_without_doubling(database, desk, clock):
    await put(database, *(line(str(number)) for number in range(10)))
    couriers = [Courier(database, desk, clock=clock, sleep=clock.sleep) for _ in range(3)]
    outcomes = await asyncio.gather(*(courier.deliver(CHANNEL) for courier in couriers))
    assert sorted(outcome.sent for outcome in outcomes) == [0, 0, 10]
    assert desk.texts() == [str(number) for number in range(10)]


async def test_a_courier_that_was_stopped_before_the_call_does_not_make_it(database, desk, clock):
    """SIGSTOP after the commit of `unknown`: by the time it goes on, its turn is over."""
    await put(database, line("one"))

    class Stopped:
        async def write(self, work):
            done = await database.write(work)
            if (await stored(database, line("one"))).state == "unknown" and clock.now == NOW:
                clock.now += 2 * Timings().channel_lease
            return done

        read = database.read

    assert await Courier(Stopped(), desk, clock=clock, sleep=clock.sleep).deliver(CHANNEL) == Outcome()
    assert desk.posts == []
    await until_quiet(database, Courier(database, desk, clock=clock, sleep=clock.sleep), clock)
    assert desk.texts() == ["one"]


@pytest.mark.parametrize("overtaken", [False, True])
async def test_it_is_said_that_alerts_were_folded_when_they_were(database, desk, clock, overtaken):
    await put(database, *(message_for(alert(id=f"low-{number}", severity="low"), now=NOW) for number in range(2)))

    class Slow:
        """A store that another sender is faster with, once this one knows what it wants to fold."""

        async def read(self, work):
            found = await database.read(work)
            if overtaken:
                await database.write(channels.free_all)
            return found

        write = database.write

    with capture_logs() as logs:
        await Courier(Slow(), desk, clock=clock, sleep=clock.sleep, folding=Folding()).deliver(CHANNEL)
    said = [entry["alerts"] for entry in logs if entry["event"] == "delivery.folded"]
    assert said == ([] if overtaken else [2])
    assert len(desk.posts) == (0 if overtaken else 1)


async def test_what_cannot_be_made_ready_was_never_tried(database, courier, desk, clock):
    """Where the channel's name is not known yet, nothing is in doubt: no call was near."""
    desk.unready = NotNow("429", retry_after=timedelta(seconds=7))
    await put(database, line("one"))
    await courier.deliver(CHANNEL)
    kept = await stored(database, line("one"))
    assert (kept.state, kept.attempts, kept.last_try) == ("waiting", 0, None)
    assert kept.due == NOW + timedelta(seconds=7)
    desk.unready = None
    await until_quiet(database, courier, clock)
    assert desk.texts() == ["one"]
    assert desk.looked == []


async def test_a_zombies_late_failure_does_not_undo_what_another_sent(database, desk, clock):
    await put(database, line("one"))
    other = Courier(database, desk, clock=clock, sleep=clock.sleep)

    class Slow(Desk):
        async def send(self, message, **about):
            clock.now += 2 * Timings().channel_lease
            await until_quiet(database, other, clock)
            raise NotNow("429")

    zombie = Courier(database, Slow(clock), clock=clock, sleep=clock.sleep)
    await zombie.deliver(CHANNEL)
    assert (await stored(database, line("one"))).state == "sent"
    await until_quiet(database, other, clock)
    assert desk.texts() == ["one"]


class Killed(BaseException):
    """SIGKILL: nothing after it runs, not even what stands in `finally`."""


class Mortal:
    """The store and the channel's other end, until the `at`-th moment at which a kill can fall."""

    def __init__(self, database: Database, desk: Desk, at: int) -> None:
        self._database = database
        self._desk = desk
        self._left = at
        self.pace = timedelta(0)

    def _moment(self) -> None:
        self._left -= 1
        if self._left <= 0:
            raise Killed

    async def write(self, work):
        self._moment()
        done = await self._database.write(work)
        self._moment()
        return done

    async def read(self, work):
        self._moment()
        return await self._database.read(work)

    async def send(self, message, **about):
        self._moment()
        receipt = await self._desk.send(message, **about)
        self._moment()
        return receipt

    async def ready(self, message, **about):
        self._moment()
        await self._desk.ready(message, **about)

    async def find(self, message, **about):
        self._moment()
        return await self._desk.find(message, **about)


@pytest.mark.parametrize("answers", ["all is well", "doubts"])
async def test_a_kill_at_any_moment_loses_and_doubles_nothing(database, clock, answers):
    at, survived = 0, False
    while not survived:
        at += 1
        desk = Desk(clock)
        told = [line(f"{answers} {at} {number}") for number in range(2)]
        await database.write(lambda conn, told=told: outbox.put(conn, told, now=clock.now))
        if answers == "doubts":
            desk.plans = [("kept", Ambiguous("timeout")), Ambiguous("timeout")]
        mortal = Mortal(database, desk, at)
        try:
            await until_quiet(database, Courier(mortal, mortal, clock=clock, sleep=clock.sleep), clock)
            survived = True
        except Killed:
            await database.write(channels.free_all)
        await until_quiet(database, Courier(database, desk, clock=clock, sleep=clock.sleep), clock)
        assert Counter(desk.texts()) == Counter(message.notice for message in told), f"killed at moment {at}"
    assert at > 15, "a kill fell on every moment there is"
