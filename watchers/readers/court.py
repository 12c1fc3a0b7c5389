"""What dockets say in prose, and how they number cases: who filed a document, of what type it is, whether it is sealed.

Descriptions are typed by filers and clerks from the court's own forms ("MOTION to Compel filed by Meta Platforms, Inc..
(Attachments: # 1 Exhibit)(Smith, Jane) (Entered: 03/20/2025)"). What is not certain is None.
"""

import re

from watchers.casenumbers import docket_number_core, office_of
from watchers.readers.stamps import has_court_stamp as has_court_stamp  # noqa: PLC0414 - asked for here too

LONGEST_SHORT = 100
"""Characters of a short description that we make ourselves."""

_ENTERED = re.compile(r"\s*\(Entered:[^)]{0,40}\)", re.IGNORECASE)
_BRACKETED = re.compile(r"\s*\[\d{1,5}\]")
_SPACE = re.compile(r"\s+")
_WHO = re.compile(
    # N.D. Cal. leaves no space ("Filed byJames Brady"). Who signed a declaration did not file it.
    r"\b(?:[Ff]iled\s+by\s*|(?<!igned )by\s+)(?!and\b|the\s+(?:parties|undersigned)\b|Notice of\b)"
    r"(?=[A-Z]|plaintiff|defendant|all\b)"
)
_WHO_ENDS = re.compile(
    r"\s*(?:[()\[;:]|\.\.|\.\s*$|\.(?=\s*(?:\(|[A-Z]))|\s-)"
    r"|,?\s(?:re:?|to|for|against|filed|in|on|at|with|as to)\s"
    r"|,?\s(?:Responses?|Replies|Motions?|Attachments?|Modified|Related|Filing fee|Hearing|"
    r"Government Proof)\b"
)
_ON_BEHALF = re.compile(r"\bon behalf of\s+(?=[A-Z]|all\b|plaintiff|defendant)", re.IGNORECASE)
_OTHERS = re.compile(r"[(\[]\s*(?:re\b|related\b)", re.IGNORECASE)
"""From here on it is about the documents that this one refers to, and who filed those."""
_ABBREVIATION = re.compile(
    r"\b(?:Inc|Corp|Co|Cos|Ltd|Bros|Jr|Sr|Dr|Mr|Mrs|Ms|St|No|Nos|Hon|Assn|Ass'n|Dep't|Int'l|al|[A-Z])$", re.IGNORECASE
)
_ROLE = (
    r"(?:plaintiff|defendant|petitioner|respondent|appellant|appellee|intervenor|movant|debtor|creditor|trustee|amicus|"
    r"claimant|counter)"
)
_FOR_PARTY = re.compile(rf"\s+for\s+(?P<role>{_ROLE}s?\s)", re.IGNORECASE)
"""Counsel files "for Debtor Rosewood": the party is who says it."""
_BENCH = re.compile(
    r"^(?:the\s+)?(?:hon(?:orable)?\b|(?:\w+\s+){0,3}judge\b|magistrate|clerk|court\b|usca\b)", re.IGNORECASE
)
_FROM_THE_BENCH = re.compile(
    # What stands before the word names its kind ("Case Management Scheduling Order"). After "of" or "re" it is another
    # document ("NOTICE OF APPEAL of 42 ORDER", "STATUS REPORT re ORDER"), after "proposed" it is none yet.
    r"^\W*(?:(?!(?:of|on|re|to|for|in|with|from|regarding|against|under|by|as|motions?(?!\sorder)|proposed|requests?|"
    r"objections?|responses?|reply|replies|petitions?|letters?|stipulation(?!\sand\sorder))\b)(?:[\w/-]+|&)\s+){0,4}?"
    r"(?:orders?(?!\s+form\b)|judge?ment|opinion|ruling|endorsement|minutes?|mandate|set/reset|terminate|"
    r"so[- ]ordered|case\s+(?:(?:re)?assigned|termination)|summons\s+issued|(?:clerk'?s|deficiency)\s+notice|"
    r"notice\s+of\s+hearing|hearing|action\s+required|report\s+and\s+recommendations?)\b",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"\b[Ss]igned by (?:the )?(?:Hon|[\w ]{0,30}\bJudge\b|[\w ]{0,30}\bJUDGE\b)")
_SHORT_ENDS = re.compile(r"\s+(?:[Ff]iled\s+by|by|re:?|RE:?|[Ss]igned)\s|\s*[(;:]|(?<!\b[A-Z])\.(?:\s|$)")
_SEALED = re.compile(r"\b(?:under seal|sealed|restricted)\b", re.IGNORECASE)
_NOT_SEALED = re.compile(
    r"\bunseal|\bto\s+(?:file|be filed|remain|seal)\b|\bsealing\b|\bshould\s+be\s+(?:filed\s+under\s+)?seal",
    re.IGNORECASE,
)
_ATTACHMENTS = re.compile(r"\(Attachments?:[^()]*(?:\([^()]*\)[^()]*)*\)", re.IGNORECASE)


def entry_alias(court: str | None, docket_number: str | None, document_number: str | None) -> tuple[str, ...]:
    """The name that an entry has in every way in: court, case and number. Empty where one of them is not known."""
    core, office = docket_number_core(docket_number or ""), office_of(docket_number or "")
    case = f"{office}:{core}" if office else core
    return (f"{court}:{case}:{document_number}",) if court and core and document_number else ()


def pacer_doc_id(given: str) -> str:
    """With the fourth digit 0: PACER writes the same document with 0 or 1 there. A GUID (ACMS) stays as it is."""
    return f"{given[:3]}0{given[4:]}" if len(given) > 8 and given.isdigit() else given


def comparable(description: str) -> str:
    """A description as it is compared: without `(Entered: …)` and references like `[12]`, which come and go."""
    return _BRACKETED.sub("", _ENTERED.sub("", _SPACE.sub(" ", description))).strip()


def short_of(description: str) -> str | None:
    """The type of filing that a description begins with ("MOTION for Settlement Preliminary Approval")."""
    flat = _SPACE.sub(" ", description[:2000]).strip()
    end = _SHORT_ENDS.search(flat, 1)
    short = flat[: end.start()] if end else flat
    if len(short) > LONGEST_SHORT:
        short = short[:LONGEST_SHORT].rpartition(" ")[0] or short[:LONGEST_SHORT]
    return short.strip(" ,.-") or None


def filed_by(description: str) -> str | None:
    """Who filed it, in the docket's words ("Plaintiffs Richard Kadrey, Sarah Silverman"), where it says so.

    "court" for what comes from the bench: an order names the movant ("ORDER granting 11 MOTION … filed by …"), who did
    not write it.
    """
    flat = _SPACE.sub(" ", description[:4000]).strip()
    if _FROM_THE_BENCH.match(flat) or _SIGNED.search(flat):
        return "court"
    others = _OTHERS.search(flat)
    own = flat[: others.start()] if others else flat
    behalf = _ON_BEHALF.search(own)
    if behalf is not None and _WHO.search(own, 0, behalf.start()):
        return _name(own[behalf.end() :]) or None
    bench = False
    for found in _WHO.finditer(own):
        who = _name(own[found.end() : found.end() + 600])
        party = _FOR_PARTY.match(own, found.end() + len(who))
        if party is not None:
            return _name(own[party.end() - len(party.group("role")) :])
        if _BENCH.match(who):
            bench = True  # unless a party is named yet: "CONSENT to Trial by US Magistrate Judge by Smith Mfg."
        elif who:
            return who
    return "court" if bench else None


def _name(rest: str) -> str:
    """The names at the head of a text, up to the end of their sentence; the stop of "Inc." ends none."""
    at = 0
    while end := _WHO_ENDS.search(rest, at):
        stop = rest.find(".", end.start(), end.end())
        if stop < 0 or rest.startswith("..", stop) or not _ABBREVIATION.search(rest, 0, stop):
            if rest.startswith("..", stop) and stop >= 0:
                return rest[: stop + 1].strip(" ,")
            return rest[: end.start()].strip(" ,")
        at = end.end()
    return rest.strip(" ,")


def is_sealed(description: str) -> bool:
    """Whether a docket says that the document itself is under seal.

    A motion to seal another one does not, nor does a sealed attachment; what an order says of sealing in its text is
    about others.
    """
    own = _ATTACHMENTS.sub("", description)
    about_itself = own[:LONGEST_SHORT] if _FROM_THE_BENCH.match(own) else own
    return _SEALED.search(about_itself) is not None and _NOT_SEALED.search(own) is None
