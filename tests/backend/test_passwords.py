from __future__ import annotations

from shared.passwords import HASHER, NOBODYS_HASH, hash_password, verify_password


def test_passwords_are_argon2id_and_salted() -> None:
    first, second = hash_password("secret"), hash_password("secret")
    assert first.startswith("$argon2id$")
    assert first != second
    assert verify_password(first, "secret")
    assert not verify_password(first, "Secret")


def test_no_hash_and_a_broken_hash_are_never_right() -> None:
    assert not verify_password(None, "")
    assert not verify_password("not a hash", "not a hash")


def test_nobodys_hash_costs_what_a_real_one_costs() -> None:
    assert not HASHER.check_needs_rehash(NOBODYS_HASH)
