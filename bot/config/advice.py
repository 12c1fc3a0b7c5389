"""What stops nothing, but should be said: warnings."""

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.config.findings import Findings
from bot.config.schema import BotTable, LlmTable, SlackTable
from bot.config.secrets import Secrets
from bot.config.sources import public_host
from watchers.model import Source

_CONTACT = re.compile(r"[^\s@()]+@[^\s@()]+\.[a-z]|https?://", re.IGNORECASE)
_EXAMPLE = re.compile(r"@example\.(com|org|net)\b", re.IGNORECASE)
_MINUTE = timedelta(minutes=1)


def advise(
    findings: Findings,
    *,
    bot: BotTable | None,
    llm: LlmTable | None,
    slack: SlackTable | None,
    sources: Sequence[tuple[int, Source]],
    secrets: Secrets,
    has_sources: bool,
    has_rules: bool,
) -> None:
    """Adds warnings to `findings`. A table is None where it is wrong; `sources`: with their place."""
    if bot is not None:
        _contact(findings, bot.user_agent)
    for index, source in sources:
        host = public_host(source)
        if host is not None and source.every is not None and source.every < _MINUTE:
            findings.add(
                ("source", index, "every"),
                f"{host} is asked more often than once a minute",
                'Obeyed as written; sites that are asked this often shut the door. Write "1m" or more.',
                warning=True,
            )
    if not has_sources:
        findings.add((), "nothing is watched: there is no [[source]]", "Add one.", warning=True)
    if not has_rules:
        findings.add((), "nothing is asked for: there is no [[rule]]", "Add one.", warning=True)
    if secrets.slack_bot_token is None and (secrets.slack_app_token or secrets.slack_signing_secret):
        problem = "there is no SLACK_BOT_TOKEN: alerts go to the console"
        mend = "Set SLACK_BOT_TOKEN, or unset the other Slack secrets."
        findings.add(("slack",), problem, mend, warning=True)
    if slack is not None and secrets.slack_bot_token is not None:
        _way_in(findings, slack, secrets)
    if llm is not None and llm.model:
        findings.add(("llm", "model"), "no model is asked yet", 'Leave it empty: model = "".', warning=True)


def _way_in(findings: Findings, slack: SlackTable, secrets: Secrets) -> None:
    """Alerts go out with the bot's token alone; what people say comes in by a second secret."""
    if slack.mode == "socket" and secrets.slack_app_token is None:
        problem = "there is no SLACK_APP_TOKEN: alerts are posted, and nobody hears /watch"
        mend = "Set it (an app-level token with the scope connections:write; docs/slack.md says where it is made)."
        findings.add(("slack",), problem, mend, warning=True)
    if slack.mode == "http" and secrets.slack_signing_secret is None:
        problem = "there is no SLACK_SIGNING_SECRET: alerts are posted, and nobody hears /watch"
        mend = 'Set it (on the app\'s page "Basic Information"), or write mode = "socket".'
        findings.add(("slack",), problem, mend, warning=True)


def _contact(findings: Findings, user_agent: str) -> None:
    path = ("bot", "user_agent")
    mend = 'Write how to reach you: "onrecord (you@your-company.com)". Courts and the SEC refuse programs without one.'
    if _EXAMPLE.search(user_agent):
        findings.add(path, "the contact is nobody's", mend, warning=True)
    elif not _CONTACT.search(user_agent):
        findings.add(path, "there is no contact in it", mend, warning=True)
