"""Secrets: from the environment only, or from files that it names (`NAME_FILE`), and never shown again."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote, quote_plus

from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.config.problems import BadValue, Problem
from bot.config.values import database_address

PROVIDERS: Mapping[str, str] = MappingProxyType(
    {
        "earningscall": "ONRECORD_EARNINGSCALL_API_KEY",
        "fmp": "ONRECORD_FMP_API_KEY",
        "alphavantage": "ONRECORD_ALPHAVANTAGE_API_KEY",
        "courtlistener": "ONRECORD_COURTLISTENER_TOKEN",
    }
)
"""The variable that holds a provider's key, by the provider's name."""

NAMES = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    *PROVIDERS.values(),
    "ONRECORD_LLM_API_KEY",
    "ONRECORD_COURTLISTENER_SECRET",
    "ONRECORD_HOOK_SECRET",
    "ONRECORD_PAGES_TOKEN",
    "ONRECORD_DATABASE",
)
"""Each may also be given as NAME_FILE."""

HIDDEN = "[secret]"
_SHORTEST_SCRUBBED = 4
"""A shorter value (some servers take any key, "x") would blot out half of every line."""
_LONGEST_FILE = 64 * 1024


@dataclass(frozen=True)
class Secrets:
    """Secrets by the name of their variable. Neither `repr` nor `str` shows one."""

    known: Mapping[str, SecretStr] = field(default_factory=dict)
    hidden: tuple[SecretStr, ...] = ()
    """What is to be scrubbed besides: a password inside a URL."""

    @classmethod
    def read(cls, env: Mapping[str, str]) -> tuple["Secrets", list[Problem]]:
        """What the environment gives, and what is wrong with it. An empty variable counts as none."""
        known: dict[str, SecretStr] = {}
        problems: list[Problem] = []
        for name in NAMES:
            try:
                value = _one(name, env)
                if value is not None:
                    known[name] = SecretStr(value)
                    if name == "ONRECORD_DATABASE":
                        database_address(value)
            except BadValue as bad:
                problems.append(Problem("environment", None, name, bad.problem, bad.mend))
        database = known.get("ONRECORD_DATABASE")
        secrets = cls(known, () if database is None else passwords_of(database.get_secret_value()))
        return secrets, problems

    def get(self, name: str) -> SecretStr | None:
        return self.known.get(name)

    def provider(self, name: str) -> SecretStr | None:
        """The key of a provider (`earningscall`, `fmp`, `alphavantage`, `courtlistener`)."""
        return self.known.get(PROVIDERS.get(name, ""))

    def providers(self) -> Mapping[str, SecretStr]:
        """The keys that are there, by provider."""
        return {name: self.known[variable] for name, variable in PROVIDERS.items() if variable in self.known}

    @property
    def slack_bot_token(self) -> SecretStr | None:
        return self.get("SLACK_BOT_TOKEN")

    @property
    def slack_app_token(self) -> SecretStr | None:
        return self.get("SLACK_APP_TOKEN")

    @property
    def slack_signing_secret(self) -> SecretStr | None:
        return self.get("SLACK_SIGNING_SECRET")

    @property
    def llm_api_key(self) -> SecretStr | None:
        return self.get("ONRECORD_LLM_API_KEY")

    @property
    def courtlistener_secret(self) -> SecretStr | None:
        """Part of the path of CourtListener's hook."""
        return self.get("ONRECORD_COURTLISTENER_SECRET")

    @property
    def hook_secret(self) -> SecretStr | None:
        """The key of the HMAC under which `/hooks/visit/…` is called."""
        return self.get("ONRECORD_HOOK_SECRET")

    @property
    def pages_token(self) -> SecretStr | None:
        return self.get("ONRECORD_PAGES_TOKEN")

    @property
    def database(self) -> SecretStr | None:
        return self.get("ONRECORD_DATABASE")

    def also_hiding(self, more: Iterable[SecretStr]) -> "Secrets":
        return Secrets(self.known, (*self.hidden, *more))

    def values(self) -> tuple[str, ...]:
        """All that may not be seen in a log, in every spelling in which it could come there; longest first."""
        spellings = {
            spelling
            for secret in (*self.known.values(), *self.hidden)
            for spelling in _spellings(secret.get_secret_value())
            if len(spelling) >= _SHORTEST_SCRUBBED
        }
        return tuple(sorted(spellings, key=lambda spelling: (-len(spelling), spelling)))

    def scrub(self, text: str) -> str:
        """The text without any secret."""
        return text if self._pattern is None else self._pattern.sub(HIDDEN, text)

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        values = self.values()
        return re.compile("|".join(map(re.escape, values))) if values else None

    def __repr__(self) -> str:
        return f"Secrets({', '.join(self.known)})"


def passwords_of(database: str) -> tuple[SecretStr, ...]:
    """What is secret in a database URL: its password, and whatever its query holds (`?password=` is allowed)."""
    try:
        url = make_url(database)
    except (ArgumentError, ValueError):
        return ()
    found = [url.password or "", *(value for key, value in url.query.items() if key == "password" if value)]
    return tuple(SecretStr(value) for value in found if isinstance(value, str) and value)


def _one(name: str, env: Mapping[str, str]) -> str | None:
    """One secret. Raises `BadValue`, which names the variable or the file, never what stands in it."""
    value, file = env.get(name, "").strip(), env.get(f"{name}_FILE", "").strip()
    if value and file:
        raise BadValue(f"{name} and {name}_FILE are both set", "Unset one of the two.")
    if file:
        value = _from_file(Path(file), f"{name}_FILE")
    if not value:
        return None
    if not value.isprintable():
        raise BadValue("the secret holds a line break or another control character", "Set the bare value.")
    return value


def _from_file(path: Path, variable: str) -> str:
    mend = f"Give {variable} a file that this user may read, with nothing in it but the secret."
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST_FILE + 1)
        value = content.decode().strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is no text"
        raise BadValue(f"{variable}: {path} cannot be read: {reason}", mend) from None
    if not value or len(content) > _LONGEST_FILE:
        raise BadValue(f"{variable}: {path} is {'too large' if value else 'empty'}", mend)
    return value


def _spellings(value: str) -> set[str]:
    """As it is, in an address, as Python would print it, and each of these once more in JSON."""
    plain = {value, quote(value, safe=""), quote(value), quote_plus(value), repr(value)[1:-1], json.dumps(value)[1:-1]}
    as_json = {json.dumps(spelling, ensure_ascii=only)[1:-1] for spelling in plain for only in (True, False)}
    return plain | as_json
