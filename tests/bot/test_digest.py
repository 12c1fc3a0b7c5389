"""The hour of low severity, by the clocks of a place."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest import DigestHour

NEW_YORK, UTC_ZONE, LORD_HOWE = ZoneInfo("America/New_York"), ZoneInfo("UTC"), ZoneInfo("Australia/Lord_Howe")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "at", "zone", "told"),
    [
        ("2026-11-24T07:59", time(8), UTC_ZONE, "2026-11-24T08:00"),
        ("2026-11-24T08:00", time(8), UTC_ZONE, "2026-11-24T08:00"),
        ("2026-11-24T08:00:00.000001", time(8), UTC_ZONE, "2026-11-25T08:00"),
        ("2026-11-24T12:59", time(8), NEW_YORK, "2026-11-24T13:00"),
        ("2026-11-24T01:00", time(23, 30), NEW_YORK, "2026-11-24T04:30"),
        ("2026-03-08T05:00", time(2, 30), NEW_YORK, "2026-03-08T07:30"),  # a time that is left out that night
        ("2026-11-01T05:00", time(1, 30), NEW_YORK, "2026-11-01T05:30"),  # a time that comes twice: its first
        ("2026-11-01T06:15", time(1, 30), NEW_YORK, "2026-11-02T06:30"),  # and it was told by then
    ],
)
def test_it_is_the_next_time_at_which_the_clocks_show_it(now, at, zone, told):
    assert DigestHour(at, zone).after(moment(now)) == moment(told)
    assert DigestHour(time(3), zone).after(moment(now), at) == moment(told)


@given(
    st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - aware by `timezones`
    st.times(),
    st.sampled_from([NEW_YORK, UTC_ZONE, LORD_HOWE, ZoneInfo("Asia/Kathmandu")]),
)
def test_it_is_never_in_the_past_nor_further_than_a_long_day(now, at, zone):
    due = DigestHour(at, zone).after(now)
    assert now <= due <= now + timedelta(hours=25)
    assert due.tzinfo is UTC
