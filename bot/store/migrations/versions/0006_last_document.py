"""When a source last brought something: read at every look at how it stands, and too dear to count each time."""

import sqlalchemy as sa
from alembic import op

from bot.store.schema import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sources", sa.Column("last_document", Moment(), nullable=True))
    op.execute(
        "UPDATE sources SET last_document = (SELECT max(versions.at) FROM versions"
        " JOIN documents ON documents.id = versions.document_id"
        " WHERE documents.source = sources.name AND versions.reason <> 'reread')"
    )
