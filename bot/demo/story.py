"""The story, in the order of its dates: what is published when, and what is to come of it.

All documents are of our own writing, in the true formats (`documents/README.md`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.demo.pdf import make_pdf
from bot.demo.server import Resource

DOCUMENTS = Path(__file__).parent / "documents"

ABOUT = "about.meta.example"
COURTLISTENER = "www.courtlistener.example"
STORAGE = "storage.courtlistener.example"
COURT = "ecf.cand.example"
PRESS = "berita.example"
CALLS = "api.earningscall.example"

CONFIG = """
[bot]
database = "{database}"
user_agent = "onrecord-demo (demo@example.com)"

[fetch]
allow_private_addresses = true   # the story's server stands on loopback

[provider.earningscall]
base_url = "{calls}"

[provider.courtlistener]
base_url = "{courtlistener}"

[[company]]
ticker = "META"
name = "Meta Platforms"
aliases = ["Meta"]
site = "https://about.meta.example"

[[source]]
name = "meta-calls"
kind = "transcripts"
provider = "earningscall"
symbol = "META"
company = "META"

[[source]]
name = "meta-blog"
kind = "blog"
url = "{about}/feed.atom"
company = "META"

[[source]]
name = "kadrey"
kind = "docket"
provider = "courtlistener-feed"
docket = 67569326
company = "META"

[[source]]
name = "cand"
kind = "docket"
provider = "pacer-rss"
court = "cand"
url = "{court}/cgi-bin/rss_outside.pl"
company = "META"

[[source]]
name = "berita"
kind = "blog"
url = "{press}/feed.rss"
company = "META"

[[rule]]
name = "Revenue sharing"
pack = "revenue-share"
severity = "high"

[[rule]]
name = "Licensing"
pack = "licensing"
"""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A moment at which every source is visited. `alerts`: how many are to come of it."""

    at: datetime
    headline: str
    alerts: int


CHAPTERS = (
    Chapter(
        datetime(2023, 7, 20, 18, tzinfo=UTC), "The first visit: what is there already is recorded, not alerted", 0
    ),
    Chapter(datetime(2023, 7, 26, 22, 30, tzinfo=UTC), "Meta's call on the second quarter of 2023", 1),
    Chapter(datetime(2024, 7, 23, 15, 1, tzinfo=UTC), "A post on Meta's own site", 1),
    Chapter(
        datetime(2024, 10, 30, 22, 30, tzinfo=UTC), "Meta's call on the third quarter of 2024: nothing of the kind", 0
    ),
    Chapter(datetime(2025, 3, 21, 19, tzinfo=UTC), "A filing is unsealed in Kadrey v. Meta Platforms", 1),
    Chapter(datetime(2025, 3, 21, 23, tzinfo=UTC), "The press in Malaysia reports it", 1),
    Chapter(datetime(2025, 3, 22, 12, tzinfo=UTC), "Everything is visited once more: nothing is new", 0),
)

_PUBLISHED = (
    ("2023-07-01", CALLS, "/events", "events-2023-07-20.json", "application/json"),
    ("2024-10-01", CALLS, "/events", "events-2024-10-01.json", "application/json"),
    ("2023-07-18", ABOUT, "/feed.atom", "feed-2023-07-18.atom", "application/atom+xml"),
    ("2024-07-23T15:00", ABOUT, "/feed.atom", "feed-2024-07-23.atom", "application/atom+xml"),
    ("2023-07-18", ABOUT, "/2023/07/llama-2", "post-llama-2.html", "text/html; charset=utf-8"),
    ("2024-07-23T15:00", ABOUT, "/2024/07/open-source-ai", "post-open-source-ai.html", "text/html; charset=utf-8"),
    ("2023-07-07", COURTLISTENER, "/docket/67569326/feed/", "docket-2023-07-07.atom", "application/atom+xml"),
    ("2025-03-21T18:31", COURTLISTENER, "/docket/67569326/feed/", "docket-2025-03-21.atom", "application/atom+xml"),
    ("2023-07-20", COURT, "/cgi-bin/rss_outside.pl", "cand-2023-07-20.rss", "application/rss+xml"),
    ("2025-03-21T18:31", COURT, "/cgi-bin/rss_outside.pl", "cand-2025-03-21.rss", "application/rss+xml"),
    ("2023-07-20", PRESS, "/feed.rss", "berita-2023-07-20.rss", "application/rss+xml"),
    ("2025-03-21T22:30", PRESS, "/feed.rss", "berita-2025-03-21.rss", "application/rss+xml"),
)
_CALLS = (("2023-04-26T22:00", 2023, 1), ("2023-07-26T22:15", 2023, 2), ("2024-10-30T22:15", 2024, 3))

_FILING = (
    (
        "Case 3:23-cv-03417-VC   Document 9001   Filed 03/21/25   Page 1 of 2",
        "",
        "UNITED STATES DISTRICT COURT",
        "NORTHERN DISTRICT OF CALIFORNIA",
        "",
        "RICHARD KADREY, et al., Plaintiffs, v. META PLATFORMS, INC., Defendant.",
        "",
        "PLAINTIFFS' MEMORANDUM (NEWLY UNSEALED VERSION)",
        "",
        "An invented filing for a demonstration.",
    ),
    (
        "Case 3:23-cv-03417-VC   Document 9001   Filed 03/21/25   Page 2 of 2",
        "",
        "Defendant calls the models free. The record that the Court has now",
        "unsealed shows otherwise. By its agreements with those who host the",
        "models, Meta shares a percentage of the",
        "revenue that these companies generate from users of Llama models.",
        "",
        "The Motor Vehicle records of the witness, her driver's license among",
        "them, remain under seal.",
    ),
)


def resources() -> list[Resource]:
    """Everything that the story's server serves, each from its day on."""
    served = [
        Resource(_day(since), host, path, (DOCUMENTS / name).read_bytes(), media_type)
        for since, host, path, name, media_type in _PUBLISHED
    ]
    for since, year, quarter in _CALLS:
        asked = (("year", str(year)), ("quarter", str(quarter)), ("level", "2"))
        body = (DOCUMENTS / f"transcript-{year}Q{quarter}.json").read_bytes()
        served.append(Resource(_day(since), CALLS, "/transcript", body, "application/json", asked))
    filing = "/recap/gov.uscourts.cand.415175/gov.uscourts.cand.415175.9001.0.pdf"
    served.append(Resource(_day("2025-03-21T18:31"), STORAGE, filing, make_pdf(_FILING), "application/pdf"))
    return served


def _day(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)
