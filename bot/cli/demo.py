"""`onrecord demo`: the story, replayed offline through the real pipeline."""

import logging

from bot import logs
from bot.cli.session import FAILED, Format, OutputFormat, console, fail, run_async, say
from bot.config.secrets import Secrets
from bot.console import ConsoleNotifier
from bot.demo.replay import Told, replay
from bot.demo.story import CHAPTERS, Chapter
from bot.timeline import draw_timeline


def demo(output: OutputFormat = Format.text) -> None:
    """Replay a true story offline: what companies said over two years, as alerts, and the timeline they make."""
    logs.configure(Secrets(), level=logging.WARNING)
    as_json = output is Format.json
    say("A true story, told by documents of our own making; only the short quotations in them are real.")
    told = run_async(replay(ConsoleNotifier(as_json=as_json), began=_began))
    _close(told, as_json=as_json)
    if not told.as_told():
        for trouble in told.troubles:
            say(trouble)
        counts = ", ".join(str(len(alerts)) for alerts in told.alerts)
        fail(f"The story did not go as it is written: it alerted {counts} times in its chapters.", FAILED)


def _began(chapter: Chapter) -> None:
    number = CHAPTERS.index(chapter) + 1
    say(f"\n── {number}/{len(CHAPTERS)} · {chapter.at:%Y-%m-%d} · {chapter.headline}")


def _close(told: Told, *, as_json: bool) -> None:
    say(f"{told.requests} requests, {told.unchanged} of them answered 304 (not modified); no alert.")
    if not as_json:
        out = console()
        out.print("\nMETA on paid-access: does the company take money for access to what it makes?")
        draw_timeline(told.timeline, out)
    say(
        "\nWhat next:\n"
        "  onrecord run --once                       visit the public sources of config.toml once\n"
        "  onrecord try https://about.fb.com/feed/   see what one source yields, without storing it\n"
        "  onrecord run                              watch; with SLACK_BOT_TOKEN set, alerts go to Slack"
    )
