"""The folder watcher: whatever is dropped into a folder is a document, or a trouble that names the file."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from driving import Drive, drive
from tests.watchers.conformance import keeps_its_promises
from watchers import folder
from watchers.files import LARGEST, shown
from watchers.model import Body, Kind, Pace, Source
from watchers.readers import find
from watchers.trouble import NotFound, Unreadable

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CALL = """Northwind Robotics (NASDAQ: NWR)
Q3 2025 Earnings Conference Call
October 30, 2025

Operator: Welcome.

Ada Byron: We rent arms.

Operator: Our first question comes from the line of Cy Dee with Harbor Research.

Cy Dee: What arms?
"""
POST = "Arms for rent\n\nWe rent arms.\n\nWe keep a share of what they earn.\n"
FIXTURES = Path(__file__).parent / "readers" / "fixtures"


def put(inbox: Path, name: str, content: str | bytes, *, age: timedelta = timedelta(hours=1)) -> Path:
    path = inbox / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    moment = (NOW - age).timestamp()
    os.utime(path, (moment, moment))
    return path


def source(path: Path, kind: str = "folder", holds: Kind | None = None) -> Source:
    return Source(name="inbox", kind=kind, options=folder.Options(path=path, holds=holds))


async def visit(path: Path, after: Drive | None = None, *, now: datetime = NOW, **told: Any) -> Drive:
    return await drive(folder, source(path, **told), now=now, after=after, in_process=True)


def kinds(made: Drive) -> dict[str, str]:
    return {document.key: document.kind for document in made.documents}


def troubles(made: Drive) -> dict[str, str]:
    """Details by file; every one of them says what to do."""
    assert all(trouble.mend for trouble in made.troubles)
    return dict(trouble.detail.split(": ", 1) for trouble in made.troubles)


@pytest.fixture
def inbox(tmp_path) -> Path:
    made = tmp_path / "inbox"
    made.mkdir()
    return made


async def test_conformance(inbox):
    put(inbox, "call.txt", CALL)
    put(inbox, "post.txt", POST)
    put(inbox, "arm.json", (FIXTURES / "calls" / "document.json").read_bytes())
    put(inbox, "noise.txt", bytes(range(256)) * 10)
    await keeps_its_promises(folder, source(inbox), now=NOW)


async def test_each_file_says_what_it_is(inbox):
    put(inbox, "call.txt", CALL)
    put(inbox, "post.txt", POST)
    put(inbox, "interview.txt", "Q: Arms?\nA: Yes.\nQ: Rent?\nA: Yes.\nQ: Why?\nA: Why not.\n")
    put(inbox, "fool.html", (FIXTURES / "turns" / "fool.html").read_bytes())
    put(inbox, "page.htm", f"<html><body><article><h1>Arms</h1><p>{'We rent arms to all who ask. ' * 20}</p></article>")
    for name in ("fmp", "alphavantage", "earningscall", "document"):
        put(inbox, f"{name}.json", (FIXTURES / "calls" / f"{name}.json").read_bytes())
    made = await visit(inbox)
    assert kinds(made) == {
        "call.txt": "transcript",
        "post.txt": "post",
        "interview.txt": "post",
        "fool.html": "transcript",
        "page.htm": "post",
        "fmp.json#NWR@2025-10-30": "transcript",
        "fmp.json#NWR@2020-01-28": "transcript",
        "alphavantage.json": "transcript",
        "earningscall.json": "transcript",
        "northwind-newsroom:arm": "post",
    }
    assert list(troubles(made)) == ["fmp.json"]


async def test_in_a_child_it_is_the_same(inbox):
    put(inbox, "call.txt", CALL)
    put(inbox, "post.txt", POST)
    put(inbox, "fmp.json", (FIXTURES / "calls" / "fmp.json").read_bytes())
    here = await visit(inbox)
    there = await drive(folder, source(inbox), now=NOW)
    assert [step.model_dump_json() for step in there.steps] == [step.model_dump_json() for step in here.steps]


async def test_a_folder_of_transcripts_holds_calls(inbox):
    put(inbox, "short.txt", "Ada Byron: Hello.\nBo Cole: Hello.\n")
    put(inbox, "post.txt", POST)
    assert kinds(await visit(inbox)) == {"short.txt": "post", "post.txt": "post"}
    made = await visit(inbox, kind="transcripts")
    assert kinds(made) == {"short.txt": "transcript"}
    assert troubles(made) == {"post.txt": "no speaker turns found"}


async def test_a_folder_is_looked_at_again_soon_unless_it_says_how_often(inbox):
    made = await visit(inbox)
    assert made.steps[-1].pace == Pace(not_after=folder.LOOK_AGAIN)
    seldom = source(inbox).model_copy(update={"every": timedelta(hours=1)})
    assert (await drive(folder, seldom, now=NOW, in_process=True)).steps[-1].pace is None


async def test_holds_says_it_where_the_files_do_not(inbox):
    put(inbox, "call.txt", CALL)
    assert kinds(await visit(inbox, holds="post")) == {"call.txt": "post"}


async def test_only_what_changed_is_read_again(inbox):
    put(inbox, "call.txt", CALL)
    put(inbox, "post.txt", POST)
    first = await visit(inbox)
    put(inbox, "post.txt", POST + "\nNow in red.\n", age=timedelta(minutes=1))
    second = await visit(inbox, first)
    assert kinds(second) == {"post.txt": "post"}
    assert second.documents[0].passages[-1].text == "Now in red."


async def test_a_file_that_goes_is_forgotten_and_may_come_back(inbox):
    path = put(inbox, "call.txt", CALL)
    first = await visit(inbox)
    path.unlink()
    second = await visit(inbox, first)
    assert (second.documents, second.troubles, second.cursor) == ([], [], {"files": {}})
    put(inbox, "call.txt", CALL)
    assert (await visit(inbox, second)).documents == first.documents


async def test_the_newest_file_is_read_when_it_rests(inbox):
    put(inbox, "call.txt", CALL, age=timedelta(seconds=1.99))
    assert kinds(await visit(inbox)) == {"call.txt": "transcript"}


async def test_a_file_that_is_being_written_waits_for_the_next_visit(inbox, monkeypatch):
    path = put(inbox, "call.txt", CALL[:200], age=timedelta(seconds=1.99))
    put(inbox, "old.txt", POST)
    moment = (NOW - timedelta(seconds=0.5)).timestamp()
    settle = folder._settled

    async def grow(*told: Any) -> Any:
        path.write_text(CALL)
        os.utime(path, (moment, moment))
        return await settle(*told)

    monkeypatch.setattr(folder, "_settled", grow)
    first = await visit(inbox)
    assert kinds(first) == {"old.txt": "post"}, "half a call is no call; others do not wait for it"
    assert not first.troubles
    monkeypatch.undo()
    second = await visit(inbox, first, now=NOW + timedelta(minutes=1))
    assert second.documents[0].passages[-1].text == "What arms?"


async def test_a_file_seen_twice_alike_is_read_whatever_its_clock_says(inbox):
    put(inbox, "call.txt", CALL, age=timedelta(days=-400))
    state = (inbox / "call.txt").stat()
    seen = Drive(cursor={"files": {"call.txt": {"seen": [state.st_size, state.st_mtime_ns]}}})
    began = time.monotonic()
    assert kinds(await visit(inbox, seen)) == {"call.txt": "transcript"}
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("name", "content", "detail"),
    [
        ("empty.txt", b"", "an empty file"),
        ("empty.json", b" \n", "an empty file"),
        ("empty.pdf", b"", "an empty file"),
        ("zeros.txt", b"\x00" * 5000, "an empty file"),
        ("noise.txt", bytes(range(256)) * 100, "no text (binary data, or an encoding that it does not name)"),
        ("picture.html", b"\x89PNG\r\n\x1a\n" + os.urandom(2000), "no text (binary data"),
        ("half.pdf", b"%PDF-1.4\n1 0 obj\n<<", "the PDF is damaged or cut short"),
        ("none.pdf", b"<html><body>Log in</body></html>", "a web page (a log-in, perhaps) where a PDF was expected"),
        ("half.json", b'{"passages": [{"te', "not JSON"),
        ("other.json", b'{"a": 1}', "JSON of an unknown form"),
        ("deep.json", b"[" * 100_000, "not JSON"),
        ("wrong.json", b'{"kind": "tweet", "passages": []}', "the file: Input tag 'tweet'"),
        ("letter.docx", b"PK\x03\x04", "a kind of file that is not read"),
        ("noname", b"words", "a kind of file that is not read"),
    ],
)
async def test_what_cannot_be_read_is_said_once_and_again_when_it_changes(inbox, name, content, detail):
    put(inbox, name, content)
    put(inbox, "post.txt", POST)
    made = await visit(inbox)
    assert kinds(made) == {"post.txt": "post"}
    said = troubles(made)
    assert list(said) == [name]
    assert said[name].startswith(detail)
    again = await visit(inbox, made)
    assert (again.documents, again.troubles) == ([], [])
    put(inbox, name, content + b" ", age=timedelta(minutes=5))
    assert list(troubles(await visit(inbox, again))) == [name]


async def test_a_huge_file_is_not_even_opened(inbox):
    with (inbox / "huge.txt").open("wb") as file:
        file.truncate(LARGEST + 1)
    assert troubles(await visit(inbox, now=datetime.now(UTC) + timedelta(hours=1))) == {
        "huge.txt": "100 MB; files up to 100 MB are read"
    }


async def test_links(inbox, tmp_path):
    secret = put(tmp_path, "secret.txt", POST)
    put(inbox, "real.txt", POST)
    (inbox / "inside.txt").symlink_to("real.txt")
    (inbox / "outside.txt").symlink_to(secret)
    (inbox / "up.txt").symlink_to("../secret.txt")
    (inbox / "nowhere.txt").symlink_to("nothing")
    (inbox / "circle.txt").symlink_to("circle.txt")
    (inbox / "root").symlink_to("/")
    made = await visit(inbox)
    assert set(kinds(made)) == {"real.txt", "inside.txt"}
    said = troubles(made)
    assert {name: said[name] for name in ("outside.txt", "up.txt", "nowhere.txt", "root")} == {
        "outside.txt": "a link that leads out of the folder",
        "up.txt": "a link that leads out of the folder",
        "nowhere.txt": "a link to nothing",
        "root": "a link that leads out of the folder",
    }
    assert "circle.txt" in said
    assert not (await visit(inbox, made)).troubles


async def test_a_folder_may_be_a_link_itself(inbox, tmp_path):
    put(inbox, "post.txt", POST)
    (tmp_path / "link").symlink_to(inbox)
    assert kinds(await visit(tmp_path / "link")) == {"post.txt": "post"}


async def test_what_is_no_file(inbox):
    (inbox / "more").mkdir()
    os.mkfifo(inbox / "pipe.txt")
    made = await visit(inbox, now=datetime.now(UTC) + timedelta(hours=1))
    assert troubles(made) == {"more": "a folder in the folder", "pipe.txt": "no ordinary file"}
    put(inbox / "more", "post.txt", POST)
    assert not (await visit(inbox, made)).troubles, "what happens in it is nobody's business here"


async def test_what_is_hidden_or_not_finished_is_left_alone(inbox):
    for name in (".hidden.txt", "post.txt~", "~$post.txt", "post.txt.part", "call.pdf.crdownload", ".DS_Store"):
        put(inbox, name, POST)
    made = await visit(inbox)
    assert (made.documents, made.troubles, made.cursor) == ([], [], {"files": {}})


@contextmanager
def _not_root() -> Iterator[None]:
    """As a user whom permissions bind."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public_inbox() -> Iterator[Path]:
    """A folder that another user may enter."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


async def test_a_file_that_may_not_be_read_is_a_trouble_until_it_may(public_inbox):
    path = put(public_inbox, "locked.txt", POST)
    put(public_inbox, "open.txt", POST)
    path.chmod(0)
    with _not_root():
        first = await visit(public_inbox)
        second = await visit(public_inbox, first)
    assert kinds(first) == {"open.txt": "post"}
    assert troubles(first) == troubles(second) == {"locked.txt": "Permission denied"}
    path.chmod(0o644)
    with _not_root():
        assert kinds(await visit(public_inbox, second)) == {"locked.txt": "post"}


async def test_a_folder_that_may_not_be_entered(public_inbox):
    public_inbox.chmod(0)
    with _not_root(), pytest.raises(Unreadable, match="Permission denied"):
        await visit(public_inbox)


async def test_a_folder_that_is_not_there(inbox):
    with pytest.raises(NotFound, match="is not there") as caught:
        await visit(inbox / "gone")
    assert caught.value.mend.startswith("Create it: mkdir -p ")
    with pytest.raises(NotFound, match="is a file, not a folder"):
        await visit(put(inbox, "file.txt", POST))


async def test_a_file_that_goes_while_it_is_read(inbox, monkeypatch):
    put(inbox, "post.txt", POST)
    path = put(inbox, "gone.txt", POST)
    listing = folder.listing

    def vanishing(where: Path) -> Any:
        files = listing(where)
        path.unlink()
        return files

    monkeypatch.setattr(folder, "listing", vanishing)
    made = await visit(inbox)
    assert kinds(made) == {"post.txt": "post"}
    assert troubles(made) == {"gone.txt": "No such file or directory"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
async def test_encodings(inbox, encoding):
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    text = CALL.replace("What arms?", "“Café” – 5 €?").replace("\n", "\r\n")
    put(inbox, "call.txt", mark + text.encode(encoding))
    (document,) = (await visit(inbox)).documents
    assert document.passages[-1].text == "“Café” – 5 €?"
    assert document.meta.call_date == "2025-10-30"


async def test_names_of_all_kinds(inbox):
    names = [b"caf\xc3\xa9.txt", b"\xff\xfe.txt", b"two\nlines.txt", b"\x1b[31mred.txt", b"a:b#c?d.txt", b"sp ace.TXT"]
    for name in names:
        put(inbox, os.fsdecode(name), POST)
    made = await keeps_its_promises(folder, source(inbox), now=NOW)
    assert set(kinds(made)) == {
        "café.txt", "\\xff\\xfe.txt", "two\\nlines.txt", "\\x1b[31mred.txt", "a:b#c?d.txt", "sp ace.TXT"
    }  # fmt: skip
    assert json.loads(json.dumps(made.cursor, ensure_ascii=False)) == made.cursor


def test_shown_is_one_printable_line():
    assert shown("\u202etxt.exe") == "\\u202etxt.exe"
    assert shown("ünïcode 報告.txt") == "ünïcode 報告.txt"


async def test_our_own_documents_go_round(inbox):
    """What `try --format json` prints is the same document when it is dropped here, whatever the file is called."""
    text = (FIXTURES / "calls" / "document.json").read_text()
    put(inbox, "a.json", text)
    put(inbox, "all.jsonl", text + text.replace("northwind-newsroom:arm", "northwind-newsroom:leg"))
    made = await visit(inbox)
    assert [document.key for document in made.documents] == [
        "northwind-newsroom:arm", "northwind-newsroom:arm", "northwind-newsroom:leg"
    ]  # fmt: skip
    assert made.documents[0].passages == made.documents[1].passages
    assert made.documents[0].url == "https://northwind.example/arm"


async def test_origin_can_make_each_document_again(inbox):
    put(inbox, "call.txt", CALL)
    put(inbox, "post.txt", POST)
    put(inbox, "arm.json", (FIXTURES / "calls" / "document.json").read_bytes())
    put(inbox, "fmp.json", (FIXTURES / "calls" / "fmp.json").read_bytes())
    for document in (await visit(inbox)).documents:
        reader = find(document.origin.reader)
        name = document.key.partition("#")[0] if document.kind == "transcript" else "post.txt"
        name = "arm.json" if document.key.startswith("northwind") else name
        body = Body((inbox / name).read_bytes(), url=name)
        assert body.hash == document.origin.body
        again = reader.read(body, reader.options.model_validate(document.origin.options)).documents
        assert document.passages in [one.passages for one in again]
        assert document.key in [one.key for one in again]


async def test_a_thousand_files(inbox):
    for number in range(1000):
        put(inbox, f"post-{number:04}.txt", f"Post {number}\n\nWe rent arm number {number}.\n")
    began = time.process_time()
    first = await visit(inbox)
    assert len(kinds(first)) == 1000
    assert len(first.steps) <= folder.MOST_STEPS + 2
    written = sum(len(json.dumps(step.cursor)) for step in first.steps)
    assert written < 60 * len(json.dumps(first.cursor)), "the cursor is not written a thousand times"
    second = await visit(inbox, first)
    assert not second.documents
    assert second.cursor == first.cursor
    assert time.process_time() - began < 10
