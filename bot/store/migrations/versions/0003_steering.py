"""What people say in Slack: watches with their history, sources they gave, judgements; files beside messages."""

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("channels") as channels:
        channels.add_column(sa.Column("place", sa.String(), nullable=True))
        channels.add_column(sa.Column("digest_at", sa.String(length=5), nullable=True))
    with op.batch_alter_table("messages") as messages:
        messages.add_column(sa.Column("file", sa.JSON(), nullable=True))
        messages.add_column(sa.Column("content", sa.LargeBinary(), nullable=True))
        messages.add_column(sa.Column("gathering", sa.JSON(), nullable=True))
        messages.add_column(sa.Column("broadcast", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("alerts") as alerts:
        alerts.add_column(sa.Column("handled", sa.JSON(), nullable=True))
    with op.batch_alter_table("workers") as workers:
        workers.add_column(sa.Column("troubles", sa.JSON(), nullable=True))
    op.create_table(
        "watch_changes",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("watch", sa.String(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_changes")),
    )
    op.create_index(op.f("ix_watch_changes_watch"), "watch_changes", ["watch"])
    op.create_table(
        "watched_sources",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_watched_sources")),
    )
    steering = op.create_table(
        "steering",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("paused_by", sa.String(), nullable=True),
        sa.Column("paused_at", Moment(), nullable=True),
        sa.Column("reading_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steering")),
    )
    op.bulk_insert(steering, [{"id": 1, "generation": 0}])
    op.create_table(
        "judgements",
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "rule", "user", name=op.f("pk_judgements")),
    )
    op.create_index("ix_judgements_rule", "judgements", ["rule"])
    op.create_table(
        "envelopes",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envelopes")),
    )
    op.create_index(op.f("ix_envelopes_at"), "envelopes", ["at"])
