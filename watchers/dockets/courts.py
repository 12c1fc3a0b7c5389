"""Where courts publish their RSS. Ids are CourtListener's, for most courts the name in the court's own address."""

from watchers.readers.pacer import ECF_NAMES

_DISTRICT = "https://ecf.{}.uscourts.gov/cgi-bin/rss_outside.pl"
"""District and bankruptcy courts."""
_APPELLATE = "https://ecf.{}.uscourts.gov/n/beam/servlet/TransportRoom?servlet=RSSGenerator"
_ODD = {
    "nyed": "https://ecf.nyed.uscourts.gov/cgi-bin/readyDockets.pl",
    "ared": "https://ecf.ared.uscourts.gov/cgi-bin/rss_outside4.pl",
}
_APPEALS = frozenset({f"ca{circuit}" for circuit in range(1, 12)} | {"cadc", "cafc"})


def rss_of(court: str) -> str:
    """The address of a court's RSS. Some two dozen courts have none; there it leads nowhere."""
    if court in _ODD:
        return _ODD[court]
    return (_APPELLATE if court in _APPEALS else _DISTRICT).format(ECF_NAMES.get(court, court))
