"""`[[source]]`: what stands in the file, as `watchers.model.Source` with its watcher's own options."""

import ipaddress
import re
from collections.abc import Collection, Mapping
from pathlib import Path as FilePath
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel

from bot.config.findings import Findings, reference
from bot.config.places import Path
from bot.config.problems import shown
from bot.config.schema import ProviderTable, SourceTable
from watchers import registry
from watchers.model import Company, Source

COMMON = frozenset(SourceTable.model_fields)
_USER_IN_ADDRESS = re.compile(r"\s*https?:[/\\]*[^/\\?#]*@", re.IGNORECASE)


def source_of(
    index: int,
    raw: Mapping[str, Any],
    findings: Findings,
    *,
    companies: Mapping[str, Company],
    tickers: Collection[str],
    providers: Mapping[str, ProviderTable],
    base_dir: FilePath,
) -> Source | None:
    """The source, or None with every problem added. `tickers`: of all companies in the file, right or wrong."""
    path = ("source", index)
    table = findings.validated(SourceTable, {key: raw[key] for key in raw if key in COMMON}, path)
    own = {key: value for key, value in raw.items() if key not in COMMON}
    clean = _without_password(own, path, findings)
    options_type = _options_type(index, raw, findings)
    options: BaseModel | None = None
    if options_type is not None:
        options = findings.validated(options_type, own, path, known=COMMON)
    name = raw.get("company")
    known = not isinstance(name, str) or reference(findings, (*path, "company"), name, tickers, "company")
    if table is None or options is None or not known or not clean:
        return None
    if table.company is not None and table.company not in companies:
        return None  # its company's own problem is told already
    return Source(
        name=table.name,
        kind=table.kind,
        provider=table.provider,
        company=companies[table.company] if table.company is not None else None,
        every=table.every,
        recheck=table.recheck,
        base_url=base_url(table.provider, providers),
        options=_from_folder(options, base_dir),
    )


def providers_of(sources: object) -> set[str]:
    """Names for which a `[provider.NAME]` table makes sense: ours, and those of the file's own watchers."""
    ours = {name.partition("/")[2] for name in registry.WATCHERS} - {"", "folder", "pacer-rss"}
    named = {
        source["provider"]
        for source in (sources if isinstance(sources, list) else ())
        if isinstance(source, dict) and isinstance(source.get("provider"), str) and "." in str(source.get("kind"))
    }
    return ours | named | {"earningscall", "fmp", "alphavantage", "courtlistener", "edgar"}


def public_host(source: Source) -> str | None:
    """The public host that a source asks, as far as its options tell; None for folders, intranets and loopback."""
    if source.kind == "folder" or source.provider == "folder":
        return None
    address = getattr(source.options, "url", None) or source.base_url
    if address is None:
        return None if "." in source.kind else f"the host of {source.provider or source.kind}"
    host = urlsplit(str(address)).hostname or ""
    try:
        return host if ipaddress.ip_address(host).is_global else None
    except ValueError:
        inside = "." not in host or host.endswith((".local", ".internal", ".localhost", ".test", ".lan"))
        return None if inside else host


def _options_type(index: int, raw: Mapping[str, Any], findings: Findings) -> type[BaseModel] | None:
    """The `Options` of the source's watcher, or None with the problem added (missing keys are told elsewhere)."""
    kind, provider = raw.get("kind"), raw.get("provider")
    if not isinstance(kind, str) or not kind or not (provider is None or isinstance(provider, str)):
        return None
    kinds = {name.partition("/")[0] for name in registry.WATCHERS}
    path = ("source", index, "kind" if provider is None or kind not in kinds else "provider")
    try:
        options: object = registry.find(kind, provider).Options
    except registry.UnknownWatcher as unknown:
        findings.add(path, *_unknown(kind, provider, unknown))
        return None
    except Exception as error:  # noqa: BLE001 - a watcher of one's own may raise anything on import
        findings.add(path, f"{shown(kind)} cannot be loaded ({type(error).__name__})", "Mend the module.")
        return None
    if not (isinstance(options, type) and issubclass(options, BaseModel)):
        findings.add(path, f"{shown(kind)} is no watcher: its Options is no pydantic model", "Mend the module.")
        return None
    return options


def _without_password(own: Mapping[str, Any], path: Path, findings: Findings) -> bool:
    """Addresses in a watcher's own options hold no password, as those in our tables do not."""
    holding = [key for key, value in own.items() if isinstance(value, str) and _USER_IN_ADDRESS.match(value)]
    for key in holding:
        mend = "Remove what stands before the @ in the address."
        findings.add((*path, key), "the address holds a user name or password", mend)
    return not holding


def _unknown(kind: str, provider: str | None, unknown: registry.UnknownWatcher) -> tuple[str, str]:
    if "." in kind:
        return f"there is no module {shown(kind)}", "Write the import path of a watcher that is installed here."
    offered = sorted(name.partition("/")[2] for name in registry.WATCHERS if name.startswith(f"{kind}/"))
    if offered and provider is None:
        return f"the kind {shown(kind)} needs a provider", f"Add a line: provider = one of {', '.join(offered)}."
    if provider is not None and kind in registry.WATCHERS and not offered:
        return f"the kind {shown(kind)} has no providers", "Remove the line."
    what = f"kind {shown(kind)}" + (f" with the provider {shown(provider)}" if provider is not None else "")
    if unknown.nearest is None:
        known = sorted({name.partition("/")[0] for name in registry.WATCHERS})
        return f"there is no {what}", f"Known kinds: {', '.join(known)}."
    near_kind, _, near_provider = unknown.nearest.partition("/")
    mend = f'Did you mean kind = "{near_kind}"' + (f', provider = "{near_provider}"' if near_provider else "")
    return f"there is no {what}", f"{mend}?"


def base_url(provider: str | None, providers: Mapping[str, ProviderTable]) -> str | None:
    """Where a provider is reached, if the configuration says so.

    A provider's feed stands on the same host as its API: `courtlistener-feed` on `[provider.courtlistener]`.
    """
    if provider is None:
        return None
    table = providers.get(provider) or providers.get(provider.removesuffix("-feed"))
    return table.base_url if table is not None else None


def _from_folder(options: BaseModel, base_dir: FilePath) -> BaseModel:
    """Paths are relative to the configuration, not to where the program was started."""
    relative = {
        name: base_dir / value
        for name in type(options).model_fields
        if isinstance(value := getattr(options, name), FilePath) and not value.is_absolute()
    }
    return options.model_copy(update=relative) if relative else options
