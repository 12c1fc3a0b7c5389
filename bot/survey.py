"""How a query does on what is stored: how much it finds, and why it finds nothing."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from bot.readback import read_back
from bot.store import archive
from bot.store.database import Database
from rules.advice import Advice, Seen, judged, missing, nowhere, parts_to_ask
from rules.engine import Engine
from rules.model import Rule
from rules.query import canonical, parse
from rules.text import Text
from watchers.model import Company

NEWEST = 2000
"""Documents that are looked at."""
MOST_ALIKE = 10_000
"""Words that are compared with one that is missing."""


@dataclass(slots=True)
class Survey:
    """`stored`: documents in the archive; `read`: how many of them, the newest, were looked at."""

    stored: int
    read: Seen = field(default_factory=Seen)
    found: Seen = field(default_factory=Seen)
    advice: list[Advice] = field(default_factory=list)


async def survey(
    database: Database, text: str, companies: Iterable[Company], begin: Callable[[int], Callable[[], None]]
) -> Survey:
    """Of a query. `begin`: told how many documents will be read; what it returns is called for each.

    Raises `QueryError`, `StoreError`.
    """
    query = parse(text)
    whole = canonical(query)
    stored = len(await database.read(archive.ids))
    ids = await database.read(lambda conn: archive.newest(conn, most=NEWEST))
    asked = {part: part for part in parts_to_ask(query)} | {whole: text}
    engine = Engine([Rule(name=name, query=part) for name, part in asked.items()], companies=companies)
    documents, passages = Counter[str](), Counter[str]()
    read_documents = read_passages = 0
    async for one in read_back(database, engine, ids, begin(len(ids))):
        read_documents += 1
        read_passages += len(one.document.passages)
        documents.update({match.rule for match in one.matches})
        passages.update(rule for rule, _ in {(match.rule, match.passage) for match in one.matches})
    seen = {part: Seen(documents[part], passages[part]) for part in asked}
    made = Survey(stored, Seen(read_documents, read_passages), seen[whole])
    made.advice += judged(query, seen, made.read)
    absent = missing(query, seen) if made.read.documents else ()
    alike = await _alike(database, ids, [one.words[0].removesuffix("*") for one in absent if len(one.words) == 1])
    made.advice += [nowhere(one, alike, made.read) for one in absent]
    return made


async def _alike(database: Database, ids: Sequence[int], wanted: Collection[str]) -> list[str]:
    """Words of the archive that begin like one that is wanted and are about as long, the commonest first."""
    if not wanted:
        return []
    found = Counter[str]()
    async for one in read_back(database, Engine([]), ids):
        said = {word.lower() for passage in one.document.passages for word in Text(passage.text).words}
        found.update(word for word in said if any(_may_be_meant(word, other) for other in wanted))
        if len(found) > MOST_ALIKE:
            found = Counter(dict(found.most_common(MOST_ALIKE // 2)))
    return [word for word, _ in found.most_common()]


def _may_be_meant(word: str, wanted: str) -> bool:
    return word[:1] == wanted[:1] and abs(len(word) - len(wanted)) <= 2 and word.isalpha()
