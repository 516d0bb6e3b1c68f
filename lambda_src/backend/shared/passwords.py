"""Passwords: argon2id, and the same effort whether there is such a user or not."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's minimum for argon2id: a function has one core and a gigabyte for everything.
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# The hash of a random password nobody kept, with the parameters above: verified when there is no
# such user, so that an unknown e-mail takes as long as a wrong password.
NOBODYS_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$ZZPGVBpCxNMCn5kUxt93jA$"
    "F2g5B46HaeMygaYdAk7MbpDksDmw+N5yytJft+EVIac"
)


def hash_password(password: str) -> str:
    """Hash a password, salt and parameters included."""
    return HASHER.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether a password is right; takes the same time when there is no hash to compare with."""
    try:
        HASHER.verify(password_hash or NOBODYS_HASH, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)
