"""Credentials as the API sees them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import computed_field, model_validator

from contexts.credentials.models import Kind
from shared.schemas import Answer, AnyDate, Body, PastDate, ShortText

EXPIRING = timedelta(days=60)


class Status(StrEnum):
    """Whether a credential holds today."""

    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"


class CredentialBody(Body):
    """A credential to be written, whole; staff say whose it is."""

    provider_id: UUID | None = None
    kind: Kind
    issuer: ShortText
    number: ShortText
    issued_on: PastDate
    expires_on: AnyDate | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.expires_on is not None and self.expires_on <= self.issued_on:
            raise ValueError("expires_on is not after issued_on")
        return self


class CredentialView(Answer):
    """A credential."""

    id: UUID
    provider_id: UUID
    kind: Kind
    issuer: str
    number: str
    issued_on: date
    expires_on: date | None
    created_at: datetime

    @computed_field  # type: ignore[prop-decorator]  # pydantic documents this order; mypy cannot tell
    @property
    def status(self) -> Status:
        """Whether it holds today, in UTC; "expiring" within 60 days. The last day counts."""
        today = datetime.now(UTC).date()
        if self.expires_on is None or self.expires_on > today + EXPIRING:
            return Status.VALID
        return Status.EXPIRED if self.expires_on < today else Status.EXPIRING
