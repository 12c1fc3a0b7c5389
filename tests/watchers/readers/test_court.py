"""What dockets say in prose. The forms are CM/ECF's own; the people and companies are made up, or of the seed case."""

import csv
import json

import pytest

from watchers.readers.court import (
    LONGEST_SHORT,
    comparable,
    entry_alias,
    filed_by,
    is_sealed,
    pacer_doc_id,
    short_of,
)


def test_an_entry_has_one_alias_in_every_way_in():
    assert entry_alias("cand", "3:23-cv-03417-VC", "482") == entry_alias("cand", "3:23-cv-03417", "482")
    assert entry_alias("cand", "3:23-cv-03417", "482") == ("cand:3:23-cv-3417:482",)
    assert entry_alias("txed", "2:23-cv-00103", "1") != entry_alias("txed", "4:23-cv-00103", "1")
    assert entry_alias("cand", "3:23-cv-03417", None) == ()
    assert entry_alias(None, "3:23-cv-03417", "1") == ()
    assert entry_alias("cand", "no number", "1") == ()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("035125550102", "035025550102"),
        ("035025550102", "035025550102"),
        ("2b1f-guid-of-acms", "2b1f-guid-of-acms"),
        ("482", "482"),
    ],
)
def test_a_document_of_pacer_has_one_id(given, kept):
    assert pacer_doc_id(given) == kept


@pytest.mark.parametrize(
    ("description", "who"),
    [
        # Parties, as the courts' own forms name them.
        ("MOTION to Compel filed by Meta Platforms, Inc.. (Smith, Jane) (Entered: 03/20/2025)", "Meta Platforms, Inc."),
        (
            "EXHIBITS re 488 Order filed byRichard Kadrey, Sarah Silverman. (Attachments: # 1 Exhibit)",
            "Richard Kadrey, Sarah Silverman",
        ),
        ("COMPLAINT against Meta Platforms, Inc.. Filed byRichard Kadrey. (Counsel, A)", "Richard Kadrey"),
        ("First MOTION for Extension of Time by Meta Platforms, Inc.. (Smith, J)", "Meta Platforms, Inc."),
        ("REPLY to 32 Memorandum, 31 MOTION to Dismiss filed by Acme Corp. (Smith, J)", "Acme Corp."),
        ("NOTICE of Appearance by Jane Smith on behalf of Acme Corp. (Smith, Jane)", "Acme Corp."),
        (
            "Application to Employ filed by John Doe for Debtor Rosewood Oaks, LLC (Doe, John)",
            "Debtor Rosewood Oaks, LLC",
        ),
        ("REQUEST by plaintiffs for oral argument on the cross motions (lam)", "plaintiffs"),
        ("Stipulated MOTION by plaintiffs, defendants to amend scheduling order [9-1] (lam)", "plaintiffs, defendants"),
        ("DECLARATION signed by Karl Doe, Esq. filed by Kirk Roe, Town of Greece. (TF)", "Kirk Roe, Town of Greece"),
        ("CONSENT to Jurisdiction by US Magistrate Judge by Acme Corp.. (Smith, J)", "Acme Corp."),
        ("Chapter 13 Petition Filed by Jo Roe Government Proof of Claim due by 1/24/2018.", "Jo Roe"),
        ("NOTICE OF TRANSCRIPT ORDER FORM filed by defendant ; (djs)", "defendant"),
        ("NOTICE OF APPEAL of 42 RULING AND ORDER by Lucas Roe. (SWE)", "Lucas Roe"),
        ("DECLARATION re 39 Order to Show Cause, filed by Robert Roe. (Attachments: # 1 Exhibit)", "Robert Roe"),
        # The bench: what it writes names the movant, who did not write it.
        (
            "ORDER granting 11 MOTION to Compel filed by Acme Corp.. Signed by Judge Vince Chhabria on 3/20/2025.",
            "court",
        ),
        ("Order Granting Motion for Relief from Stay (Related Doc # 11). Signed on 8/19/2011.", "court"),
        ("Order on Motion for Leave to File Document under Seal", "court"),
        ("REPORT AND RECOMMENDATIONS re 28 MOTION for Default Judgment filed by Acme Corp.", "court"),
        ("Minute Entry for proceedings held before Judge Vince Chhabria: Motion Hearing held.", "court"),
        ("Initial Case Management Scheduling Order with ADR Deadlines: Statement due by 12/1/2023.", "court"),
        ("MEMORANDUM & OPINION. (Entered: 03/20/2025)", "court"),
        ("DECISION AND ORDER denying 17 Motion to Dismiss.", "court"),
        ("STIPULATION AND ORDER of dismissal.", "court"),
        ("COURTROOM MINUTES by Judge Jane Roe; trial begins.", "court"),
        ("Summons Issued as to Acme Corp. (KAH)", "court"),
        ("Case assigned to Magistrate Judge Jane Roe. Counsel will be served by Notice of Electronic Filing.", "court"),
        # What only speaks of an order, and what names nobody.
        ("[Proposed] Order by Acme Corp.. (Smith, J)", "Acme Corp."),
        ("STIPULATION WITH PROPOSED ORDER filed by Acme Corp.. (Smith, J)", "Acme Corp."),
        ("Proposed Order", None),
        ("STATUS REPORT re ORDER of the Court by Acme Corp.. (Smith, J)", "Acme Corp."),
        ("Motion for Order of Dismissal", None),
        ("STIPULATION by and between the parties", None),
        ("BNC Certificate of Notice. (RE: 8 Order filed by Acme Corp.)", None),
        ("", None),
    ],
)
def test_knows_who_filed_it(description, who):
    assert filed_by(description) == who


@pytest.mark.parametrize(
    ("description", "sealed"),
    [
        ("EXHIBIT A by defendants (SEALED, placed with sealed documents) (lam)", True),
        ("**RESTRICTED DOCUMENT** SUMMONS Returned Executed", True),
        ("[SEALED] COMPLAINT filed with Jury Demand", True),
        ("SEALED ORDER granting 12 Motion", True),
        ("Exhibit B to 485 Declaration, FILED UNDER SEAL, by Meta Platforms, Inc..", True),
        ("MOTION for Leave to File Complaint Under Seal filed by Acme Corp.", False),
        (
            "Administrative Motion to Consider Whether Another Party's Material Should Be Sealed filed byAcme Corp.",
            False,
        ),
        ("Administrative Motion to Consider Whether It Should Be Filed Under Seal", False),
        ("Unsealed version of 481 MOTION filed byRichard Kadrey", False),
        ("ORDER re sealing. The exhibits remain sealed.", False),
        ("INDICTMENT as to John Roe. (Attachments: # 1 Restricted Unredacted Indictment) (BD)", False),
        ("TEXT ORDER. " + "I have read the papers. " * 10 + "Some of them are sealed.", False),
        ("GENERAL ORDER: All papers filed under seal shall be unsealed after thirty days.", False),
        ("MOTION to Compel filed by Acme Corp.", False),
    ],
)
def test_knows_what_is_sealed_itself(description, sealed):
    assert is_sealed(description) is sealed


@pytest.mark.parametrize(
    ("description", "short"),
    [
        (
            "MOTION for Settlement Preliminary Approval by ALLIANCE FOR JUSTICE. (Attachments: # 1 Text)",
            "MOTION for Settlement Preliminary Approval",
        ),
        ("ORDER. Signed by Judge Jane Roe.", "ORDER"),
        ("REPLY re 31 MOTION to Dismiss filed by Acme", "REPLY"),
        ("Letter to U.S. Attorney (Smith, J)", "Letter to U.S. Attorney"),
        ("", None),
        (" \n ", None),
    ],
)
def test_a_short_description_is_the_type(description, short):
    assert short_of(description) == short


def test_a_short_description_is_short():
    short = short_of("MOTION " + "to do one thing or another " * 20)
    assert short is not None
    assert len(short) <= LONGEST_SHORT
    assert short.endswith(("to", "do", "one", "thing", "or", "another"))


def test_what_is_added_later_is_no_change():
    before = "MOTION to Compel filed by Acme Corp.. (Smith, J)"
    assert comparable(f"{before} [12] (Entered: 03/20/2025)") == comparable(before)
    assert comparable(before.replace(" ", "\n ")) == comparable(before)
    assert comparable(before + " Modified on 3/21/2025") != comparable(before)


def test_real_descriptions_name_few_wrong_filers(data):
    """1,034 descriptions of real dockets. The counts are what was reviewed by eye; who changes them looks again."""
    told = [filed_by(description) for description in descriptions(data)]
    assert (len(told), told.count("court"), told.count(None)) == (1034, 311, 275)
    named = [who for who in told if who not in {None, "court"}]
    assert [who for who in named if len(who) > 300] == []
    assert [who for who in named if "(" in who or "Attachment" in who or "Entered:" in who] == []


@pytest.mark.parametrize(
    "hostile", ["a " * 200_000, "order " * 100_000, "by A" * 50_000, "(Attachments: " * 50_000, "MOTION (" * 50_000]
)
def test_no_description_takes_long(hostile):
    assert filed_by(hostile) in {None, "court", "A", filed_by(hostile[:5000])}
    assert not is_sealed(hostile)
    assert len(short_of(hostile) or "") <= LONGEST_SHORT


def descriptions(data):
    found = set()
    for folder in ("pacer_dockets", "nef_emails"):
        for file in (data / "dockets" / folder).glob("*.json"):
            parsed = json.loads(file.read_text())
            for report in parsed if isinstance(parsed, list) else [parsed]:
                for docket in report.get("dockets", [report]):
                    found |= {entry.get("description") or "" for entry in docket.get("docket_entries", [])}
    with (data / "dockets/docket_entries/entries.csv").open(newline="") as rows:
        found |= {row["text"] for row in csv.DictReader(rows)}
    return sorted(found)
