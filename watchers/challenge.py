"""Pages that stand in for the one that was asked for: bot challenges and log-in forms, often served as 200.

Evidence that holds, and evidence that does not, is from mvanhorn/cli-printing-press#3712, steipete/oracle#308 and
RSS-Bridge#2599: Cloudflare's beacon (`cdn-cgi/challenge-platform`) and `server: cloudflare` stand on healthy pages.
"""

import re
from collections.abc import Mapping

SHORT = 60_000
"""Bytes; a challenge is a small page, an article that speaks of one is seldom."""

_TITLE = re.compile(rb"<title[^>]*>\s*(.{0,200}?)\s*</title>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(rb"<(script|style|noscript)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_PASSWORD = re.compile(rb"<input[^>]{0,300}type\s*=\s*[\"']?password", re.IGNORECASE)

_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"_cf_chl_opt", "Cloudflare challenge"),
    (b"/_Incapsula_Resource?", "Imperva challenge"),
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
    b"ddos-guard",
)
_LOGIN_TITLES = (b"log in", b"login", b"sign in", b"signin", b"anmelden")
_SCRIPTS_WANTED = (b"enable javascript", b"turn on javascript", b"javascript is disabled", b"requires javascript")


def recognise(status: int, headers: Mapping[str, str], body: bytes) -> str | None:
    """What stands in for the page ("Cloudflare challenge", "log-in page"), or None for an honest one.

    `headers`: names in lower case. `body`: the beginning of the answer, decompressed; only HTML is looked into.
    """
    if headers.get("cf-mitigated", "").lower() == "challenge":
        return "Cloudflare challenge"
    if not _is_html(headers.get("content-type", ""), body):
        return None
    short = len(body) < SHORT
    if short:
        for mark, name in _MARKS:
            if mark in body:
                return name
    title = _TITLE.search(body[:20_000])
    words = title.group(1).lower() if title else b""
    if short and words.startswith(_TITLES) and (status in {401, 403, 429, 503} or _text_length(body) < 1500):
        return "bot challenge"
    if short and words.startswith(_LOGIN_TITLES) and _PASSWORD.search(body) and _text_length(body) < 1500:
        return "log-in page"
    if short and _text_length(body) < 400 and any(wish in body.lower() for wish in _SCRIPTS_WANTED):
        return "page that works by JavaScript only"
    return None


def _is_html(content_type: str, body: bytes) -> bool:
    if content_type:
        return "html" in content_type.lower()
    return body[:500].lstrip().lower().startswith((b"<!doctype html", b"<html"))


def _text_length(body: bytes) -> int:
    return len(b" ".join(_TAG.sub(b" ", body).split()))
