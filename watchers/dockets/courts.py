"""Where courts publish their RSS. Ids are CourtListener's, which for most courts is the name in the ECF address."""

_DISTRICT = "https://ecf.{}.uscourts.gov/cgi-bin/rss_outside.pl"
_APPELLATE = "https://ecf.{}.uscourts.gov/n/beam/servlet/TransportRoom?servlet=RSSGenerator"
_ECF_NAMES = {"sdny": "nysd"}
"""Where an id in use differs from the name in the address."""
_ODD = {
    "nyed": "https://ecf.nyed.uscourts.gov/cgi-bin/readyDockets.pl",
    "ared": "https://ecf.ared.uscourts.gov/cgi-bin/rss_outside4.pl",
}
_APPEALS = {f"ca{n}" for n in range(1, 12)} | {"cadc", "cafc"}


def rss_of(court: str) -> str:
    """The address of a court's RSS."""
    if court in _ODD:
        return _ODD[court]
    name = _ECF_NAMES.get(court, court)
    return (_APPELLATE if court in _APPEALS else _DISTRICT).format(name)
