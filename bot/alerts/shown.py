"""Which quotes of an alert are shown, and together: the same sentence found by two rules is one sentence."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.model import Alert, Quote
from rules.model import Severity

_RANK: dict[Severity, int] = {"high": 0, "normal": 1, "low": 2}


@dataclass(slots=True)
class Shown:
    """One sentence as it is shown: `quote` is the first that found it, `rules` are all that did."""

    quote: Quote
    rules: list[tuple[str, Severity]] = field(default_factory=list)
    hits: list[tuple[int, int]] = field(default_factory=list)
    """Offsets in the quote's text."""

    @property
    def removed(self) -> bool:
        """The words are gone from the document: what stands as "before" is all there is."""
        return self.quote.before == self.quote.text

    @property
    def was(self) -> str | None:
        """The words before an edit, where other words stand there now."""
        return None if self.removed else self.quote.before

    @property
    def rank(self) -> int:
        return min(_RANK[severity] for _, severity in self.rules)


def shown(alert: Alert, most: int | None = None) -> tuple[list[Shown], int]:
    """(what is shown, how many sentences are left out), in the order of the document; the most severe are kept."""
    together: dict[tuple[int, int, str, str | None], Shown] = {}
    for quote in alert.quotes:
        one = together.setdefault((quote.passage, quote.text_start, quote.text, quote.before), Shown(quote))
        one.rules.append((quote.rule, quote.severity))
        one.hits.append(quote.hit())
    everything = list(together.values())
    if most is None or len(everything) <= most:
        return everything, 0
    kept = sorted(sorted(everything, key=lambda one: one.rank)[:most], key=everything.index)
    return kept, len(everything) - len(kept)


def foremost(alert: Alert) -> Shown:
    """The sentence that a notification shows: the first of the most severe."""
    return min(shown(alert)[0], key=lambda one: one.rank)


def severest(alerts: Iterable[Alert]) -> list[Alert]:
    """The most severe first; among equals the order stays."""
    return sorted(alerts, key=lambda alert: _RANK[alert.severity])


def edits(alert: Alert) -> Iterator[Shown]:
    """The sentences whose words were changed or removed after they were told."""
    return (one for one in shown(alert)[0] if one.quote.before is not None)
