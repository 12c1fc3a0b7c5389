"""Whose words a passage holds: the company's own, an analyst's, the other side's, a court's, the press's."""

import re
from typing import Literal
from urllib.parse import urlsplit

from watchers.model import Company, Document, EntryMeta, Passage

Side = Literal["own", "analyst", "opposing", "court", "press"]

_COURT = re.compile(r"^\W*(?:(?:sua sponte|minute|clerk'?s?|text[- ]only|civil|amended|stipulated)\s+)*"
                    r"(?:order|judgment|opinion|memorandum opinion|ruling|minute entry)\b", re.IGNORECASE)  # fmt: skip
_WORD = re.compile(r"\w+")
_VERSUS = re.compile(r"\s+vs?\.?\s+")
_SECOND_LEVEL = {"ac", "co", "com", "edu", "go", "gov", "ne", "net", "or", "org"}
"""What countries put before their own letters: "co.uk", "com.my"."""


def side_of(document: Document, passage: Passage, company: Company | None) -> Side:
    """The side on which these words stand.

    A post is the company's own when it comes from the company's own site, by host; a docket entry by who filed it,
    where the docket says so, else it is taken for the other side's: an allegation shown as the company's own words
    would be the worse mistake.
    """
    if isinstance(document.meta, EntryMeta):
        return _filed_side(document.meta, company)
    if document.kind == "transcript":
        return "analyst" if passage.role == "analyst" else "own"
    if document.kind == "post" and company is not None and document.url is not None:
        return "own" if _is_own_site(document.url, company) else "press"
    return "own"


def _filed_side(meta: EntryMeta, company: Company | None) -> Side:
    filed_by = (meta.filed_by or "").casefold()
    about = meta.description or meta.short_description or ""
    if filed_by in {"court", "the court"} or (not filed_by and _COURT.match(about)):
        return "court"
    if company is not None and filed_by and _names(company) & _runs(filed_by):
        return "own"
    plaintiff, *defendants = _VERSUS.split((meta.case_name or "").casefold(), maxsplit=1)
    if company is not None and filed_by:
        if "defendant" in filed_by and _names(company) & _runs(" ".join(defendants)):
            return "own"
        if "plaintiff" in filed_by and _names(company) & _runs(plaintiff):
            return "own"
    return "opposing"


def _is_own_site(url: str, company: Company) -> bool:
    host = (urlsplit(url).hostname or "").casefold()
    site = (urlsplit(company.site or "").hostname or "").casefold()
    if not site and not company.aliases:
        return True
    if site and _registered(host) == _registered(site):
        return True
    return _registered(host).partition(".")[0] in _names(company)


def _registered(host: str) -> str:
    """The part of a host that somebody registered: "fb.com" of "about.fb.com", "bbc.co.uk" of "www.bbc.co.uk"."""
    labels = host.split(".")
    under_country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3:] if under_country else labels[-2:])


def _names(company: Company) -> set[str]:
    return {" ".join(_WORD.findall(name.casefold())) for name in (company.name, company.ticker, *company.aliases)}


def _runs(text: str, longest: int = 5) -> set[str]:
    """Every run of up to five words, so that a name is found whole and never inside another word."""
    words = _WORD.findall(text)
    return {" ".join(words[i : i + n]) for n in range(1, longest + 1) for i in range(len(words) - n + 1)}
