"""Providers as the API sees them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, StringConstraints

from contexts.providers.models import NPI_LENGTH
from shared.schemas import Answer, Body, ShortText

NPI_CARD_PREFIX = "80840"  # an NPI's check digit is that of the card number 80840…
NINE = 9


def _check_digit(npi: str) -> str:
    digits = [int(digit) for digit in NPI_CARD_PREFIX + npi]
    doubled = [2 * digit for digit in digits[-2::-2]]
    total = sum(digits[-1::-2]) + sum(d - NINE if d > NINE else d for d in doubled)
    if total % 10:
        raise ValueError("the check digit is wrong")
    return npi


Npi = Annotated[
    str,
    StringConstraints(pattern=rf"^[12][0-9]{{{NPI_LENGTH - 1}}}$"),
    AfterValidator(_check_digit),
]


class ProviderBody(Body):
    """A provider to be written, whole."""

    npi: Npi
    first_name: ShortText
    last_name: ShortText
    specialty: ShortText | None = None
    user_id: UUID | None = None


class ProviderView(Answer):
    """A provider."""

    id: UUID
    npi: str
    first_name: str
    last_name: str
    specialty: str | None
    user_id: UUID | None
    created_at: datetime
