"""A file in Slack: asked for an address, sent there, and completed by whoever wants it to be seen.

What completes it answers without a `ts` (node-slack-sdk#1277, python-slack-sdk#1329), works once for one upload, and
carries no metadata: the file is found again by its name, which holds the delivery's id.
"""

from pathlib import PurePath
from typing import Any

from bot.alerts import wording
from bot.model import Message
from bot.notifier import Ambiguous, NotNow
from bot.plain import short
from bot.slack.api import SlackApi

LONGEST_TITLE = 200
LONGEST_NAME = 80
LONGEST_ALT = 1000
"""Slack takes 1,000 characters."""


def name_of(message: Message) -> str:
    """As in: chart-9f6f2c1e-….png."""
    assert message.file is not None
    given = PurePath(short(message.file.filename, LONGEST_NAME).replace("\\", "/"))
    kept = "".join(character for character in given.stem if character.isalnum() or character in "-_") or "file"
    suffix = "".join(character for character in given.suffix if character.isalnum() or character == ".")
    return f"{kept}-{message.id}{suffix}"


async def uploaded(api: SlackApi, message: Message, *, repeat: bool) -> dict[str, Any]:
    """What completes the upload. Until then nothing is to be seen, so that what goes wrong here leaves no doubt."""
    assert message.file is not None
    content = message.content or b""
    asked: dict[str, str | int | bool] = {
        "filename": name_of(message),
        "length": len(content),
        "alt_txt": short(message.file.alt, LONGEST_ALT) or "picture",
    }
    try:
        answer = await api.read("files.getUploadURLExternal", asked)
    except Ambiguous as error:
        raise NotNow(error.detail) from None
    address, file = answer.get("upload_url"), answer.get("file_id")
    if not isinstance(address, str) or not isinstance(file, str):
        raise NotNow("Slack said yes without saying where to send the file")
    await api.upload(address, content)
    title = short(message.file.title, LONGEST_TITLE) or "Picture"
    return {"files": [{"id": file, "title": f"{title} ({wording.REPEAT})" if repeat else title}]}
