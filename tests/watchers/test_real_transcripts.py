"""Real calls, through the folder watcher: the same twice, and cut as those who wrote them down cut them."""

import asyncio
import csv
import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from driving import drive
from twice import ROOT
from watchers import folder
from watchers.model import Document, Source

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
Turns = list[tuple[str, str]]


@pytest.fixture(scope="module")
def texts(data) -> Path:
    return data / "transcripts" / "rev_nlp_text"


async def read(texts: Path, **driving: object) -> list[Document]:
    source = Source(name="calls", kind="folder", options=folder.Options(path=texts))
    made = await drive(folder, source, now=NOW, **driving)
    assert not made.troubles
    return made.documents


@pytest.fixture(scope="module")
def calls(texts) -> dict[str, Document]:
    return {document.key: document for document in asyncio.run(read(texts, in_process=True))}


def spoken(document: Document) -> Turns:
    return [(p.speaker or "", p.text) for p in document.passages if p.section != "title"]


def written(path: Path) -> Turns:
    """The turns as the file has them: `Speaker: text`, one a block. White space in a name says nothing."""
    blocks = [block.strip() for block in path.read_text().split("\n\n") if block.strip()]
    found = [re.fullmatch(r"([^:\n]{1,80}): (.*)", block, re.DOTALL) for block in blocks]
    return [(" ".join(one[1].split()), one[2]) for one in found if one is not None]


def test_every_file_is_a_call_with_exactly_the_turns_it_was_written_with(texts, calls):
    assert len(calls) == len(list(texts.iterdir())) >= 98
    assert {document.kind for document in calls.values()} == {"transcript"}
    right = found = wanted = 0
    for name, document in calls.items():
        expected, got = Counter(written(texts / name)), Counter(spoken(document))
        right += (expected & got).total()
        found += got.total()
        wanted += expected.total()
    assert wanted > 6000
    assert right / found >= 0.999, "precision"
    assert right / wanted >= 0.999, "recall"


def test_tokens_of_the_original(data, calls):
    """The transcriber's own file: a token a line, with its speaker's number. Where that changes, a turn ends."""
    originals = list((data / "transcripts" / "rev_nlp_raw").glob("*.nlp"))
    assert originals
    for original in originals:
        rows = list(csv.DictReader(original.open(), delimiter="|", quoting=csv.QUOTE_NONE))
        turns: list[tuple[str, list[str]]] = []
        for row in rows:
            if not turns or turns[-1][0] != row["speaker"]:
                turns.append((row["speaker"], []))
            turns[-1][1].append(row["token"] + row["punctuation"])
        document = calls[f"e21_{original.stem}.txt"]
        got = spoken(document)
        assert [_letters(text) for _, text in got] == [_letters("".join(tokens)) for _, tokens in turns]
        names: dict[str, set[str]] = {}
        for (number, _), (speaker, _) in zip(turns, got, strict=True):
            names.setdefault(number, set()).add(speaker)
        assert all(len(one) == 1 for one in names.values()), "one number, one name"


def test_switches_and_quarters_of_the_metadata(data, calls):
    """The collection's own table counts the switches of speaker in each recording, and says which quarter it is."""
    rows = list(csv.DictReader((data / "transcripts" / "earnings21-file-metadata.csv").open()))
    known = {f"e21_{row['file_id']}.txt": row for row in rows}
    read_ = {name: document for name, document in calls.items() if name in known}
    assert len(read_) >= 29
    right = wrong = 0
    for name, document in read_.items():
        row = known[name]
        assert len(spoken(document)) == int(row["speaker_switches"])
        # Two names in one recording are spelt alike, or one in two ways.
        assert abs(len({speaker for speaker, _ in spoken(document)}) - int(row["unique_speakers"])) <= 1
        right += document.meta.quarter == int(row["financial_quarter"])
        wrong += document.meta.quarter not in {None, int(row["financial_quarter"])}
    assert wrong == 0, "what a call does not say is left open"
    assert right >= 25


def test_sections_and_roles_are_plausible(calls):
    with_questions = [document for document in calls.values() if any(p.section == "qa" for p in document.passages)]
    assert len(with_questions) >= 0.93 * len(calls)
    for document in with_questions:
        sections = [passage.section for passage in document.passages if passage.section != "title"]
        assert sections == sorted(sections), "prepared remarks, then questions"
    roles = Counter(p.role for d in with_questions for p in d.passages if p.section == "qa")
    assert roles["unknown"] < 0.3 * roles.total()
    assert min(roles["executive"], roles["analyst"]) > 0.25 * roles.total()
    assert roles["operator"] > 0.1 * roles.total()


def test_dates_are_the_calls_or_none(calls):
    """Only three of them are told their date; ten more name the day of a fiscal year's end or a replay's."""
    dates = {name: d.meta.call_date for name, d in calls.items() if d.meta.call_date}
    assert dates == {
        "e21_4366893.txt": "2020-08-06",
        "e21_4385072.txt": "2020-11-04",
        "e22_4483668.txt": "2022-02-02",
    }


@pytest.mark.full
def test_another_process_makes_the_same(texts, calls):
    code = (
        "import asyncio, hashlib, pathlib, sys\n"
        "import test_real_transcripts as t\n"
        "print(t.digest(asyncio.run(t.read(pathlib.Path(sys.argv[1])))))"
    )
    path = os.pathsep.join(map(str, (ROOT, ROOT / "tests", Path(__file__).parent)))
    done = subprocess.run(
        [sys.executable, "-c", code, str(texts)],
        env={"PYTHONHASHSEED": "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2", "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == digest(calls.values())


def digest(documents: Iterable[Document]) -> str:
    return hashlib.sha256("".join(document.model_dump_json() for document in documents).encode()).hexdigest()


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()
