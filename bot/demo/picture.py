"""Draws the README's alert from the payload that the program sends: `python -m bot.demo.picture docs/alert.svg`."""

import asyncio
import logging
import re
import sys
from datetime import timedelta
from pathlib import Path

from bot import logs
from bot.config import Secrets
from bot.demo.replay import replay
from bot.model import Message
from bot.notifier import Receipt
from bot.slack.picture import draw
from bot.slack.render import payload

SHOWN = "meta-blog"
"""The source whose alert is drawn: a denial, with what was said before beside it."""

_PORT = re.compile(r"(?<=\.example):\d+")


class Keeper:
    """A notifier that keeps what it is to send."""

    pace = timedelta(0)

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def ready(self, message: Message, *, parent: Receipt | None) -> None:
        """Nothing is needed."""

    async def send(self, message: Message, *, parent: Receipt | None, repeat: bool, plain: bool) -> Receipt:  # noqa: ARG002 - the interface
        self.messages.append(message)
        return {}

    async def find(self, message: Message, *, parent: Receipt | None) -> Receipt | None:  # noqa: ARG002 - nothing is in doubt
        return None

    async def preflight(self) -> None:
        """It takes everything."""


async def picture() -> str:
    """The SVG; the same story draws the same picture."""
    keeper = Keeper()
    await replay(keeper)
    shown = [message for message in keeper.messages if message.alert is not None and message.alert.source == SHOWN]
    # The story's server has another port every time.
    return _PORT.sub("", draw([payload(message) for message in shown], channel="#on-record"))


def main() -> None:
    logs.configure(Secrets(), level=logging.WARNING)
    Path(sys.argv[1]).write_text(asyncio.run(picture()), encoding="utf-8")


if __name__ == "__main__":
    main()
