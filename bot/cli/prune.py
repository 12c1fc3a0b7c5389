"""`onrecord prune`: what is older than `bot.retention` goes; statements stay."""

from dataclasses import asdict
from datetime import UTC, datetime

from bot.cli.session import DEFAULT_CONFIG, ConfigPath, Format, OutputFormat, configured, print_json, run_async, say
from bot.config import Config
from bot.pruning import prune as prune_all
from bot.store.database import Database
from bot.store.retention import Pruned


def prune(config: ConfigPath = DEFAULT_CONFIG, output: OutputFormat = Format.text) -> None:
    """Delete documents older than the retention, with all that hangs on them; statements are kept."""
    pruned = run_async(_prune(configured(config)))
    if output is Format.json:
        print_json(asdict(pruned))
    else:
        say(", ".join(f"{count} {name}" for name, count in asdict(pruned).items()) + " deleted.")


async def _prune(config: Config) -> Pruned:
    async with await Database.open(config.database_url, exclusive=True) as database:
        return await prune_all(database, before=datetime.now(UTC) - config.bot.retention)
