"""The README's picture is what the program sends now."""

import asyncio
from pathlib import Path

from bot.demo.picture import picture

SHOWN = Path(__file__).parents[3] / "docs" / "alert.svg"


def test_the_picture_is_drawn_from_todays_payload():
    drawn = asyncio.run(picture())
    assert drawn == SHOWN.read_text(encoding="utf-8"), "draw it again: make picture"
    for words in ("Mark Zuckerberg", "selling access to", "Opposite wording"):
        assert words in drawn
