"""Alerts on a terminal and as JSON lines."""

import io
import json
import os
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from alerting import NOW, SHARE, alert, call, filing, message, quote
from bot.console import ConsoleNotifier, draw
from bot.model import Alert
from bot.notifier import Shut
from bot.plain import TRICKS

SHAPE = {
    "id": str,
    "severity": str,
    "facets": list,
    "company": str,
    "kind": str,
    "source": str,
    "title": str,
    "url": str,
    "published": str,
    "status": str,
    "quotes": list,
    "context": list,
    "case": dict,
    "earlier": list,
    "also_at": list,
    "annotation": type(None),
    "channel": str,
}
QUOTE = {
    "rule": str,
    "facet": str,
    "severity": str,
    "text": str,
    "speaker": str,
    "role": str,
    "section": (str, type(None)),
    "side": str,
    "page": (int, type(None)),
    "passage": int,
    "start": int,
    "end": int,
    "before": (str, type(None)),
}
CONTEXT = {"relation": str, "speaker": str, "text": str}
CASE = {
    "court": str,
    "docket_number": str,
    "case_name": str,
    "entry_number": int,
    "filed_by": str,
    "allegation": bool,
}
EARLIER = {"date": str, "kind": str, "speaker": str, "quote": str, "url": str, "relation": str}

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
"""Rich's own: colours and weights, nothing that moves."""


def fits(value: dict, shape: dict) -> None:
    assert list(value) == list(shape)
    for key, kind in shape.items():
        assert isinstance(value[key], kind), key


def drawn(shown: Alert, *, width: int = 80, styled: bool = False, **how) -> str:
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=styled, color_system="standard" if styled else None, highlight=False
    )
    draw(shown, console, **how)
    return out.getvalue()


def flat(text: str) -> str:
    return " ".join(ESCAPES.sub("", text).split())


async def told(*messages, as_json: bool) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    notifier = ConsoleNotifier(as_json=as_json, out=out, err=err)
    for one in messages:
        await notifier.send(one, parent=None, repeat=False, plain=False)
    return out.getvalue(), err.getvalue()


async def test_one_alert_is_one_line_of_json_in_the_contracts_shape():
    out, _ = await told(message(filing(context=call().context)), as_json=True)
    [line] = out.splitlines()
    value = json.loads(line)
    fits(value, SHAPE)
    fits(value["quotes"][0], QUOTE)
    fits(value["context"][0], CONTEXT)
    fits(value["case"], CASE)
    fits(value["earlier"][0], EARLIER)
    assert value["published"] == "2025-03-21T00:00:00Z"
    assert value["quotes"][0]["text"][1000 - 1000 + 5 : 39] == "shares a percentage of the revenue"


async def test_json_keeps_a_hostile_text_exactly_and_no_byte_of_it_drives_a_terminal():
    text = "a\x1b[2Jb\x9b31mc\u202ed\ud800e\u2028f\x85g\x00h"
    out, _ = await told(message(alert(quote(text, ""), title=text)), as_json=True)
    assert len(out.splitlines()) == 1
    assert not TRICKS.search(out)
    assert json.loads(out)["quotes"][0]["text"] == text
    out.encode()


async def test_a_changed_alert_is_printed_again_under_its_id():
    later = alert(quote(before="We get a part."), status="changed")
    out, _ = await told(message(), message(later, operation="update", parent="p"), as_json=True)
    first, second = map(json.loads, out.splitlines())
    assert first["id"] == second["id"]
    assert second["quotes"][0]["before"] == "We get a part."


async def test_a_notice_goes_to_standard_error_without_tricks():
    for as_json in (False, True):
        out, err = await told(message(notice="cand: blocked. \x1b[2J403\u202e"), as_json=as_json)
        assert (out, err) == ("", "cand: blocked. [2J403\n")


def test_a_person_reads_whose_words_they_are_before_the_words():
    shown = flat(drawn(filing(), told=NOW))
    order = [
        "● HIGH Kadrey v. Meta Platforms, Inc.: MOTION for summary judgment",
        "META · court docket · 2025-03-21",
        "cand · 3:23-cv-03417 · entry 482",
        "! Allegation by Plaintiffs: a claim about META, not its own words",
        "Plaintiffs · the other side's words · p. 12 · Revenue sharing",
        "“Meta *shares a percentage of the revenue* that companies",
        "Earlier on this topic",
        "Opposite wording · 2024-07-23 · Mark Zuckerberg · post: “selling access",
        "https://docket.example.com/67569326/482/",
    ]
    places = [shown.index(part) for part in order]
    assert places == sorted(places)


def test_a_late_alert_says_so_and_an_update_does_not():
    assert "20 months before this alert" in flat(drawn(call(), told=NOW))
    assert "before this alert" not in flat(drawn(call(), told=None))


def test_a_possible_repeat_says_so():
    assert "may be a repeat" in flat(drawn(call(), repeat=True))


def test_changed_and_removed_words_are_told_in_words_not_by_style_alone():
    changed = flat(drawn(alert(quote(before="We get a part."), status="changed")))
    assert "Before the edit: “We get a part.”" in changed
    assert "Now: “But if you're someone" in changed
    removed = flat(drawn(alert(quote(before=SHARE), status="removed")))
    assert f"Removed since; it said: “{SHARE}”" in removed


def test_the_hit_is_reversed_on_a_terminal_and_starred_without_one():
    assert "\x1b[1;7msome portion of the revenue\x1b[0m" in drawn(call(), width=300, styled=True)
    plain = drawn(call(), width=300)
    assert "get *some portion of the revenue* for" in plain
    assert "\x1b" not in plain


@pytest.mark.parametrize("width", [1, 2, 5, 10, 20, 40, 200])
def test_a_narrow_terminal_loses_no_word(width):
    shown = drawn(filing(), width=width)
    for word in ("Allegation", "percentage", "Opposite", "3:23-cv-03417"):
        assert word in shown.replace("\n", "").replace(" ", "")
    address = "https://docket.example.com/67569326/482/"
    assert address in shown


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(codec=None), max_size=120), st.integers(8, 120))
def test_nothing_of_a_document_reaches_the_terminal_but_words(text, width):
    case = filing().case.model_copy(update={"case_name": text, "filed_by": text or None})
    before = filing().earlier[0].model_copy(update={"quote": text, "speaker": text, "date": text})
    hostile = alert(
        quote(text, "", speaker=text, rule=text, before=f"{text}!"),
        title=text,
        source=text,
        company=text,
        url=f"https://e.example/{text}",
        context=(call().context[0].model_copy(update={"text": text, "speaker": text}),),
        case=case,
        earlier=(before,),
        also_at=(f"https://e.example/{text}",),
        channel=f"#{text}",
    )
    shown = ESCAPES.sub("", drawn(hostile, width=width, styled=True))
    assert not TRICKS.search(shown)
    assert "\r" not in shown


def test_markup_of_a_document_is_not_markup_here():
    shown = flat(drawn(alert(quote("[bold red]some portion of the revenue[/] :smile: https://e.example"))))
    assert "[bold red]*some portion of the revenue*[/] :smile: https://e.example" in shown


@pytest.mark.parametrize("as_json", [False, True])
async def test_an_old_encoding_loses_no_alert(as_json, tmp_path):
    with (tmp_path / "out").open("w", encoding="ascii") as out:
        notifier = ConsoleNotifier(as_json=as_json, out=out, err=io.StringIO())
        await notifier.send(message(alert(quote("収益 – é", ""))), parent=None, repeat=False, plain=False)
    written = (tmp_path / "out").read_bytes()
    if as_json:
        assert json.loads(written)["quotes"][0]["text"] == "収益 – é"
    else:
        assert rb"\u53ce\u76ca" in written


async def test_a_reader_that_went_away_shuts_the_notifier_and_keeps_the_queue():
    there, here = os.pipe()
    os.close(there)
    with os.fdopen(here, "w") as out:
        notifier = ConsoleNotifier(as_json=True, out=out, err=io.StringIO())
        with pytest.raises(Shut, match="closed"):
            await notifier.send(message(), parent=None, repeat=False, plain=False)
        with pytest.raises(BrokenPipeError):
            out.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), here)


async def test_what_was_written_is_delivered():
    notifier = ConsoleNotifier(as_json=True, out=io.StringIO(), err=io.StringIO())
    await notifier.preflight()
    assert await notifier.send(message(), parent=None, repeat=False, plain=False) == {}
    assert await notifier.find(message(), parent=None) is None


def test_no_color_is_obeyed():
    script = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "import asyncio\n"
        "from alerting import filing, message\n"
        "from bot.console import ConsoleNotifier\n"
        "asyncio.run(ConsoleNotifier(as_json=False).send(message(filing()), parent=None, repeat=False, plain=False))\n"
    )
    env = os.environ | {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": "300"}
    shown = {
        name: subprocess.run(
            [sys.executable, "-c", script], env=env | extra, capture_output=True, text=True, check=True
        ).stdout
        for name, extra in {"with": {}, "without": {"NO_COLOR": "1"}}.items()
    }
    assert re.search(r"\x1b\[[0-9;]*3[0-7]m", shown["with"])
    assert not re.search(r"\x1b\[(?:[0-9]+;)*(?:3|4|9|10)[0-7]m", shown["without"])
    assert "\x1b[1;7mshares a percentage of the revenue" in shown["without"]
