"""The nouns of the running bot: what people watch, what was said, what is told and what is sent.

The JSON shapes of `Alert`, `Quote`, `Earlier` and `Statement` are contracts: they are printed by `--format json`,
kept in the outbox, and read by other programs.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from bot.plain import json_line
from rules.model import Filters, Severity
from rules.sides import Side
from watchers.model import Kind, Role, Section, Utc

Polarity = Literal["affirms", "denies", "unclear"]
Modality = Literal["fact", "plan", "possible", "unclear"]
Relation = Literal["same", "opposite", "unclear"]
AlertStatus = Literal["new", "changed", "removed", "available"]
MessageState = Literal["waiting", "unknown", "sent", "parked", "dead", "folded"]
"""`folded`: a digest carries its alert, and the digest's fate is its own."""
Reason = Literal["too broad", "wrong company", "seen before", "something else"]
"""Why an alert is not relevant."""
Operation = Literal["post", "reply", "update", "file"]


FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Until when something is muted for which nobody gave a time."""


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Keyword(Frozen):
    """A keyword of a `/watch`. It is a rule whose name is its own query."""

    query: str
    """In canonical form, with what is left out."""
    word: str
    """In canonical form, without that."""
    without: tuple[str, ...] = ()


class MadeRule(Frozen):
    """The rule of a `/watch rule`. It is named by its watch (`Watch.own_rule`)."""

    query: str
    """In canonical form."""
    facet: str | None = None
    severity: Severity = "normal"


class Watch(Frozen):
    """What a person asked for: rules of a target, where, and whom to tell."""

    name: str
    """`w7`, or `config:RULE:CHANNEL`."""
    target: str = ""
    """As people call it: a ticker, a source's name, an address, a docket number. Empty: whatever is watched."""
    rules: tuple[str, ...]
    """Names of all rules that it hears."""
    keywords: tuple[Keyword, ...] = ()
    """Those of its rules that it brings itself; the others are rules of the configuration, packs, or made ones."""
    made: MadeRule | None = None
    """The rule that was made with this watch, which hears it wherever it is found; `target` is what people call it.
    Other watches may name it too."""
    filters: Filters = Filters()
    """Where it listens: what its rules find elsewhere, for another watch, it does not hear."""
    channel: str
    """Slack's id of a channel, or `#name` where the configuration calls it so."""
    private: bool = False
    """Made in a private channel: nobody outside of it learns of the watch."""
    owner: str | None = None
    """Slack's id of who made it."""
    since: Utc
    """When it was made."""
    muted_until: Utc | None = None
    """Until then its matches are kept and not told; `FOREVER`: until somebody unmutes it."""
    origin: str = "config.toml"
    """`config.toml`, or `/watch`."""

    @property
    def own_rule(self) -> str:
        """The name of the rule that was made with it, as in alerts: "Exclusivity (w7)".

        No rule of a file, no keyword and no rule of another channel can have the same one.
        """
        return f"{self.target} ({self.name})"

    def muted(self, now: datetime) -> bool:
        return self.muted_until is not None and now < self.muted_until


class Quote(Frozen):
    """`text` is the exact slice of the stored passage: the whole sentence or sentences around the hit."""

    rule: str
    facet: str | None
    severity: Severity
    text: str
    speaker: str | None
    role: Role
    section: Section | None
    side: Side
    page: int | None
    passage: int
    start: int
    end: int
    """Offsets of the hit in the passage's text."""
    text_start: int
    """Offset of `text` in the passage: kept for drawing, not printed (see `Alert.as_json`)."""
    before: str | None = None
    """The words as they were, for a passage that was edited."""

    def hit(self) -> tuple[int, int]:
        """The hit's offsets in `text`."""
        return max(0, self.start - self.text_start), min(len(self.text), self.end - self.text_start)


class Context(Frozen):
    relation: Literal["question", "next"]
    speaker: str | None
    text: str


class Case(Frozen):
    court: str | None
    docket_number: str | None
    case_name: str | None
    entry_number: int | None
    filed_by: str | None
    allegation: bool


class Earlier(Frozen):
    date: str
    kind: Kind
    speaker: str | None
    quote: str
    url: str | None
    relation: Relation


class Alert(Frozen):
    """One document's matches for one channel, all its watches folded."""

    id: str
    severity: Severity
    facets: tuple[str, ...]
    company: str | None
    kind: Kind
    source: str
    title: str
    url: str | None
    published: Utc | None
    status: AlertStatus = "new"
    quotes: tuple[Quote, ...]
    context: tuple[Context, ...] = ()
    case: Case | None = None
    earlier: tuple[Earlier, ...] = ()
    also_at: tuple[str, ...] = ()
    annotation: Mapping[str, Any] | None = None
    channel: str
    watches: tuple[str, ...] = ()
    """Names of the watches that asked for it: kept for muting them, not printed."""

    def as_json(self) -> str:
        """The contract's one line, without what is kept for drawing only."""
        return json_line(self.model_dump(mode="json", exclude={"watches": True, "quotes": {"__all__": {"text_start"}}}))


class Handled(Frozen):
    """What a person did with an alert where it stands; it is shown with the alert from then on."""

    act: Literal["got-it", "not-relevant", "muted"]
    by: str
    """Slack's id of a member."""
    at: Utc
    reason: Reason | None = None
    """Of `not-relevant`."""
    until: Utc | None = None
    """Of `muted`; None: for ever."""
    watches: tuple[str, ...] = ()
    """Of `muted`: which ones, so that it can be undone."""


class Gathering(Frozen):
    """Alerts that are told in one message: a day's low ones, or many at once.

    A digest shows all of its alerts, over as many pages as it takes: the first in the channel, the others in its
    thread. The alerts of a storm, and those that come late from one source, stand in its thread one by one.
    """

    kind: Literal["digest", "storm", "late"]
    severities: Mapping[Severity, int]
    """How many alerts of each there are, over all pages."""
    alerts: tuple[Alert, ...]
    """Those that this message shows: a page of a digest, the first and most severe of a storm."""
    before: int = 0
    """How many alerts stand on the pages before this one."""

    @property
    def count(self) -> int:
        return sum(self.severities.values())

    @property
    def severity(self) -> Severity:
        return next((one for one in get_args(Severity) if self.severities.get(one)), "low")


class File(Frozen):
    """A file for an alert's thread. `alt`: what it shows, in words."""

    filename: str
    title: str
    alt: str


class Message(Frozen):
    """One thing to do in a channel. `id` is the delivery id: uuid5 of alert, channel and operation."""

    id: str
    channel: str
    operation: Operation = "post"
    alert: Alert | None = None
    notice: str | None = None
    """A line of our own (a quiet first visit, a trouble), when there is no alert."""
    gathering: Gathering | None = None
    """Several alerts, when it carries more than one."""
    file: File | None = None
    content: bytes | None = None
    """The bytes of the file."""
    parent: str | None = None
    """Delivery id of the message that a reply, an update or a file belongs to."""
    broadcast: bool = False
    """A reply that the whole channel is shown."""
    handled: tuple[Handled, ...] = ()
    """What people did with the alert so far."""
    place: str | None = None
    """The channel's id, once it was learned: a channel that is renamed keeps it."""
    state: MessageState = "waiting"
    attempts: int = 0
    due: Utc
    made: Utc | None = None
    """When it was put into the outbox."""
    first_try: Utc | None = None
    """When state `unknown` was first committed: a look-up searches from here."""
    last_try: Utc | None = None
    """When it was last committed: the look-up's waits count from here, whatever process it is."""
    failing_since: Utc | None = None
    """Since when it fails for a reason of its own: a day of that, and it is given up."""
    plain: bool = False
    """Its full form was refused as malformed; what is sent is plain text."""
    receipt: Mapping[str, str] = Field(default_factory=dict)
    """What the channel answered: Slack's `channel` and `ts`."""
    error: str | None = None

    @property
    def told(self) -> datetime:
        """When it is told: at its last try, else when it is due."""
        return self.last_try or self.due

    @property
    def wanted(self) -> datetime:
        """When it was to be told: at once, unless it waits for a digest."""
        waits = self.alert is not None and self.alert.severity == "low"
        return self.due if waits or self.made is None else self.made


class Statement(Frozen):
    """A match with a facet, kept for ever."""

    date: str
    company: str | None
    facet: str
    kind: Kind
    speaker: str | None
    role: Role
    side: Side
    quote: str
    url: str | None
    polarity: Polarity
    modality: Modality
    rule: str
