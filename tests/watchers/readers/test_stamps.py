"""Court stamps and margins, in the forms that courts print."""

import pytest

from watchers.readers.stamps import Stamp, has_court_stamp, stamp_on, without_line_numbers, without_stamps

STAMPS = {
    "Case 3:23-cv-03417-VC Document 482 Filed 03/20/25 Page 1 of 40": ("3:23-cv-03417-VC", "482", "2025-03-20"),
    "Case 3:23-cv-03417-VC   Document 482-1   Filed 03/20/2025   Page 9 of 9": (
        "3:23-cv-03417-VC",
        "482-1",
        "2025-03-20",
    ),
    "Case3:08-cv-02820-CRB Document27 Filed10/10/08 Page1 of 2": ("3:08-cv-02820-CRB", "27", "2008-10-10"),
    "Case: 1:17-cv-05720 Document #: 12 Filed: 05/01/18 Page 1 of 3 PageID #:34": ("1:17-cv-05720", "12", "2018-05-01"),
    "Case 17-25147 Doc 1 Filed 08/22/17 Entered 08/22/17 20:15:20 Desc Main": ("17-25147", "1", "2017-08-22"),
    "Case 17-3510, Document 1-1, 10/31/2017, 2161300, Page1 of 2": ("17-3510", "1-1", "2017-10-31"),
    "Appeal: 17-2218 Doc: 17 Filed: 10/31/2017 Pg: 1 of 1": ("17-2218", "17", "2017-10-31"),
    "Case: 20-16276, 08/05/2020, ID: 11778722, DktEntry: 19, Page 1 of 15": ("20-16276", "19", "2020-08-05"),
    "Case: 14-1326 Document: 3 Page: 1 Filed: 03/18/2014": ("14-1326", "3", "2014-03-18"),
    "Case 3:23-cv-03417-VC Document 482 Filed 02/30/25 Page 1 of 40": ("3:23-cv-03417-VC", "482", None),
}
PROSE = [
    "In Case 3:23-cv-03417 the plaintiffs say that Meta shares a percentage of the revenue.",
    "See Document 482, filed on March 20, at page 3.",
    "The parties filed Case No. 23-3417 in this Court.",
    "Page 7",
    "",
    "Case 3:23-cv-03417-VC Document 482 Filed 03/20/25 Page 1 of 40" + " and so on" * 30,
]


@pytest.mark.parametrize(("line", "said"), STAMPS.items())
def test_knows_the_stamp_of_each_court(line, said):
    page = f"The first line of the page.\n{line}\nThe last."
    assert stamp_on(page) == Stamp(*said)
    assert has_court_stamp(page)
    assert without_stamps(page) == "The first line of the page.\nThe last."


@pytest.mark.parametrize("line", PROSE)
def test_prose_is_no_stamp(line):
    assert stamp_on(line) is None
    assert not has_court_stamp(line)


def test_the_last_stamp_is_that_of_this_case():
    """An exhibit carries the stamp of the case that it was filed in before."""
    page = (
        "Case 4:08-cv-02214-SBA Document 26 Filed 01/29/2009 Page 1 of 2\nWords.\n"
        "Case 4:08-cv-02214-SBA Document 27 Filed 02/03/09 Page 1 of 2"
    )
    assert stamp_on(page) == Stamp("4:08-cv-02214-SBA", "27", "2009-02-03")


@pytest.mark.parametrize("number", ["7", " - 7 - ", "Page 7", "Page 7 of 40", "pg. 7", " Document Page 1 of 68"])
def test_page_numbers_say_nothing(number):
    assert without_stamps(f"Words.\n{number}\nMore words.") == "Words.\nMore words."


def test_a_number_in_a_sentence_stays():
    assert without_stamps("Paragraph 7 says so.\n7 of them agree.") == "Paragraph 7 says so.\n7 of them agree."


@pytest.mark.parametrize("last", [24, 28])
def test_the_margin_of_pleading_paper_goes(last):
    numbers = [str(at) for at in range(1, last + 1)]
    said = ["Plaintiffs allege that Meta", "shares a percentage of the revenue."]
    assert without_line_numbers("\n".join([*numbers, *said])) == "\n".join(said)
    assert without_line_numbers("\n".join([" ".join(numbers), *said])) == "\n".join(said)
    by_line = "\n".join(f"{number} words of line {number}" for number in numbers)
    assert without_line_numbers(by_line) == "\n".join(f"words of line {number}" for number in numbers)


@pytest.mark.parametrize(
    "page",
    [
        "1 Introduction\n2 Facts\n3 Argument",
        "1\n2\n3\nThree hosts are named.",
        "In 2023 Meta said so.\n12 hosts share their revenue.",
        "\n".join(f"{number}. Item of a short list" for number in range(1, 10)),
    ],
)
def test_a_short_list_keeps_its_numbers(page):
    assert without_line_numbers(page) == page


@pytest.mark.parametrize("line", ["Case " * 40_000, "1 " * 100_000, "Case 3:23-cv-" * 20_000, "Page " * 40_000])
def test_a_line_without_end_takes_no_time(line):
    page = "\n".join([line] * 3)
    assert stamp_on(page) is None
    assert without_stamps(page) == page
    assert without_line_numbers(page) == page
