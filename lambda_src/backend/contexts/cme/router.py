"""/api/v1/cme: topics for everybody, activities and hours of one's own (staff: everybody's)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from contexts.cme import service
from contexts.cme.schemas import ActivityBody, ActivityView, Summary, TopicBody, TopicView
from shared.access import Me, StaffOnly
from shared.database import unit_of_work
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
def topics(_me: Me, window: Paging) -> Page[TopicView]:
    """Topics by name."""
    with unit_of_work() as db:
        return Page[TopicView].model_validate(service.topics(db, window))


@router.post("/topics", status_code=HTTPStatus.CREATED)
def create_topic(body: TopicBody, _staff: StaffOnly) -> TopicView:
    """Create a topic."""
    with unit_of_work() as db:
        return TopicView.model_validate(service.create_topic(db, body.name))


@router.get("/activities")
def page(me: Me, window: Paging, chosen: Filtered) -> Page[ActivityView]:
    """Activities, the latest first; `first` and `last` are the days they were completed on."""
    with unit_of_work() as db:
        return Page[ActivityView].model_validate(service.page(db, window, me, chosen))


@router.post("/activities", status_code=HTTPStatus.CREATED)
def create(body: ActivityBody, me: Me) -> ActivityView:
    """Create an activity."""
    with unit_of_work() as db:
        return ActivityView.model_validate(service.create(db, body, me))


@router.get("/activities/{activity_id}")
def get(activity_id: UUID, me: Me) -> ActivityView:
    """One activity."""
    with unit_of_work() as db:
        return ActivityView.model_validate(service.get(db, activity_id, me))


@router.put("/activities/{activity_id}")
def replace(activity_id: UUID, body: ActivityBody, me: Me) -> ActivityView:
    """Write an activity anew."""
    with unit_of_work() as db:
        return ActivityView.model_validate(service.replace(db, activity_id, body, me))


@router.delete("/activities/{activity_id}", status_code=HTTPStatus.NO_CONTENT)
def delete(activity_id: UUID, me: Me) -> None:
    """Delete an activity."""
    with unit_of_work() as db:
        service.delete(db, activity_id, me)


@router.get("/summary")
def summary(me: Me, period: InPeriod, provider_id: UUID | None = None) -> Summary:
    """The hours of a provider, in all and by topic."""
    with unit_of_work() as db:
        return service.summary(db, me, provider_id, period)
