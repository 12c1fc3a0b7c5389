"""`onrecord sources`: what is watched."""

from typing import Any

from rich.table import Column, Table

from bot.cli.session import DEFAULT_CONFIG, ConfigPath, Format, OutputFormat, configured, console, print_json
from bot.config.quantities import written
from watchers.model import Source


def sources(config: ConfigPath = DEFAULT_CONFIG, output: OutputFormat = Format.text) -> None:
    """List the configured sources."""
    watched = configured(config).sources
    listed = [as_json(source) for source in watched]
    if output is Format.json:
        for one in listed:
            print_json(one)
        return
    name = Column("source", overflow="fold", min_width=max((len(one["source"]) for one in listed), default=0))
    table = Table(name, "kind", "provider", "company", "every", "what", box=None, pad_edge=False)
    for source, one in zip(watched, listed, strict=True):
        every = written(source.every) if source.every else ""
        what = ", ".join(f"{name}={value}" for name, value in one["options"].items())
        table.add_row(one["source"], one["kind"], one["provider"] or "", one["company"] or "", every, what)
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
