"""Pages that stand in for the one that was asked for: bot challenges and log-in forms, often served as 200.

Evidence that holds, and evidence that does not, is from mvanhorn/cli-printing-press#3712, steipete/oracle#308 and
RSS-Bridge#2599: Cloudflare's beacon (`cdn-cgi/challenge-platform`) and `server: cloudflare` stand on healthy pages.
"""

import re
from collections.abc import Mapping

SHORT = 60_000
"""Bytes; a challenge is a small page, an article that speaks of one is seldom."""
FEW_WORDS = 1500
"""Bytes of visible text. The marks of Imperva and PerimeterX stand on healthy pages of the sites that they guard."""

_KEEPING_OUT = {401, 403, 429, 503}

_TITLE = re.compile(rb"<title\b[^>]{0,200}>(.{0,400}?)</title", re.IGNORECASE | re.DOTALL)
_UNSEEN = re.compile(rb"<(/?)(script|style|noscript|template)\b", re.IGNORECASE)
_PASSWORD = re.compile(rb"<input\b[^>]{0,300}?\btype\s{0,5}=\s{0,5}[\"']?password", re.IGNORECASE)

_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"_cf_chl_opt", "Cloudflare challenge"),
    (b"_Incapsula_Resource", "Imperva challenge"),
    (b"captcha-delivery.com", "DataDome challenge"),
    (b"px-captcha", "PerimeterX challenge"),
    (b"window._pxAppId", "PerimeterX challenge"),
    (b"anubis_challenge", "Anubis challenge"),
    (b"/.within.website/x/cmd/anubis", "Anubis challenge"),
    (b"awsWafCookieDomainList", "AWS WAF challenge"),
    (b"sgcaptcha", "SiteGround challenge"),
)
_TITLES = (
    b"just a moment",
    b"attention required! | cloudflare",
    b"access denied",
    b"are you a robot",
    b"robot check",
    b"pardon our interruption",
    b"making sure you&#39;re not a bot",
    b"making sure you're not a bot",
    b"human verification",
    b"verifying you are human",
    b"checking your browser",
    b"one moment, please",
    b"vercel security checkpoint",
    b"security check",
    b"ddos-guard",
)
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
    if length >= FEW_WORDS and status not in _KEEPING_OUT:
        return None
    for mark, name in _MARKS:
        if mark in body:
            return name
    title = _TITLE.search(body)
    words = title.group(1).strip().lower() if title else b""
    if words.startswith(_TITLES):
        return "bot challenge"
    if any(wish in words for wish in _LOGIN_TITLES) and _PASSWORD.search(body):
        return "log-in page"
    if length < 400 and any(wish in body.lower() for wish in _SCRIPTS_WANTED):
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
