"""Scanning with many rules, beside what one would pick instead.

    python benchmarks/bench_rules.py [--rules 10,100,1000,10000] [--megabytes N] [--seconds S] [--patience S]

The rules are phrases of two and three words, which all scanners understand; ours are stemmed and folded on top of it,
the others find the words as they are written (case and white space aside). In the first table one rule in a hundred, at
least one, stands in the text; in the second all are drawn from it, so that far too many hit. What is slow is stopped
after some seconds, at a passage's end, and its rate is that of the text it had read by then (marked ~); the passages
are shuffled, so that this is a fair sample. What would take too long to be made is left out.

The other tables read the whole text in turns, some rounds, so that what else the machine does hits all alike.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.corpus import ONE_STANDS_IN_THE_TEXT, Corpus, corpus, phrases_beside, phrases_from
from benchmarks.scanners import Scan, Scanner, document, rule, scanners, words_alone
from benchmarks.tables import figure, machine, table
from bot.rulebook import RuleBook

Pick = Callable[[Corpus, int], list[str]]
_TABLES: Mapping[str, Pick] = {
    f"Few hit: one rule in {ONE_STANDS_IN_THE_TEXT} stands in the text": phrases_beside,
    "Far too many hit: every rule is drawn from the text": phrases_from,
}
_STANDING = 10
_GROWING: Mapping[str, Pick] = {
    f"the same {_STANDING} rules hit": lambda text, count: phrases_beside(text, count, standing=_STANDING),
    f"one in {ONE_STANDS_IN_THE_TEXT} hits": phrases_beside,
    "all hit": phrases_from,
}
_ROUNDS = 5
_LONG = 60
"""CPU seconds after which the rounds of one row come to their end."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`whole`: the text was read to its end."""

    bytes_a_second: float
    hits: int
    whole: bool

    def __str__(self) -> str:
        return ("" if self.whole else "~") + figure(self.bytes_a_second / 1e6)


def rate(scan: Scan, units: Sequence[tuple[Any, int]], seconds: float) -> Rate:
    """One reading, as far as it gets within these CPU seconds."""
    found = read = 0
    start = now = time.process_time()
    for unit, size in units:
        found += scan(unit)
        read += size
        now = time.process_time()
        if now - start > seconds:
            break
    return Rate(read / max(now - start, 1e-6), found, whole=read == sum(size for _, size in units))


def compared(text: Corpus, sizes: Sequence[int], pick: Pick, seconds: float, patience: float) -> str:
    """One table: each scanner's rate and the time that it took to be made, with so many rules."""
    limit = words_alone(text)
    rows = []
    here = [one for one in scanners(text) if one.is_here]
    took: dict[str, list[float]] = {one.name: [] for one in here}
    for count in sizes:
        phrases = pick(text, count)
        alone = rate(limit.make(())(), limit.units, seconds)
        cells: list[str] = []
        for one in here:
            if _expected(took[one.name]) > patience:
                cells += [f"> {patience:.0f} s", "-"]
                continue
            start = time.process_time()
            anew = one.make(phrases)
            took[one.name].append(time.process_time() - start)
            if one is here[0]:
                rate(anew(), one.units[:50], seconds)  # a program that runs has met most words before
            told = rate(anew(), one.units, seconds)
            cells += [_seconds(took[one.name][-1]), str(told)]
            if one is here[0]:
                cells = [f"{told.hits:,}", *cells, figure(told.bytes_a_second / alone.bytes_a_second)]
        rows.append([f"{count:,}", *cells, str(alone)])
    head = ["rules", "hits", "made in", here[0].name, r"/ \w+"]
    for one in here[1:]:
        head += ["made in", one.name]
    return table([*head, r"\w+ alone"], rows)


def _expected(took: Sequence[float]) -> float:
    """How long the next size takes to be made, if it grows as before."""
    return took[-1] ** 2 / max(took[-2], 1e-3) if len(took) > 1 else 0


def growth(text: Corpus, few: int, many: int) -> str:
    """How much longer many rules take than few, and how both compare with looking at the words alone."""
    rows = []
    for title, pick in _GROWING.items():
        ours, limit = scanners(text)[0], words_alone(text)
        anew = {count: ours.make(pick(text, count)) for count in (few, many)}
        took: dict[str, list[float]] = {"few": [], "many": [], "again": [], "words": []}
        began = time.process_time()
        for number in range(_ROUNDS + 1):
            if number > 1 and time.process_time() - began > _LONG:
                break
            with_few, with_many = anew[few](), anew[many]()
            rounds = {
                "few": _read(with_few, ours),
                "many": _read(with_many, ours),
                "again": _read(with_many, ours),
                "words": _read(limit.make(())(), limit),
            }
            for name, seconds in rounds.items() if number else ():  # in the first one words are met
                took[name].append(seconds)
        one = {name: median(seconds) for name, seconds in took.items()}
        rows.append(
            [
                title,
                figure(median(map(_ratio, took["many"], took["few"]))),
                figure(one["words"] / one["few"]),
                figure(one["words"] / one["many"]),
                figure(one["words"] / one["again"]),
            ]
        )
    shown = f"{many:,}"
    head = ["", f"{shown} rules take, times {few}", rf"{few} / \w+", rf"{shown} / \w+", rf"{shown} again / \w+"]
    return table(head, rows)


def changed(text: Corpus, sizes: Sequence[int]) -> str:
    """What it costs to add and to remove one rule of so many in a bot that runs."""
    rows = []
    for count in sizes:
        *rules, more = (rule(phrase) for phrase in phrases_beside(text, count + 1))
        start = time.process_time()
        book = RuleBook.of(rules, [])
        made = time.process_time() - start
        added, removed = [], []
        for _ in range(2 * _ROUNDS):
            start = time.process_time()
            longer = RuleBook.of([*rules, more], [], before=book)
            added.append(time.process_time() - start)
            start = time.process_time()
            book = RuleBook.of(rules, [], before=longer)
            removed.append(time.process_time() - start)
        assert [match.rule for match in longer.engine.scan(document([f"We heard: {more.name}."]))] == [more.name]
        rows.append([f"{count:,}", *map(_seconds, (made, median(added), max(added), median(removed), max(removed)))])
    return table(["rules", "all made in", "one added in", "at most", "one removed in", "at most"], rows)


def _read(scan: Scan, scanner: Scanner) -> float:
    start = time.process_time()
    for unit, _ in scanner.units:
        scan(unit)
    return time.process_time() - start


def _ratio(one: float, other: float) -> float:
    return one / max(other, 1e-6)


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 10 else f"{value:.0f} s"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Scanning with many rules, beside what one would pick instead.")
    parser.add_argument("--rules", default="10,100,1000,10000", help="how many, with commas between")
    parser.add_argument("--megabytes", type=float, default=5.0, help="of text")
    parser.add_argument("--seconds", type=float, default=2.0, help="of CPU after which a scanner is stopped")
    parser.add_argument("--patience", type=float, default=30.0, help="seconds that a scanner may take to be made")
    chosen = parser.parse_args(arguments)
    sizes = sorted(int(size) for size in chosen.rules.split(","))
    text = corpus(chosen.megabytes)
    print(f"RULES: one scan for all\n{machine()}")
    print(f"{text.bytes / 1e6:.1f} MB in {len(text.passages):,} passages ({text.origin}); MB per CPU second")
    for title, pick in _TABLES.items():
        print(f"\n{title}\n")
        print(compared(text, sizes, pick, chosen.seconds, chosen.patience))
    missing = [one.name for one in scanners(text) if not one.is_here]
    if missing:
        print(f"\nNot installed: {', '.join(missing)}.")
    print(
        f"\n~ stopped after {chosen.seconds:g} s: the rate of a part of the text. re each: one pattern a rule. re one:"
        "\nan alternation, which finds one rule a place. hyperscan and pyahocorasick find words as they are written;"
        "\nonrecord alone knows inflection, folding and sentences. \\w+ alone: re.findall, which finds no rule."
    )
    print(f"\nHow the time grows with the rules: the median of {_ROUNDS} rounds, in turns\n")
    print(growth(text, min(100, sizes[-1]), sizes[-1]))
    print("\nagain: texts that it has read are remembered by their hash.")
    print("\nOne rule more, one rule less, while the bot runs\n")
    print(changed(text, sizes))
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
