"""Whether an older version's code still works on the database as it is now."""

from __future__ import annotations

from gate.deployed.versions import HEAD, SERVED, Version
from gate.report import Finding


def judge(past: Version, newest: Version) -> tuple[Finding | None, str]:
    """A refusal, or a warning, or neither (empty).

    The newest version counts, not the one with the traffic: migrations run before a version
    gets traffic, and going back leaves the database as it is.
    """
    if past.migration and past.migration == newest.migration:
        return None, ""
    if past.migration and past.migration in newest.served:
        return None, ""
    for version in (past, newest):
        if not version.migration:
            return None, (
                f"version {version.number} does not say its migration ({HEAD}): whether its code "
                "fits the database cannot be told from here"
            )
    if not newest.served:
        return None, (
            f"the database may be at migration {newest.migration}, and version {newest.number} "
            f"does not say which migrations it still serves ({SERVED})"
        )
    return _gone(past, newest), ""


def _gone(past: Version, newest: Version) -> Finding:
    served = ", ".join(sorted(newest.served))
    return Finding(
        "rollback.migrations.gone",
        f"version {past.number} expects migration {past.migration}, and the database may be at "
        f"{newest.migration} (version {newest.number}), which serves only {served}",
        fix="release the fix forward, or say --to a version whose migration is still served",
    )
