"""Answers of EarningsCall's API as its own client recorded them (`api_fixtures` in the data): YAML of one shape."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from loopback import Upstream

_BODY = re.compile(r"^    body: (?P<quote>['\"])(?P<text>.*?)(?P=quote)\n    \w", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Recorded:
    """`path` with what it was asked, but for the key."""

    name: str
    path: str
    query: dict[str, str]
    status: int
    body: bytes


def recorded(path: Path) -> Recorded:
    text = path.read_text()
    body = _BODY.search(text)
    assert body is not None, path
    parts = urlsplit(_field(text, "url"))
    query = {name: value.strip() for name, value in parse_qsl(parts.query) if name != "apikey"}
    content = _scalar(body["text"], body["quote"]).encode()
    return Recorded(path.stem, parts.path, query, int(_field(text, "status")), content)


def every_recorded(data: Path) -> dict[str, Recorded]:
    return {path.stem: recorded(path) for path in sorted((data / "transcripts" / "api_fixtures").glob("*.yaml"))}


def serve(upstream: Upstream, answer: Recorded, **changed: str) -> str:
    """Put an answer where it was recorded; `changed`: other values of its query. Its address, without the query."""
    query = "&".join(f"{name}={value}" for name, value in (answer.query | changed).items())
    upstream.serve(f"{answer.path}?{query}", answer.body, status=answer.status, media_type="text/plain")
    return upstream.url(answer.path)


def _field(text: str, name: str) -> str:
    found = re.search(rf"^    {name}: (.*)$", text, re.MULTILINE)
    assert found is not None, name
    return found[1].strip()


def _scalar(text: str, quote: str) -> str:
    """YAML 1.2, 7.3: a quoted scalar is folded, a line break to a space and an empty line to a line break."""
    folded = re.sub(r"[ \t]*\n((?:[ \t]*\n)*)[ \t]*", lambda found: "\n" * found[1].count("\n") or " ", text)
    return folded.replace("''", "'") if quote == "'" else str(json.loads(f'"{folded}"'))
