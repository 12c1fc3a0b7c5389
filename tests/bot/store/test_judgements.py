import uuid

from alerting import alert, quote
from bot.model import Message
from bot.store import archive, judgements, outbox
from bot.store.database import Database
from making import NOW, document


async def test_what_people_said_is_found_by_the_document_it_was_about(database: Database):
    told = alert(quote("They pay a royalty.", "royalty", rule="Royalties"), quote("A fee.", "fee", rule="Fees"))

    def keep(conn) -> int:
        recorded = archive.record(conn, document("They pay a royalty. A fee."), None, now=NOW)
        message = Message(id=str(uuid.uuid4()), channel="#on-record", alert=told, due=NOW)
        outbox.put(conn, [message], now=NOW, document_id=recorded.document_id)
        judgements.judge(conn, told, user="U1", verdict="not-relevant", reason="too broad", now=NOW)
        return recorded.document_id

    document_id = await database.write(keep)
    said = await database.read(lambda conn: judgements.of_document(conn, document_id))
    assert {(one.rule, one.verdict, one.reason) for one in said} == {
        ("Royalties", "not-relevant", "too broad"),
        ("Fees", "not-relevant", "too broad"),
    }
    [royalties] = [one for one in said if one.rule == "Royalties"]
    assert royalties.is_of("They pay a royalty.")
    assert royalties.is_of("So. They pay a royalty. And more."), "another version may cut its sentences elsewhere"
    assert not royalties.is_of("A fee.")
    assert await database.read(lambda conn: judgements.of_document(conn, document_id + 1)) == []
