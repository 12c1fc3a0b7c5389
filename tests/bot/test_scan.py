"""What a step brings, on its way into the archive."""

from typing import Any

from bot.rulebook import RuleBook
from bot.scan import scan
from bot.visits import Hands
from making import document, source
from rules.engine import MOST_MATCHES
from rules.model import Filters, Rule

NOBODY: Any = None


def test_a_document_that_repeats_itself_without_end_is_kept_and_told():
    """Its words could have filled the memory with matches."""
    book = RuleBook.of([Rule(name="Revenue sharing", query='"portion of the revenue"')], [])
    hands = Hands(source(), NOBODY, NOBODY, {})
    often = document("A portion of the revenue. " * (MOST_MATCHES + 5), key="often")
    once, repeated = scan(book, [document("A portion of the revenue."), often], hands)
    assert (len(once.matches), once.trouble) == (1, None)
    assert len(repeated.matches) == MOST_MATCHES
    assert repeated.trouble is not None
    assert repeated.trouble.detail == "often: 1,000 matches of Revenue sharing; no more are kept"


def test_two_watches_that_ask_the_same_of_one_document_find_it_once():
    bounds = Filters(companies=("META",)), Filters(sources=("news",))
    rules = [Rule(name="price", query="price", filters=bound) for bound in bounds]
    made = document("A price, and another price.", company="META")
    [scanned] = scan(RuleBook.of(rules, []), [made], Hands(source(), NOBODY, NOBODY, {}))
    assert [(match.rule, match.start) for match in scanned.matches] == [("price", 2), ("price", 21)]
