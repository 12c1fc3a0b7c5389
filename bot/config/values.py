"""Addresses, zones and names, as the tables hold them: each function reads one value or raises `BadValue`."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.config.problems import BadValue, mend_by, shown

_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{2,}")
_CHANNEL_NAME = re.compile(r"#[\w-]{1,80}")
_MEMBER = re.compile(r"[UW][A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Listen:
    """Where a server listens; port 0 is any free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def web_address(value: str) -> str:
    """An http or https address, as written. One with a user name is refused: passwords do not belong in the file."""
    mend = 'Write the whole address, with http:// or https://, as in "https://example.com/feed/".'
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        raise BadValue("this is no http or https address", mend) from None
    if not usable or any(character.isspace() or not character.isprintable() for character in value):
        raise BadValue("this is no http or https address", mend)
    if parts.username is not None or parts.password is not None:
        raise BadValue("the address holds a user name or password", "Remove what stands before the @ in the address.")
    return value


def base_address(value: str) -> str:
    """A web address to which paths are added: without a slash at its end, without query and fragment."""
    address = web_address(value)
    if "?" in address or "#" in address:
        raise BadValue("paths are added to this address; it has a query or a fragment", "Remove ? and # and the rest.")
    return address.rstrip("/")


def listen_address(value: object) -> Listen:
    host, colon, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    bracketed = host.startswith("[") and host.endswith("]")
    plain = host[1:-1] if bracketed else host
    named = bool(re.fullmatch(r"[0-9A-Za-z:.%_-]+", plain)) and (bracketed == (":" in plain))
    if not (colon and named and re.fullmatch(r"[0-9]{1,5}", port) and int(port) < 65536):
        raise BadValue(f"{shown(value)} is no host and port", 'Write both: "127.0.0.1:8080", "[::1]:8080".')
    return Listen(plain, int(port))


def time_zone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(value if isinstance(value, str) else "")
    except (KeyError, ValueError, OSError):
        # OSError: the name of a folder of zones, "America".
        mend = mend_by(str(value), available_timezones(), "").partition("?")
        known = f"{mend[0]}?" if mend[1] else 'Write a name of the tz database: "UTC", "America/New_York".'
        raise BadValue(f"{shown(value)} is no time zone", known) from None


def channel(value: str) -> str:
    """`#name`, as Slack writes it, or a channel's id."""
    if _CHANNEL_ID.fullmatch(value) or (_CHANNEL_NAME.fullmatch(value) and value == value.lower()):
        return value
    raise BadValue(
        f"{shown(value)} is no Slack channel",
        'Write "#name" in small letters, digits, - and _, at most 80; or the channel\'s id, "C0123456789".',
    )


def member(value: str) -> str:
    if _MEMBER.fullmatch(value):
        return value
    raise BadValue(
        f"{shown(value)} is no Slack member id",
        'Write the id, "U0123456789": in Slack, open the person\'s profile and choose Copy member ID.',
    )


def database_address(value: str) -> str:
    """SQLite or PostgreSQL, by URL. What is wrong is told without the address: it may hold a password."""
    mend = 'Write "sqlite:///data/onrecord.db" or "postgresql://user@host/name".'
    try:
        url = make_url(value)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise BadValue("this is no database URL", mend) from None
    if backend not in {"sqlite", "postgresql"}:
        raise BadValue(f"there is no database {shown(backend)} here", mend)
    if backend == "sqlite" and (url.host or not url.database or url.database.startswith((":", "file:"))):
        raise BadValue("SQLite needs the path of a file", 'Write "sqlite:///data/onrecord.db": three slashes.')
    return value


def located_database(value: str, base: Path) -> str:
    """The same address, with SQLite's path made absolute. Raises `BadValue`."""
    url = make_url(database_address(value))
    if url.get_backend_name() != "sqlite" or url.database is None:
        return value
    url = url.set(database=str(base / url.database))
    located = url.render_as_string(hide_password=False)
    if make_url(located).database != url.database:
        raise BadValue("the database's path cannot stand in a URL", 'Take the "?" out of the names of its folders.')
    return located


def printable_name(value: str) -> str:
    """A name that people read and type."""
    if not value.strip() or value != value.strip() or not value.isprintable() or len(value) > 100:
        raise BadValue(f"{shown(value)} cannot be a name", "Write 1 to 100 printable characters, no blanks around.")
    return value


def source_name(value: str) -> str:
    """A source's name also stands in addresses, and beside paths on the command line."""
    if "/" in printable_name(value):
        raise BadValue(f"{shown(value)}: a source's name has no slash", 'Write it with hyphens: "meta-newsroom".')
    return value
