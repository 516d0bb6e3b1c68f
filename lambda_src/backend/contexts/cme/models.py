"""Continuing medical education: topics, and the activities that teach them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Numeric, String, Table, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared.database import Base, Row

if TYPE_CHECKING:  # for the type checker alone: at run time models are named by string
    from contexts.providers.models import Provider

HOURS_DIGITS = 5
HOURS_PLACES = 2

activity_topics = Table(
    "cme_activity_topics",
    Base.metadata,
    Column("activity_id", ForeignKey("cme_activities.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "topic_id",
        ForeignKey("cme_topics.id", ondelete="RESTRICT"),
        primary_key=True,
        index=True,
    ),
)


class CMETopic(Row, Base):
    """A subject that boards ask hours in; its name is unique in whatever case."""

    __tablename__ = "cme_topics"

    name: Mapped[str] = mapped_column(String(200))

    activities: Mapped[list[CMEActivity]] = relationship(
        secondary=activity_topics, back_populates="topics"
    )

    __table_args__ = (Index("uq_cme_topics_name_lower", func.lower(name), unique=True),)


class CMEActivity(Row, Base):
    """Something a provider attended, with the credit hours it gave."""

    __tablename__ = "cme_activities"
    __table_args__ = (CheckConstraint("hours > 0", name="hours_are_positive"),)

    provider_id: Mapped[UUID] = mapped_column(
        ForeignKey("providers.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str] = mapped_column(String(200))
    sponsor: Mapped[str] = mapped_column(String(200))
    completed_on: Mapped[date]
    hours: Mapped[Decimal] = mapped_column(Numeric(HOURS_DIGITS, HOURS_PLACES))

    provider: Mapped[Provider] = relationship(back_populates="cme_activities")
    topics: Mapped[list[CMETopic]] = relationship(
        secondary=activity_topics, back_populates="activities", order_by=CMETopic.name
    )
