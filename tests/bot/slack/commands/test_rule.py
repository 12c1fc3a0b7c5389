"""Rules that people make in Slack: by name, previewed, named by other watches, and a private channel's own."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asking import ANNA, BERT, asking
from bot.model import MadeRule, Watch
from bot.slack.commands.grammar import line
from bot.slack.commands.rule import ANYWAY, read
from bot.store import watched_sources
from making import NOW, document, source
from rules.query import canonical, parse

FEE = "They take a fee for every answer that it gives."
NO = "Nothing that anybody asked for."


@pytest.fixture
async def people(tmp_path, store_url):
    async with asking(tmp_path, store_url) as people:
        yield people


def page(number: int, text: str, **about):
    usual = {"key": f"{number}", "title": f"Page {number}", "source": "acme-blog"}
    return document(text, **(usual | {"published": NOW - timedelta(days=20 * number)} | about))


async def stored(people, *texts: str) -> None:
    """The first one is the newest."""
    for number, text in enumerate(texts):
        await people.stored(page(number, text))


async def made(people) -> list[Watch]:
    return [watch for watch in await people.watches() if watch.made is not None]


def undoing(said: str) -> str:
    return said.partition("Undo: `/watch ")[2].partition("`")[0].replace("&gt;", ">").replace("&lt;", "<")


async def test_a_rule_is_made_with_what_it_would_have_found(people):
    await people.says("add acme-blog answer")
    await stored(people, FEE, "Another fee.", *[NO] * 7, "The oldest fee of all.")
    said = await people.says("rule Fees fee severity:high facet:paid-access anyway")
    assert f"<@{ANNA}> made the rule *Fees*, told here: `fee`, severity high, facet `paid-access`. (w2)" in said
    assert "3 matches in 3 of the 10 newest stored documents (2026-05: 1, 2026-11: 2)." in said
    assert "2 of them in sentences that no rule finds yet; found too: *answer* 1." in said
    assert said.index("Page 0") < said.index("Page 1") < said.index("Page 9")
    [watch] = await made(people)
    assert (watch.target, watch.rules, watch.owner, watch.private) == ("Fees", ("Fees (w2)",), ANNA, False)
    assert watch.made == MadeRule(query="fee", facet="paid-access", severity="high")
    await people.says(undoing(said))
    assert await made(people) == []


async def test_what_would_be_found_nearly_everywhere_wants_a_second_word(people):
    await stored(people, *[FEE] * 3, *[NO] * 7)
    said = await people.says("rule Fees fee")
    assert "3 matches in 3 of the 10" in said
    assert "That is nearly everywhere. Nothing changed. Narrow it, or add `anyway`." in said
    assert not people.last.in_channel
    assert await made(people) == []
    assert "made the rule" in await people.says("rule Fees fee anyway")


async def test_whoever_asks_does_not_wait_for_ever(people):
    await stored(people, *[FEE] * 60)
    clock = people.clock

    def passing():
        clock.now += timedelta(seconds=15)
        return clock.now

    desk = people.desk
    people.desk = replace(desk, clock=passing)
    said = await people.says("rule Fees fee anyway")
    assert "50 matches in 50 of the 50 newest stored documents" in said


async def test_a_change_says_what_it_finds_now_and_how_to_undo_it(people):
    await people.says('rule "Fees of theirs" "a fee", price /s amount>1B -music severity:low')
    first = await made(people)
    said = await people.says("rule w1 price facet:paid-access", user=BERT)
    assert f"<@{BERT}> changed the rule *Fees of theirs*: `price`, severity low, facet `paid-access`. (w1)" in said
    assert [watch.made for watch in await made(people)] == [
        MadeRule(query="price", facet="paid-access", severity="low")
    ]
    assert "is so already" in await people.says('rule "fees of THEIRS" price')
    await people.says(undoing(said))
    assert await made(people) == first
    assert [by for by, _ in await people.changes("w1")] == [ANNA, BERT, ANNA]


async def test_a_rule_may_be_changed_in_part(people):
    await people.says("rule Fees fee severity:high")
    await people.says("rule Fees severity:low")
    await people.says("rule Fees facet:paid-access")
    [watch] = await made(people)
    assert watch.made == MadeRule(query="fee", facet="paid-access", severity="low")


@pytest.mark.parametrize("said_again", ["", " anyway"])
async def test_what_was_made_broad_may_be_changed_in_part(people, said_again):
    await stored(people, *[FEE] * 3, *[NO] * 7)
    await people.says("rule Fees fee anyway")
    assert "changed the rule *Fees*: `fee`, severity low." in await people.says(f"rule Fees severity:low{said_again}")
    [watch] = await made(people)
    assert watch.made == MadeRule(query="fee", severity="low")
    assert "That is nearly everywhere. Nothing changed." in await people.says("rule Fees answer severity:high")
    assert await made(people) == [watch]


PLACES = st.sampled_from(
    ["a", "licens*", "root!", '"a b"', '="C d"', '"a b c"~4', '"x, y"', "权", "1,000",
     '"in #general"', '"rule:w7"', "anyway"]
)  # fmt: skip
NEARBY = st.sampled_from(["NEAR/3", "PRE/2", "/s", "/p", "EXCEPT"])
FIELDS = st.sampled_from(
    ['speaker:"Li, Susan"', "company:a,b", "kind:post", "item:2.02", "title:(a OR b)", "NOT rule",
     "amount>=1.5B", "percent:5..7"]
)  # fmt: skip
FINDS = st.recursive(
    PLACES | st.tuples(PLACES, NEARBY, PLACES).map(" ".join),
    lambda part: st.tuples(part, st.sampled_from(["AND", "OR", "NOT"]), part).map(lambda found: f"({' '.join(found)})"),
    max_leaves=5,
)
QUERIES = st.tuples(FINDS, st.just("AND"), FIELDS).map(" ".join) | FINDS


@given(QUERIES)
def test_a_query_that_is_typed_again_is_the_same(text):
    query = canonical(parse(text))
    again = read(line(f"w1 {query} severity:high facet:none {ANYWAY}"))
    assert (again.query, again.severity, again.facet, again.anyway) == (query, "high", "none", True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rule", "Tell me its name and what it asks for"),
        ("rule Fees", "Tell me what it asks for"),
        ("rule Fees anyway", "Tell me what it asks for"),
        ("rule Fees -music", "only something to leave out"),
        ("rule Fees fee severity:urgent", "`urgent` is no severity"),
        ("rule Fees fee facet:paid/access", "`paid/access` is no facet"),
        ("rule Fees fee severity:", "Nothing follows `severity:`"),
        ("rule Fees (fee OR", "I can't read this"),
        ("rule Fees amount>1B", "a figure alone is too broad"),
        (f"rule Fees {'fee ' * 200}", "longer than 500 characters"),
        ("rule w7 fee", "*w7* is no name for a rule"),
        ('rule "…" fee', "is no name for a rule"),
        (f"rule {'x' * 61} fee", "is no name for a rule"),
        ("rule Meta fee", "*Meta* is the name of a company or source"),
        ("add META rule:Fees", "There is no rule *Fees* here"),
        ('add META rule:"Revenue shoring"', 'Did you mean `rule:"revenue sharing"`?'),
    ],
)
async def test_what_cannot_be_meant_is_refused(people, text, said):
    assert said in await people.says(text)
    assert not people.last.in_channel
    assert await people.watches() == []


async def test_other_watches_name_a_rule_and_hear_what_becomes_of_it(people):
    await people.says("rule Fees fee")
    said = await people.says("add META rule:fees, price")
    assert "for *Fees (w1)*, `price`. (w2)" in said
    assert "*Fees* is asked for by *w2* too. Nothing changed. First `/watch remove w2 rule:w1`." in await people.says(
        "remove Fees"
    )
    said = await people.says("remove w2 rule:w1")
    assert 'Undo: `/watch add w2 rule:"Fees (w1)"`' in said
    await people.says(undoing(said))
    assert (await people.watches())[1].rules == ("Fees (w1)", "price")
    for typed in ("remove w2", "remove w1"):
        await people.says(typed)
    assert "*w1* was removed: The rule *Fees* here: `fee`. It comes back with" in await people.says("show w1")
    assert "There is no rule *Fees (w1)* any more" in await people.says("add w2")
    for typed in ("add w1", "add w2"):
        await people.says(typed)
    assert [watch.name for watch in await people.watches()] == ["w1", "w2"]


async def test_keywords_are_none_of_a_rule(people):
    await people.says("rule Fees fee")
    for typed in ("add w1 price", "add w1", "remove w1 fee"):
        assert "is a rule. Nothing changed. Change it by `/watch rule w1 QUERY`" in await people.says(typed)


async def test_a_rule_of_a_private_channel_is_its_own(people):
    await stored(people, FEE)
    await people.says("rule Fees fee", channel="secret")
    await people.says("rule Fees price")
    private, public = await made(people)
    assert (private.own_rule, private.private) == ("Fees (w1)", True)
    assert (public.own_rule, public.private) == ("Fees (w2)", False)
    for typed in ("rule w1 price", "add META rule:w1", "show w1", "test META rule:w1"):
        assert "w1" in await people.says(typed)
        assert "no" in people.last.text.split(".")[0], people.last.text
    # What a private channel asks for is not told by the way.
    assert "fee" not in await people.says("list all")
    assert "no rule finds yet." in await people.says("rule Gives give anyway")
    assert "found too: *Fees (w1)* 1" in await people.says("rule Takes take anyway", channel="secret")
    # Nor does its watch depend on what others may take away.
    assert "There is no rule *w2* here" in await people.says("add META rule:w2", channel="secret")
    assert "for *Fees (w1)*" in await people.says("add META rule:fees", channel="secret")


@pytest.mark.parametrize("channel", ["secret", "earnings"])
async def test_by_its_name_a_rule_is_changed_in_its_own_channel_alone(people, channel):
    await people.says("rule Fees fee")
    said = await people.says('rule Fees "project x"', channel=channel)
    assert 'made the rule *Fees*, told here: `"project x"`. (w2)' in said
    public, own = await made(people)
    assert (public.made, own.channel) == (MadeRule(query="fee"), people.id_of(channel))
    assert len(await people.changes("w1")) == 1


async def test_from_a_private_channel_no_public_rule_is_changed(people):
    await people.says("rule Fees fee")
    said = await people.says('rule w1 "project x"', channel="secret")
    assert said == f"*w1* is told in <#{people.id_of('general')}>. Nothing changed. Change it there."
    assert not people.last.in_channel
    assert "project x" not in await people.says("show w1")
    [public] = await made(people)
    assert public.made == MadeRule(query="fee")


async def test_who_changes_a_rule_of_another_channel_is_told_where_it_shows(people):
    await people.says("rule Fees fee")
    where = people.id_of("general")
    said = await people.says("rule w1 price", channel="earnings")
    assert f"changed the rule *Fees*, told in <#{where}>: `price`. (w1)" in said
    assert "changed the rule *Fees*: `cost`. (w1)" in await people.says("rule fees cost")


async def test_how_a_private_rule_is_written_shows_nowhere_else(people):
    await people.says('rule "Project X" fee', channel="secret")
    assert "Project X" not in await people.says("show project x")


async def test_what_only_some_hear_of_is_not_shown_to_others(people):
    await people.desk.database.write(lambda conn: watched_sources.add(conn, source("given"), by=ANNA, now=NOW))
    await people.stored(page(1, FEE, source="given"))
    await people.says("rule Prices price")
    for typed in ("rule Fees fee", "test w1 fee"):
        said = await people.says(typed)
        assert FEE not in said
        assert "othing" in said


async def test_a_rule_is_tried_where_a_watch_would_listen(people):
    await people.says("rule Fees fee")
    await people.stored(page(1, FEE, source="meta-calls", company="META"))
    await people.stored(page(2, FEE))
    assert "*META* for *Fees (w1)*: 1 match in 1 of the 1 newest stored documents" in await people.says(
        "test META rule:Fees"
    )
    assert "2 matches in 2 of the 2" in await people.says("test Fees")


async def test_a_rule_can_be_told_in_another_channel(people):
    assert "told in <#" in await people.says("rule Fees fee in #earnings")
    [watch] = await made(people)
    assert watch.channel == people.id_of("earnings")
    assert "stays where it is" in await people.says("rule w1 price in #general")
