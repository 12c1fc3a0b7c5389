"""Whether a reader makes the same of the same bytes, in this process and in another one.

The other one has another hash seed, so that an order that comes from a set shows.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def digests(reader: str, paths: Sequence[Path]) -> dict[str, str]:
    """A digest of the `Reading` (or of the trouble) that each file comes to; options are the reader's defaults."""
    from watchers.model import Body
    from watchers.readers import find
    from watchers.trouble import Unreadable

    found = find(reader)
    made = {}
    for path in paths:
        try:
            said = found.read(Body(path.read_bytes(), url="https://example.org/x"), found.options()).model_dump_json()
        except Unreadable as trouble:
            said = trouble.record().model_dump_json()
        made[str(path)] = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
    return made


def digests_elsewhere(reader: str, paths: Sequence[Path]) -> dict[str, str]:
    """The same from a process of its own."""
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    done = subprocess.run(
        [sys.executable, __file__, reader],
        input="\n".join(map(str, paths)),
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    print(json.dumps(digests(sys.argv[1], [Path(line) for line in sys.stdin.read().splitlines()])))  # noqa: T201 - its answer
