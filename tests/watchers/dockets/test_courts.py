import pytest

from watchers.dockets.courts import rss_of


@pytest.mark.parametrize(
    ("court", "address"),
    [
        ("cand", "https://ecf.cand.uscourts.gov/cgi-bin/rss_outside.pl"),
        ("nyed", "https://ecf.nyed.uscourts.gov/cgi-bin/readyDockets.pl"),
        ("ared", "https://ecf.ared.uscourts.gov/cgi-bin/rss_outside4.pl"),
        ("ca9", "https://ecf.ca9.uscourts.gov/n/beam/servlet/TransportRoom?servlet=RSSGenerator"),
        ("cafc", "https://ecf.cafc.uscourts.gov/n/beam/servlet/TransportRoom?servlet=RSSGenerator"),
        # CourtListener's id is not the court's own name everywhere.
        ("arb", "https://ecf.azb.uscourts.gov/cgi-bin/rss_outside.pl"),
        ("uscfc", "https://ecf.cofc.uscourts.gov/cgi-bin/rss_outside.pl"),
    ],
)
def test_each_court_has_its_rss_at_its_own_address(court, address):
    assert rss_of(court) == address
