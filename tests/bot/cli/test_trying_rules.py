"""`rules explain`, `rules test` and `backtest`: a query before it is a rule."""

import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerting import alert, quote
from bot.config import load
from bot.model import Message
from bot.store import archive, judgements, outbox
from bot.store.database import Database
from commands import onrecord
from making import document
from watchers.model import CallMeta, Passage

SHARE = "We get some portion of the revenue that resellers make."


def call(month: int, *texts: str, **about):
    turns = tuple(Passage(text=text, speaker="Jane Roe", role="executive", section="qa") for text in texts)
    usual = {"key": f"call-{month}", "title": f"Call of month {month}", "company": "ACME", "meta": CallMeta()}
    when = datetime(2026, month, 3, 14, 0, tzinfo=UTC)
    return document(published=when, **(usual | {"passages": turns} | about))


CALLS = (
    call(1, "Nothing was said of that.", "A royalty is paid."),
    call(3, f"{SHARE} It is early days.", "We like our royalty. The fee for Llama is small."),
    call(3, "A royalty, again.", company=None, key="other"),
    call(5, "A royalty of 12% on Llama.", f"Yes. {SHARE}", "And once more: a royalty."),
)


def keep(conn) -> None:
    """An archive of four calls, and what somebody said of an alert about the last one."""
    for one in CALLS:
        recorded = archive.record(conn, one, None, now=one.published)
    told = alert(quote("A royalty of 12% on Llama.", "royalty", rule="Royalties"))
    message = Message(id=str(uuid.uuid4()), channel="#on-record", alert=told, due=one.published)
    outbox.put(conn, [message], now=one.published, document_id=recorded.document_id)
    judgements.judge(conn, told, user="U1", verdict="not-relevant", reason="too broad", now=one.published)


@pytest.fixture
async def stored(setting):
    config = load(Path(setting.config), {})
    async with await Database.open(config.database_url, migrate_first=True) as database:
        await database.write(keep)
    return setting


async def explained(setting, query: str) -> tuple[dict, str]:
    told = await onrecord("rules", "explain", query, "--config", setting.config, "--format", "json")
    assert told.status == 0, told.err
    return told.objects[0], " ".join(f"{one['problem']}. {one['mend']}" for one in told.objects[0]["warnings"])


async def test_explain_says_how_much_a_query_finds(stored):
    told, warned = await explained(stored, "Llama /s royalty")
    assert list(told) == ["query", "canonical", "reading", "warnings", "archive"]
    assert told["canonical"] == "llama NEAR/s royalty"
    assert "“llama” and “royalty” in one sentence" in told["reading"]
    assert told["archive"] == {
        "stored": 4,
        "documents": 4,
        "passages": 12,
        "matching_documents": 1,
        "matching_passages": 1,
    }
    assert warned == ""
    people = await onrecord("rules", "explain", "Llama /s royalty", "--config", stored.config)
    assert "In the archive: 1 (25.0%) of the 4 documents, 1 of 12 passages." in people.out


@pytest.mark.parametrize(
    ("query", "warning"),
    [
        ("fee NEAR/1 llama", "Both sides of NEAR/1 stand in 1 passage, but never at most 1 word apart. Reach further"),
        (
            "resellers royalty",
            "in 2 documents, but never in one passage. Write doc:(resellers AND royalty)",
        ),
        (
            "resellers NEAR/3 royalty",
            "in 2 documents, but never in one passage. Write doc:(resellers AND royalty)",
        ),
        ("fee NOT royalty", "All its words stand somewhere in the 4 documents, but never so that the whole is true"),
        ("royaltey", "royaltey stands in none of the 4 documents. Did you mean royalty?"),
        ('"fee royalty"', '"fee royalty" stands in none of the 4 documents. Its words do'),
        ('"royaltey fee"', "royaltey stands in none"),
        ("royalty kind:post kind:filing", "No passage has both kind:post and kind:filing. Write kind:(post OR filing)"),
        ("royalty fee NOT fee", "fee is asked for and excluded at once"),
    ],
)
async def test_explain_warns_of_what_can_hardly_ever_hit(stored, query, warning):
    _, warned = await explained(stored, query)
    assert warning in warned


async def test_explain_points_at_what_it_warns_of(stored):
    people = await onrecord("rules", "explain", "royalty NOT fee OR royaltey", "--config", stored.config)
    assert "royalty NOT fee OR royaltey\n                   ^^^^^^^^\nDid you mean royalty?" in people.out


async def test_explain_warns_of_what_is_too_broad(setting):
    config = load(Path(setting.config), {})
    async with await Database.open(config.database_url, migrate_first=True) as database:
        many = [call(2, "A royalty." if number % 3 else "Nothing.", key=str(number)) for number in range(12)]
        await database.write(lambda conn: [archive.record(conn, one, None, now=one.published) for one in many])
    _, warned = await explained(setting, "royalty")
    assert "It is broad: it finds something in 8 of 12 documents" in warned
    _, warned = await explained(setting, "royalty -nothing -of -that")
    assert "It is broad" in warned


async def test_explain_needs_no_archive(setting, tmp_path, monkeypatch):
    told = await onrecord("rules", "explain", "royalty", "--config", setting.config)
    assert told.status == 0
    assert "“royalty”" in told.out
    assert "Nothing is stored yet" in told.err
    monkeypatch.chdir(tmp_path / "inbox")
    bare = await onrecord("rules", "explain", "royalty", "--format", "json")
    assert bare.status == 0
    assert bare.objects[0]["archive"] is None
    assert "There is no config.toml" in bare.err


async def test_backtest_counts_by_month_and_company(stored):
    told = await onrecord("backtest", "royalty", "--config", stored.config, "--format", "json")
    assert told.status == 0, told.err
    last = told.objects[-1]
    assert [one for one in told.objects if "month" in one] == [
        {"month": "2026-01", "company": "ACME", "documents": 1, "matches": 1},
        {"month": "2026-03", "company": "ACME", "documents": 1, "matches": 1},
        {"month": "2026-03", "company": None, "documents": 1, "matches": 1},
        {"month": "2026-05", "company": "ACME", "documents": 1, "matches": 2},
    ]
    assert {key: last[key] for key in ("documents", "matching_documents", "matching_passages", "matches")} == {
        "documents": 4,
        "matching_documents": 4,
        "matching_passages": 5,
        "matches": 5,
    }


async def test_backtest_shows_the_latest_words(stored):
    told = await onrecord("backtest", "royalty", "--config", stored.config, "--format", "json", "--samples", "2")
    first, second = [one for one in told.objects if "quote" in one]
    assert first == {
        "date": "2026-05-03",
        "company": "ACME",
        "kind": "transcript",
        "title": "Call of month 5",
        "url": None,
        "speaker": "Jane Roe",
        "quote": "A royalty of 12% on Llama.",
        "rules": [],
    }
    assert second["quote"] == "And once more: a royalty."


async def test_backtest_says_what_other_rules_find_and_what_people_said(stored):
    told = await onrecord("backtest", "portion OR royalty", "--config", stored.config, "--format", "json")
    last = told.objects[-1]
    assert last["found_too"] == [{"rule": "Revenue sharing", "matches": 2}]
    assert last["only_here"] == 5
    assert last["judged"] == [{"rule": "Royalties", "verdict": "not-relevant", "reason": "too broad", "matches": 1}]
    people = await onrecord("backtest", "portion OR royalty", "--config", stored.config)
    assert "7 matches in 4 of 4 documents" in people.out
    assert "█" in people.out
    assert "2026-05-03 · ACME · Call of month 5 · Jane Roe" in people.out
    assert "2 matches in sentences that Revenue sharing finds too." in people.out
    assert "1 match in what Royalties told and somebody called not relevant (too broad)." in people.out


@pytest.mark.parametrize(
    ("arguments", "matches"),
    [
        (["--since", "2026-03-04"], 2),
        (["--since", "2026-03"], 4),
        (["--since", "2026"], 5),
        (["--since", "2027"], 0),
        (["--company", "acme"], 4),
        (["--company", "acme", "--since", "2026-05"], 2),
    ],
)
async def test_backtest_is_bounded_by_time_and_company(stored, arguments, matches):
    told = await onrecord("backtest", "royalty", *arguments, "--config", stored.config, "--format", "json")
    assert (told.status, told.objects[-1]["matches"]) == (0, matches)
    assert ("Nothing is stored of that time" in told.err) == (not matches)


@pytest.mark.parametrize(
    ("arguments", "said", "status"),
    [
        (["royalty /x fee"], 'there is no operator "/x"', 2),
        (["NOT royalty"], "NOT alone finds no words", 2),
        (["royalty", "--company", "ACMY"], 'Did you mean "ACME"?', 2),
        (["royalty", "--since", "soon"], "soon", 2),
    ],
)
async def test_what_backtest_cannot_do_is_said(stored, arguments, said, status):
    told = await onrecord("backtest", *arguments, "--config", stored.config)
    assert told.status == status
    assert said in told.err


async def test_backtest_needs_a_store(setting):
    told = await onrecord("backtest", "royalty", "--config", setting.config)
    assert told.status == 1
    assert "onrecord run --once" in told.err


RULE = """
[[rule]]
name = "Fees"
query = "fee /s llama side:own"
matches = [
  "A fee for Llama.",
  "{kind=transcript, role=analyst} A fee for Llama?",
]
misses = ["A fee. And Llama.", "{colour=red} Llama's fee."]
"""


async def test_rules_run_their_own_examples(setting):
    path = Path(setting.config)
    text = path.read_text(encoding="utf-8") + RULE
    path.write_text(text, encoding="utf-8")
    line = text.splitlines().index('  "{kind=transcript, role=analyst} A fee for Llama?",') + 1
    told = await onrecord("rules", "test", "--config", setting.config, "--format", "json")
    assert told.status == 1
    assert {one["pack"] for one in told.objects[:-1]} >= {"licensing", "revenue-share"}
    own = told.objects[-1]
    assert (own["rule"], own["examples"], len(own["failures"])) == ("Fees", 4, 2)
    assert own["failures"][0]["expected"] == "match"
    checked = await onrecord("check", "--offline", "--config", setting.config, "--format", "json")
    assert checked.status == 2
    first, second = (one for one in checked.objects if one["where"].startswith("rule."))
    assert (first["line"], first["where"]) == (line, "rule.Fees.matches.2")
    assert "the rule does not find its own example" in first["problem"]
    assert 'cannot be read: "colour" is nothing that an example can say' in second["problem"]
    mended = text.replace("role=analyst", "role=executive").replace("{colour=red} Llama's fee", "Gemini's fee")
    path.write_text(mended, encoding="utf-8")
    assert (await onrecord("rules", "test", "--config", setting.config)).status == 0
    assert (await onrecord("check", "--offline", "--config", setting.config)).status == 0
