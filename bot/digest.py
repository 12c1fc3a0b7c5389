"""When what is of low severity is told."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class DigestHour:
    """`usual`: for channels that chose no hour of their own."""

    usual: time
    zone: ZoneInfo

    def after(self, now: datetime, chosen: time | None = None) -> datetime:
        """The next moment at which the clocks of that zone show that time; now itself if they do so now."""
        local, at = now.astimezone(self.zone), chosen or self.usual
        today, tomorrow = (
            datetime.combine(local.date() + timedelta(days=days), at, tzinfo=self.zone).astimezone(UTC)
            for days in (0, 1)
        )
        # Compared in UTC: within one zone Python compares what the clocks show, and they are put back once a year.
        return today if today >= now else tomorrow
