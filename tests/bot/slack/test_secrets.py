"""The token is nowhere but in the request's own header."""

import logging
import traceback

import pytest
import structlog
from pydantic import SecretStr

from alerting import message
from bot.notifier import DeliveryError
from bot.slack.notifier import SlackNotifier
from fake_slack import Fault

SECRET = "the-secret"
FAULTS = [
    Fault("cut"),
    Fault("half"),
    Fault("500"),
    Fault("html"),
    Fault("text"),
    Fault("bad-json"),
    Fault("empty"),
    Fault("429"),
    Fault("no-ts"),
    Fault("error", code="invalid_auth"),
    Fault("error", code="missing_scope"),
    Fault("error", code="invalid_blocks"),
]


def texts_of(error: BaseException) -> str:
    """All that a log could print of an error: its chain too, suppressed or not."""
    found = []
    seen: BaseException | None = error
    while seen is not None:
        found += [str(seen), repr(seen), repr(vars(seen))]
        seen = seen.__cause__ or seen.__context__
    return "\n".join([*found, *traceback.format_exception(error)])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind}-{fault.code}")
async def test_no_error_and_no_log_holds_the_token(slack, notifier, fault, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "slack_sdk")  # whose level the program itself sets, in another test of this process
    slack.fail("chat.postMessage", fault)
    with pytest.raises(DeliveryError) as caught:
        await notifier.send(message(), parent=None, repeat=False, plain=False)
    assert SECRET not in texts_of(caught.value)
    assert caplog.text  # the client does log at this level
    assert SECRET not in caplog.text
    assert SECRET in slack.log[-1].headers["Authorization"]


async def test_no_repr_holds_the_token(notifier):
    assert SECRET not in repr(notifier)
    assert SECRET not in repr(notifier._api)
    assert SECRET not in repr(vars(notifier))


async def test_the_token_is_in_no_address_and_no_body(slack, notifier):
    await notifier.preflight()
    await notifier.send(message(), parent=None, repeat=False, plain=False)
    assert SECRET not in repr([call.args for call in slack.log])


async def test_the_couriers_log_holds_no_token(desk):
    desk.slack.workspace.tokens["xoxb-the-secret"].refused = "token_revoked"
    await desk.put(message())
    with structlog.testing.capture_logs() as lines:
        await desk.round()
    assert any("token_revoked" in str(line) for line in lines)
    assert SECRET not in repr(lines)


async def test_a_token_with_white_space_around_it_is_the_same_token(slack):
    await SlackNotifier(SecretStr(" xoxb-the-secret\n"), base_url=slack.base_url).preflight()
