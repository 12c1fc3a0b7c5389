"""One scan of many rules: what it costs is bounded, whatever is said in the document."""

from making import document
from rules.engine import MOST_MATCHES, Engine
from rules.model import Rule

RULES = [Rule(name="shared", query='"portion of the revenue"'), Rule(name="licensing", query="licensing")]


def test_what_is_said_without_end_counts_a_thousand_times():
    """And costs no other rule, and no later passage of another, a match."""
    said = "A portion of the revenue. " * (MOST_MATCHES // 2 + 1)
    matches = Engine(RULES).scan(document(said, said, "Licensing.", said))
    assert [match.rule for match in matches] == ["shared"] * MOST_MATCHES + ["licensing"]
    assert [match.passage for match in matches] == [0] * 501 + [1] * 499 + [2]
    assert (matches[0].start, matches[1].start) == (2, 28)
