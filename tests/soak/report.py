"""What the last soak found, kept in docs/soak.md, with its memory drawn in docs/soak.svg."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kills.report import ROOT, commit
from soak import steadiness
from soak.graph import Line, graph
from soak.oracle import Told
from soak.plan import HOUR
from soak.samples import MEGABYTE, Sample
from soak.steadiness import Punctuality

DOCS = ROOT / "docs"
HEAD = """# A day of a thousand sources

What `make torture` found when it was last run; it writes this page by itself.

A thousand sources publish, edit, fail and recover for twenty-four hours, each by its own rhythm: wires, blogs, teasers
with pages, sources that are silent, and eighty that answer 500, 403, 429, cut the line or lose their name for hours.
The program runs as it is: real fetches, real reading children, real databases, the real Slack client before a fake
Slack. Only the time is another one: it passes when nobody has anything to do, so a day takes minutes, and nothing is
late because the machine is slow. Documents are kept for four hours, an engine remembers five thousand texts and a
thousand words instead of a hundred thousand and twice that, and a worker has three connections to a server instead of
ten, each of which remembers its statements: so what takes days to fill is full within hours, and what goes can be seen.

What was to be told is counted from what the sources handed out, what was told from what stands in Slack.
"""
TITLE = "Memory of each worker, 1,000 sources"


@dataclass(frozen=True, slots=True)
class Day:
    """One soak and what was found. `seconds`: of the wall's time."""

    name: str
    workers: tuple[str, ...]
    samples: Sequence[Sample]
    told: Told
    punctual: Punctuality
    seconds: float
    statuses: Sequence[int]


def write(days: Sequence[Day], *, docs: Path = DOCS) -> None:
    (docs / "soak.svg").write_text(graph(_lines(days), TITLE), encoding="utf-8")
    (docs / "soak.md").write_text("\n".join((HEAD, *_page(days))).rstrip() + "\n", encoding="utf-8")


def _page(days: Sequence[Day]) -> Iterator[str]:
    yield f"Run on {date.today().isoformat()}, commit {commit()}."  # noqa: DTZ011 - a day for people, where they are
    yield ""
    yield "![Memory of each worker over the day, in megabytes](soak.svg)"
    yield ""
    yield from _table(
        ("", *(day.name for day in days)),
        ("minutes that it took", *(f"{day.seconds / 60:.1f}" for day in days)),
        ("visits after the first hour", *(f"{day.punctual.visits:,}" for day in days)),
        ("of these more than a minute late", *(str(day.punctual.late) for day in days)),
        ("alerts expected", *(f"{day.told.alerts.expected:,}" for day in days)),
        ("published, and never read", *(str(len(day.told.unseen)) for day in days)),
        ("lost", *(str(len(day.told.alerts.lost)) for day in days)),
        ("doubled", *(str(len(day.told.alerts.doubled) + len(day.told.twice)) for day in days)),
        ("outages of sources", *(str(day.told.outages) for day in days)),
        ("not told, or told wrongly", *(str(len(day.told.astray)) for day in days)),
        ("from due to visit on average, morning and evening", *(_seconds(day.punctual.lag) for day in days)),
        ("visits apart more than the rhythm says, on average", *(_seconds(day.punctual.apart) for day in days)),
    )
    yield ""
    yield "Memory (MB), and the blocks of it that Python's objects hold, usual in the second quarter of the day and in"
    yield "the last, shaded above. Memory is what a process has from the system, without its reading children:"
    yield "what the allocator keeps between objects is a part of it. Blocks would grow if anything were not let go."
    yield ""
    rows = [
        (
            f"{day.name}, {worker}",
            f"{bytes_.early / MEGABYTE:.1f} → {bytes_.late / MEGABYTE:.1f}",
            f"{blocks[worker].early:,.0f} → {blocks[worker].late:,.0f}",
        )
        for day in days
        for blocks in (steadiness.blocks(day.samples),)
        for worker, bytes_ in steadiness.memory(day.samples).items()
    ]
    yield from _table(("worker", "memory (MB)", "blocks"), *rows)
    yield ""
    yield "Rows, the most in the second quarter and in the last. Statements are kept for ever. Bodies and matches go"
    yield "with the versions of documents: those of the first visits have one body for many and no match, those of the"
    yield "day one for each."
    yield ""
    counts = [steadiness.rows(day.samples) for day in days]
    tables = sorted({table for count in counts for table, growth in count.items() if max(growth.early, growth.late)})
    yield from _table(
        ("table", *(f"{day.name}" for day in days)),
        *(
            (
                table,
                *(
                    f"{count[table].early:,.0f} → {count[table].late:,.0f}" if table in count else "–"
                    for count in counts
                ),
            )
            for table in tables
        ),
    )


def _seconds(growth: steadiness.Growth) -> str:
    return f"{growth.early:.1f} s, {growth.late:.1f} s"


def _table(head: Sequence[str], *rows: Sequence[str]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _lines(days: Sequence[Day]) -> dict[str, Line]:
    return {
        f"{day.name.partition(',')[0]}{'' if len(day.workers) == 1 else f', {worker}'}": _points(day, worker)
        for day in days
        for worker in day.workers
    }


def _points(day: Day, worker: str) -> list[tuple[float, float]]:
    return [(sample.at / HOUR, sample.memory[worker].itself / MEGABYTE) for sample in day.samples]
