"""The whole door under attack: each ends in its trouble within its bounds, and nothing private is ever reached.

Real watchers, the real fetcher and real reading children; the public web is one port of loopback, the rest of loopback
is what may not be reached, and notes every connection. The table of the attacks is `attacks`; `make test-full` makes
them as large and as long as the program's own limits allow.
"""

import asyncio
import re
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from attacks import Attack, addresses, answers, bombs, documents, filings
from attacks.inside import SECRET
from attacks.scene import REAL, SHORT, Bounds, Scene, besieged
from attacks.ways import filing, linked
from attacks.withstanding import MEGABYTE, Ended, watch_ends, withstand

ATTACKS = (*addresses.ATTACKS, *answers.ATTACKS, *bombs.ATTACKS, *documents.ATTACKS, *filings.ATTACKS)
HANGING = [attack for attack in ATTACKS if attack.hangs]
COSTLY = (
    "a million empty items", "billion laughs", "court of laughs", "court of tags in tags", "docket of tags in tags",
    "feed of attributes", "feed of empty entries", "feed of tags in tags, closed", "feed of unclosed CDATA",
    "feed in UTF-16 without end", "page of a million attributes", "page of breaks", "page of form in form",
    "page of paragraphs", "PDF: boxes over words", "PDF: form in itself", "PDF: forms that double",
)  # fmt: skip
"""Those that cost a reader seconds even when they are small."""
QUICK = [attack for attack in ATTACKS if not attack.hangs and attack.name not in COSTLY]
SIZED = [attack for attack in ATTACKS if not attack.hangs and attack not in addresses.ATTACKS]
"""Those to which the program's own limits make a difference."""

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


async def _scene(bounds: Bounds):
    # Not the test's own folder: the name of a Unix socket must be short.
    with tempfile.TemporaryDirectory(prefix="door") as folder, pytest.MonkeyPatch.context() as patch:
        async with besieged(bounds, Path(folder)) as scene:
            watch_ends(scene, patch)
            yield scene


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def short():
    async for scene in _scene(SHORT):
        yield scene


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def real():
    async for scene in _scene(REAL):
        yield scene


def _named(attacks: list[Attack]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "attack", attacks, ids=lambda attack: attack.name.encode("ascii", "replace").decode()
    )


@_named(QUICK)
async def test_an_attack_ends_in_its_trouble(short: Scene, attack: Attack, record_property):
    await _is_withstood(short, attack, record_property, most=60 * MEGABYTE)


@pytest.mark.full
@_named(SIZED)
async def test_an_attack_as_large_as_may_be(real: Scene, attack: Attack, record_property):
    await _is_withstood(real, attack, record_property, most=250 * MEGABYTE)


async def test_what_never_ends_is_given_up_and_nothing_waits_for_it(short: Scene, record_property):
    await _are_given_up(short, record_property)


@pytest.mark.full
async def test_what_never_ends_is_given_up_when_the_real_clock_says_so(real: Scene, record_property):
    await _are_given_up(real, record_property)


@pytest.mark.full
async def test_the_hostile_pdfs_of_the_real_input(real: Scene, data: Path, record_property):
    ends = {"leading_garbage": "harmless"}
    files = sorted((data / "dockets" / "pdf_hostile_synthetic").glob("*.pdf"))
    assert files
    for file in files:
        attack = Attack(
            f"PDF: {file.stem}", filing(lambda _, file=file: file.read_bytes()), ends.get(file.stem, "unreadable")
        )
        await _is_withstood(real, attack, record_property, most=250 * MEGABYTE)


@pytest.mark.full
async def test_a_site_whose_pages_kill_their_readers_is_left_alone(real: Scene):
    """Sixty of them, twenty seconds each, would keep a reading child from all other sources for twenty minutes."""
    deadly = "<html><body><p>" + "<br> " * (real.bounds.heavy // 5)
    addresses = [real.outside.serve(f"/deadly/{number}", deadly, etag=False) for number in range(5)]
    async with asyncio.timeout(300):
        attempt = await real.visit(linked(real, *(real.url(urlsplit(address).path) for address in addresses)))
    assert [trouble.kind for trouble in attempt.troubles] == ["unreadable"] * 2
    assert len(attempt.documents) == 5, "the teasers stand in for the pages"
    assert sum(asked.path.startswith("/deadly/") for asked in real.outside.log) == 2


async def _is_withstood(scene: Scene, attack: Attack, record_property, *, most: int) -> None:
    async with asyncio.timeout(2 * scene.bounds.reading.seconds + 60):
        ended = await withstand(scene, attack)
    _tell(record_property, attack, ended)
    _is_as_told(attack, ended)
    assert ended.bot <= most
    assert ended.readers <= scene.bounds.reading.memory
    assert [document.key for document in ended.neighbour.documents] == ["post-1"], "the good source beside it"
    assert not await scene.inside.reached()


async def _are_given_up(scene: Scene, record_property) -> None:
    """All at once: waiting costs nothing, and what floods has to share."""
    async with asyncio.timeout(10 * scene.bounds.fetch.timeout.total_seconds() + 60):
        first, *others = HANGING
        everything = await asyncio.gather(
            withstand(scene, first), *(withstand(scene, attack, neighbour=False) for attack in others)
        )
    for attack, ended in zip(HANGING, everything, strict=True):
        _tell(record_property, attack, ended)
        _is_as_told(attack, ended)
    assert [document.key for document in everything[0].neighbour.documents] == ["post-1"]
    assert not await scene.inside.reached()


def _is_as_told(attack: Attack, ended: Ended) -> None:
    assert set(ended.kinds) <= set(attack.ends.split("|")), ended.details
    assert re.search(attack.said, "\n".join(ended.details)), ended.details
    told = repr((ended.attempt, ended.details))
    assert SECRET not in told
    assert "root:" not in told
    for detail in ended.details:
        assert detail.isprintable(), "nothing that drives a terminal or begins a line of its own"
        assert len(detail) < 2000


def _tell(record_property, attack: Attack, ended: Ended) -> None:
    row = attack.name, ", ".join(ended.kinds), ended.seconds, ended.bot / MEGABYTE, ended.readers / MEGABYTE
    record_property("attack", row)
