"""Our own documents, as `try --format json` prints them, read back."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchers.model import Body, CallMeta, Document, EntryMeta, FilingMeta, Passage, PostMeta, Reading
from watchers.readers import documentjson
from watchers.trouble import Unreadable

FIXTURE = Path(__file__).parent / "fixtures" / "calls" / "document.json"


def read(content: bytes | str, key: str | None = "file.json") -> Reading:
    body = Body(content.encode() if isinstance(content, str) else content, url="file.json")
    return documentjson.read(body, documentjson.Options(key=key))


def as_printed(document: Document) -> dict[str, object]:
    """The contract's object, as the command line prints it."""
    said = document.model_dump(mode="json")
    wanted = ("key", "source", "url", "title", "published", "company", "language", "passages")
    meta = {name: value for name, value in said["meta"].items() if name != "kind"}
    return {name: said[name] for name in wanted} | {"kind": document.kind, "meta": meta, "matches": []}


def test_what_try_prints_is_read_back():
    (document,) = read(FIXTURE.read_bytes()).documents
    assert as_printed(document) | {"source": "newsroom"} == json.loads(FIXTURE.read_text()) | {"matches": []}


words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=40)
metas = st.one_of(
    st.builds(PostMeta, author=st.none() | words),
    st.builds(CallMeta, quarter=st.none() | st.integers(1, 4), year=st.none() | st.integers(1990, 2100)),
    st.builds(EntryMeta, docket_number=st.none() | words, entry_number=st.none() | st.integers(1, 999)),
    st.builds(FilingMeta, items=st.lists(words, max_size=3).map(tuple)),
)
passages = st.builds(
    Passage,
    text=words,
    speaker=st.none() | words,
    role=st.sampled_from(["executive", "analyst", "operator", "unknown"]),
    section=st.sampled_from([None, "prepared", "qa"]),
    page=st.none() | st.integers(1, 500),
)


@settings(max_examples=100, deadline=None)
@given(
    st.builds(
        Document,
        key=words.filter(bool),
        url=st.none() | st.just("https://example.com/x?y=1#z"),
        title=words,
        published=st.none() | st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
        company=st.none() | words,
        language=st.none() | st.just("ms"),
        meta=metas,
        passages=st.lists(passages, max_size=4).map(tuple),
    )
)
def test_any_document_survives_the_way_out_and_in(document):
    (again,) = read(json.dumps(as_printed(document))).documents
    assert as_printed(again) == as_printed(document)
    assert read(json.dumps(as_printed(document), ensure_ascii=False, indent=1)).documents == (again,)


def test_a_document_a_line():
    one = FIXTURE.read_text().strip()
    two = one.replace("northwind-newsroom:arm", "northwind-newsroom:leg").replace("The arm", "The leg")
    reading = read(f"{one}\n\n{two}\n")
    assert [document.key for document in reading.documents] == ["northwind-newsroom:arm", "northwind-newsroom:leg"]


def test_a_bad_line_is_a_trouble_and_the_others_are_read():
    reading = read(FIXTURE.read_text() + '{"kind": "post"}\n{"half')
    assert len(reading.documents) == 1
    assert [trouble.detail.split(":")[0] for trouble in reading.troubles] == ["file.json, line 2", "file.json, line 3"]


def test_the_same_document_twice_in_a_file_is_one():
    (document,) = read(FIXTURE.read_text() + FIXTURE.read_text().replace("for rent", "for sale")).documents
    assert document.title == "The arm is for sale"


def test_without_a_key_the_file_is_the_document():
    given_ = {name: value for name, value in json.loads(FIXTURE.read_text()).items() if name != "key"}
    assert [d.key for d in read(json.dumps(given_)).documents] == ["file.json"]
    assert [d.key for d in read("\n".join([json.dumps(given_)] * 2)).documents] == ["file.json#1", "file.json#2"]


def test_a_link_that_is_none_is_left_out():
    text = FIXTURE.read_text().replace("https://northwind.example/arm", "javascript:alert(1)")
    assert read(text).documents[0].url is None


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"passages": None}, "passages"),
        ({"passages": [{"speaker": "A"}]}, "passages.0.text"),
        ({"passages": [{"text": "A", "role": "king"}]}, "passages.0.role"),
        ({"kind": "tweet"}, "tweet"),
        ({"published": "yesterday"}, "published"),
        ({"published": "2025-01-01T00:00:00"}, "published"),
        ({"meta": {"colour": "red"}}, "colour"),
        ({"key": "k" * 2000}, "key"),
    ],
)
def test_what_does_not_fit_is_named(change, place):
    with pytest.raises(Unreadable, match=r"^file\.json: ") as caught:
        read(json.dumps(json.loads(FIXTURE.read_text()) | change))
    assert place in caught.value.detail
    assert caught.value.mend == "Write it as `try --format json` does."


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe\x00", b"[" * 100_000, b'{"passages": []}'])
def test_whatever_else_comes_is_a_trouble(content):
    with pytest.raises(Unreadable, match=r"^file\.json: "):
        read(content)
