"""Draws what Slack shows, from the payloads that the program sends: `python -m bot.demo.picture docs`.

`alert.svg` is the README's; in `slack/` is one picture of each kind of message.
"""

import asyncio
import logging
import re
import sys
from datetime import timedelta
from pathlib import Path

from bot import logs
from bot.config import Secrets
from bot.demo.kinds import PEOPLE, kinds
from bot.demo.replay import replay
from bot.model import Message
from bot.notifier import Receipt
from bot.slack.picture import draw

_PORT = re.compile(r"(?<=\.example):\d+")


class Keeper:
    """A notifier that keeps what it is to send."""

    pace = timedelta(0)

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def ready(self, message: Message, *, parent: Receipt | None) -> None:
        """Nothing is needed."""

    async def send(self, message: Message, *, parent: Receipt | None, repeat: bool, plain: bool) -> Receipt:  # noqa: ARG002 - the interface
        # What is in time is told when it is due, whenever the pictures are drawn.
        self.messages.append(message.model_copy(update={"last_try": None}))
        return {}

    async def find(self, message: Message, *, parent: Receipt | None) -> Receipt | None:  # noqa: ARG002 - nothing is in doubt
        return None

    async def preflight(self) -> None:
        """It takes everything."""


async def pictures() -> dict[str, str]:
    """SVGs by their paths; the same story draws the same pictures."""
    keeper = Keeper()
    await replay(keeper)
    drawn = {}
    for name, shown in kinds(keeper.messages).items():
        channel = "#on-record-ops" if name == "notice" else "#on-record"
        svg = draw(shown.messages, channel=channel, threads=shown.threads, people=PEOPLE, about=shown.about)
        # The story's server has another port every time.
        drawn["alert.svg" if name == "alert" else f"slack/{name}.svg"] = _PORT.sub("", svg)
    return drawn


def main() -> None:
    logs.configure(Secrets(), level=logging.WARNING)
    folder = Path(sys.argv[1])
    (folder / "slack").mkdir(exist_ok=True)
    for name, svg in asyncio.run(pictures()).items():
        (folder / name).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
