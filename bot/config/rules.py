"""`[[rule]]`: a pack or a query, as rules of the engine and as the watch that says where they are told."""

from collections.abc import Collection, Mapping
from typing import Any

from bot.config.findings import Findings, reference
from bot.config.model import Examples, RuleWatch
from bot.config.places import Path
from bot.config.problems import mend_by, shown
from bot.config.schema import RuleTable
from rules import packs, query
from rules.model import Filters, Rule


def rule_of(
    index: int,
    raw: Mapping[str, Any],
    findings: Findings,
    *,
    companies: Collection[str],
    sources: Collection[str],
    origin: str,
) -> tuple[tuple[Rule, ...], RuleWatch, Examples] | None:
    """A query's one rule, or all of a pack's, with its watch and its own examples; None with every problem added.

    `origin`: the file's name.
    """
    path = ("rule", index)
    table = findings.validated(RuleTable, raw, path)
    known = [
        reference(findings, (*path, key, place), name, among, what)
        for key, among, what in (("companies", companies, "company"), ("sources", sources, "source"))
        for place, name in enumerate(_texts(raw.get(key)))
    ]
    pack = _pack(raw.get("pack"), path, findings)
    asked = _query(raw.get("query"), path, findings)
    if "pack" in raw and "query" in raw:
        findings.add((*path, "query"), "the rule has both a pack and a query", "Keep one; write a second [[rule]].")
        return None
    if "pack" not in raw and "query" not in raw:
        packs_here = ", ".join(packs.names())
        findings.add(path, "the rule asks for nothing", f"Add a line: query = '…', or pack = one of {packs_here}.")
    if table is None or not all(known):
        return None
    filters = Filters(
        companies=table.companies,
        sources=table.sources,
        kinds=table.kinds,
        speakers=table.speakers,
        sections=table.sections,
        languages=tuple(language.lower() for language in table.languages),
    )
    rules: tuple[Rule, ...]
    if pack is not None:
        rules = pack.rules(table.name, severity=table.severity, filters=filters, facet=table.facet)
    elif asked is not None:
        rules = (
            Rule(
                name=table.name,
                query=asked,
                facet=table.facet,
                severity=table.severity,
                origin=origin,
                filters=filters,
            ),
        )
    else:
        return None
    examples = Examples(table.name, index, table.matches, table.misses)
    return rules, RuleWatch(table.name, table.channel, filters), examples


def _pack(name: object, path: Path, findings: Findings) -> packs.Pack | None:
    """Checked even where the rest of the table is wrong: all problems are told at once."""
    if not isinstance(name, str) or not name:
        return None
    try:
        return packs.load(name)
    except packs.UnknownPack:
        findings.add((*path, "pack"), f"there is no pack {shown(name)}", mend_by(name, packs.names(), "Write one of:"))
        return None


def _query(text: object, path: Path, findings: Findings) -> str | None:
    """The query, if it can be read."""
    if not isinstance(text, str) or not text:
        return None
    try:
        query.parse(text)
    except query.QueryError as error:
        pointed = "\n".join(f"    {line}" for line in error.pointed(text).splitlines())
        findings.add((*path, "query"), f"{error.problem}:\n{pointed}", error.mend)
        return None
    return text


def _texts(value: object) -> list[str]:
    """What stands in a list and is a text; anything else is told by the table's own check."""
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []
