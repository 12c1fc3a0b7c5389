"""What `/watch show`, `list`, `status` and `test` tell of what was found, judged and broken."""

from datetime import timedelta

import pytest

from asking import ANNA, BERT, SOURCES, asking
from bot.model import Alert
from bot.store import agenda, judgements
from making import NOW, document, match
from watchers.model import CallMeta, Passage, PostMeta
from watchers.trouble import Blocked

PRICE = "They pay a price for every call."
LATER = NOW + timedelta(hours=2)


@pytest.fixture
async def people(tmp_path, store_url):
    async with asking(tmp_path, store_url) as people:
        yield people


def call(key: str, **about):
    return document(PRICE, key=key, source="meta-calls", **({"company": "META"} | about))


async def found(people, key: str, rule: str = "price", **about) -> None:
    made = call(key, **about)
    await people.stored(made, match(made, "price", rule=rule, facet=None))


async def test_matches_are_counted_where_the_watch_listens(people):
    await people.says("add META price")
    await found(people, "a")
    await found(people, "b")
    await found(people, "c", company="AAPL")
    await found(people, "d", rule="fee")
    people.clock.now = LATER
    assert "2 matches, the last 2 h ago." in await people.says("show META")
    assert "last match 2 h ago" in await people.says("list")
    await people.says("mute META 1h")
    await found(people, "e")
    assert "3 matches, the last 0 s ago. 1 of them while it is muted: kept, not told." in await people.says("show META")


BOUNDED = """
[[rule]]
name = "What is said"
query = "price"
channel = "#general"
{bound}
"""


@pytest.mark.parametrize("bound", ['speakers = ["Ann"]', 'sections = ["qa"]', 'languages = ["en"]', 'kinds = ["post"]'])
async def test_matches_outside_the_bounds_of_a_watch_are_not_its_own(tmp_path, store_url, bound: str):
    async with asking(tmp_path, store_url, sources=(*SOURCES, BOUNDED.format(bound=bound))) as people:
        inside = Passage(text=PRICE, speaker="Ann Lee", section="qa")
        outside = Passage(text=PRICE, speaker="Bo", section="prepared")
        other = CallMeta() if "kinds" in bound else PostMeta()
        for key, passage, language, meta in (("in", inside, "en-GB", PostMeta()), ("out", outside, "de", other)):
            made = document(key=key, source="meta-calls", language=language, meta=meta)
            made = made.model_copy(update={"passages": (passage,)})
            await people.stored(made, match(made, "price", rule="What is said", facet=None))
        assert "1 match, the last 0 s ago." in await people.says('show "What is said"')
        assert "last match 0 s ago" in await people.says("list")


async def judged(people, alert: Alert, verdict) -> None:
    await people.desk.database.write(lambda conn: judgements.judge(conn, alert, user=ANNA, verdict=verdict, now=NOW))


async def test_what_people_said_of_its_alerts_is_shown_as_its_precision(people):
    await people.says("add META price, fee")
    told = {"severity": "normal", "facets": (), "company": "META", "kind": "post", "source": "meta-calls"}
    quote = {"rule": "price", "facet": None, "severity": "normal", "text": PRICE, "speaker": None, "role": "unknown"}
    quote |= {"section": None, "side": "own", "page": None, "passage": 0, "start": 0, "end": 4, "text_start": 0}
    for number, verdict in enumerate(("relevant", "not-relevant", "relevant", "relevant")):
        alert = Alert.model_validate(
            {**told, "id": str(number), "title": "", "url": None, "published": None, "quotes": [quote], "channel": "C1"}
        )
        await judged(people, alert, verdict)
    said = await people.says("show META")
    assert "`price`: 3 of 4 judged alerts were relevant (75 %)." in said
    assert "`fee`:" not in said


async def test_status_names_what_does_not_work_and_no_source_that_people_gave(people):
    claim = await people.desk.database.write(
        lambda conn: agenda.claim(conn, "acme-blog", now=NOW, lease=timedelta(minutes=1))
    )
    trouble = Blocked("acme.example: 403").record()
    await people.desk.database.write(
        lambda conn: agenda.settle(conn, claim, now=NOW, next_visit=LATER, trouble=trouble, validators={})
    )
    people.clock.now = NOW + timedelta(seconds=40)
    said = await people.says("status", user=BERT)
    assert said.startswith(":white_check_mark: 5 sources, last poll 40 s ago · :warning: 1 failing: acme-blog (blocked")
    assert said.endswith(" · 0 alerts waiting")


async def test_a_preview_shows_the_newest_words_and_changes_nothing(people):
    for number in range(8):
        await people.stored(call(f"{number}", title=f"Call {number}", published=NOW - timedelta(days=number)))
    await people.stored(call("other", company="AAPL"))
    said = await people.says("test META price")
    assert "*META* for `price`: 8 matches in 8 of the 8 newest stored documents." in said
    assert [f"Call {number}" in said for number in range(8)] == [True] * 5 + [False] * 3
    assert "2026-11-24 Call 0" in said
    assert await people.watches() == []
    assert people.slack.workspace.messages == []


async def test_documents_can_neither_ping_link_nor_leave_their_block(people):
    hostile = "A price ``` <!channel> <https://evil.example|here> *bold*"
    made = document(hostile, key="h", source="meta-calls", company="META", title="<!here> ```")
    await people.stored(made)
    said = await people.says("test META price")
    assert said.count("```") == 2
    assert "<!" not in said
    assert "<https" not in said
