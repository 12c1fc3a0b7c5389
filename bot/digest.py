"""When what is of low severity is told."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def next_digest(now: datetime, at: time, timezone: ZoneInfo) -> datetime:
    """The next moment at which the clocks of that zone show that time; now itself if they do so now."""
    local = now.astimezone(timezone)
    today, tomorrow = (
        datetime.combine(local.date() + timedelta(days=days), at, tzinfo=timezone).astimezone(UTC) for days in (0, 1)
    )
    # Compared in UTC: within one zone Python compares what the clocks show, and they are put back once a year.
    return today if today >= now else tomorrow
