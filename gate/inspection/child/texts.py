"""Texts that stand for values: as short as need be, and without addresses."""

from __future__ import annotations

import hashlib
import inspect
import re
import types

LONG = 500  # characters from which a text is kept as its hash
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def hashed(text: str) -> str:
    """Return a hash of ``text``, whatever characters are in it."""
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:32]


def shortened(text: str) -> str:
    """Return ``text``, or its beginning and its hash where it is long."""
    return text if len(text) <= LONG else f"{text[:LONG]}… {hashed(text)}"


def without_address(text: str) -> str:
    """Return the text of an object without where it is in memory."""
    return ADDRESS.sub("", text)


def code_hash(code: types.CodeType, doc: str | None = None) -> str:
    """Return a hash of what ``code`` does.

    Neither lines nor the docstring ``doc`` nor the names of local variables count.
    """
    constants = [
        code_hash(item) if isinstance(item, types.CodeType) else repr(item)
        for item in code.co_consts
        if doc is None or item != doc  # what is said about it changes nothing
    ]
    several = code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS)
    parameters = code.co_argcount + code.co_kwonlyargcount + several.bit_count()
    names = (code.co_names, code.co_varnames[:parameters], code.co_freevars)
    parts = (code.co_code, several, *names, constants)
    return hashed(repr(parts))
