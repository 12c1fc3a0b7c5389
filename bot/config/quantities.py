"""Durations and sizes as people write them: "5m", "2y", "25MB"."""

import re
from datetime import time, timedelta

from bot.config.problems import BadValue, shown

_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "y": timedelta(days=365),
}
_DURATION = re.compile(r"([0-9]{1,9})\s?([smhdwy])")
_LONGEST = timedelta(days=365 * 100)
_DURATION_MEND = 'Write a whole number and a unit, in quotes: "20s", "5m", "1h", "7d", "4w" or "2y".'

_SIZES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_SIZE = re.compile(r"([0-9]{1,12})\s?([KMG]?i?B)", re.IGNORECASE)
_SIZE_MEND = 'Write a whole number and a unit, in quotes: "800KB", "25MB" or "1GB".'

_HOUR = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def duration(value: object) -> timedelta:
    """Raises `BadValue`. A year has 365 days."""
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise BadValue(f"{shown(value)} is no duration", _DURATION_MEND)
    count, unit = int(match[1]), _UNITS[match[2]]
    if count > _LONGEST // unit:
        raise BadValue(f"{shown(value)} is longer than a hundred years", "Write a shorter duration.")
    return count * unit


def written(wait: timedelta) -> str:
    """A duration as one writes it: the largest unit that leaves no rest. Parts of a second are left out."""
    unit = next((unit for unit in ("w", "d", "h", "m") if wait and not wait % _UNITS[unit]), "s")
    return f"{wait // _UNITS[unit]}{unit}"


def size(value: object) -> int:
    """Bytes; MB is a million, MiB is 2**20. Raises `BadValue`."""
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise BadValue(f"{shown(value)} is no size", _SIZE_MEND)
    return int(match[1]) * _SIZES[match[2].upper()]


def time_of_day(value: object) -> time:
    """HH:MM, as text or as TOML's own time. Raises `BadValue`."""
    if isinstance(value, time):
        return value
    match = _HOUR.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise BadValue(f"{shown(value)} is no time of day", 'Write hours and minutes, in quotes: "08:00".')
    return time(int(match[1]), int(match[2]))
