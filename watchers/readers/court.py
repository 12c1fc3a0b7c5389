"""What courts write on documents and in dockets: stamps, numbers, who filed what."""

import re

_STAMP = re.compile(
    r"^.*?(?:"
    r"Case\s+\S*\d+:?\d*-\w+-\d+.*?(?:Document|Doc\.?|ECF No\.?)\s*#?:?\s*[\d-]+.*"  # Case 3:23-cv-03417-VC Document 12
    r"|(?:Case|Appeal|USCA\d*)\W*\d+-\d+\W+(?:Document|Doc|DktEntry|ID).*"
    r"|(?:USCA|USCA\d|Appellate)\s*(?:Case|Appeal).*?\d.*"
    r"|Case:?\s+\d+-\d+.*?(?:Document|DktEntry|Page|ID).*"
    r")$",
    re.IGNORECASE | re.MULTILINE,
)
_PAGE = re.compile(r"^\s*(?:-\s*)?(?:page\s*:?\s*)?\d+(?:\s*of\s*\d+)?(?:\s*-)?\s*$", re.IGNORECASE | re.MULTILINE)
_MARGIN = re.compile(r"^[ \t]*(\d{1,2})[ \t]*(?:\n|$)", re.MULTILINE)
_ENTERED = re.compile(r"\s*\(Entered:\s*[^)]*\)\s*$", re.IGNORECASE)
_BRACKETED = re.compile(r"\s*\[\d+\]")
_FILED_BY = re.compile(
    r"\b(?:filed\s+by|by)\s+(?P<who>(?:plaintiffs?|defendants?|petitioners?|respondents?|appellants?|appellees?)?"
    r"[^().;:\[\]]{0,200}?)(?=\s*(?:[.;(\[]|$|\bre\b|\bto\b|\bfor\b|\bagainst\b|\bfiled\b|\bResponses?\b))",
    re.IGNORECASE,
)
_SHORT_END = re.compile(r"\s+(?:by|filed by|re|for|against|granting|denying|as to|to)\s|[.(;:]", re.IGNORECASE)
_NUMBER = re.compile(r"(?:(\d+):)?(\d{2,4})-([a-z]{1,4})-0*(\d+)", re.IGNORECASE)


def without_stamps(text: str) -> str:
    """Text without the court's stamps and bare page numbers, for judging whether a page says anything."""
    return _PAGE.sub("", _STAMP.sub("", text))


def has_court_stamp(text: str) -> bool:
    return _STAMP.search(text) is not None


def without_margin_numbers(text: str) -> str:
    """Pleading paper numbers its lines 1 to 28 in the margin; pdfium gives the numbers as lines before the text."""
    numbers = [int(match.group(1)) for match in _MARGIN.finditer(text)]
    run = 0
    while run < len(numbers) and numbers[run] == run + 1:
        run += 1
    if run < 10:
        return text
    left = iter(range(1, run + 1))
    expected = next(left, None)

    def drop(match: re.Match[str]) -> str:
        nonlocal expected
        if expected is not None and int(match.group(1)) == expected:
            expected = next(left, None)
            return ""
        return match.group(0)

    return _MARGIN.sub(drop, text)


def docket_number_core(number: str) -> str | None:
    """The number without office, judge's initials and leading zeros: "3:23-cv-03417-VC" and "23-cv-3417" are one."""
    found = _NUMBER.search(number)
    if found is None:
        return None
    _, year, kind, serial = found.groups()
    return f"{year[-2:]}-{kind.lower()}-{int(serial)}"


def without_entered(description: str) -> str:
    """A description as it is compared: without `(Entered: …)` and references like `[12]`, which come and go."""
    return _BRACKETED.sub("", _ENTERED.sub("", description)).strip()


def short_of(description: str) -> str | None:
    """The type of filing that a description begins with ("MOTION for Settlement")."""
    flat = " ".join(description.split())
    if not flat:
        return None
    end = _SHORT_END.search(flat, 3)
    short = flat[: end.start()] if end else flat
    return short[:120].strip() or None


def filed_by(description: str) -> str | None:
    """Who filed it, in the docket's words ("Plaintiffs Richard Kadrey, Sarah Silverman"), where it says so."""
    found = _FILED_BY.search(" ".join(description.split()))
    if found is None:
        return None
    who = found.group("who").strip(" ,")
    if not who or who.lower().startswith(("the court", "judge", "order", "clerk")):
        return "court" if who else None
    return who if who[:1].isupper() or who.lower().startswith(("plaintiff", "defendant")) else None


def is_sealed(description: str) -> bool:
    """A document under seal; "unredacted" in a description usually means the sealed copy."""
    return re.search(r"\b(?:under seal|sealed|restricted)\b", description, re.IGNORECASE) is not None and not re.search(
        r"\bunseal", description, re.IGNORECASE
    )
