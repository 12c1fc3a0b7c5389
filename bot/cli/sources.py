"""`onrecord sources`: what is watched."""

from typing import Any

from rich.table import Table

from bot.cli.session import DEFAULT_CONFIG, ConfigPath, Format, OutputFormat, configured, console, print_json
from watchers.model import Source


def sources(config: ConfigPath = DEFAULT_CONFIG, output: OutputFormat = Format.text) -> None:
    """List the configured sources."""
    listed = [as_json(source) for source in configured(config).sources]
    if output is Format.json:
        for one in listed:
            print_json(one)
        return
    table = Table("source", "kind", "provider", "company", "every", "what", box=None, pad_edge=False)
    for one in listed:
        what = ", ".join(f"{name}={value}" for name, value in one["options"].items())
        table.add_row(one["source"], one["kind"], one["provider"] or "", one["company"] or "", one["every"] or "", what)
    console().print(table)


def as_json(source: Source) -> dict[str, Any]:
    """`{"source","kind","provider","company","every","options"}`; `every` in ISO 8601, None: by its own rhythm."""
    told = source.model_dump(mode="json", include={"kind", "provider", "every"})
    options = source.options.model_dump(mode="json", exclude_defaults=True)
    company = source.company.ticker if source.company else None
    return {
        "source": source.name,
        "kind": told["kind"],
        "provider": told["provider"],
        "company": company,
        "every": told["every"],
        "options": options,
    }
