"""Continuing medical education as the API sees it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contexts.cme.models import HOURS_DIGITS, HOURS_PLACES
from shared.schemas import Answer, Body, PastDate, ShortText

Hours = Annotated[
    Decimal, Field(gt=0, le=200, max_digits=HOURS_DIGITS, decimal_places=HOURS_PLACES)
]
TOPICS_MAXIMUM = 20


class TopicBody(Body):
    """A topic to be created."""

    name: ShortText


class TopicView(Answer):
    """A topic."""

    id: UUID
    name: str


class ActivityBody(Body):
    """An activity to be written, whole; staff say whose it is."""

    provider_id: UUID | None = None
    title: ShortText
    sponsor: ShortText
    completed_on: PastDate
    hours: Hours
    topic_ids: Annotated[tuple[UUID, ...], Field(max_length=TOPICS_MAXIMUM)] = ()


class ActivityView(Answer):
    """An activity with its topics."""

    id: UUID
    provider_id: UUID
    title: str
    sponsor: str
    completed_on: date
    hours: Decimal
    topics: list[TopicView]
    created_at: datetime


class TopicHours(Answer):
    """The hours in one topic."""

    topic: TopicView
    hours: Decimal


class Summary(Answer):
    """A provider's hours; one activity counts in full for each of its topics."""

    provider_id: UUID
    activities: int
    hours: Decimal
    by_topic: list[TopicHours]
