"""What every watcher promises, whatever it watches. One suite for all of them.

first = await keeps_its_promises(blogs, source, now=NOW)
await bears_bad_answers(blogs, source, upstream, "/feed.xml", now=NOW)
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from driving import Drive, drive
from loopback import Upstream
from watchers.model import Document, Source, Step
from watchers.trouble import Trouble, TroubleRecord

LOG_IN = """<!doctype html><html><head><title>Log in</title></head><body><form><input name="user">
<input type="password" name="word"></form></body></html>"""
BAD_ANSWERS: dict[str, dict[str, Any]] = {
    "gone": {"status": 410, "body": "gone"},
    "forbidden": {"status": 403, "body": "no"},
    "failing": {"status": 500, "body": "oops"},
    "throttled": {"status": 429, "body": "slower", "headers": {"Retry-After": "120"}},
    "empty": {"body": b""},
    "noise": {"body": bytes(range(256)) * 64},
    "log-in page": {"body": LOG_IN, "media_type": "text/html"},
    "page": {"body": "<!doctype html><html><title>Us</title><p>Welcome to our site.</html>", "media_type": "text/html"},
    "half of XML": {"body": "<?xml version='1.0'?><rss><channel><item><title>Ha"},
    "half of JSON": {"body": '{"items": [{"id": "1", "tit', "media_type": "application/json"},
    "nested JSON": {"body": "[" * 100_000, "media_type": "application/json"},
}
"""What stands where the listing was, as arguments of `Upstream.serve`."""


async def keeps_its_promises(
    module: Any, source: Source, *, now: datetime, later: timedelta = timedelta(hours=1), **driving: Any
) -> Drive:
    """Visit again, from nothing, from a copy, and after a kill at each step; the first visit is returned.

    The other side must stay as it is meanwhile. `driving`: further arguments of `driving.drive`.
    """
    driving = {"in_process": True} | driving
    first = await drive(module, source, now=now, **driving)
    assert first.documents, "a suite that sees no document proves nothing"
    _says_what_it_may(first.steps)
    assert _said(await drive(module, source, now=now, **driving)) == _said(first), "from nothing again: the same again"
    quiet = await drive(module, source, now=now + later, after=_as_stored(first), **driving)
    assert _names(quiet.documents) == [], "nothing changed, so nothing is new"
    assert quiet.cursor == first.cursor
    # Many servers know no validators and send everything again.
    forgetful = await drive(module, source, now=now + later, cursor=_as_stored(first).cursor, **driving)
    assert _names(forgetful.documents) == [], "the same bytes again: nothing is new"
    await _goes_on_after_a_kill(module, source, first, now=now, later=later, **driving)
    for follow_up in first.follow_ups:
        followed = await drive(module, source, now=follow_up.at, after=first, cause=follow_up, **driving)
        _says_what_it_may(followed.steps)
        assert {document.key for document in followed.documents} <= {follow_up.key}, "about one document alone"
    return first


async def bears_bad_answers(
    module: Any, source: Source, upstream: Upstream, path: str, *, now: datetime, **driving: Any
) -> dict[str, TroubleRecord]:
    """Whatever stands in for the listing, on a first visit or later, is a trouble: never news, silence or a crash.

    The troubles are returned by the names of `BAD_ANSWERS`. `path` is served as it was afterwards.
    """
    driving = {"in_process": True} | driving
    before = await drive(module, source, now=now, **driving)
    honest = dict(upstream._routes)
    found = {}
    for name, answer in BAD_ANSWERS.items():
        upstream.serve(path, etag=False, **answer)
        for after in (None, before):
            try:
                made = await drive(module, source, now=now + timedelta(hours=1), after=after, **driving)
            except Trouble as trouble:
                found[name] = _sound(trouble.record())
            else:
                raise AssertionError(f"{name} was taken for news: {_names(made.documents)}, {made.troubles}")
    upstream._routes.clear()
    upstream._routes.update(honest)
    back = await drive(module, source, now=now + timedelta(hours=2), after=before, **driving)
    assert _names(back.documents) == [], "when it is back, nothing was forgotten"
    return found


async def _goes_on_after_a_kill(
    module: Any, source: Source, whole: Drive, *, now: datetime, later: timedelta, **driving: Any
) -> None:
    """A step is one transaction: what is committed does not come again, and all the rest does."""
    for cut in range(1, len(whole.steps)):
        killed = await drive(module, source, now=now, cut_after=cut, **driving)
        resumed = await drive(module, source, now=now + later, after=_as_stored(killed), **driving)
        again = {document.key for document in killed.documents} & {document.key for document in resumed.documents}
        assert not again, f"killed after step {cut}: committed documents came again"
        both = [*killed.documents, *resumed.documents]
        assert sorted(_texts(both)) == sorted(_texts(whole.documents)), f"killed after step {cut}"
        assert resumed.cursor == whole.cursor, f"killed after step {cut}"


def _as_stored(made: Drive) -> Drive:
    """With the memory as a store would give it back: through JSON."""
    cursor = json.loads(json.dumps(made.cursor))
    assert cursor == made.cursor, "a cursor is JSON, and stays what it is"
    return Drive(steps=made.steps, cursor=cursor, validators=dict(made.validators))


def _says_what_it_may(steps: Sequence[Step]) -> None:
    documents = [document for step in steps for document in step.documents]
    assert len({document.key for document in documents}) == len(documents), "a key names one document"
    for step in steps:
        assert Step.model_validate_json(step.model_dump_json()) == step
        for trouble in step.troubles:
            _sound(trouble)


def _sound(record: TroubleRecord) -> TroubleRecord:
    assert record.detail.strip(), record
    assert record.mend.strip(), record
    return record


def _said(made: Drive) -> list[str]:
    return [step.model_dump_json() for step in made.steps]


def _names(documents: Sequence[Document]) -> list[str]:
    return [document.key for document in documents]


def _texts(documents: Sequence[Document]) -> list[tuple[str, str]]:
    return [(document.key, "\n".join(passage.text for passage in document.passages)) for document in documents]
