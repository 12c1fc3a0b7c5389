"""The tables of config.toml, as types. What a key means stands beside it in the shipped config.toml."""

from datetime import time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from annotated_types import Ge, Len
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StrictBool,
    StrictInt,
    StrictStr,
)

from bot.config import quantities, values
from bot.config.problems import BadValue
from bot.config.values import Listen
from rules.model import Severity
from watchers.model import Kind, Section


def _at_least(shortest: timedelta, words: str) -> AfterValidator:
    def checked(value: timedelta) -> timedelta:
        if value < shortest:
            raise BadValue("the duration is too short", f"Write {words} or more.")
        return value

    return AfterValidator(checked)


Duration = Annotated[timedelta, BeforeValidator(quantities.duration)]
Seconds = Annotated[Duration, _at_least(timedelta(seconds=1), '"1s"')]
Days = Annotated[Duration, _at_least(timedelta(days=1), '"1d"')]
Size = Annotated[StrictInt, BeforeValidator(quantities.size), Ge(1)]
Count = Annotated[StrictInt, Ge(1)]
TimeOfDay = Annotated[time, BeforeValidator(quantities.time_of_day)]
Zone = Annotated[ZoneInfo, BeforeValidator(values.time_zone)]
Text = Annotated[StrictStr, Len(1)]
Name = Annotated[StrictStr, AfterValidator(values.printable_name)]
Facet = Annotated[StrictStr, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Address = Annotated[StrictStr, AfterValidator(values.web_address)]
BaseAddress = Annotated[StrictStr, AfterValidator(values.base_address)]
Channel = Annotated[StrictStr, AfterValidator(values.channel)]


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, hide_input_in_errors=True)


def _address_in_secret(value: object) -> SecretStr:
    if not isinstance(value, str):
        raise BadValue("a text is expected", "Put it in quotes.")
    return SecretStr(values.database_address(value))


class BotTable(Table):
    database: Annotated[SecretStr, BeforeValidator(_address_in_secret)] = SecretStr("sqlite:///data/onrecord.db")
    """As written. `Config.database_url` is what to open: the environment wins, and paths are made absolute."""
    default_rules: tuple[StrictStr, ...] | None = None
    """None: all rules of the file. `load` fills it in."""
    retention: Days = timedelta(days=730)
    digest_at: TimeOfDay = time(8, 0)
    user_agent: Annotated[Text, Field(pattern=r"^[\x20-\x7e]+$")] = "onrecord"
    timezone: Zone = ZoneInfo("UTC")
    first_visit: Literal["quiet", "alert"] = "quiet"


class WebTable(Table):
    listen: Annotated[Listen, BeforeValidator(values.listen_address)] = Listen("127.0.0.1", 8080)
    public_url: Annotated[StrictStr, AfterValidator(lambda value: value and values.base_address(value))] = ""


class FetchTable(Table):
    concurrency: Count = 64
    per_host: Count = 2
    timeout: Seconds = timedelta(seconds=20)
    max_bytes: Size = 25_000_000
    allow_private_addresses: StrictBool = False


class SlackTable(Table):
    channel: Channel = "#on-record"
    ops_channel: Channel = "#on-record-ops"
    base_url: Annotated[BaseAddress, AfterValidator(lambda address: address + "/")] = "https://slack.com/api/"
    """With a slash at its end."""
    mode: Literal["socket", "http"] = "socket"
    admins: tuple[Annotated[StrictStr, AfterValidator(values.member)], ...] = ()
    storm: Count = 10
    storm_window: Seconds = timedelta(minutes=1)


class LlmTable(Table):
    base_url: BaseAddress = "http://localhost:11434/v1"
    model: StrictStr = ""
    """Empty: there is no model."""
    daily_tokens: Count = 200_000


class ProviderTable(Table):
    base_url: BaseAddress | None = None


class CompanyTable(Table):
    ticker: Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.\-]{0,15}$")]
    name: Name
    aliases: tuple[Name, ...] = ()
    cik: Annotated[StrictInt, Ge(1)] | None = None
    site: Address | None = None


class SourceTable(Table):
    """What every `[[source]]` may say; all other keys are its watcher's own `Options`."""

    name: Annotated[StrictStr, AfterValidator(values.source_name)]
    kind: Text
    provider: Text | None = None
    company: StrictStr | None = None
    every: Seconds | None = None
    recheck: Annotated[tuple[Seconds, ...], AfterValidator(lambda waits: tuple(sorted(set(waits))))] = ()


class RuleTable(Table):
    name: Name
    pack: Text | None = None
    query: Text | None = None
    facet: Facet | None = None
    severity: Severity = "normal"
    channel: Channel | None = None
    companies: tuple[StrictStr, ...] = ()
    sources: tuple[StrictStr, ...] = ()
    kinds: tuple[Kind, ...] = ()
    speakers: tuple[Text, ...] = ()
    sections: tuple[Section, ...] = ()
    languages: tuple[Annotated[StrictStr, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")], ...] = ()
    matches: tuple[Text, ...] = ()
    misses: tuple[Text, ...] = ()


SINGLE: dict[str, type[Table]] = {
    "bot": BotTable,
    "web": WebTable,
    "fetch": FetchTable,
    "slack": SlackTable,
    "llm": LlmTable,
}
"""Tables that stand once: `[bot]`."""

REPEATED: dict[str, type[Table]] = {"company": CompanyTable, "source": SourceTable, "rule": RuleTable}
"""Tables that stand as often as wanted: `[[source]]`."""
