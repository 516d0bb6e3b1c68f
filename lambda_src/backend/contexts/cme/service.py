"""Continuing medical education: topics, activities, sums of hours."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from contexts.cme.models import CMEActivity, CMETopic
from contexts.cme.schemas import ActivityBody, Summary, TopicHours, TopicView
from shared.access import Principal, provider_for, visible
from shared.errors import NotFound, Unprocessable
from shared.schemas import Window, page_of


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included; either may be open."""

    first: date | None = None
    last: date | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """What keeps activities of other days out."""
        conditions = []
        if self.first is not None:
            conditions.append(CMEActivity.completed_on >= self.first)
        if self.last is not None:
            conditions.append(CMEActivity.completed_on <= self.last)
        return conditions


@dataclass(frozen=True)
class Filter:
    """Which activities are asked for; what is None does not matter."""

    period: Period
    provider_id: UUID | None = None
    topic_id: UUID | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """What keeps other activities out."""
        conditions = self.period.conditions()
        if self.provider_id is not None:
            conditions.append(CMEActivity.provider_id == self.provider_id)
        if self.topic_id is not None:
            conditions.append(CMEActivity.topics.any(CMETopic.id == self.topic_id))
        return conditions


def topics(session: Session, window: Window) -> dict[str, Any]:
    """Topics by name."""
    return page_of(session, select(CMETopic).order_by(CMETopic.name, CMETopic.id), window)


def create_topic(session: Session, name: str) -> CMETopic:
    """Create a topic.

    Raises (when the session commits):
        Conflict: the name is taken.
    """
    topic = CMETopic(name=name)
    session.add(topic)
    session.flush()
    return topic


def get(session: Session, activity_id: UUID, principal: Principal) -> CMEActivity:
    """One activity with its topics.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    activity = session.scalar(
        select(CMEActivity)
        .options(selectinload(CMEActivity.topics))
        .where(CMEActivity.id == activity_id, visible(CMEActivity.provider_id, principal))
    )
    if activity is None:
        raise NotFound("there is no such activity")
    return activity


def page(session: Session, window: Window, principal: Principal, chosen: Filter) -> dict[str, Any]:
    """Activities that a principal may see, the latest first."""
    statement = (
        select(CMEActivity)
        .options(selectinload(CMEActivity.topics))
        .where(visible(CMEActivity.provider_id, principal), *chosen.conditions())
        .order_by(CMEActivity.completed_on.desc(), CMEActivity.id)
    )
    return page_of(session, statement, window)


def create(session: Session, body: ActivityBody, principal: Principal) -> CMEActivity:
    """Create an activity, of the provider who asks or of whom staff names.

    Raises:
        ApiError: see `provider_for`; Unprocessable: a topic does not exist.
    """
    activity = CMEActivity(
        **body.model_dump(exclude={"provider_id", "topic_ids"}),
        provider_id=provider_for(principal, body.provider_id),
        topics=_topics_by_id(session, body.topic_ids),
    )
    session.add(activity)
    session.flush()
    session.refresh(activity, ["created_at", "hours"])
    return activity


def replace(
    session: Session, activity_id: UUID, body: ActivityBody, principal: Principal
) -> CMEActivity:
    """Write an activity anew; it stays its provider's.

    Raises:
        NotFound: there is none, it is somebody else's, or the body names somebody else.
        Unprocessable: a topic does not exist.
    """
    activity = get(session, activity_id, principal)
    if body.provider_id not in (None, activity.provider_id):
        raise NotFound("there is no such activity of this provider")
    for name, value in body.model_dump(exclude={"provider_id", "topic_ids"}).items():
        setattr(activity, name, value)
    activity.topics = _topics_by_id(session, body.topic_ids)
    session.flush()
    session.refresh(activity, ["hours"])
    return activity


def delete(session: Session, activity_id: UUID, principal: Principal) -> None:
    """Delete an activity.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    session.delete(get(session, activity_id, principal))


def summary(
    session: Session, principal: Principal, provider_id: UUID | None, period: Period
) -> Summary:
    """The hours of a provider in a period, in all and by topic.

    Raises:
        ApiError: see `provider_for`.
    """
    owner = provider_for(principal, provider_id)
    chosen = [CMEActivity.provider_id == owner, *period.conditions()]
    count, hours = session.execute(
        select(func.count(), func.coalesce(func.sum(CMEActivity.hours), Decimal("0.00")))
        .select_from(CMEActivity)
        .where(*chosen)
    ).one()
    by_topic = session.execute(
        select(CMETopic, func.sum(CMEActivity.hours))
        .join(CMETopic.activities)
        .where(*chosen)
        .group_by(CMETopic.id)
        .order_by(CMETopic.name)
    )
    return Summary(
        provider_id=owner,
        activities=count,
        hours=hours,
        by_topic=[
            TopicHours(topic=TopicView.model_validate(topic), hours=total)
            for topic, total in by_topic
        ],
    )


def _topics_by_id(session: Session, ids: Collection[UUID]) -> list[CMETopic]:
    wanted = set(ids)
    found = list(
        session.scalars(select(CMETopic).where(CMETopic.id.in_(wanted)).order_by(CMETopic.name))
    )
    if len(found) != len(wanted):
        raise Unprocessable("topic_ids: there is no such topic")
    return found
