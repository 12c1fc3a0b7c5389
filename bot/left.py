"""Watches that people made on what the configuration has no more."""

from collections.abc import Iterable

from bot.config import Config, Problem
from bot.model import Watch
from rules import packs


def left_behind(config: Config, watches: Iterable[Watch], given: Iterable[str]) -> list[Problem]:
    """A warning for each. `given`: names of the sources that people gave."""
    companies = {company.ticker for company in config.companies}
    sources = {source.name for source in config.sources} | set(given)
    rules = {rule.name for rule in config.rules} | set(packs.names())
    found = []
    for watch in watches:
        own = {keyword.query for keyword in watch.keywords}
        gone = [f"the company {one}" for one in watch.filters.companies if one not in companies]
        gone += [f"the source {one}" for one in watch.filters.sources if one not in sources]
        gone += [f"the rule {one}" for one in watch.rules if one not in own and one not in rules]
        if gone:
            what = f"{watch.name} ({watch.target}) watches what is not in the file any more: {', '.join(gone)}"
            mend = f"Put it back, or type in Slack: /watch remove {watch.name}"
            found.append(Problem("/watch", None, watch.name, what, mend, warning=True))
    return found
