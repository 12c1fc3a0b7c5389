"""Precision and recall of the rule packs on labelled passages of real calls.

    python -m benchmarks.eval_rules [--part tuned|aside|all] [--show]

The passages are not part of the project: ONRECORD_TEST_DATA names the folder that has `labels/passages.jsonl`, one
`{"id","pack","label":"POS"|"NEG"|"BORDERLINE","why","text","set"}` a line; BORDERLINE counts nowhere. The packs were
tuned on two thirds, by a hash of the id. The third that was kept aside was measured before anybody had read it:
licensing found 7 of 7 and was right in 7 of 9, revenue-share found 2 of 3 and was right in 2 of 2. It has been read
since, and so it is no longer held out: `docs/packs.md` has what was measured on sentences that were new. The passages
were found by a search for the packs' own words, which is why recall here says little about paraphrases.
"""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rules.engine import Engine
from rules.model import Filters
from rules.packs import load
from watchers.model import CallMeta, Document, Passage

PARTS = ("tuned", "aside")


@dataclass(frozen=True, slots=True)
class Labelled:
    id: str
    pack: str
    positive: bool
    why: str
    text: str

    @property
    def part(self) -> str:
        return "aside" if int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % 3 == 0 else "tuned"


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of passages: found and meant, found and not meant, meant and not found."""

    hits: int
    false: int
    missed: int

    @classmethod
    def of(cls, judged: Iterable[tuple[Labelled, bool]]) -> "Score":
        pairs = [(labelled.positive, found) for labelled, found in judged]
        return cls(pairs.count((True, True)), pairs.count((False, True)), pairs.count((True, False)))

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.false) if self.hits + self.false else float("nan")

    @property
    def recall(self) -> float:
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else float("nan")

    def __str__(self) -> str:
        return (
            f"precision {self.precision:6.1%} ({self.hits} of {self.hits + self.false})   "
            f"recall {self.recall:6.1%} ({self.hits} of {self.hits + self.missed})"
        )


def labelled_passages(file: Path) -> Iterator[Labelled]:
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["label"] != "BORDERLINE":
            yield Labelled(row["id"], row["pack"], row["label"] == "POS", row["why"], row["text"])


def judged(passages: Iterable[Labelled], pack: str) -> list[tuple[Labelled, bool]]:
    """Each passage of a pack, and whether the pack finds anything in it."""
    engine = Engine(load(pack).rules(pack, severity="normal", filters=Filters()))
    return [(one, bool(engine.scan(_document(one)))) for one in passages if one.pack == pack]


def _document(passage: Labelled) -> Document:
    return Document(key=passage.id, language="en", meta=CallMeta(), passages=(Passage(text=passage.text),))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Precision and recall of the rule packs on labelled passages.")
    parser.add_argument("--part", choices=(*PARTS, "all"), default="all")
    parser.add_argument("--show", action="store_true", help="print every passage that was judged wrongly")
    chosen = parser.parse_args(arguments)
    folder = os.environ.get("ONRECORD_TEST_DATA")
    file = Path(folder or "") / "labels" / "passages.jsonl"
    if not folder or not file.is_file():
        print(
            "The labelled passages are not here, so there is nothing to measure. They are quotations of calls and no "
            "part of the project; set ONRECORD_TEST_DATA to the folder that holds labels/passages.jsonl.",
            file=sys.stderr,
        )
        return 1
    passages = list(labelled_passages(file))
    for pack in sorted({one.pack for one in passages}):
        verdicts = judged(passages, pack)
        for part in PARTS if chosen.part == "all" else (chosen.part,):
            of_part = [(one, found) for one, found in verdicts if one.part == part]
            print(f"{pack:14} {part:6} {Score.of(of_part)}")
            if chosen.show:
                _show(of_part)
    print("aside: kept from the tuning until it was measured once; it has been read since and is no longer held out.")
    return 0


def _show(verdicts: Iterable[tuple[Labelled, bool]]) -> None:
    for one, found in verdicts:
        if found != one.positive:
            print(f"    {'false ' if found else 'missed'} {one.id} ({one.why}) {one.text}")


if __name__ == "__main__":
    sys.exit(main())
