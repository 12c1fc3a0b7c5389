"""What makes an entry another one than yesterday's, and what does not."""

from datetime import UTC, datetime

import pytest

from watchers.dockets.marks import mark
from watchers.model import Document, EntryMeta

META = EntryMeta(
    case_name="Kadrey v. Meta Platforms, Inc.",
    entry_number=482,
    document_number="482",
    short_description="MOTION to Compel",
    description="MOTION to Compel filed by Richard Kadrey. (Counsel, A)",
    date_filed="2025-03-20",
    state="not-uploaded",
)


def marked(**changed: object) -> str:
    meta = META.model_copy(update=changed)
    return mark(Document(key="5:entry-482", title=f"{meta.case_name} — #482", meta=meta))


@pytest.mark.parametrize(
    "changed",
    [
        {"case_name": "In re Meta AI Litigation"},
        {"court": "cand"},
        {"pacer_case_id": "415175"},
        {"short_description": "MOTION"},
        {"description": f"{META.description} (Entered: 03/20/2025)"},
        {"description": f"{META.description} [482]"},
        {"description": META.description.replace(" ", "\n") if META.description else None},
    ],
)
def test_what_stays_the_same_entry(changed):
    assert marked(**changed) == marked()


@pytest.mark.parametrize(
    "changed",
    [
        {"description": f"{META.description} Modified on 3/21/2025"},
        {"description": None},
        {"document_number": "483"},
        {"entry_number": None},
        {"pacer_doc_id": "035025550001"},
        {"date_filed": "2025-03-21"},
        {"state": "sealed"},
        {"state": "available", "document_url": "https://files.example/482.pdf"},
    ],
)
def test_what_makes_it_another(changed):
    assert marked(**changed) != marked()


def test_a_type_counts_where_there_is_nothing_else():
    assert marked(description=None) != marked(description=None, short_description="MOTION AND ORDER")


def test_times_and_addresses_do_not_count():
    one = Document(key="5:entry-482", meta=META)
    other = one.model_copy(update={"url": "https://other.example/", "published": datetime(2025, 3, 20, tzinfo=UTC)})
    assert mark(one) == mark(other)
