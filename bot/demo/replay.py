"""The replay: the story's days one after another through the real program, with the clock set to each."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.app import App, opened
from bot.config import Config, load
from bot.demo.server import StoryResolver, StoryServer
from bot.demo.story import ABOUT, CALLS, CHAPTERS, CONFIG, COURT, COURTLISTENER, PRESS, Chapter, resources
from bot.model import Alert, Statement
from bot.notifier import Notifier
from bot.store import statements


@dataclass(slots=True)
class Told:
    """What came of the story. `requests`, `unchanged`: of the last round, in which nothing is new."""

    alerts: list[list[Alert]] = field(default_factory=list)
    """By chapter."""
    troubles: list[str] = field(default_factory=list)
    requests: int = 0
    unchanged: int = 0
    timeline: list[Statement] = field(default_factory=list)

    def as_told(self) -> bool:
        """Whether the story went as it is written."""
        counts = [len(alerts) for alerts in self.alerts]
        return counts == [chapter.alerts for chapter in CHAPTERS] and not self.troubles


class StoryClock:
    """Stands still at the moment of the chapter."""

    def __init__(self) -> None:
        self.now = CHAPTERS[0].at

    def __call__(self) -> datetime:
        return self.now


async def replay(
    notifier: Notifier, *, began: Callable[[Chapter], None] = lambda _chapter: None, folder: Path | None = None
) -> Told:
    """Run the story to its end. `began` is called before each chapter's round; `folder` keeps the store.

    Nothing leaves the machine, and nothing is left on it.
    """
    clock = StoryClock()
    told = Told()
    with tempfile.TemporaryDirectory(prefix="onrecord-demo-") as temporary:
        async with StoryServer(resources(), clock) as server:
            config = configuration(server, folder or Path(temporary))
            async with opened(config, notifier, clock=clock, resolver=StoryResolver()) as app:
                for chapter in CHAPTERS:
                    clock.now = chapter.at
                    began(chapter)
                    await _round(app, server, told)
                told.timeline = await app.database.read(lambda conn: statements.timeline(conn, "META", "paid-access"))
    return told


def configuration(server: StoryServer, folder: Path) -> Config:
    """The story's configuration, by the real loader. No secret of the environment is in it."""
    path = folder / "config.toml"
    addresses = {"about": ABOUT, "calls": CALLS, "courtlistener": COURTLISTENER, "court": COURT, "press": PRESS}
    path.write_text(
        CONFIG.format(
            database=f"sqlite:///{(folder / 'story.db').as_posix()}",
            **{name: server.url(host) for name, host in addresses.items()},
        ),
        encoding="utf-8",
    )
    return load(path, {name: os.environ[name] for name in ("PATH",) if name in os.environ})


async def _round(app: App, server: StoryServer, told: Told) -> None:
    server.asked = server.unchanged = 0
    report = await app.once()
    told.alerts.append([alert for visited in report.reports for alert in visited.tally.alerts])
    for visited in report.reports:
        if visited.trouble is not None:
            told.troubles.append(f"{visited.source}: {visited.trouble.detail}")
        told.troubles += [f"{visited.source}: {trouble.detail}" for trouble in visited.troubles]
    if report.shut is not None:
        told.troubles.append(report.shut)
    told.requests, told.unchanged = server.asked, server.unchanged
