"""Providers: listing, creating, changing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contexts.providers.models import Provider
from contexts.providers.schemas import ProviderBody
from shared.access import Principal, visible
from shared.errors import NotFound
from shared.schemas import Window, page_of


def get(session: Session, provider_id: UUID, principal: Principal) -> Provider:
    """One provider.

    Raises:
        NotFound: there is none, or it is somebody else.
    """
    provider = session.scalar(
        select(Provider).where(Provider.id == provider_id, visible(Provider.id, principal))
    )
    if provider is None:
        raise NotFound("there is no such provider")
    return provider


def page(session: Session, window: Window, search: str | None) -> dict[str, Any]:
    """Providers by last name, those whose last name contains a text."""
    statement = select(Provider).order_by(Provider.last_name, Provider.first_name, Provider.id)
    if search:
        statement = statement.where(Provider.last_name.icontains(search, autoescape=True))
    return page_of(session, statement, window)


def create(session: Session, body: ProviderBody) -> Provider:
    """Create a provider.

    Raises (when the session commits):
        Conflict: the NPI or the user is taken, or there is no such user.
    """
    provider = Provider(**body.model_dump())
    session.add(provider)
    session.flush()
    session.refresh(provider, ["created_at"])
    return provider


def replace(
    session: Session, provider_id: UUID, body: ProviderBody, principal: Principal
) -> Provider:
    """Write a provider anew.

    Raises:
        NotFound: there is none.
    """
    provider = get(session, provider_id, principal)
    for name, value in body.model_dump().items():
        setattr(provider, name, value)
    return provider
