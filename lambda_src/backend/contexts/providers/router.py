"""/api/v1/providers: all of them for staff, oneself for a provider."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from contexts.providers import service
from contexts.providers.schemas import ProviderBody, ProviderView
from shared.access import Me, StaffOnly
from shared.database import unit_of_work
from shared.schemas import Page, Paging, ShortText

router = APIRouter(tags=["providers"])


@router.get("")
def page(
    _staff: StaffOnly,
    window: Paging,
    search: Annotated[ShortText | None, Query()] = None,
) -> Page[ProviderView]:
    """Providers by name; `search` is part of a last name."""
    with unit_of_work() as db:
        return Page[ProviderView].model_validate(service.page(db, window, search))


@router.post("", status_code=HTTPStatus.CREATED)
def create(body: ProviderBody, _staff: StaffOnly) -> ProviderView:
    """Create a provider."""
    with unit_of_work() as db:
        return ProviderView.model_validate(service.create(db, body))


@router.get("/{provider_id}")
def get(provider_id: UUID, me: Me) -> ProviderView:
    """One provider."""
    with unit_of_work() as db:
        return ProviderView.model_validate(service.get(db, provider_id, me))


@router.put("/{provider_id}")
def replace(provider_id: UUID, body: ProviderBody, staff: StaffOnly) -> ProviderView:
    """Write a provider anew."""
    with unit_of_work() as db:
        return ProviderView.model_validate(service.replace(db, provider_id, body, staff))
