"""The pictures are what the program sends now."""

from pathlib import Path

from bot.demo.picture import pictures

DOCS = Path(__file__).parents[3] / "docs"


async def test_every_picture_is_drawn_from_todays_payloads():
    drawn = await pictures()
    for name, svg in drawn.items():
        assert svg == (DOCS / name).read_text(encoding="utf-8"), f"{name}: draw it again: make picture"
    assert {f"slack/{path.name}" for path in (DOCS / "slack").glob("*.svg")} == set(drawn) - {"alert.svg"}
    for words in ("Mark Zuckerberg", "selling access to", "Opposite wording"):
        assert words in drawn["alert.svg"]


async def test_every_picture_is_shown_on_the_page_of_messages():
    page = (DOCS / "messages.md").read_text(encoding="utf-8")
    assert [name for name in await pictures() if f"]({name})" not in page] == []
