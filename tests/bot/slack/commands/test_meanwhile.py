"""What becomes of a command where somebody else changes what it is about just before its own change."""

from dataclasses import replace

import pytest

from asking import ANNA, BERT, People, asking
from bot.model import MadeRule
from making import NOW, document


class Meanwhile:
    """A store in which Bert's lines come before the next change."""

    def __init__(self, people: People, *typed: str) -> None:
        self._people, self._typed, self._desk = people, typed, people.desk
        self.read = people.desk.database.read

    async def write(self, work):
        self._people.desk = self._desk
        for typed in self._typed:
            await self._people.says(typed, user=BERT)
            assert self._people.last.in_channel, self._people.last.text
        return await self._desk.database.write(work)


@pytest.fixture
async def people(tmp_path, store_url):
    async with asking(tmp_path, store_url) as people:
        yield people


async def says(people: People, typed: str, *meanwhile: str) -> str:
    people.desk = replace(people.desk, database=Meanwhile(people, *meanwhile))
    return await people.says(typed)


async def made(people: People) -> list[MadeRule]:
    return [watch.made for watch in await people.watches() if watch.made is not None]


async def test_what_two_change_in_a_rule_holds_for_both(people):
    await people.stored(document("They take a fee.", source="acme-blog", published=NOW))
    await people.says("rule Fees fee")
    said = await says(people, "rule Fees severity:high", "rule Fees price facet:paid-access")
    assert f"<@{ANNA}> changed the rule *Fees*: `price`, severity high, facet `paid-access`. (w1)" in said
    assert "would have found" not in said, "what was tried is no longer what it asks for"
    assert "Undo: `/watch rule w1 price severity:normal facet:paid-access anyway`" in said
    assert await made(people) == [MadeRule(query="price", severity="high", facet="paid-access")]


async def test_what_another_did_already_is_no_change(people):
    await people.says("rule Fees fee")
    said = await says(people, "rule Fees severity:high", "rule Fees severity:high")
    assert "is so already: `fee`, severity high. Nothing changed." in said
    assert [by for by, _ in await people.changes("w1")] == [ANNA, BERT]


async def test_a_query_that_was_narrowed_is_not_made_broad_again_by_the_way(people):
    for number in range(10):
        await people.stored(document("They take a fee.", key=f"{number}", source="acme-blog", published=NOW))
    await people.says("rule Fees fee anyway")
    said = await says(people, "rule Fees fee severity:high", "rule Fees price")
    assert "That is nearly everywhere. Nothing changed." in said
    assert await made(people) == [MadeRule(query="price")]


@pytest.mark.parametrize("typed", ["add META rule:Fees", "add AAPL rule:Fees", "add w2 rule:Fees"])
async def test_a_rule_that_was_removed_is_named_by_no_watch(people, typed):
    await people.says("rule Fees fee")
    await people.says("add META price")
    before = await people.watches()
    said = await says(people, typed, "remove w1")
    assert said == "There is no rule *Fees (w1)* any more. Nothing changed. Bring it back first."
    assert await people.watches() == before[1:]


async def test_a_rule_that_was_removed_is_not_named_by_what_comes_back(people):
    await people.says("rule Fees fee")
    for typed in ("add META price", "remove w2"):
        await people.says(typed)
    assert "There is no rule *Fees (w1)* any more." in await says(people, "add w2 rule:Fees", "remove w1")
    assert await people.watches() == []


@pytest.mark.parametrize("meanwhile", [True, False])
async def test_a_rule_does_not_come_back_beside_a_newer_one_of_its_name(people, meanwhile):
    for typed in ("rule Fees fee", "remove w1"):
        await people.says(typed)
    if meanwhile:
        said = await says(people, "add w1", "rule fees price")
    else:
        await people.says("rule fees price")
        said = await people.says("add w1")
    assert said == "There is a rule *fees* already (w2). Nothing changed."
    await people.says("remove w2")
    await people.says("rule Fees cost in #earnings")
    assert "(w1)" in await people.says("add w1")
    assert people.last.in_channel, "that of another channel is no hindrance"


@pytest.mark.parametrize("typed", ["rule Fees fee", "add META price"])
async def test_what_two_bring_back_is_as_it_was(people, typed):
    await people.says(typed)
    [before] = await people.watches()
    await people.says("remove w1")
    assert "Nothing changed." in await says(people, "add w1", "add w1")
    assert await people.watches() == [before]
