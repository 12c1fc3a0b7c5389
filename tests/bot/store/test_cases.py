"""Which cases the archive knows."""

from bot.store import archive, cases
from bot.store.database import Database
from making import NOW, document
from watchers.model import EntryMeta


async def test_a_case_is_known_by_its_entries(database: Database):
    def entry(key: str, number: str | None, name: str = "Kadrey v. Meta"):
        return document(key=key, meta=EntryMeta(docket_number=number, case_name=name, court="cand"))

    def store(conn):
        made = [entry("1", "3:23-cv-03417-VC"), entry("2", "3:23-cv-03417-VC"), entry("3", None), document("A post.")]
        for one in made:
            archive.record(conn, one, None, now=NOW)

    await database.write(store)
    known = await database.read(cases.known)
    assert known == [cases.Case("3:23-cv-03417-VC", "Kadrey v. Meta", "cand")]
