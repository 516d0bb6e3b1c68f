"""/api/v1/cme: topics for everybody, activities and hours of one's own (staff: everybody's)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from contexts.cme import service
from contexts.cme.schemas import ActivityBody, ActivityView, Summary, TopicBody, TopicView
from shared.access import Me, StaffOnly
from shared.database import Db
from shared.schemas import AnyDate, Page, Paging

router = APIRouter(tags=["cme"])


def _period(first: AnyDate | None = None, last: AnyDate | None = None) -> service.Period:
    return service.Period(first, last)


def _filter(
    period: Annotated[service.Period, Depends(_period)],
    provider_id: UUID | None = None,
    topic_id: UUID | None = None,
) -> service.Filter:
    return service.Filter(period, provider_id, topic_id)


InPeriod = Annotated[service.Period, Depends(_period)]
Filtered = Annotated[service.Filter, Depends(_filter)]


@router.get("/topics")
def topics(_me: Me, db: Db, window: Paging) -> Page[TopicView]:
    """Topics by name."""
    return Page[TopicView].model_validate(service.topics(db, window))


@router.post("/topics", status_code=HTTPStatus.CREATED)
def create_topic(body: TopicBody, _staff: StaffOnly, db: Db) -> TopicView:
    """Create a topic."""
    return TopicView.model_validate(service.create_topic(db, body.name))


@router.get("/activities")
def page(me: Me, db: Db, window: Paging, chosen: Filtered) -> Page[ActivityView]:
    """Activities, the latest first; `first` and `last` are the days they were completed on."""
    return Page[ActivityView].model_validate(service.page(db, window, me, chosen))


@router.post("/activities", status_code=HTTPStatus.CREATED)
def create(body: ActivityBody, me: Me, db: Db) -> ActivityView:
    """Create an activity."""
    return ActivityView.model_validate(service.create(db, body, me))


@router.get("/activities/{activity_id}")
def get(activity_id: UUID, me: Me, db: Db) -> ActivityView:
    """One activity."""
    return ActivityView.model_validate(service.get(db, activity_id, me))


@router.put("/activities/{activity_id}")
def replace(activity_id: UUID, body: ActivityBody, me: Me, db: Db) -> ActivityView:
    """Write an activity anew."""
    return ActivityView.model_validate(service.replace(db, activity_id, body, me))


@router.delete("/activities/{activity_id}", status_code=HTTPStatus.NO_CONTENT)
def delete(activity_id: UUID, me: Me, db: Db) -> None:
    """Delete an activity."""
    service.delete(db, activity_id, me)


@router.get("/summary")
def summary(me: Me, db: Db, period: InPeriod, provider_id: UUID | None = None) -> Summary:
    """The hours of a provider, in all and by topic."""
    return service.summary(db, me, provider_id, period)
