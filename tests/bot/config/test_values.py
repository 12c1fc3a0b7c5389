"""Single values, as people write them, and in what words they are refused."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import quantities, values
from bot.config.problems import BadValue, mend_by, nearest, shown


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("20s", timedelta(seconds=20)),
        ("5m", timedelta(minutes=5)),
        ("1h", timedelta(hours=1)),
        ("7d", timedelta(days=7)),
        ("4w", timedelta(days=28)),
        ("2y", timedelta(days=730)),
        ("10 m", timedelta(minutes=10)),
        ("0s", timedelta(0)),
        ("100y", timedelta(days=36_500)),
    ],
)
def test_durations(text, found):
    assert quantities.duration(text) == found


@pytest.mark.parametrize("text", ["0s", "45s", "90s", "5m", "90m", "1h", "36h", "6d", "4w", "365d"])
def test_durations_are_written_as_they_are_read(text):
    assert quantities.written(quantities.duration(text)) == text


@pytest.mark.parametrize(
    "text", ["", "5", "5 minutes", "1.5h", "-1s", "5M", "5m ", "٣m", "101y", "999999999y", 5, None, True]
)
def test_no_durations(text):
    with pytest.raises(BadValue):
        quantities.duration(text)


@given(st.integers(0, 10**9 - 1), st.sampled_from("smhdwy"))
def test_every_duration_is_read_or_too_long(count, unit):
    try:
        assert quantities.duration(f"{count}{unit}") <= timedelta(days=36_500)
    except BadValue as bad:
        assert "hundred years" in bad.problem  # noqa: PT017 - most are in bounds


@pytest.mark.parametrize(
    ("text", "found"),
    [("1B", 1), ("800KB", 800_000), ("25MB", 25_000_000), ("1 GB", 10**9), ("2MiB", 1 << 21), ("3kb", 3000)],
)
def test_sizes(text, found):
    assert quantities.size(text) == found


@pytest.mark.parametrize("text", ["", "25", "25M", "1TB", "1.5MB", "-1MB", 25, None])
def test_no_sizes(text):
    with pytest.raises(BadValue):
        quantities.size(text)


@pytest.mark.parametrize(("text", "found"), [("08:00", time(8)), ("23:59", time(23, 59)), (time(7, 30), time(7, 30))])
def test_times_of_day(text, found):
    assert quantities.time_of_day(text) == found


@pytest.mark.parametrize("text", ["8:00", "24:00", "08:60", "0800", "08:00:00", 8, None])
def test_no_times_of_day(text):
    with pytest.raises(BadValue):
        quantities.time_of_day(text)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com",
        "http://127.0.0.1:8000/a?b#c",
        "http://[::1]:80/",
        "https://bücher.example/é",
        "HTTPS://X.org",
    ],
)
def test_web_addresses(address):
    assert values.web_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "example.com",
        "ftp://example.com",
        "https://",
        "https:///path",
        "http://[::1",
        "http://h:99999/",
        "http://h:0/",
        "http://h:x/",
        "http://h/a b",
        "http://h/\x00",
        "http://h/\n",
        "https://user@h/",
        "https://:pw@h/",
        "javascript:alert(1)",
        "file:///etc/passwd",
    ],
)
def test_no_web_addresses(address):
    with pytest.raises(BadValue) as bad:
        values.web_address(address)
    assert "pw" not in bad.value.problem


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("127.0.0.1:8080", "127.0.0.1", 8080), ("[::]:80", "::", 80), ("localhost:0", "localhost", 0)],
)
def test_where_to_listen(text, host, port):
    found = values.listen_address(text)
    assert (found.host, found.port) == (host, port)
    assert str(found) == text


@pytest.mark.parametrize(
    "text", ["", "8080", ":8080", "h:", "h:65536", "::1:80", "[h]:80", "h:8o", "a b:1", 8080, None]
)
def test_nowhere_to_listen(text):
    with pytest.raises(BadValue):
        values.listen_address(text)


@pytest.mark.parametrize("name", ["UTC", "America/New_York", "Asia/Kuala_Lumpur"])
def test_time_zones(name):
    assert str(values.time_zone(name)) == name


@pytest.mark.parametrize(
    "name", ["", "Utc/", "America", "../UTC", "/etc/passwd", "a\0b", "Mars", "New York", 1, None, "x" * 5000]
)
def test_no_time_zones(name):
    with pytest.raises(BadValue):
        values.time_zone(name)


@pytest.mark.parametrize("name", ["#on-record", "#ünï_1", "C0123456789", "G012", "D012"])
def test_channels(name):
    assert values.channel(name) == name


@pytest.mark.parametrize("name", ["", "on-record", "#On", "#a b", "#", "#" + "a" * 81, "U0123456789", "#a.b", "@me"])
def test_no_channels(name):
    with pytest.raises(BadValue):
        values.channel(name)


@pytest.mark.parametrize(
    "address", ["sqlite:///x.db", "sqlite:////a/x.db", "postgresql://h/d", "postgresql+psycopg://u:p@h/d"]
)
def test_database_addresses(address):
    assert values.database_address(address) == address


@pytest.mark.parametrize("name", ["", " ", " a", "a ", "a\nb", "a\x1b", "\u202ea", "a" * 101])
def test_no_names(name):
    with pytest.raises(BadValue):
        values.printable_name(name)


@pytest.mark.parametrize(
    "value",
    [
        "xoxb-1",
        "xapp-1",
        "sk-abc",
        "https://me:word@host/",
        "A1b2" * 6,
        "0123456789abcdef0123456789abcdef",
        {"token": "xoxb-1"},
    ],
)
def test_what_may_be_a_secret_is_not_shown(value):
    assert str(value) not in shown(value)
    assert "not shown" in shown(value)


@pytest.mark.parametrize("value", ["meta-newsroom", "https://example.com/feed", "a" * 40, "Europe/Berlin", 'say "x"'])
def test_what_is_none_is_shown(value):
    assert value[:20].replace('"', '\\"') in shown(value)


def test_a_long_value_is_cut():
    assert shown("word " * 30) == '"' + ("word " * 30)[:59] + '…"'


def test_the_nearest_name_or_all_of_them():
    assert nearest("META-NEWSROM", ["meta-newsroom", "cand"]) == "meta-newsroom"
    assert nearest("zzz", ["meta-newsroom", "cand"]) is None
    assert mend_by("cnad", ["cand", "b"], "One of:") == 'Did you mean "cand"?'
    assert mend_by("zzz", ["b", "a", "b"], "One of:") == "One of: a, b."
    assert mend_by("zzz", [], "One of:") == "One of."
