"""Every command as its users run it: what it prints, where, and with which status it ends."""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from alerting import NOW, alert
from bot.store import judgements
from bot.store.database import Database
from commands import onrecord, run
from rules import packs

SHARE = "Under the agreement we get some portion of the revenue that resellers make."
CALL = f"""Acme (ACME) Q3 2026 Earnings Call
November 2, 2026

Operator: Good day, and welcome to the Acme third quarter 2026 earnings call. Please go ahead.
Jane Roe: Thank you all for coming. We had a good quarter, and the new plant is running well.
Operator: Our first question comes from the line of Ada Poe with Example Research. Please go ahead.
Ada Poe: Thanks. How do you make money from those who resell it?
Jane Roe: {SHARE} It is early days for that.
Operator: That was the last question. This concludes the call.
"""


async def test_first_round_is_quiet_and_the_next_tells_what_came(setting):
    first = await onrecord("run", "--once", "--config", setting.config, "--format", "json")
    assert (first.status, first.out) == (0, "")
    assert "acme-news: first visit recorded 1 document" in first.err
    setting.drop("call.txt", CALL)
    _age(setting.folder / "inbox" / "call.txt")
    second = await onrecord("run", "--once", "--config", setting.config, "--format", "json")
    assert second.status == 0, second.err
    (alert,) = second.objects
    assert (alert["source"], alert["kind"], alert["severity"]) == ("inbox", "transcript", "high")
    assert [(quote["speaker"], quote["text"]) for quote in alert["quotes"]] == [("Jane Roe", SHARE)]
    assert alert["earlier"][0]["date"] == "2026-11-02"
    third = await onrecord("run", "--once", "--config", setting.config, "--format", "json")
    assert (third.status, third.out) == (0, "")


async def test_an_alert_for_people_shows_the_words(setting):
    await onrecord("run", "--once", "--config", setting.config)
    setting.drop("call.txt", CALL)
    _age(setting.folder / "inbox" / "call.txt")
    told = await onrecord("run", "--once", "--config", setting.config)
    assert told.status == 0
    assert "Jane Roe" in told.out
    assert "portion of the revenue" in " ".join(told.out.split())
    assert "Earlier on this topic" in told.out


async def test_a_source_in_trouble_is_named_and_stops_no_other(setting):
    setting.upstream.remove("/feed.xml")
    told = await onrecord("run", "--once", "--config", setting.config)
    assert told.status == 1
    assert "acme-news: not-found." in told.err
    assert "inbox: first visit recorded" in told.err
    status = await onrecord("status", "--config", setting.config, "--format", "json")
    news, inbox, rest = status.objects
    assert (news["source"], news["state"], news["trouble"]["kind"]) == ("acme-news", "gone", "not-found")
    assert (inbox["source"], inbox["state"], inbox["trouble"]) == ("inbox", "ok", None)
    assert set(rest) == {"deliveries", "workers"}
    why = await onrecord("status", "--why", "acme-news", "--config", setting.config)
    assert "not found (404)" in why.out
    assert "visited again" in why.out


async def test_status_has_every_key_of_the_contract(setting):
    await onrecord("run", "--once", "--config", setting.config)
    first = (await onrecord("status", "--config", setting.config, "--format", "json")).objects[0]
    assert list(first) == [
        "source",
        "kind",
        "state",
        "since",
        "last_visit",
        "last_document",
        "next_visit",
        "trouble",
        "quota",
    ]
    people = await onrecord("status", "--config", setting.config)
    assert "acme-news" in people.out
    assert "Deliveries:" in people.out


async def test_status_before_the_first_run_says_what_to_do(setting):
    told = await onrecord("status", "--config", setting.config)
    assert told.status == 1
    assert "onrecord run --once" in told.err


async def test_try_a_source_stores_nothing(setting):
    told = await onrecord("try", "acme-news", "--config", setting.config, "--format", "json")
    assert told.status == 0
    (document,) = told.objects
    assert list(document) == [
        "key",
        "kind",
        "source",
        "url",
        "title",
        "published",
        "company",
        "language",
        "meta",
        "passages",
        "matches",
    ]
    assert (document["kind"], document["source"], document["company"]) == ("post", "acme-news", "ACME")
    match = document["matches"][0]
    assert document["passages"][match["passage"]]["text"][match["start"] : match["end"]] == match["text"]
    assert not (setting.folder / "store").exists()


async def test_try_a_file_finds_out_what_it_is(setting):
    path = setting.folder / "call.txt"
    path.write_text(CALL, encoding="utf-8")
    (document,) = (await onrecord("try", str(path), "--config", setting.config, "--format", "json")).objects
    assert document["kind"] == "transcript"
    assert document["meta"]["call_date"] == "2026-11-02"
    assert [passage["speaker"] for passage in document["passages"]][-2:] == ["Jane Roe", "Operator"]
    assert len(document["matches"]) >= 1
    people = await onrecord("try", str(path), "--config", setting.config)
    assert "Jane Roe: Under the agreement" in people.out


async def test_try_an_address_reads_feeds_and_pages(setting):
    feed = await onrecord("try", setting.upstream.url("/feed.xml"), "--config", setting.config, "--format", "json")
    assert feed.objects[0]["title"] == "Results of the quarter"
    page = setting.upstream.serve(
        "/page.html", f"<html lang=en><head><title>A page</title></head><body><article><p>{SHARE * 9}</p></article>"
    )
    told = await onrecord("try", page, "--config", setting.config, "--format", "json")
    assert told.objects[0]["kind"] == "post"
    assert told.objects[0]["matches"]


async def test_try_prints_the_trouble(setting):
    told = await onrecord("try", setting.upstream.url("/none"), "--config", setting.config, "--format", "json")
    assert told.status == 1
    (said,) = told.objects
    assert said["trouble"]["kind"] == "not-found"
    assert set(said["trouble"]) == {"kind", "detail", "mend"}


async def test_try_nothing_known_is_wrong_usage(setting):
    told = await onrecord("try", "acme-nws", "--config", setting.config)
    assert told.status == 2
    assert "acme-news" in told.err


async def test_check_asks_every_source(setting):
    fine = await onrecord("check", "--config", setting.config)
    assert fine.status == 0, fine.out + fine.err
    setting.upstream.serve("/feed.xml", "", status=403)
    told = await onrecord("check", "--config", setting.config, "--format", "json")
    assert told.status == 1
    problem = next(one for one in told.objects if one["where"] == "source.acme-news")
    assert set(problem) == {"file", "line", "where", "problem", "mend"}
    assert problem["problem"].startswith("blocked: ")
    text = Path(setting.config).read_text(encoding="utf-8").splitlines()
    assert text[problem["line"] - 1] == "[[source]]"


async def test_check_tells_every_mistake_at_once(setting):
    path = Path(setting.config)
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('every = "1s"', 'every = "soon"').replace('pack = "revenue-share"', 'pack = "revenue-shar"'),
        encoding="utf-8",
    )
    told = await onrecord("check", "--config", setting.config, "--format", "json")
    assert told.status == 2
    said = "\n".join(f"{one['problem']} {one['mend']}" for one in told.objects)
    assert "soon" in said
    assert "revenue-share" in said
    refused = await onrecord("run", "--once", "--config", setting.config)
    assert refused.status == 2
    assert "config.toml:" in refused.err


def test_missing_configuration_is_wrong_usage(tmp_path):
    told = run("run", "--once", "--config", str(tmp_path / "none.toml"))
    assert told.status == 2
    assert "none.toml" in told.err


def test_unknown_option_is_wrong_usage():
    assert run("run", "--twice").status == 2


async def test_sources_and_rules_are_listed(setting):
    sources = (await onrecord("sources", "--config", setting.config, "--format", "json")).objects
    assert [(one["source"], one["kind"], one["company"]) for one in sources] == [
        ("acme-news", "blog", "ACME"),
        ("inbox", "folder", "ACME"),
    ]
    rules = (await onrecord("rules", "--config", setting.config, "--format", "json")).objects
    assert {one["name"] for one in rules} == {"Revenue sharing"}
    assert {tuple(one) for one in rules} == {("name", "query", "facet", "severity", "pack", "revision", "from")}
    for command in ("sources", "rules"):
        assert (await onrecord(command, "--config", setting.config)).status == 0
    told = await onrecord("sources", "--config", setting.config)
    assert " 1s " in told.out, "as one writes it"
    told = await onrecord("rules", "--config", setting.config)
    assert f"{len(rules)} queries of" in told.out
    spare = re.search(r"Packs that no rule takes: (.+)\.", " ".join(told.err.split()))
    assert set(spare[1].split(", ")) == set(packs.names()) - {"revenue-share"}
    assert len(told.out.splitlines()) < 5, "a pack is not printed on pages"


async def test_what_people_said_of_alerts_is_shown_with_the_rule(setting):
    await onrecord("run", "--once", "--config", setting.config)
    async with await Database.open(f"sqlite:///{setting.folder}/store/onrecord.db") as database:
        for number, verdict in enumerate(("relevant", "relevant", "not-relevant")):
            told = alert(id=f"alert-{number}")
            await database.write(
                lambda conn, told=told, verdict=verdict: judgements.judge(
                    conn, told, user="U0ANNA", verdict=verdict, now=NOW
                )
            )
    shown = (await onrecord("rules", "--config", setting.config)).out
    assert "Revenue sharing: 2 of 3 judged alerts were relevant (66 %)." in shown


def test_explain_shows_how_a_query_is_read_and_where_it_breaks():
    read = run("rules", "explain", '"revenue share" OR (portion NEAR/4 revenue)', "--format", "json")
    assert read.status == 0
    canonical = read.objects[0]["canonical"]
    assert run("rules", "explain", canonical, "--format", "json").objects[0]["canonical"] == canonical
    broken = run("rules", "explain", '"revenue share" OR (portion')
    assert broken.status == 2
    assert "^" in broken.err


def test_every_example_of_every_pack_is_judged_rightly():
    told = run("rules", "test", "--format", "json")
    assert told.status == 0, told.out
    assert {one["pack"] for one in told.objects} >= {"revenue-share", "licensing"}
    assert all(one["examples"] >= 24 and one["failures"] == [] for one in told.objects)


async def test_timeline_is_what_was_said(setting):
    await onrecord("run", "--once", "--config", setting.config)
    told = await onrecord("timeline", "acme", "paid-access", "--config", setting.config, "--format", "json")
    assert told.status == 0
    first = told.objects[0]
    assert set(first) == {
        "date",
        "company",
        "facet",
        "kind",
        "speaker",
        "role",
        "side",
        "quote",
        "url",
        "polarity",
        "modality",
        "rule",
    }
    nobody = await onrecord("timeline", "NONE", "--config", setting.config)
    assert nobody.status == 1
    assert "ACME" in nobody.err


async def test_no_secret_is_printed(setting, monkeypatch):
    key = "sk-very-secret-1234567890"
    monkeypatch.setenv("ONRECORD_EARNINGSCALL_API_KEY", key)
    path = Path(setting.config)
    more = (
        f'\n[provider.earningscall]\nbase_url = "{setting.upstream.url("/calls")}"\n'
        '\n[[source]]\nname = "calls"\nkind = "transcripts"\nprovider = "earningscall"\nsymbol = "ACME"\n'
    )
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    setting.upstream.serve("/calls/events", f"no such key {key}", status=401)
    for arguments in (("run", "--once"), ("check",), ("try", "calls"), ("status",), ("sources",)):
        told = await onrecord(*arguments, "--config", setting.config)
        assert key not in told.out + told.err
    asked = setting.upstream.asked("/calls/events")
    assert asked, "the key was used"
    assert asked[0].query["apikey"] == key


async def test_a_full_disk_is_told_in_a_line(setting):
    """Sources are visited side by side, so it may be met in several of them at once."""
    await onrecord("run", "--once", "--config", setting.config)
    noise = Random(7)
    for number in range(3):
        words = " ".join(f"{noise.getrandbits(64):x}" for _ in range(20_000))
        setting.drop(f"{number}.txt", words)
        _age(setting.folder / "inbox" / f"{number}.txt")
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)); "
    command = "from bot.cli.main import main; main()"
    told = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", full + command, "run", "--once", "--config", setting.config],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1, told.stderr
    assert "cannot be written" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_second_bot_on_the_same_file_is_refused(tmp_path):
    from filelock import FileLock

    (tmp_path / "config.toml").write_text('[bot]\ndatabase = "sqlite:///x.db"\n', encoding="utf-8")
    with FileLock(str(tmp_path / "x.db.lock")):
        told = run("run", "--once", "--config", str(tmp_path / "config.toml"))
    assert told.status == 1
    assert "Another bot" in told.err


def test_demo_tells_the_story_and_what_to_do_next():
    told = run("demo")
    assert told.status == 0, told.err
    assert told.out.count("portion of the revenue") >= 2
    assert "Opposite wording" in told.out
    assert "What next" in told.err
    lines = run("demo", "--format", "json").out.splitlines()
    assert len(lines) == 4
    assert all(json.loads(line)["quotes"] for line in lines)


def _age(path: Path) -> None:
    """A file of a minute ago is not being written any more."""
    moment = time.time() - 60
    os.utime(path, (moment, moment))


def test_a_database_that_cannot_be_is_said_in_words(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    for address in ("folder", "file/x.db"):
        path = tmp_path / "config.toml"
        path.write_text(f'[bot]\ndatabase = "sqlite:///{address}"\n', encoding="utf-8")
        told = run("run", "--once", "--config", str(path))
        assert told.status == 1
        assert "The database file" in told.err
        assert "Traceback" not in told.err


async def test_check_says_whether_slack_takes_the_token(setting, monkeypatch):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1234567890-abcdefghij")
    path = Path(setting.config)
    address = setting.upstream.url("/api/")
    path.write_text(path.read_text(encoding="utf-8") + f'\n[slack]\nbase_url = "{address}"\n', encoding="utf-8")
    setting.upstream.serve("/api/auth.test", '{"ok": false, "error": "token_revoked"}', media_type="application/json")
    refused = await onrecord("check", "--config", setting.config)
    assert refused.status == 2
    assert "token_revoked" in refused.out
    setting.upstream.serve("/api/auth.test", "down", status=500)
    silent = await onrecord("check", "--config", setting.config)
    assert silent.status == 1
    assert "auth.test" in silent.out
    setting.upstream.serve("/api/auth.test", '{"ok": true, "user": "onrecord"}', media_type="application/json")
    assert (await onrecord("check", "--config", setting.config)).status == 0
