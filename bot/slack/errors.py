"""Slack's answers, sorted by what is to be done (Slack's error lists; node-slack-sdk and bolt-python issues)."""

from datetime import timedelta

from bot.notifier import Ambiguous, DeliveryError, Malformed, NoSuchPlace, NotNow, Shut

_WAIT = {"ratelimited", "rate_limited", "message_limit_exceeded_retry"}
_AMBIGUOUS = {"internal_error", "fatal_error", "request_timeout", "service_unavailable"}
_LONG = {"team_added_to_org", "org_login_required", "accesslimited"}
_PARK = {
    "channel_not_found",
    "not_in_channel",
    "is_archived",
    "no_permission",
    "ekm_access_denied",
    "messages_tab_disabled",
    "message_limit_exceeded",
    "cant_update_message",
    "message_not_found",
    "thread_not_found",
}
_SHUT = {
    "invalid_auth",
    "not_authed",
    "token_revoked",
    "token_expired",
    "account_inactive",
    "missing_scope",
    "not_allowed_token_type",
}
_OURS = {"msg_blocks_too_long", "msg_too_long", "metadata_too_large", "no_text", "invalid_arguments"}
LONG_BACK_OFF = timedelta(minutes=30)


def error_of(code: str, *, method: str, channel: str) -> DeliveryError:
    """The exception that stands for an answer `{"ok": false, "error": code}`."""
    detail = f"Slack answered {code} to {method} in {channel}"
    if code in _WAIT:
        return NotNow(detail, retry_after=timedelta(seconds=30))
    if code in _LONG:
        return NotNow(detail, retry_after=LONG_BACK_OFF)
    if code in _PARK or code.startswith("restricted_action"):
        return NoSuchPlace(detail)
    if code in _SHUT:
        return Shut(detail, retry_after=timedelta(minutes=1))
    if code in _OURS or code.startswith("invalid_blocks"):
        return Malformed(detail)
    return Ambiguous(detail)  # known ones of that kind, and every code that we do not know


def rate_limited(retry_after: str | None, *, method: str) -> NotNow:
    seconds = int(retry_after) if retry_after is not None and retry_after.isdigit() else 30
    return NotNow(f"Slack limits the rate of {method}", retry_after=timedelta(seconds=min(max(seconds, 1), 3600)))
