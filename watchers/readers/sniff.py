"""What a file holds and which reader it wants: a reader of its own, since the question is asked of untrusted bytes.

What a file is, it says itself: a call has speaker turns, a court's document has the court's stamp, all else is a post.
"""

import json
import re
from typing import Any, Literal

from watchers.model import Body, Frozen, Kind, Reader, Reading
from watchers.readers.html import decode
from watchers.readers.stamps import has_court_stamp
from watchers.readers.turns.layout import Script, script_of
from watchers.readers.turns.lines import is_html, lines_of
from watchers.readers.turns.names import is_generic, is_question_and_answer, looks_like_name
from watchers.trouble import Unreadable

Form = Literal["document-json", "call-json", "turns", "pdf", "page", "text"]
"""A reader, by its name in `watchers.readers.READERS`."""

_TURNS_OF_A_CALL = 4
_OF_A_CALL = re.compile(
    r"\b(?:earnings|results|performance|conference|investor)\b.{0,40}\b(?:call|webcast|transcript|briefing)\b",
    re.IGNORECASE,
)
_JSON_BEGINS = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]])")
"""What JSON begins with; a transcript may begin with "[Music]"."""
_XML_BEGINS = re.compile(r"\s*<\?xml\b")
_STAMPED_LINES = 200
_NOISE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffd]")
_SAMPLE = 100_000
"""Characters by which text is told from noise."""


class Options(Frozen):
    """`kind`: what the file is said to be; None: it must say so itself."""

    kind: Kind | None = None


def read(body: Body, options: Options) -> Reading:
    """`kind` and `form` as facts. Raises `Unreadable` where no reader could make anything of the bytes."""
    where = body.url or "document"
    if not body.content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Unreadable(f"{where}: an empty file", "Put a document into it, or remove it.")
    if is_pdf(body):
        kind = options.kind or _kind_of_text(body)
        return _found(kind, "turns" if kind == "transcript" else "pdf")
    text = decode(body.content, body.charset)
    check_text(text, where)
    if body.media_type == "application/json" or _JSON_BEGINS.match(text):
        return _json(text, where, options.kind)
    html = is_html(body, text)
    if _XML_BEGINS.match(text) and not html:
        raise Unreadable(f"{where}: XML of an unknown form", "Known: RSS and Atom feeds; save others as text or HTML.")
    kind = options.kind or _kind_of_text(body, page=html)
    if kind == "transcript":
        return _found(kind, "turns")
    return _found(kind, "page" if html else "text")


def is_pdf(body: Body) -> bool:
    return b"%PDF-" in body.content[:1024] or body.media_type == "application/pdf"


def check_text(text: str, where: str) -> None:
    """Raises `Unreadable` for bytes that are no text in any encoding: a picture, an archive, a program."""
    sample = text[:_SAMPLE]
    if len(_NOISE.findall(sample)) > len(sample) / 50:
        raise Unreadable(
            f"{where}: no text (binary data, or an encoding that it does not name)",
            "Save it as UTF-8 text, HTML, PDF or JSON.",
        )


def _json(text: str, where: str, kind: Kind | None) -> Reading:
    try:
        value = first_value(text)
    except (ValueError, RecursionError):
        raise Unreadable(f"{where}: not JSON", "Look at the file: it is cut short, or something else.") from None
    if is_our_document(value):
        return _found(kind or value["kind"], "document-json")
    return _found(kind or "transcript", "call-json")


def first_value(text: str) -> Any:
    """The first JSON value of a text: its only one, or that of the first line. Raises ValueError, RecursionError."""
    value, _ = json.JSONDecoder().raw_decode(text.lstrip("\ufeff \t\r\n"))
    return value


def is_our_document(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("passages"), list) and isinstance(value.get("kind"), str)


def _kind_of_text(body: Body, *, page: bool = False) -> Kind:
    lines = lines_of(body)
    stamped = any(has_court_stamp(line.text) for line in lines[:_STAMPED_LINES])
    if _is_call(script_of(lines), suspect=page or stamped):
        return "transcript"
    return "docket-entry" if stamped else "post"


def _is_call(script: Script, *, suspect: bool) -> bool:
    """Menus of a page, counsel's telephones and the heads of a mail look like turns: a call shows that it is one.

    `suspect`: names alone are not enough. "By John Roe" and "TERMINATED" head lines of pages and briefs.
    """
    spoken = sum(len(turn.text) for turn in script.turns)
    if len(script.turns) < 2 or spoken <= script.unsaid:
        return False
    speakers = {turn.speaker or "" for turn in script.turns}
    if all(map(is_question_and_answer, speakers)):
        return False  # an interview, a list of frequent questions
    opening = [line.text for line in script.above[-20:]] + [turn.text[:2000] for turn in script.turns[:2]]
    if any(_OF_A_CALL.search(text) for text in opening):
        return True
    if len(script.turns) < _TURNS_OF_A_CALL:
        return False
    named = sum(map(looks_like_name, speakers)) >= 2
    return any(map(is_generic, speakers)) or (named and not suspect)


def _found(kind: str, form: Form) -> Reading:
    return Reading(facts={"kind": kind, "form": form})


READER = Reader(name="watchers.readers.sniff", version=2, read=read, options=Options)
