"""Building blocks of the API's schemas: texts, e-mails, pages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, StringConstraints
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from shared.identity import EMAIL_LENGTH, canonical_email

PASSWORD_MINIMUM = 12
PASSWORD_MAXIMUM = 128  # hashing a novel would be a way to keep the function busy
PAGE_MAXIMUM = 100
OFFSET_MAXIMUM = 100_000
FIRST_DATE = date(1900, 1, 1)

ItemT = TypeVar("ItemT")


def _printable(text: str) -> str:
    # PostgreSQL cannot store NUL, and nobody's name has a line feed in it.
    if any(ord(character) < ord(" ") or character == "\x7f" for character in text):
        raise ValueError("control characters are not allowed")
    return text


def _not_in_future(value: date) -> date:
    # Today is already tomorrow somewhere: the latest local date on Earth is UTC+14's.
    if value > (datetime.now(UTC) + timedelta(hours=14)).date():
        raise ValueError("the date is in the future")
    return value


ShortText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_printable),
]
Email = Annotated[EmailStr, Field(max_length=EMAIL_LENGTH), AfterValidator(canonical_email)]
NewPassword = Annotated[
    str, StringConstraints(min_length=PASSWORD_MINIMUM, max_length=PASSWORD_MAXIMUM)
]
# Wrong ones are answered like any other wrong password, not with the rules for new ones.
GivenPassword = Annotated[str, StringConstraints(min_length=1, max_length=PASSWORD_MAXIMUM)]
AnyDate = Annotated[date, Field(ge=FIRST_DATE, le=date(2200, 1, 1))]
PastDate = Annotated[date, Field(ge=FIRST_DATE), AfterValidator(_not_in_future)]


class Body(BaseModel):
    """What a client sends: unknown members are refused, never ignored."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Answer(BaseModel):
    """What a client gets: read from a model's attributes."""

    model_config = ConfigDict(from_attributes=True)


class Window(BaseModel):
    """Which part of a list is asked for."""

    limit: int
    offset: int


def _window(
    limit: Annotated[int, Query(ge=1, le=PAGE_MAXIMUM)] = 20,
    offset: Annotated[int, Query(ge=0, le=OFFSET_MAXIMUM)] = 0,
) -> Window:
    return Window(limit=limit, offset=offset)


Paging = Annotated[Window, Depends(_window)]


class Page(BaseModel, Generic[ItemT]):
    """Part of a list, with the length of the whole."""

    items: list[ItemT]
    total: int
    limit: int
    offset: int


def page_of(session: Session, statement: Select[Any], window: Window) -> dict[str, Any]:
    """The members of a `Page` for an ordered statement that selects one model."""
    counted = statement.order_by(None).subquery()
    return {
        "items": session.scalars(statement.limit(window.limit).offset(window.offset)).all(),
        "total": session.scalar(select(func.count()).select_from(counted)),
        **window.model_dump(),
    }
