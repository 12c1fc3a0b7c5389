"""docs/watch.md says what is replied: every line of it is typed, in order."""

import re
from pathlib import Path

from asking import ANNA, asking
from bot.slack.events import Reply

PAGE = Path(__file__).resolve().parents[4] / "docs" / "watch.md"
_BLOCK = re.compile(r"(?<=```watch\n).*?(?=\n```\n)", re.DOTALL)
_DATE = re.compile(r"<!date\^\d+\^[^|]*\|([^>]*)>")
INDENT = "    "


async def test_every_reply_is_what_the_page_says(tmp_path: Path):
    page = PAGE.read_text(encoding="utf-8")
    assert await answered(page, tmp_path) == page


async def answered(page: str, folder: Path) -> str:
    """The page with each line's reply below it."""
    async with asking(folder) as people:
        earnings = people.id_of("earnings")
        told: list[str] = []
        for block in _BLOCK.findall(page):
            lines = []
            for typed in (line for line in block.splitlines() if line and not line.startswith(INDENT)):
                where, _, text = typed.rpartition("/watch")
                await people.says(text.strip(), channel=where.strip(" #") or "general")
                lines += [typed, *shown(people.last, earnings), ""]
            told.append("\n".join(lines[:-1]))
    following = iter(told)
    return _BLOCK.sub(lambda _: next(following), page)


def shown(reply: Reply, earnings: str) -> list[str]:
    """As Slack shows it, about."""
    text = _DATE.sub(r"\1", reply.text).replace(f"<@{ANNA}>", "@anna").replace(f"<#{earnings}>", "#earnings")
    text = text.replace("```", "")
    who = "everybody:" if reply.in_channel else "only you:"
    return [f"{INDENT}{line}".rstrip() for line in (who, *text.strip("\n").splitlines())]
