"""The file is edited while the bot runs: rules work on the next document, and nothing bad takes the good ones away."""

from pathlib import Path

import pytest

from bot.config import load
from bot.edits import Edits, read
from loopback import Upstream
from waiting import until
from working import Clock, lines, working, written

NO = "Nothing that anybody asked for."
FEE = "They will pay a fee for every call."
FEES = """
[[rule]]
name = "Fees"
query = "fee /s call"
matches = ["A fee for each call."]
"""
BAD = """
[[rule]]
name = "Fees"
query = "fee /x call"
"""


def edit(path: Path, text: str) -> None:
    """As an editor does it: another file in its place."""
    beside = path.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def test_a_file_is_read_when_its_writer_is_done(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("a", encoding="utf-8")
    edits = Edits(path)
    assert edits.touched() is None, "somebody may be writing it"
    stamp = edits.touched()
    assert stamp is not None, "it may have been edited before the bot was up"
    assert edits.touched() == stamp, "until it was read"
    edits.done(stamp)
    assert edits.touched() is None
    path.write_text("ab", encoding="utf-8")
    assert edits.touched() is None
    path.write_text("abc", encoding="utf-8")
    assert edits.touched() is None
    assert edits.touched(at_once=True) == edits.touched() != stamp
    path.unlink()
    assert edits.touched(at_once=True) not in {None, stamp}


def test_what_is_not_about_rules_waits(tmp_path):
    path = written(tmp_path, [lines("news", "http://127.0.0.1:1/")])
    config = load(path, {})
    assert (read(config).renewed, read(config).waiting, read(config).problems) == (False, (), ())
    text = path.read_text(encoding="utf-8").replace("[bot]", '[bot]\ntimezone = "Asia/Kuala_Lumpur"')
    path.write_text(text + FEES + lines("more", "http://127.0.0.1:1/"), encoding="utf-8")
    found = read(config)
    assert found.renewed
    assert found.waiting == ("[bot]", "[[source]]")
    assert [rule.name for rule in found.config.rules] == ["Revenue sharing", "Fees"]
    assert found.config.bot.default_rules == ("Revenue sharing", "Fees")
    assert found.config.bot.timezone == config.bot.timezone
    assert found.config.sources == config.sources
    again = read(found.config)
    assert (again.renewed, again.waiting) == (False, ("[bot]", "[[source]]"))


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (BAD, 'there is no operator "/x"'),
        (FEES.replace("each call", "each answer"), "the rule does not find its own example"),
        ("[[rule]\n", "TOML syntax"),
    ],
)
def test_a_bad_edit_leaves_all_as_it_was(tmp_path, more, problem):
    path = written(tmp_path, [])
    config = load(path, {})
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    found = read(config)
    assert found.config is config
    assert problem.casefold() in str(found.problems[0]).casefold()
    assert found.problems[0].line is not None


async def test_a_rule_that_is_added_to_the_file_works_on_the_next_document(tmp_path):
    async with Upstream() as upstream:
        source = lines("news", upstream.serve("/news.txt", NO))
        async with working(tmp_path, [source]) as bot:
            await bot.first_visit("news")
            path = tmp_path / "config.toml"
            good = path.read_text(encoding="utf-8")

            edit(path, good + BAD)
            told = await bot.told("was edited and cannot be used")
            assert 'there is no operator "/x"' in told
            assert f"config.toml:{good.count(chr(10)) + 4}:" in told
            upstream.serve("/news.txt", f"{NO}\nA portion of the revenue stays here.")
            await until(lambda: bot.quotes == ["A portion of the revenue stays here."])
            [note] = bot.app.in_force.notes
            assert "rules of before are in force" in note
            await until(lambda: noted(bot, note))

            edit(path, good + FEES)
            await bot.told("can be used again; its rules are in force")
            upstream.serve("/news.txt", f"{NO}\n{FEE}")
            await until(lambda: FEE in bot.quotes)
            assert bot.alerts[-1]["quotes"][0]["rule"] == "Fees"
            assert bot.app.in_force.notes == []

            edit(path, good.replace("[web]", '[slack]\nchannel = "#elsewhere"\n[web]'))
            assert "[slack] takes effect when the bot is started again" in await bot.told("takes effect")
            assert [rule.name for rule in bot.app.in_force.config.rules] == ["Revenue sharing"]
            upstream.serve("/news.txt", f"{NO}\nAnother fee for a call.\nAnother portion of the revenue.")
            await until(lambda: bot.quotes[-1] == "Another portion of the revenue.")
            assert len([line for line in bot.notices if "config.toml" in line]) == 3, "each is told once"


async def noted(bot, note: str) -> bool:
    """Whether `onrecord status` says it."""
    return any(note in worker.troubles for worker in await bot.there())


async def test_what_is_stored_is_read_with_a_rule_that_is_added(tmp_path):
    async with Upstream() as upstream:
        source = lines("news", upstream.serve("/news.txt", f"{NO}\n{FEE}"))
        async with working(tmp_path, [source], clock=Clock()) as bot:
            await bot.first_visit("news")
            path = tmp_path / "config.toml"
            edit(path, path.read_text(encoding="utf-8") + FEES)
            assert "New rules (Fees): 1 stored document with 1 match recorded" in await bot.told("New rules (Fees)")
            assert bot.alerts == []


async def test_every_worker_takes_over_what_one_has_seen(tmp_path, postgres):
    """A commit that raced with the edit scans again, also where another worker noticed it."""
    url = await postgres.fresh()
    async with Upstream() as upstream:
        source = lines("news", upstream.serve("/news.txt", NO))
        async with (
            working(tmp_path, [source], url, roles=("visit",)) as one,
            working(tmp_path, [source], url, roles=("visit", "deliver")) as other,
        ):
            await other.first_visit("news")
            path = tmp_path / "config.toml"
            edit(path, path.read_text(encoding="utf-8") + FEES)
            await until(lambda: all(len(bot.app.in_force.config.rules) == 2 for bot in (one, other)))
            upstream.serve("/news.txt", f"{NO}\n{FEE}")
            await until(lambda: other.quotes == [FEE])
