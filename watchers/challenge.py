"""Pages that stand in for the one that was asked for: bot challenges and log-in forms, often served as 200.

Evidence that holds, and evidence that does not, is from mvanhorn/cli-printing-press#3712, steipete/oracle#308 and
RSS-Bridge#2599: Cloudflare's beacon (`cdn-cgi/challenge-platform`) and `server: cloudflare` stand on healthy pages.
"""

import re
from collections.abc import Mapping

SHORT = 60_000
"""Bytes; a challenge is a small page, an article that speaks of one is seldom."""
FEW_WORDS, FEW_WORDS_UNDER_A_TITLE, NO_WORDS = 1500, 1000, 400
"""Bytes of visible text, less than which a page has: with a challenge's own mark, with its title only, with neither."""

_TITLE = re.compile(rb"<title\b[^>]{0,200}>(.{0,400}?)</title", re.IGNORECASE | re.DOTALL)
_UNSEEN = re.compile(rb"<(/?)(script|style|noscript|template)\b", re.IGNORECASE)
_SEPARATOR = re.compile(rb" [|-] | \xe2\x80\x93 | \xe2\x80\x94 | &#8212; | &lsaquo; ")
_PASSWORD = re.compile(rb"<input\b[^>]{0,300}?\btype\s{0,5}=\s{0,5}[\"']?password", re.IGNORECASE)

_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"_cf_chl_opt", "Cloudflare challenge"),
    (b"Incapsula incident ID", "Imperva challenge"),
    (b"captcha-delivery.com", "DataDome challenge"),
    (b"px-captcha", "PerimeterX challenge"),
    (b"anubis_challenge", "Anubis challenge"),
    (b"awsWafCookieDomainList", "AWS WAF challenge"),
    (b"/.well-known/sgcaptcha", "SiteGround challenge"),
)
_MARKS_OF_HEALTHY_PAGES_TOO: tuple[tuple[bytes, str], ...] = (
    (b"_Incapsula_Resource", "Imperva challenge"),
    (b"window._pxAppId", "PerimeterX challenge"),
    (b"/.within.website/x/cmd/anubis", "Anubis challenge"),
)
"""Sites that are guarded by these load their scripts on every page: only a page without words is a challenge."""
_TITLES = {
    b"just a moment",
    b"attention required",
    b"access denied",
    b"access to this page has been denied",
    b"are you a robot",
    b"robot check",
    b"pardon our interruption",
    b"making sure you&#39;re not a bot",
    b"making sure you're not a bot",
    b"human verification",
    b"one moment, please",
    b"please wait",
    b"vercel security checkpoint",
    b"security check",
    b"client challenge",
    b"ddos-guard",
}
"""A whole title, or what stands before a bar or a dash in it: "Access denied: who is kept out" is an article's."""
_TITLES_BEGIN = (b"checking your browser", b"verifying you are human")
_LOGIN_TITLES = (b"log in", b"login", b"log-in", b"sign in", b"signin", b"sign-in", b"anmelden", b"log masuk")
_SCRIPTS_WANTED = (b"enable javascript", b"turn on javascript", b"javascript is disabled", b"requires javascript")


def recognise(status: int, headers: Mapping[str, str], body: bytes) -> str | None:
    """What stands in for the page ("Cloudflare challenge", "log-in page"), or None for an honest one.

    `headers`: names in lower case. `body`: the beginning of the answer, decompressed; only HTML is looked into.
    """
    if headers.get("cf-mitigated", "").lower() == "challenge":
        return "Cloudflare challenge"
    if len(body) >= SHORT or not _is_html(headers.get("content-type", ""), body):
        return None
    length = _text_length(body)
    kept_out = status in {401, 403, 429, 503}
    for mark, name in _MARKS if kept_out or length < FEW_WORDS else ():
        if mark in body:
            return name
    for mark, name in _MARKS_OF_HEALTHY_PAGES_TOO if length < NO_WORDS else ():
        if mark in body:
            return name
    found = _TITLE.search(body) if kept_out or length < FEW_WORDS_UNDER_A_TITLE else None
    title = b" ".join(found.group(1).lower().split()) if found else b""
    if title.startswith(_TITLES_BEGIN) or _SEPARATOR.split(title)[0].rstrip(b".!?\xe2\x80\xa6 ") in _TITLES:
        return "bot challenge"
    if any(wish in title for wish in _LOGIN_TITLES) and _PASSWORD.search(body):
        return "log-in page"
    if length < NO_WORDS and any(wish in body.lower() for wish in _SCRIPTS_WANTED):
        return "page that works by JavaScript only"
    return None


def _is_html(content_type: str, body: bytes) -> bool:
    if content_type:
        return "html" in content_type.lower()
    return body[:500].lstrip().lower().startswith((b"<!doctype html", b"<html"))


def _text_length(body: bytes) -> int:
    """Of what a reader sees, blanks folded. Goes through the page once, whatever stands in it."""
    seen: list[bytes] = []
    at, inside = 0, b""
    for tag in _UNSEEN.finditer(body):
        closing, name = bool(tag.group(1)), tag.group(2).lower()
        if not inside:
            seen.append(body[at : tag.start()])
            inside = b"" if closing else name
        elif closing and name == inside:
            inside = b""
        at = tag.start()
    if not inside:
        seen.append(body[at:])
    words = [piece.partition(b">")[2] if number else piece for number, piece in enumerate(b"".join(seen).split(b"<"))]
    return len(b" ".join(b" ".join(words).split()))
