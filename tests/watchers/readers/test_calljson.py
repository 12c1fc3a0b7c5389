"""Calls in providers' JSON, saved as files: a document in each true form, and what it must become beside it."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchers.model import Body, Reading
from watchers.readers import calljson, turns
from watchers.trouble import Unreadable

FIXTURES = Path(__file__).parent / "fixtures" / "calls"


def read(content: bytes | str, name: str = "calls.json") -> Reading:
    body = Body(content.encode() if isinstance(content, str) else content, url=name, media_type="application/json")
    return calljson.read(body, turns.Options(key=name))


@pytest.mark.parametrize("name", ["fmp.json", "alphavantage.json", "earningscall.json", "earningscall_older.json"])
def test_provider(name):
    expected = json.loads((FIXTURES / f"{name}.expected.json").read_text())
    said = read((FIXTURES / name).read_bytes(), name).model_dump(mode="json", exclude_none=True)
    assert said["documents"] == expected["documents"]
    assert said["troubles"] == expected["troubles"]


def test_the_calls_own_words_win_over_the_providers_label():
    """The provider calls it Q4 2020; it was held in January 2020, about the last quarter of 2019."""
    call = read((FIXTURES / "fmp.json").read_bytes()).documents[1]
    assert (call.meta.quarter, call.meta.year) == (4, 2019)
    assert call.meta.call_date == "2020-01-28"


def test_a_call_keeps_its_key_wherever_it_stands_in_the_list():
    calls = json.loads((FIXTURES / "fmp.json").read_text())[:2]
    both = {document.key for document in read(json.dumps(calls)).documents}
    turned = {document.key for document in read(json.dumps(calls[::-1])).documents}
    alone = {document.key for document in read(json.dumps(calls[:1])).documents}
    assert both == turned
    assert alone < both


def test_the_same_day_twice_is_told_apart():
    call = json.loads((FIXTURES / "fmp.json").read_text())[0]
    keys = [document.key for document in read(json.dumps([call, call])).documents]
    assert len(set(keys)) == 2


def test_one_bad_call_of_many_is_a_trouble_and_the_others_are_read():
    reading = read((FIXTURES / "fmp.json").read_bytes())
    assert len(reading.documents) == 2
    assert [trouble.kind for trouble in reading.troubles] == ["unreadable"]
    assert reading.troubles[0].detail.startswith("calls.json: ")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        "null",
        "3",
        '"text"',
        "[" * 100_000,
        '[{"content": 5}]',
        '[{"content": "Just prose."}]',
        '{"transcript": []}',
        '{"transcript": [5, {"speaker": 1, "content": 2}]}',
        '{"speakers": []}',
        '{"text": ""}',
        '[{"symbol": "A", "exchange": "B"}]',
        '{"Information": "We have detected your API key as SECRETKEY and our standard limit is 25 a day."}',
        '{"Note": "slower"}',
    ],
)
def test_whatever_else_comes_is_a_trouble_that_names_the_file(content):
    with pytest.raises(Unreadable, match=r"^calls\.json: ") as caught:
        read(content)
    assert caught.value.mend
    assert "SECRETKEY" not in caught.value.detail + caught.value.mend


def test_byte_order_mark_and_utf_16():
    text = (FIXTURES / "alphavantage.json").read_text()
    assert read(text.encode("utf-8-sig")) == read(text) == read(text.encode("utf-16"))


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=30)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
answers = st.one_of(
    st.lists(
        st.fixed_dictionaries(
            {"content": st.one_of(json_values, st.just("Ada Byron: One.\nOperator: Two."))},
            optional=dict.fromkeys(("symbol", "period", "quarter", "year", "fiscalYear", "date"), json_values),
        ),
        max_size=3,
    ),
    st.fixed_dictionaries(
        {
            "transcript": st.lists(
                st.fixed_dictionaries({}, optional=dict.fromkeys(("speaker", "title", "content"), json_values)),
                max_size=5,
            )
        },
        optional={"symbol": json_values, "quarter": json_values},
    ),
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("event", "speakers", "text", "prepared_remarks", "speaker_name_map_v2"), json_values),
    ),
    st.fixed_dictionaries(
        {
            "speakers": st.lists(
                st.fixed_dictionaries({}, optional=dict.fromkeys(("speaker", "text", "words"), json_values)),
                max_size=4,
            ),
            "event": st.fixed_dictionaries(
                {}, optional=dict.fromkeys(("year", "quarter", "conference_date"), json_values)
            ),
        }
    ),
    json_values,
)


@settings(max_examples=150, deadline=None)
@given(answers)
def test_any_json_gives_calls_or_a_trouble(answer):
    try:
        reading = read(json.dumps(answer))
    except Unreadable:
        return
    assert reading.documents
    assert Reading.model_validate_json(reading.model_dump_json()) == reading
