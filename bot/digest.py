"""When what is of low severity is told."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def next_digest(now: datetime, at: time, timezone: ZoneInfo) -> datetime:
    """The next moment at which the clocks of that zone show that time; now itself if they do so now."""
    local = now.astimezone(timezone)
    today = datetime.combine(local.date(), at, tzinfo=timezone)
    return (
        today if today >= local else datetime.combine(local.date() + timedelta(days=1), at, tzinfo=timezone)
    ).astimezone(now.tzinfo)
