"""The tables, the same on SQLite and PostgreSQL. Migrations make them; a test holds the two together."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy import types as sa_types


class Moment(TypeDecorator[datetime]):
    """An aware datetime in UTC. SQLite keeps none, so there it is ISO text of fixed width, which sorts as time does."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa_types.TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.isoformat(timespec="microseconds") if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return datetime.fromisoformat(value) if dialect.name == "sqlite" else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Integer, Identity(), primary_key=True)


# The agenda: what is due, and what a source's watcher remembers.

sources = Table(
    "sources",
    metadata,
    Column("name", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("provider", String),
    Column("address", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("next_visit", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("token", Integer, nullable=False, server_default=text("0")),
    Column("cursor", JSON, nullable=False),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("trouble", JSON),
    Column("added", Moment, nullable=False),
    Column("since", Moment, nullable=False),
    Column("left_alone_until", Moment),
    Column("last_visit", Moment),
    Column("last_success", Moment),
    Column("first_visit_done", Moment),
    Column("listed", Moment),
    Column("last_document", Moment),
    Index("ix_sources_due", "active", "next_visit"),
)

validators = Table(
    "validators",
    metadata,
    Column("source", String, ForeignKey("sources.name", ondelete="CASCADE"), primary_key=True),
    Column("url", String, primary_key=True),
    Column("given_by", String),
    Column("etag", String),
    Column("last_modified", String),
    Column("body_hash", String(64)),
    Column("used", Moment, nullable=False),
)

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("source", String, ForeignKey("sources.name", ondelete="CASCADE"), primary_key=True),
    Column("key", String, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("about", JSON, nullable=False),
    Index("ix_follow_ups_at", "at"),
)

pushes = Table(
    "pushes",
    metadata,
    _id(),
    Column("source", String, ForeignKey("sources.name", ondelete="CASCADE"), nullable=False, index=True),
    Column("by", String, nullable=False),
    Column("payload", JSON),
    Column("at", Moment, nullable=False),
)

# What stands in the way of single documents, by the document's key, or by the words where no document is known.

document_troubles = Table(
    "document_troubles",
    metadata,
    Column("source", String, ForeignKey("sources.name", ondelete="CASCADE"), primary_key=True),
    Column("about", String, primary_key=True),
    Column("trouble", JSON, nullable=False),
    Column("times", Integer, nullable=False),
    Column("last", Moment, nullable=False),
    Column("told", Boolean, nullable=False),
)

# The archive: documents, their versions, and the texts and bytes they are made of.

bodies = Table(
    "bodies",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("url", String, nullable=False),
    Column("media_type", String),
    Column("charset", String),
    Column("at", Moment, nullable=False),
)

passages = Table(
    "passages",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("text", Text, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    _id(),
    Column("source", String, nullable=False),
    Column("key", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("company", String),
    Column("published", Moment),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("source", "key"),
    Index("ix_documents_company_published", "company", "published"),
)

aliases = Table(
    "aliases",
    metadata,
    Column("source", String, primary_key=True),
    Column("alias", String, primary_key=True),
    Column("document_id", Integer, ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, index=True),
)

versions = Table(
    "versions",
    metadata,
    Column("document_id", Integer, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("reason", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("head", JSON, nullable=False),
    Column("body", String(64), index=True),
    Column("reader", String),
    Column("reader_version", Integer),
    Column("reader_options", JSON),
)

version_passages = Table(
    "version_passages",
    metadata,
    Column("document_id", Integer, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("hash", String(64), ForeignKey("passages.hash"), nullable=False, index=True),
    Column("speaker", String),
    Column("role", String, nullable=False),
    Column("title", String),
    Column("section", String),
    Column("page", Integer),
)

matches = Table(
    "matches",
    metadata,
    _id(),
    Column("document_id", Integer, ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("rule", String, nullable=False),
    Column("revision", String, nullable=False),
    Column("match", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_matches_document_id_version", "document_id", "version"),
    Index("ix_matches_rule_at", "rule", "at"),
)

# Statements outlive the documents they were made in.

statements = Table(
    "statements",
    metadata,
    _id(),
    Column("document_id", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("company", String),
    Column("facet", String, nullable=False),
    Column("fold", String(64), nullable=False),
    Column("date", String(10), nullable=False),
    Column("polarity", String, nullable=False),
    Column("statement", JSON, nullable=False),
    UniqueConstraint("document_id", "facet", "fold"),
    Index("ix_statements_company_facet_date", "company", "facet", "date"),
)

# The outbox: what is to be told, and what became of it.

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("document_id", Integer, index=True),
    Column("channel", String, nullable=False),
    Column("alert", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    Column("handled", JSON(none_as_null=True)),
)

channels = Table(
    "channels",
    metadata,
    Column("name", String, primary_key=True),
    Column("lease_until", Moment),
    Column("token", Integer, nullable=False, server_default=text("0")),
    Column("place", String),
    Column("digest_at", String(5)),
)

messages = Table(
    "messages",
    metadata,
    Column("number", Integer, Identity(), primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("channel", String, ForeignKey("channels.name"), nullable=False),
    Column("operation", String, nullable=False),
    Column("alert_id", String(36), ForeignKey("alerts.id")),
    Column("alert", JSON),
    Column("notice", Text),
    Column("parent", String(36)),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("due", Moment, nullable=False),
    Column("made", Moment, nullable=False),
    Column("first_try", Moment),
    Column("last_try", Moment),
    Column("failing_since", Moment),
    Column("plain", Boolean, nullable=False),
    Column("receipt", JSON, nullable=False),
    Column("error", Text),
    Column("file", JSON(none_as_null=True)),
    Column("content", LargeBinary),
    Column("gathering", JSON(none_as_null=True)),
    Column("broadcast", Boolean, nullable=False, server_default=false()),
    Index("ix_messages_state_due", "state", "due"),
    Index("ix_messages_channel_state", "channel", "state"),
)

# What people asked for, and which rules the archive was read with.

watches = Table(
    "watches",
    metadata,
    Column("name", String, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("watch", JSON, nullable=False),
    Column("active", Boolean, nullable=False),
)

watch_changes = Table(
    "watch_changes",
    metadata,
    _id(),
    Column("watch", String, nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
    Column("said", Text, nullable=False),
    Column("before", JSON),
    Column("after", JSON),
)

watched_sources = Table(
    "watched_sources",
    metadata,
    Column("name", String, primary_key=True),
    Column("source", JSON, nullable=False),
    Column("by", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("active", Boolean, nullable=False),
)

# One row: what is raised whenever people change what is watched, so that every worker learns of it; who holds back what
# is told; and until when one worker reads the archive with new rules.

steering = Table(
    "steering",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("generation", Integer, nullable=False),
    Column("paused_by", String),
    Column("paused_at", Moment),
    Column("reading_until", Moment),
)

# What people said of alerts, and which of Slack's envelopes were answered.

judgements = Table(
    "judgements",
    metadata,
    Column("alert_id", String(36), primary_key=True),
    Column("rule", String, primary_key=True),
    Column("user", String, primary_key=True),
    Column("verdict", String, nullable=False),
    Column("reason", String),
    Column("at", Moment, nullable=False),
    Index("ix_judgements_rule", "rule"),
)

envelopes = Table(
    "envelopes",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)

revisions = Table(
    "revisions",
    metadata,
    Column("revision", String, primary_key=True),
    Column("rule", String, primary_key=True),
    Column("at", Moment, nullable=False),
)

# What all workers share besides the work: who is there, and how much is asked of whom.

workers = Table(
    "workers",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("host", String, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("since", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("troubles", JSON),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", String, primary_key=True),
    Column("left_alone_until", Moment, nullable=False),
)

budgets = Table(
    "budgets",
    metadata,
    Column("provider", String, primary_key=True),
    Column("spent", JSON, nullable=False),
)
