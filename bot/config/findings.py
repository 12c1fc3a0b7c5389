"""Collects problems of one file; turns what pydantic found into words, without the value where it may be a secret."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.config.places import Path, Places
from bot.config.problems import BadValue, Problem, looks_secret, mend_by, nearest, shown

Model = TypeVar("Model", bound=BaseModel)

_SECRET_KEY = re.compile(r"token(?!s$)|secret|passw|api_?key|signing", re.IGNORECASE)
_EXPECTED: Mapping[str, tuple[str, str]] = {
    "string": ("a text", 'Put it in quotes: "…".'),
    "path": ("a path", 'Put it in quotes: "…".'),
    "int": ("a whole number", "Write it without quotes: 3."),
    "float": ("a number", "Write it without quotes: 0.5."),
    "bool": ("true or false", "Write true or false, without quotes."),
    "tuple": ("a list", 'Write it in brackets: ["…"].'),
    "list": ("a list", 'Write it in brackets: ["…"].'),
    "set": ("a list", 'Write it in brackets: ["…"].'),
    "dict": ("a table", "Write it as a table: { key = … }."),
    "model": ("a table", "Write it as a table: { key = … }."),
}


class Findings:
    """`raw`: the whole file as values, from which a table's own name is taken for `where`."""

    def __init__(self, file: str, places: Places, raw: Mapping[str, Any]) -> None:
        self._file = file
        self.places = places
        self._raw = raw
        self.problems: list[Problem] = []

    def add(self, path: Path, problem: str, mend: str, *, warning: bool = False) -> None:
        found = Problem(self._file, self.places.line(path), self._where(path), problem, mend, warning)
        if found not in self.problems:
            self.problems.append(found)

    def in_order(self) -> list[Problem]:
        """As one reads the file."""
        return sorted(self.problems, key=lambda found: found.line or 0)

    def validated(
        self,
        model: type[Model],
        values: Mapping[str, Any],
        path: Path,
        *,
        known: Collection[str] = (),
        context: Mapping[str, Any] | None = None,
    ) -> Model | None:
        """The model, or None with every problem added. `known`: keys allowed here that are not the model's."""
        try:
            return model.model_validate(values, context=context)
        except ValidationError as error:
            keys = {*_keys(model), *known}
            for detail in error.errors(include_url=False):
                self._add_detail(path, detail, keys)
        except Exception as error:  # noqa: BLE001 - a watcher of one's own may raise anything
            self.add(path, f"its options cannot be read ({type(error).__name__})", "Mend the watcher's Options.")
        return None

    def _add_detail(self, path: Path, detail: ErrorDetails, known: Collection[str]) -> None:
        loc: Path = detail["loc"]
        whole = (*path, *loc)
        key = str(loc[0]) if loc else ""
        if detail["type"] == "missing":
            self.add(path, f'the key "{loc[-1]}" is missing', f"Add a line: {loc[-1]} = …")
        elif detail["type"] == "extra_forbidden" and len(loc) == 1:
            self.unknown_key(whole, known)
        elif key and _SECRET_KEY.search(key):
            self.add(whole, "this value is not right", "See the comment in the shipped config.toml.")
        else:
            self.add(whole, *_words(detail))

    def unknown_key(self, path: Path, known: Collection[str]) -> None:
        key = str(path[-1])
        near = nearest(key, known)
        mend = mend_by(key, known, "Remove it. Known here:")
        if near is None and _SECRET_KEY.search(key):
            mend = "Secrets are read from the environment only (see .env.example): remove it here, and renew it."
        self.add(path, f"the key {shown(key)} is unknown", mend)

    def _where(self, path: Path) -> str:
        """`source.meta-newsroom.every`; a table without a name by its number, from 1."""
        parts: list[str] = []
        value: Any = self._raw
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                value = None
            if not isinstance(part, int):
                parts.append(part)
            elif len(parts) == 1 and isinstance(value, dict):
                name = value.get("ticker") if parts == ["company"] else value.get("name")
                parts.append(name if isinstance(name, str) and name.isprintable() and name else str(part + 1))
            else:
                parts.append(str(part + 1))
        return ".".join("…" if looks_secret(part) or not part.isprintable() else part for part in parts)[:200]


def unique(findings: Findings, table: str, key: str, values: Collection[tuple[int, str]]) -> None:
    """Names, folded, stand once. `values`: (index of the table, name)."""
    first: dict[str, int] = {}
    for index, name in values:
        before = first.setdefault(name.casefold(), index)
        if before != index:
            findings.add(
                (table, index, key),
                f"there are two [[{table}]] tables with the {key} {shown(name)}",
                f"Rename one; the other stands in line {findings.places.line((table, before))}.",
            )


def reference(findings: Findings, path: Path, name: str, known: Collection[str], what: str) -> bool:
    """Whether something goes by this name; a problem is added where nothing does."""
    if name in known:
        return True
    otherwise = f"Add a [[{what}]] for it, or write one of:" if known else f"Add a [[{what}]] for it"
    findings.add(path, f"there is no {what} {shown(name)}", mend_by(name, known, otherwise))
    return False


def _keys(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def _words(detail: ErrorDetails) -> tuple[str, str]:
    kind, context = detail["type"], detail.get("ctx", {})
    error = context.get("error")
    if isinstance(error, BadValue):
        return error.problem, error.mend
    if isinstance(error, ValueError):
        if looks_secret(str(error)):
            return "this value is not right", "See the comment in the shipped config.toml."
        # A watcher's own words: what is wrong, and after a semicolon what to write.
        problem, _, mend = str(error).partition("; ")
        return problem, f"{mend[:1].upper()}{mend[1:]}." if mend else "Write another value."
    named: Callable[[], tuple[str, str]] | None = {
        "literal_error": lambda: _one_of(detail["input"], context),
        "string_too_short": lambda: ("the text is empty", "Write something, or remove the line."),
        "too_short": lambda: ("it is empty", "Write something, or remove the line."),
        "string_pattern_mismatch": lambda: (
            f"{shown(detail['input'])} does not have the form that is wanted here",
            f"It has to match {context.get('pattern', '')}",
        ),
    }.get(kind)
    if named is not None:
        return named()
    if kind.startswith("url_"):
        return "this is no http or https address", 'Write the whole address: "https://example.com/feed/".'
    family = kind.partition("_")[0]
    if family in _EXPECTED and kind.endswith(("_type", "_parsing", "_from_float")):
        expected, mend = _EXPECTED[family]
        return f"{expected} is expected here, not {_type_of(detail['input'])}", mend
    if kind in {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}:
        bound = next(iter(context.values()), "")
        least = kind.startswith("greater")
        beyond = "" if kind.endswith("equal") else f", but not {bound} itself"
        return "the number is out of bounds", f"Write {bound} or {'more' if least else 'less'}{beyond}."
    if kind == "extra_forbidden":
        return "this key is unknown", "Remove it."
    return "this value is not right", f"{detail['msg']}."


def _one_of(value: object, context: Mapping[str, Any]) -> tuple[str, str]:
    choices = re.findall(r"'([^']*)'", str(context.get("expected", "")))
    listed = ", ".join(f'"{choice}"' for choice in choices)
    return f"{shown(value)} is none of {listed}", mend_by(str(value), choices, "Write one of:")


def _type_of(value: object) -> str:
    names = {str: "a text", bool: "true or false", int: "a whole number", float: "a number", list: "a list"}
    return names.get(type(value), "a table" if isinstance(value, dict) else "a date or time")
