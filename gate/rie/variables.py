"""The variables that a function gets: its template's and no others, where it has one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gate.report import CannotLook
from gate.rie.template import Declared

SERVICE = "AWS_"  # what Lambda sets itself, and what stands in for AWS


@dataclass(frozen=True)
class Variables:
    """What the function gets, and the names of those that it does not get."""

    given: Mapping[str, str] = field(repr=False)
    left_out: tuple[str, ...] = ()


def handed(
    declared: Declared | None, chosen: Mapping[str, str], provided: Mapping[str, str]
) -> Variables:
    """Return the variables of a function.

    Args:
        declared: what its template says; without it the function gets all of the others.
        chosen: what the command line says, which counts most.
        provided: what else there is.

    Raises:
        CannotLook: the template gives it some that only AWS knows, and nobody says them.
    """
    if declared is None:
        return Variables({**provided, **chosen})
    others = {**provided, **chosen}
    if missing := [name for name in declared.unknown if name not in others]:
        raise CannotLook(
            f"{declared.where}: only AWS knows {', '.join(missing)}; "
            "say --env NAME=VALUE, or let --environment yield them"
        )
    names = {*declared.environment, *declared.unknown}
    given = {
        **{name: value for name, value in others.items() if name.startswith(SERVICE)},
        **{name: others[name] for name in declared.unknown},
        **declared.environment,
        **{name: value for name, value in chosen.items() if name in names},
    }
    return Variables(given, tuple(sorted(others.keys() - given.keys())))
