"""Whose a validator is: behind a redirect it is sent to the address that gave it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("validators", sa.Column("given_by", sa.String(), nullable=True))
