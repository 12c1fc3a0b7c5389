from dataclasses import replace

from asking import asking
from bot.left import left_behind
from bot.store import watched_sources


async def test_a_watch_on_what_the_file_has_no_more_is_named_with_its_mend(tmp_path):
    async with asking(tmp_path) as people:
        await people.says("add META price")
        await people.says("add acme-blog")
        watches = await people.watches()
        config = people.desk.config
        given = await people.desk.database.read(watched_sources.listing)
        assert left_behind(config, watches, [source.name for source in given]) == []
        others = [company for company in config.companies if company.ticker != "META"]
        without = replace(config, companies=others, sources=(), rules=())
        first, second = left_behind(without, watches, [])
        assert first.warning
        assert "w1 (META) watches what is not in the file any more: the company META" in str(first)
        assert "/watch remove w1" in str(first)
        assert "the source acme-blog, the rule Revenue sharing" in str(second)
