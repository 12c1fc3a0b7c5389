"""EarningsCall's answers: those that its client recorded, and what a hostile one may say."""

import json
import re

import pytest

from recorded import every_recorded
from watchers.model import Body, Document
from watchers.readers import earningscall
from watchers.readers.earningscall import LONGEST_PART, Options
from watchers.trouble import Unreadable

AAPL = Options(exchange="NASDAQ", symbol="AAPL")


def read(answer: object, options: Options = AAPL) -> Document:
    content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    (document,) = earningscall.read(Body(content, url="https://api.example/transcript"), options).documents
    return document


def spoken(document: Document) -> list[str]:
    return [passage.text for passage in document.passages if passage.section != "title"]


def test_every_recorded_transcript_is_read_and_says_the_same_at_every_level(data):
    answers = every_recorded(data)
    calls = {
        name: read(answer.body)
        for name, answer in answers.items()
        if answer.path == "/transcript" and answer.status == 200
    }
    assert len(calls) == 5
    two, three, four = (calls[f"aapl-q1-2022-advanced-data-level-{level}"] for level in (2, 3, 4))
    assert two == three, "words with their times are the same words"
    assert {call.key for call in (two, three, four)} == {"earningscall:NASDAQ:AAPL:2022-01-27"}
    assert re.sub(r"\s+", " ", " ".join(spoken(two))) == re.sub(r"\s+", " ", " ".join(spoken(four)))
    assert {passage.section for passage in four.passages} == {"title", "prepared", "qa"}
    level_one = calls["msft-transcript-response"]
    assert " ".join(spoken(level_one)) == " ".join(json.loads(answers["msft-transcript-response"].body)["text"].split())
    assert {passage.speaker for passage in level_one.passages} == {None}


def test_the_rest_of_what_was_recorded_is_a_trouble_or_the_events(data):
    for answer in every_recorded(data).values():
        body = Body(answer.body, url=answer.path)
        if answer.path == "/events":
            assert len(earningscall.read(body, AAPL).facts["events"]) == 20
        elif not (answer.path == "/transcript" and answer.status == 200):
            with pytest.raises(Unreadable):
                earningscall.read(body, AAPL)


def test_the_operators_words_are_the_operators_whoever_is_named(data):
    """In this answer the operator's words carry the IR director's name, and the director's the operator's."""
    answer = every_recorded(data)["aapl-q1-2022-speaker-name-map-v2"]
    raw = json.loads(answer.body)
    call = read(answer.body)
    turns = [passage for passage in call.passages if passage.section != "title"]
    assert [
        (p.speaker, p.role) for p, one in zip(turns, raw["speakers"], strict=True) if one["speaker"] == "spk12"
    ] == [("Operator", "operator")] * sum(one["speaker"] == "spk12" for one in raw["speakers"])
    director = [p for p, one in zip(turns, raw["speakers"], strict=True) if one["speaker"] == "spk07"]
    assert {(p.speaker, p.role) for p in director} == {("Teja Skala", "executive")}
    assert [p.section for p in turns] == ["prepared"] * 5 + ["qa"] * 63
    assert {p.speaker for p in turns if p.role == "executive"} == {"Teja Skala", "Tim Cook", "Luca Maestri"}
    assert {p.title for p in turns if p.role == "analyst"} == {
        value["title"] for value in raw["speaker_name_map_v2"].values() if "Analyst" in (value["title"] or "")
    }


def test_the_words_say_which_quarter_it_is():
    said = "Welcome to the Northwind fourth quarter 2019 earnings call."
    event = {"year": 2020, "quarter": 4, "conference_date": "2020-01-28T17:00:00-05:00"}
    call = read({"event": event, "speakers": [{"speaker": {"name": "A B"}, "text": said}]})
    assert (call.meta.quarter, call.meta.year) == (4, 2019)
    assert call.title == "AAPL Q4 2019 earnings call"
    assert call.url == "https://earningscall.biz/e/nasdaq/s/aapl/y/2020/q/q4", "its page goes by the provider's label"
    assert call.published.isoformat() == "2020-01-28T22:00:00+00:00"


def test_questions_may_be_missing_at_level_four():
    call = read({"event": {}, "prepared_remarks": "We sell arms. They are good."})
    assert [(p.text, p.section) for p in call.passages[1:]] == [("We sell arms. They are good.", "prepared")]


def test_running_text_that_grows_keeps_its_first_parts():
    """A text that is still being heard: what was there is not new when more comes."""
    sentences = [f"This is sentence {number} of a call. " for number in range(200)]
    half, whole = ("".join(sentences[:count]) for count in (90, 200))
    first, second = spoken(read({"text": half})), spoken(read({"text": whole}))
    assert first[:-1] == second[: len(first) - 1]
    assert max(map(len, second)) < LONGEST_PART + 50
    assert " ".join(second) == whole.strip()


def test_control_characters_do_not_shift_the_cuts():
    text = "A\x00\x01 sentence\x07. " * 100
    assert " ".join(spoken(read({"text": text}))) == ("A sentence. " * 100).strip()


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        {"year": "2022", "quarter": "Q1", "conference_date": 5},
        {"year": True, "quarter": 9, "conference_date": "soon"},
        {"conference_date": "2022-01-27T14:00:00"},
        {"year": 10**30, "quarter": -1},
    ],
)
def test_nonsense_about_the_event_is_left_out(event):
    call = read({"event": event, "text": "Words."})
    assert call.meta.quarter is call.meta.year is call.published is call.url is None


@pytest.mark.parametrize(
    "speakers",
    [
        [{"speaker": 5, "text": "Words."}],
        [{"speaker": {"name": ["A"], "title": {}}, "text": "Words."}],
        [{"text": "Words."}, "B", None],
        [{"words": ["Words.", 5, None]}],
        [{"speaker": "spk01", "text": "Words."}, {"speaker": "spk02", "words": "no list"}],
    ],
)
def test_nonsense_about_speakers_is_left_out(speakers):
    assert spoken(read({"speakers": speakers})) == ["Words."]


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"{", b'{"speakers":[]}', b'{"text":""}', b"[" * 99_999, b"\xff"]
)
def test_no_transcript_is_a_trouble(content):
    with pytest.raises(Unreadable, match=r"^https://api\.example/transcript: "):
        read(content)
