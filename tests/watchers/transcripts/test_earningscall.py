"""The EarningsCall watcher over loopback: answers as they were recorded, and calls of our own as time passes."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from driving import Drive, drive
from loopback import Upstream
from recorded import every_recorded, serve
from tests.watchers.conformance import bears_bad_answers, keeps_its_promises
from watchers.model import FollowUp, Source
from watchers.transcripts import earningscall
from watchers.trouble import CredentialsMissing, Throttled, Unreachable

HELD = datetime(2026, 7, 29, 21, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Provider:
    """What the provider says: its calls, by quarter of 2026, and their transcripts."""

    upstream: Upstream
    held: dict[int, datetime] = field(default_factory=dict)

    def call(self, quarter: int, held: datetime, *words: str, level: int = 2) -> None:
        self.held[quarter] = held
        self.list()
        if words:
            self.says(quarter, *words, level=level)

    def list(self) -> None:
        events = [
            {"year": 2026, "quarter": quarter, "conference_date": held.isoformat()}
            for quarter, held in sorted(self.held.items(), reverse=True)
        ]
        self.upstream.serve("/events?symbol=NWR", json.dumps({"company_name": "Northwind", "events": events}))

    def says(self, quarter: int, *words: str, level: int = 2) -> None:
        event = {"year": 2026, "quarter": quarter, "conference_date": self.held[quarter].isoformat()}
        names = ["Operator", "Priya Raman"]
        speakers = [
            {"speaker": {"id": f"spk{at % 2}", "name": names[at % 2], "title": None}, "text": text}
            for at, text in enumerate(words)
        ]
        answer = {"event": event, "speakers": speakers} if level == 2 else {"text": " ".join(words)}
        self.upstream.serve(self.path(quarter, level), json.dumps(answer))

    def refuses(self, quarter: int, status: int, *, level: int = 2, body: str = "<Error/>", **more: Any) -> None:
        self.upstream.serve(self.path(quarter, level), body, status=status, media_type="text/plain", etag=False, **more)

    @staticmethod
    def path(quarter: int, level: int) -> str:
        return f"/transcript?symbol=NWR&year=2026&quarter={quarter}&level={level}"

    def source(self, **options: Any) -> Source:
        told = earningscall.Options(**({"symbol": "NWR"} | options))
        return Source(
            name="calls",
            kind="transcripts",
            provider="earningscall",
            base_url=self.upstream.url("").rstrip("/"),
            options=told,
        )

    async def visit(
        self, now: datetime, after: Drive | None = None, cause: FollowUp | None = None, **more: Any
    ) -> Drive:
        source = self.source(**more.pop("options", {}))
        return await drive(earningscall, source, now=now, after=after, cause=cause, in_process=True, **more)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with Upstream() as upstream:
        yield Provider(upstream)


def keys(made: Drive) -> list[str]:
    return [document.key for document in made.documents]


async def test_conformance(provider):
    for quarter in (1, 2):
        provider.call(quarter, HELD - 90 * DAY * (3 - quarter), "Welcome.", "We license arms.")
    provider.call(3, HELD, "Welcome.", "We rent them.")
    made = await keeps_its_promises(earningscall, provider.source(), now=HELD + 2 * HOUR)
    assert keys(made) == [f"earningscall:NASDAQ:NWR:{day}" for day in ("2026-01-30", "2026-04-30", "2026-07-29")]


async def test_bad_answers_instead_of_the_events(provider):
    provider.call(3, HELD, "Welcome.", "We rent them.")
    troubles = await bears_bad_answers(
        earningscall, provider.source(), provider.upstream, "/events?symbol=NWR", now=HELD + 4 * DAY
    )
    assert troubles["forbidden"].kind == "plan"
    assert troubles["throttled"].kind == "throttled"


async def test_what_it_asks(provider):
    provider.call(3, HELD, "Welcome.", "We rent them.")
    await provider.visit(HELD + HOUR, secrets={"earningscall": SecretStr("our-key")})
    for asked in provider.upstream.log:
        assert asked.headers["X-API-Version-Schema"] == "v4"
        assert asked.query["apikey"] == "our-key"
        assert asked.query["exchange"] == "NASDAQ"
    assert provider.upstream.log[1].query["level"] == "2"


async def test_without_a_key_it_asks_with_the_public_one(provider):
    provider.call(3, HELD)
    await provider.visit(HELD - DAY)
    assert provider.upstream.log[0].query["apikey"] == "demo"


async def test_a_call_that_is_not_held_yet_is_not_asked_for_and_the_next_visit_is_there_in_time(provider):
    provider.call(3, HELD)
    made = await provider.visit(HELD - 2 * HOUR)
    assert made.steps[0].pace.not_after == 2 * HOUR - earningscall.BEFORE_CALL
    assert [asked.path for asked in provider.upstream.log] == ["/events"]
    made = await provider.visit(HELD - 5 * MINUTE, made)
    assert made.steps[0].pace.not_after == MINUTE
    made = await provider.visit(HELD, made)
    assert provider.upstream.asked("/transcript")
    assert made.steps[0].pace is None


async def test_not_there_yet_is_asked_for_again_until_it_is(provider):
    provider.call(3, HELD)
    made = await provider.visit(HELD + 20 * MINUTE)
    assert (made.documents, made.troubles) == ([], [])
    (again,) = made.follow_ups
    assert again.at == HELD + 21 * MINUTE
    made = await provider.visit(again.at, made, again)
    (again,) = made.follow_ups
    assert again.about["attempt"] == 2
    made = await provider.visit(HELD + 5 * HOUR, made, again)
    (again,) = made.follow_ups
    assert again.at == HELD + 5 * HOUR + 5 * MINUTE
    assert not made.troubles
    provider.says(3, "Welcome.", "We rent them.")
    made = await provider.visit(again.at, made, again)
    assert keys(made) == ["earningscall:NASDAQ:NWR:2026-07-29"] == [again.key]
    assert made.follow_ups[0].at == HELD + 6 * HOUR, "and then for corrections"


async def test_missing_for_a_day_is_a_trouble_and_for_two_weeks_is_given_up(provider):
    provider.call(3, HELD)
    made = await provider.visit(HELD + HOUR)
    attempts, troubles = 0, []
    while made.follow_ups:
        (again,) = made.follow_ups
        made = await provider.visit(again.at + 11 * HOUR, made, again)
        attempts += 1
        troubles += made.troubles
    assert 20 < attempts < 60
    assert {trouble.kind for trouble in troubles} == {"not-found"}
    assert troubles[0].detail.startswith("2026Q3: ")
    assert troubles[-1].detail.endswith("it is not asked for any more")
    assert made.done == [again.key]


async def test_a_minute_after_the_call_it_is_not_given_up_however_often_it_was_asked(provider):
    provider.call(3, HELD)
    made = await provider.visit(HELD + MINUTE)
    for _ in range(100):
        (again,) = made.follow_ups
        made = await provider.visit(again.at, made, again)
    assert made.follow_ups
    assert not made.done


async def test_an_old_call_that_is_not_there_is_asked_for_a_few_times_only(provider):
    provider.call(1, HELD - 900 * DAY)
    made = await provider.visit(HELD)
    attempts = 1
    while made.follow_ups:
        (again,) = made.follow_ups
        made = await provider.visit(again.at, made, again)
        attempts += 1
    assert attempts == earningscall.FEWEST_ATTEMPTS


async def test_a_small_plan_gives_the_text_without_speakers_and_says_so(provider):
    provider.call(3, HELD, "We rent arms. They are good.", level=1)
    provider.refuses(3, 403)
    made = await provider.visit(HELD + 4 * DAY)
    (document,) = made.documents
    assert document.passages[1].text == "We rent arms. They are good."
    assert document.passages[1].speaker is None
    (trouble,) = made.troubles
    assert trouble.kind == "plan"
    assert "without its speakers" in trouble.detail
    assert "level = 1" in trouble.mend


async def test_a_dearer_plan_brings_the_speakers_as_a_new_version(provider):
    provider.call(3, HELD, "Welcome.", level=1)
    provider.refuses(3, 403)
    poor = await provider.visit(HELD + HOUR)
    provider.says(3, "Welcome.", "We rent them.")
    (again,) = poor.follow_ups
    rich = await provider.visit(again.at, poor, again)
    assert keys(rich) == keys(poor)
    assert rich.documents[0].passages[2].speaker == "Priya Raman"
    assert not rich.troubles


async def test_a_plan_that_opens_nothing_is_said_and_asked_for_again_tomorrow(provider):
    provider.call(3, HELD)
    for level in (1, 2):
        provider.refuses(3, 403, level=level)
    made = await provider.visit(HELD + HOUR)
    assert [trouble.kind for trouble in made.troubles] == ["plan"]
    assert made.follow_ups[0].at == HELD + HOUR + DAY


async def test_a_refused_key_is_the_sources_trouble(provider):
    provider.call(3, HELD)
    provider.refuses(3, 401)
    with pytest.raises(CredentialsMissing) as caught:
        await provider.visit(HELD + HOUR, secrets={"earningscall": SecretStr("secret-key")})
    assert "secret-key" not in caught.value.detail + caught.value.mend


async def test_a_limit_ends_the_visit_and_what_was_read_stays(provider):
    provider.call(1, HELD - 180 * DAY, "Welcome.", "One.")
    provider.call(2, HELD - 90 * DAY)
    provider.refuses(2, 429, headers={"Retry-After": "90"})
    with pytest.raises(Throttled) as caught:
        await provider.visit(HELD)
    assert caught.value.retry_after == timedelta(seconds=90)
    cut = await provider.visit(HELD, cut_after=2)
    provider.says(2, "Welcome.", "Two.")
    made = await provider.visit(HELD + HOUR, cut)
    assert keys(made) == ["earningscall:NASDAQ:NWR:2026-04-30"]


@pytest.mark.parametrize("bad", [{"status": 500}, {"status": 200, "body": "not JSON"}, {"status": 200, "body": "{}"}])
async def test_one_call_that_fails_does_not_hold_up_the_next(provider, bad):
    provider.call(1, HELD - 180 * DAY, "Welcome.", "One.")
    provider.call(2, HELD - 90 * DAY)
    provider.refuses(2, **bad)
    provider.call(3, HELD - 5 * DAY, "Welcome.", "Three.")
    made = await provider.visit(HELD)
    assert keys(made) == [f"earningscall:NASDAQ:NWR:{day}" for day in ("2026-01-30", "2026-07-24")]
    (trouble,) = made.troubles
    assert trouble.detail.startswith("2026Q2: ")
    (again,) = made.follow_ups
    provider.says(2, "Welcome.", "Two.")
    made = await provider.visit(again.at, made, again)
    assert keys(made) == ["earningscall:NASDAQ:NWR:2026-04-30"] == [again.key]


async def test_the_same_bad_answer_again_is_said_again(provider):
    """Validators remember the bytes; the trouble must not vanish with "nothing changed"."""
    provider.call(3, HELD - 5 * DAY)
    provider.upstream.serve(provider.path(3, 2), "not JSON", etag=True)
    made = await provider.visit(HELD)
    made = await provider.visit(made.follow_ups[0].at, made, made.follow_ups[0])
    assert len(made.troubles) == 1
    assert made.follow_ups


async def test_a_live_text_grows_and_is_corrected_under_one_key(provider):
    provider.call(3, HELD, "Welcome.", "We rent")
    made = await provider.visit(HELD + 30 * MINUTE)
    versions = [made.documents[0]]
    for words in (("Welcome.", "We rent arms.", "Any questions?"), ("Welcome.", "We rent alms.", "Any questions?")):
        (again,) = made.follow_ups
        provider.says(3, *words)
        made = await provider.visit(again.at, made, again)
        versions += made.documents
    assert len({document.key for document in versions}) == 1
    assert [document.passages[2].text for document in versions] == ["We rent", "We rent arms.", "We rent alms."]
    assert versions[0].passages[1].hash == versions[1].passages[1].hash, "what was there is not new"


async def test_corrections_are_looked_for_at_their_times_and_then_no_more(provider):
    provider.call(3, HELD, "Welcome.", "We rent arms.")
    made = await provider.visit(HELD + 30 * MINUTE)
    times = []
    while made.follow_ups:
        (again,) = made.follow_ups
        times.append(again.at - HELD)
        made = await provider.visit(again.at, made, again)
        assert (made.documents, made.troubles) == ([], [])
    assert times == list(earningscall.CORRECTIONS)
    assert made.done == ["earningscall:NASDAQ:NWR:2026-07-29"]


async def test_the_first_visit_takes_the_latest_calls_and_later_visits_no_older_ones(provider):
    for quarter in (1, 2, 3):
        provider.call(quarter, HELD - 90 * DAY * (3 - quarter) - DAY, "Welcome.", "Words.")
    made = await provider.visit(HELD + 4 * DAY, options={"history": 2})
    assert len(made.documents) == 2
    provider.call(4, HELD + 5 * DAY, "Welcome.", "New words.")
    made = await provider.visit(HELD + 9 * DAY, made, options={"history": 2})
    assert keys(made) == ["earningscall:NASDAQ:NWR:2026-08-03"]


async def test_no_history_means_calls_from_now_on(provider):
    provider.call(2, HELD - 90 * DAY, "Welcome.", "Words.")
    made = await provider.visit(HELD - DAY, options={"history": 0})
    assert not made.documents
    provider.call(3, HELD, "Welcome.", "New words.")
    made = await provider.visit(HELD + 4 * DAY, made, options={"history": 0})
    assert keys(made) == ["earningscall:NASDAQ:NWR:2026-07-29"]


async def test_a_date_that_moves_before_the_call_moves_the_call(provider):
    provider.call(3, HELD)
    made = await provider.visit(HELD - DAY)
    provider.call(3, HELD + 7 * DAY, "Welcome.", "Words.")
    made = await provider.visit(HELD + HOUR, made)
    assert not provider.upstream.asked("/transcript")
    made = await provider.visit(HELD + 8 * DAY, made)
    assert keys(made) == ["earningscall:NASDAQ:NWR:2026-08-05"]


async def test_a_date_that_is_corrected_afterwards_leaves_the_key(provider):
    provider.call(3, HELD, "Welcome.", "Words.")
    made = await provider.visit(HELD + HOUR)
    provider.call(3, HELD + DAY, "Welcome.", "Words, corrected.")
    (again,) = made.follow_ups
    corrected = await provider.visit(again.at, made, again)
    assert keys(corrected) == keys(made)
    assert not (await provider.visit(HELD + 3 * DAY, corrected)).documents


async def test_events_without_sense_are_passed_over(provider):
    events = [
        {"year": 2026, "quarter": 3, "conference_date": HELD.isoformat()},
        {"year": 2026, "quarter": 3, "conference_date": (HELD - DAY).isoformat()},
        {"year": 2026, "quarter": 2, "conference_date": None},
        {"year": None, "quarter": 1, "conference_date": HELD.isoformat()},
        {"year": 2025, "quarter": 4, "conference_date": "2026-01-01T00:00:00"},
        "nonsense",
    ]
    provider.held[3] = HELD
    provider.upstream.serve("/events?symbol=NWR", json.dumps({"events": events}))
    provider.says(3, "Welcome.", "Words.")
    made = await provider.visit(HELD + 4 * DAY)
    assert keys(made) == ["earningscall:NASDAQ:NWR:2026-07-29"]
    assert len(made.cursor["events"]) == 1


@pytest.mark.parametrize(
    "options", [{"symbol": ""}, {"symbol": "A B"}, {"symbol": "A", "level": 5}, {"symbol": "A", "exchange": "a/b"}]
)
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(ValidationError):
        earningscall.Options(**options)


class TestRecorded:
    """The provider's own answers."""

    NOW = datetime(2024, 5, 2, tzinfo=UTC)

    @staticmethod
    def source(upstream: Upstream, symbol: str, level: int, history: int = 1) -> Source:
        options = earningscall.Options(symbol=symbol, level=level, history=history)
        base = upstream.url("").rstrip("/")
        return Source(name="calls", kind="transcripts", provider="earningscall", base_url=base, options=options)

    @pytest.mark.parametrize("level", [2, 3, 4])
    async def test_levels(self, data, level):
        answers = every_recorded(data)
        async with Upstream() as upstream:
            event = json.loads(answers["aapl-q1-2022-advanced-data-level-2"].body)["event"]
            upstream.serve("/events?symbol=AAPL", json.dumps({"events": [event]}))
            serve(upstream, answers[f"aapl-q1-2022-advanced-data-level-{level}"])
            made = await keeps_its_promises(earningscall, self.source(upstream, "AAPL", level), now=self.NOW)
        (document,) = made.documents
        assert document.title == "AAPL Q1 2022 earnings call"
        assert document.meta.call_date == "2022-01-27"
        assert sum(len(passage.text) for passage in document.passages) > 40_000

    async def test_events_and_level_one(self, data):
        answers = every_recorded(data)
        async with Upstream() as upstream:
            serve(upstream, answers["msft-company-events"])
            serve(upstream, answers["msft-transcript-response"])
            made = await drive(earningscall, self.source(upstream, "MSFT", 1, 8), now=self.NOW, in_process=True)
        assert keys(made) == ["earningscall:NASDAQ:MSFT:2022-10-25"], "the other seven are not there"
        assert made.documents[0].title == "MSFT Q1 2023 earnings call"
        assert len(made.follow_ups) == 7
        assert {trouble.kind for trouble in made.troubles} == {"not-found"}

    @pytest.mark.parametrize(
        ("names", "level", "kinds"),
        [
            (["aapl-q1-2030-not-authorized"], 1, ["plan"]),
            (["aapl-q1-2030-not-authorized-l2", "aapl-q1-2030-not-authorized"], 2, ["plan"]),
            (["aapl-q1-2030-not-authorized-l2", "aapl-q1-2030-not-found"], 2, []),
            (["aapl-q1-2030-not-found"], 1, []),
            (["aapl-q1-2030-server-error"], 1, ["unreachable"]),
        ],
    )
    async def test_refusals(self, data, names, level, kinds):
        answers = every_recorded(data)
        held = datetime(2030, 1, 31, 22, tzinfo=UTC)
        async with Upstream() as upstream:
            event = {"year": 2030, "quarter": 1, "conference_date": held.isoformat()}
            upstream.serve("/events?symbol=AAPL", json.dumps({"events": [event]}))
            for name in names:
                serve(upstream, answers[name])
            made = await drive(earningscall, self.source(upstream, "AAPL", level), now=held + HOUR, in_process=True)
        assert [trouble.kind for trouble in made.troubles] == kinds
        assert len(made.follow_ups) == 1
        assert not made.documents

    @pytest.mark.parametrize("status", [404, 500])
    async def test_a_calendars_refusal_instead_of_the_events(self, data, status):
        name = {404: "get-calendar-not-found-response", 500: "get-calendar-500-error"}[status]
        async with Upstream() as upstream:
            upstream.serve("/events?symbol=AAPL", every_recorded(data)[name].body, status=status, etag=False)
            with pytest.raises(Exception) as caught:  # noqa: PT011 - which one, is asked below
                await drive(earningscall, self.source(upstream, "AAPL", 1), now=self.NOW, in_process=True)
        assert caught.value.kind == {404: "not-found", 500: "unreachable"}[status]
        assert isinstance(caught.value, Unreachable) == (status == 500)
