"""What a stage needs to know of probes.toml; the probes themselves judge it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stacks.stage_files import ROOT, SettingsError, read, shown

PROBES = ROOT / "probes.toml"


def probe_names(path: Path = PROBES) -> tuple[str, ...]:
    """The names of the probes in a file, without judging the rest of it.

    Raises:
        SettingsError: the file holds no list of named probes.
    """
    try:
        return tuple(probe["name"] for probe in read(path)["probe"])
    except (KeyError, TypeError) as exc:
        raise SettingsError(f"{shown(path)}: no [[probe]] with a name; add one") from exc


def slowest_probe_ms(path: Path = PROBES) -> float:
    """The most that a probe of a file, or what follows it, gives an answer, in ms; 0: none says.

    Raises:
        SettingsError: a probe says what is no number.
    """
    try:
        requests = [one for probe in read(path)["probe"] for one in _requests(probe)]
        return float(max(one.get("expect", {}).get("within_ms", 0) for one in requests))
    except (AttributeError, TypeError, ValueError) as exc:
        raise SettingsError(f"{shown(path)}: within_ms must be a number of ms") from exc


def _requests(probe: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A probe's request, and those that a right answer leads to."""
    following: dict[str, Any] | None = probe
    while following is not None:
        yield following
        following = following.get("then")
