"""Logging in, staying logged in, logging out."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from contexts.auth.models import RefreshToken
from contexts.auth.schemas import Tokens
from shared.errors import Unauthorized
from shared.identity import User
from shared.logs import current_request
from shared.passwords import hash_password, needs_rehash, verify_password
from shared.tokens import Token, TokenType, new_token, read_token, sign


def log_in(session: Session, email: str, password: str) -> Tokens:
    """Exchange an e-mail and a password for tokens.

    Raises:
        Unauthorized: no such user, a wrong password, or a user who may not log in; which of
            these is not told, and takes no different time.
    """
    user = session.scalar(select(User).where(User.email == email))
    right = verify_password(user.password_hash if user else None, password)
    if user is not None:
        current_request().user_id = user.id  # for the audit trail: whose account was tried
    if user is None or not right or not user.is_active:
        raise Unauthorized("the e-mail or the password is wrong")
    if needs_rehash(user.password_hash):
        user.password_hash = hash_password(password)
    _forget_expired(session, user.id)
    return _issue(session, user.id, family=uuid4())


def refresh(session: Session, text: str) -> Tokens:
    """Exchange a refresh token for new tokens, once.

    Raises:
        Unauthorized: it is not valid, or was used before: then its whole family ends.
    """
    token = read_token(text, TokenType.REFRESH)
    current_request().user_id = token.user_id  # for the audit trail, also when it is refused
    # One statement, so that of two simultaneous uses exactly one wins.
    family = session.scalar(
        update(RefreshToken)
        .where(
            RefreshToken.id == token.id,
            RefreshToken.used_at.is_(None),
            RefreshToken.revoked_at.is_(None),
        )
        .values(used_at=func.now())
        .returning(RefreshToken.family)
    )
    user = session.get(User, token.user_id)
    if family is None or user is None or not user.is_active:
        _end_family_of(session, token)
        session.commit()  # the error that follows must not undo it
        raise Unauthorized("the token is not valid")
    return _issue(session, user.id, family)


def log_out(session: Session, text: str) -> None:
    """End the family of a refresh token; doing it twice is no error.

    Raises:
        Unauthorized: the token is not valid.
    """
    token = read_token(text, TokenType.REFRESH)
    current_request().user_id = token.user_id
    _end_family_of(session, token)


def change_password(session: Session, user_id: UUID, current: str, new: str) -> None:
    """Set a new password and end every log-in of the user.

    Raises:
        Unauthorized: the current password is wrong.
    """
    user = session.get_one(User, user_id)
    if not verify_password(user.password_hash, current):
        raise Unauthorized("the current password is wrong")
    user.password_hash = hash_password(new)
    _revoke(session, RefreshToken.user_id == user_id)


def _issue(session: Session, user_id: UUID, family: UUID) -> Tokens:
    renewal = new_token(user_id, TokenType.REFRESH)
    session.add(
        RefreshToken(id=renewal.id, user_id=user_id, family=family, expires_at=renewal.expires_at)
    )
    return Tokens(
        access_token=sign(new_token(user_id, TokenType.ACCESS)), refresh_token=sign(renewal)
    )


def _end_family_of(session: Session, token: Token) -> None:
    family = select(RefreshToken.family).where(RefreshToken.id == token.id)
    _revoke(session, RefreshToken.family.in_(family))


def _revoke(session: Session, condition: ColumnElement[bool]) -> None:
    session.execute(
        update(RefreshToken)
        .where(condition, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .execution_options(synchronize_session=False)
    )


def _forget_expired(session: Session, user_id: UUID) -> None:
    """Keep the table from growing: an expired token is refused by its signature's date anyway."""
    session.execute(
        delete(RefreshToken)
        .where(RefreshToken.user_id == user_id, RefreshToken.expires_at < datetime.now(UTC))
        .execution_options(synchronize_session=False)
    )
