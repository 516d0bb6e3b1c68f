"""Credentials: listing, writing, deleting, and which expire soon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contexts.credentials.models import Credential
from contexts.credentials.schemas import CredentialBody
from shared.access import Principal, provider_for, visible
from shared.errors import NotFound
from shared.schemas import Window, page_of


def get(session: Session, credential_id: UUID, principal: Principal) -> Credential:
    """One credential.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    credential = session.scalar(
        select(Credential).where(
            Credential.id == credential_id, visible(Credential.provider_id, principal)
        )
    )
    if credential is None:
        raise NotFound("there is no such credential")
    return credential


def page(
    session: Session,
    window: Window,
    principal: Principal,
    *,
    provider_id: UUID | None,
    expires_within_days: int | None,
) -> dict[str, Any]:
    """Credentials that a principal may see, those that expire first at the top.

    With `expires_within_days`, those that do by then, expired ones included.
    """
    statement = (
        select(Credential)
        .where(visible(Credential.provider_id, principal))
        .order_by(Credential.expires_on.nulls_last(), Credential.id)
    )
    if provider_id is not None:
        statement = statement.where(Credential.provider_id == provider_id)
    if expires_within_days is not None:
        last = datetime.now(UTC).date() + timedelta(days=expires_within_days)
        statement = statement.where(Credential.expires_on <= last)
    return page_of(session, statement, window)


def create(session: Session, body: CredentialBody, principal: Principal) -> Credential:
    """Create a credential, of the provider who asks or of whom staff names.

    Raises:
        ApiError: see `provider_for`.
    """
    owner = provider_for(principal, body.provider_id)
    credential = Credential(**body.model_dump(exclude={"provider_id"}), provider_id=owner)
    session.add(credential)
    session.flush()
    session.refresh(credential, ["created_at"])
    return credential


def replace(
    session: Session, credential_id: UUID, body: CredentialBody, principal: Principal
) -> Credential:
    """Write a credential anew; it stays its provider's.

    Raises:
        NotFound: there is none, it is somebody else's, or the body names somebody else.
    """
    credential = get(session, credential_id, principal)
    if body.provider_id not in (None, credential.provider_id):
        raise NotFound("there is no such credential of this provider")
    for name, value in body.model_dump(exclude={"provider_id"}).items():
        setattr(credential, name, value)
    return credential


def delete(session: Session, credential_id: UUID, principal: Principal) -> None:
    """Delete a credential.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    session.delete(get(session, credential_id, principal))
