"""How courts number their cases, and when two numbers are one case."""

import re

_NUMBER = re.compile(
    r"(?:(?P<office>\d{1,2}):)?(?P<year>\d{4}|\d{2})-(?:(?P<type>[A-Za-z]{1,4})-)?(?P<serial>\d{1,8})(?!\d)"
)


def docket_number_core(number: str) -> str | None:
    """The number without office, judges' initials, defendant and leading zeros; None where there is no number.

    "3:23-cv-03417-VC", "3:23-cv-03417" and "23-cv-3417" are one case; so are "18-00079" and "18-79" of one court.
    """
    found = _NUMBER.search(number)
    if found is None:
        return None
    kind = f"{found['type'].lower()}-" if found["type"] else ""
    return f"{found['year'][-2:]}-{kind}{int(found['serial'])}"


def same_case(one: str, other: str) -> bool:
    """Whether two numbers name one case of the same court, as far as they tell.

    Some courts count by office: "2:23-cv-00103" and "4:23-cv-00103" of E.D. Tex. are two cases. People leave it away.
    """
    offices = {office_of(one), office_of(other)} - {None}
    core = docket_number_core(one)
    return core is not None and core == docket_number_core(other) and len(offices) < 2


def office_of(number: str) -> str | None:
    """The office that a number names, if any: "2" of "2:23-cv-00103"."""
    found = _NUMBER.search(number)
    return found["office"].lstrip("0") if found and found["office"] else None
