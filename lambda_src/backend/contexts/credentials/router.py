"""/api/v1/credentials: everybody's for staff, one's own for a provider."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from contexts.credentials import service
from contexts.credentials.schemas import CredentialBody, CredentialView
from shared.access import Me
from shared.database import unit_of_work
from shared.schemas import Page, Paging

DAYS_MAXIMUM = 3660

router = APIRouter(tags=["credentials"])


@router.get("")
def page(
    me: Me,
    window: Paging,
    provider_id: UUID | None = None,
    expires_within_days: Annotated[int | None, Query(ge=0, le=DAYS_MAXIMUM)] = None,
) -> Page[CredentialView]:
    """Credentials by expiry."""
    with unit_of_work() as db:
        found = service.page(
            db, window, me, provider_id=provider_id, expires_within_days=expires_within_days
        )
        return Page[CredentialView].model_validate(found)


@router.post("", status_code=HTTPStatus.CREATED)
def create(body: CredentialBody, me: Me) -> CredentialView:
    """Create a credential."""
    with unit_of_work() as db:
        return CredentialView.model_validate(service.create(db, body, me))


@router.get("/{credential_id}")
def get(credential_id: UUID, me: Me) -> CredentialView:
    """One credential."""
    with unit_of_work() as db:
        return CredentialView.model_validate(service.get(db, credential_id, me))


@router.put("/{credential_id}")
def replace(credential_id: UUID, body: CredentialBody, me: Me) -> CredentialView:
    """Write a credential anew."""
    with unit_of_work() as db:
        return CredentialView.model_validate(service.replace(db, credential_id, body, me))


@router.delete("/{credential_id}", status_code=HTTPStatus.NO_CONTENT)
def delete(credential_id: UUID, me: Me) -> None:
    """Delete a credential."""
    with unit_of_work() as db:
        service.delete(db, credential_id, me)
