"""Wiring of what people say in Slack: the way in that the configuration names, and who answers."""

from collections.abc import Callable
from datetime import datetime

from pydantic import SecretStr

from bot.config import Config
from bot.inforce import InForce
from bot.notifier import DeliveryError
from bot.slack import clicks
from bot.slack.api import SlackApi
from bot.slack.commands import handler as commands
from bot.slack.commands.desk import Desk
from bot.slack.events import Click, Command, Event, Handler, Reply, Submission
from bot.slack.http import SignedRequests
from bot.slack.places import Places
from bot.slack.reception import Reception
from bot.slack.replies import Replies
from bot.slack.socket import Socket
from bot.store import envelopes
from bot.store.database import Database
from bot.timings import Timings
from bot.trying import Trial


def door_for(
    config: Config, handler: Handler, *, database: Database, clock: Callable[[], datetime], timings: Timings
) -> Socket | SignedRequests | None:
    """None where Slack is off, or the secret of its way in is not there (`config.warnings` tells it)."""
    secrets, slack = config.secrets, config.slack
    if secrets.slack_bot_token is None:
        return None

    async def first_time(envelope: str) -> bool:
        now = clock()
        return await database.write(lambda conn: envelopes.first_time(conn, envelope, now=now))

    replies = Replies(SlackApi(secrets.slack_bot_token, base_url=slack.base_url), again_after=timings.answer_again)
    reception = Reception(handler, replies, first_time=first_time, timings=timings)
    if slack.mode == "http" and secrets.slack_signing_secret is not None:
        return SignedRequests(secrets.slack_signing_secret, reception=reception, clock=clock, timings=timings)
    if slack.mode == "socket" and secrets.slack_app_token is not None:
        return Socket(secrets.slack_app_token, base_url=slack.base_url, reception=reception, timings=timings)
    return None


def handler_for(desk: Desk) -> Handler:
    """Answers `/watch`, and the buttons of alerts."""

    async def handler(event: Event) -> Reply | None:
        match event:
            case Command():
                return await commands.answer(desk, event)
            case Click():
                return await clicks.clicked(desk, event)
            case Submission():
                return await clicks.sent(desk, event)

    return handler


def desk_for(
    config: Config, database: Database, in_force: InForce, trial: Callable[[], Trial], clock: Callable[[], datetime]
) -> Desk:
    """What answers to commands are made of; without a token nobody asks for any."""
    api = SlackApi(config.secrets.slack_bot_token or SecretStr(""), base_url=config.slack.base_url)
    return Desk(database, in_force, Places(api, clock), trial, clock)


async def refusals(config: Config) -> dict[str, DeliveryError]:
    """What Slack says against our tokens, by variable: a `Shut` where it refuses one, another where that is not known.

    Each token is asked about only where it would be used.
    """
    bot, app = config.secrets.slack_bot_token, config.secrets.slack_app_token
    if bot is None:
        return {}
    base_url = config.slack.base_url
    asking = {"SLACK_BOT_TOKEN": SlackApi(bot, base_url=base_url).write("auth.test", "", {})}
    if app is not None and config.slack.mode == "socket":
        asking["SLACK_APP_TOKEN"] = SlackApi(app, base_url=base_url).write("apps.connections.open", "", {})
    said = {}
    for variable, answer in asking.items():
        try:
            await answer
        except DeliveryError as problem:
            said[variable] = problem
    return said
