"""Slack's answers, sorted by what is to be done (the error lists of its methods; issues of its SDKs)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from bot.notifier import Ambiguous, DeliveryError, Malformed, NoSuchMessage, NoSuchPlace, NotNow, Shut

WAIT = frozenset({"ratelimited", "rate_limited"})
AMBIGUOUS = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})
LONG = frozenset({"team_added_to_org", "org_login_required", "accesslimited"})
PARK = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "no_permission",
        "ekm_access_denied",
        "messages_tab_disabled",
        "message_limit_exceeded",
    }
)
GONE = frozenset(
    {
        "cant_update_message",
        "edit_window_closed",
        "message_not_found",
        "thread_not_found",
        "cannot_reply_to_message",
    }
)
"""About the message that another belongs to: somebody deleted it. Its channel is as good as before."""
SHUT = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "token_expired",
        "account_inactive",
    }
)
OURS = frozenset(
    {
        "msg_blocks_too_long",
        "msg_too_long",
        "metadata_too_large",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "no_text",
        "invalid_arguments",
    }
)
TOO_LATE = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})
NO_RIGHT = frozenset({"missing_scope", "not_allowed_token_type"})
LONG_BACK_OFF = timedelta(minutes=30)
WITHOUT_WORD = timedelta(seconds=30)
"""How long to wait where Slack limits the rate and does not say for how long."""
LONGEST_WAIT = timedelta(hours=1)


class Outside(NoSuchPlace):
    """The bot is not a member: a public channel it can join by itself."""


class NoRight(Shut):
    """The token is good, and not for this method."""


class TooLate(NotNow):
    """A trigger opens one modal, within three seconds."""


def error_of(code: str, *, method: str, channel: str, scope: str = "") -> DeliveryError:
    """The exception that stands for an answer `{"ok": false, "error": code}`. `scope` is the one that was missing."""
    detail = f"Slack answered {code} to {method}" + (f" in {channel}" if channel else "")
    if scope:
        detail += f" (the app needs the scope {scope}: add it and install the app again)"
    if code.startswith("restricted_action"):
        return NoSuchPlace(detail)
    if code.startswith("invalid_blocks"):
        return Malformed(detail)
    for codes, made in _KINDS:
        if code in codes:
            return made(detail)
    return Ambiguous(detail)  # known ones of that kind, and every code that we do not know


_KINDS: tuple[tuple[frozenset[str], Callable[[str], DeliveryError]], ...] = (
    (TOO_LATE, TooLate),
    (WAIT, partial(NotNow, retry_after=WITHOUT_WORD)),
    (LONG, partial(NotNow, retry_after=LONG_BACK_OFF)),
    (frozenset({"not_in_channel"}), Outside),
    (PARK, NoSuchPlace),
    (GONE, NoSuchMessage),
    (NO_RIGHT, partial(NoRight, retry_after=timedelta(minutes=1))),
    (SHUT, partial(Shut, retry_after=timedelta(minutes=1))),
    (OURS, Malformed),
)


def rate_limited(retry_after: str | None, *, method: str) -> NotNow:
    """For an answer 429. `retry_after` is the header: whole seconds."""
    asked = retry_after is not None and retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 10
    wait = timedelta(seconds=max(int(retry_after or "0"), 1)) if asked else WITHOUT_WORD
    return NotNow(f"Slack limits the rate of {method}", retry_after=min(wait, LONGEST_WAIT))
