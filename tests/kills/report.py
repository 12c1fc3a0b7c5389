"""The last result of the torture, kept in docs/torture.md: a section for each setting, replaced by its next run."""

import re
import subprocess
from datetime import date
from pathlib import Path

from kills.campaign import BOTH, RANDOM, Result
from kills.seams import POINTS

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "torture.md"
HEAD = """# Torture

What `make torture` found when it was last run; it writes this page by itself.

## Kills

The program watches 24 feeds and tells Slack in twenty channels. While news comes in it is killed (SIGKILL) again and
again, at random moments and at named points of its work, and started again. The feeds and the fake Slack (whose history
shows a message only after a while) keep their own logs, and only these are counted:

- **lost**: a sentence that was published, and that a rule asked for, stands nowhere in its channel in the end;
- **doubled**: it stands there more than once;
- **marked**: it was sent again because the channel's history cannot be read (one of the twenty refuses it), and says of
  itself that it may be a repeat.
"""


def write(name: str, result: Result, *, page: Path = PAGE) -> None:
    """Put a result in the place of the last one of that name."""
    text = page.read_text(encoding="utf-8") if page.exists() else HEAD
    section = _section(name, result)
    known = re.compile(rf"^### {re.escape(name)}\n.*?(?=^#|\Z)", re.MULTILINE | re.DOTALL)
    text = known.sub(lambda _: f"{section}\n", text) if known.search(text) else f"{text.rstrip()}\n\n{section}"
    page.write_text(f"{text.rstrip()}\n", encoding="utf-8")


def _section(name: str, result: Result) -> str:
    found = result.found
    about = {
        "date": date.today().isoformat(),  # noqa: DTZ011 - a day for people, where they are
        "commit": commit(),
        "kills": str(result.kills),
        "alerts expected": str(found.expected),
        "lost": str(len(found.lost)),
        "doubled": str(len(set(found.doubled) | set(result.twice))),
        "marked": str(found.marked),
        "seconds": f"{result.seconds:.0f}",
    }
    points = [point for point in (RANDOM, BOTH, *POINTS) if result.by_point[point]]
    rows = [(f"{point}", str(result.by_point[point])) for point in points]
    return "\n".join(
        (
            f"### {name}",
            "",
            _row(about),
            _row(["---"] * len(about)),
            _row(about.values()),
            "",
            _row(("where the kills fell", "kills")),
            _row(("---", "---")),
            *map(_row, rows),
            "",
        )
    )


def _row(cells: object) -> str:
    return f"| {' | '.join(cells)} |"  # type: ignore[arg-type]


def commit() -> str:
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
