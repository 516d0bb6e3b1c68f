"""Compares two JSON documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def differing_paths(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Yield the JSON pointers at which two documents differ; never their values."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            here = f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"
            if key in one and key in other:
                yield from differing_paths(one[key], other[key], here)
            else:
                yield here
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for at, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            yield from differing_paths(mine, theirs, f"{path}/{at}")
    elif one != other:
        yield path or "/"
