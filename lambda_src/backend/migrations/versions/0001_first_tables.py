"""The first tables: users, providers, credentials, continuing medical education."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# In the order they are created; dropped from the last to the first.
TABLES = (
    "users",
    "user_profiles",
    "refresh_tokens",
    "providers",
    "credentials",
    "cme_topics",
    "cme_activities",
    "cme_activity_topics",
)


def upgrade() -> None:
    op.create_table(
        "users",
        *_row("users"),
        _text("email", 254),
        _text("password_hash", 255),
        _text("role", 40),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        _unique("users", "email"),
        _check("users", "email_is_canonical", "email = lower(email)"),
    )
    op.create_table(
        "user_profiles",
        _reference("user_profiles", "user_id", "users.id", "CASCADE"),
        _text("full_name"),
        _primary("user_profiles", "user_id"),
    )
    op.create_table(
        "refresh_tokens",
        *_row("refresh_tokens"),
        _reference("refresh_tokens", "user_id", "users.id", "CASCADE"),
        sa.Column("family", sa.Uuid(), nullable=False),
        _time("expires_at", nullable=False),
        _time("used_at", nullable=True),
        _time("revoked_at", nullable=True),
    )
    _index("refresh_tokens", "user_id")
    _index("refresh_tokens", "family")
    op.create_table(
        "providers",
        *_row("providers"),
        _reference("providers", "user_id", "users.id", "SET NULL", nullable=True),
        _text("npi", 10),
        _text("first_name"),
        _text("last_name"),
        _text("specialty", nullable=True),
        _unique("providers", "user_id"),
        _unique("providers", "npi"),
    )
    _index("providers", "last_name")
    op.create_table(
        "credentials",
        *_row("credentials"),
        _reference("credentials", "provider_id", "providers.id", "CASCADE"),
        _text("kind", 40),
        _text("issuer"),
        _text("number"),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        _unique("credentials", "provider_id", "kind", "issuer", "number"),
        _check("credentials", "expires_after_issue", "expires_on > issued_on"),
    )
    _index("credentials", "expires_on")
    op.create_table("cme_topics", *_row("cme_topics"), _text("name"))
    op.create_index("uq_cme_topics_name_lower", "cme_topics", [sa.text("lower(name)")], unique=True)
    op.create_table(
        "cme_activities",
        *_row("cme_activities"),
        _reference("cme_activities", "provider_id", "providers.id", "CASCADE"),
        _text("title"),
        _text("sponsor"),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.Numeric(5, 2), nullable=False),
        _check("cme_activities", "hours_are_positive", "hours > 0"),
    )
    _index("cme_activities", "provider_id")
    op.create_table(
        "cme_activity_topics",
        _reference("cme_activity_topics", "activity_id", "cme_activities.id", "CASCADE"),
        _reference("cme_activity_topics", "topic_id", "cme_topics.id", "RESTRICT"),
        _primary("cme_activity_topics", "activity_id", "topic_id"),
    )
    _index("cme_activity_topics", "topic_id")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _row(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        _time("created_at", nullable=False, server_default=sa.func.now()),
        _primary(table, "id"),
    )


def _text(name: str, length: int = 200, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _time(name: str, *, nullable: bool, server_default: Any = None) -> sa.Column[Any]:
    return sa.Column(
        name, sa.DateTime(timezone=True), nullable=nullable, server_default=server_default
    )


def _reference(
    table: str, column: str, target: str, on_delete: str, *, nullable: bool = False
) -> sa.Column[Any]:
    key = sa.ForeignKey(target, name=op.f(f"fk_{table}_{column}"), ondelete=on_delete)
    return sa.Column(column, sa.Uuid(), key, nullable=nullable)


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
