"""`onrecord deliveries`: what is not told yet is listed with its reason, and what was given up can be tried again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.alerts.compose import notice_for
from bot.store import outbox
from bot.store.channels import take
from bot.store.database import Database
from commands import onrecord
from working import written

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
WAITS = notice_for("Waits for its turn.", channel="#news", about="1", now=NOW)
PARKED = notice_for("[red]Nobody lets us in.", channel="#closed", about="2", now=NOW)
DEAD = notice_for("Was given up.", channel="#news", about="3", now=NOW)


@pytest.fixture
async def config(tmp_path: Path) -> str:
    path = written(tmp_path, [])
    async with await Database.open(f"sqlite:///{tmp_path}/store.db", migrate_first=True) as database:

        def fill(conn) -> None:
            outbox.put(conn, [WAITS, PARKED, DEAD], now=NOW)
            for message, state in ((PARKED, "parked"), (DEAD, "dead")):
                token = take(conn, message.channel, now=NOW, lease=timedelta(0))
                outbox.put_off(
                    conn,
                    message.id,
                    message.channel,
                    token,
                    state=state,
                    due=NOW,
                    error="Slack answered is_archived",
                    failing_since=NOW,
                    plain=False,
                )

        await database.write(fill)
    return str(path)


async def test_everything_that_is_not_told_is_listed_with_its_reason(config: str):
    listed = await onrecord("deliveries", "--config", config, "--format", "json")
    assert listed.status == 0
    assert [(one["id"], one["state"], one["error"]) for one in listed.objects] == [
        (WAITS.id, "waiting", None),
        (PARKED.id, "parked", "Slack answered is_archived"),
        (DEAD.id, "dead", "Slack answered is_archived"),
    ]
    assert listed.objects[2]["due"] is None
    told = await onrecord("deliveries", "--config", config)
    assert PARKED.id in told.out
    assert "[red]Nobody lets" in told.out.replace("\n", " ")
    assert "2 messages parked or given up" in told.err


async def test_what_was_given_up_is_due_again(config: str, tmp_path: Path):
    retried = await onrecord("deliveries", "retry", DEAD.id, "--config", config)
    assert (retried.status, retried.out) == (0, "")
    async with await Database.open(f"sqlite:///{tmp_path}/store.db") as database:
        counts = await database.read(outbox.counts)
    assert (counts.waiting, counts.parked, counts.dead) == (2, 1, 0)


async def test_what_is_not_there_is_said(config: str):
    for wrong in (WAITS.id, "nothing"):
        retried = await onrecord("deliveries", "retry", wrong, "--config", config)
        assert retried.status == 1
        assert "`onrecord deliveries` lists those that are" in retried.err


async def test_an_empty_outbox_says_so(tmp_path: Path):
    path = written(tmp_path, [])
    async with await Database.open(f"sqlite:///{tmp_path}/store.db", migrate_first=True):
        pass
    told = await onrecord("deliveries", "--config", str(path))
    assert (told.status, told.out) == (0, "")
    assert "Nothing waits" in told.err


async def test_it_works_beside_a_running_bot(config: str, tmp_path: Path):
    async with await Database.open(f"sqlite:///{tmp_path}/store.db", exclusive=True):
        assert (await onrecord("deliveries", "retry", PARKED.id, "--config", config)).status == 0


async def test_what_is_to_be_told_is_drawn(config: str, tmp_path: Path):
    drawn = await onrecord("deliveries", "draw", WAITS.id, "--config", config)
    assert (drawn.status, drawn.err) == (0, "")
    assert "Waits for its turn." in drawn.out
    assert ET.fromstring(drawn.out).tag.endswith("svg")
    file = tmp_path / "waits.svg"
    kept = await onrecord("deliveries", "draw", WAITS.id, "--file", str(file), "--config", config, "--format", "json")
    assert kept.objects == [{"id": WAITS.id, "channel": "#news", "state": "waiting", "file": str(file)}]
    assert file.read_text(encoding="utf-8") == drawn.out


async def test_what_cannot_be_drawn_is_said(config: str, tmp_path: Path):
    unknown = await onrecord("deliveries", "draw", "nothing", "--config", config)
    assert unknown.status == 1
    assert "No message and no alert nothing is stored" in unknown.err
    none = await onrecord("deliveries", "draw", "--config", config)
    assert none.status == 1
    assert "No alert was made yet" in none.err
    folder = await onrecord("deliveries", "draw", WAITS.id, "--file", str(tmp_path), "--config", config)
    assert folder.status == 1
    assert f"{tmp_path}: Is a directory" in folder.err


async def test_a_retry_says_so_in_json(config: str):
    retried = await onrecord("deliveries", "retry", DEAD.id, "--config", config, "--format", "json")
    [told] = retried.objects
    assert told["id"] == DEAD.id
    assert datetime.fromisoformat(told["due"]).tzinfo is not None
