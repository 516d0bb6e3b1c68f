"""Until when Synthetics runs a canary's runtime.

AWS ends a runtime when any component of it is no longer supported, and writes 60 days before
(docs.aws.amazon.com, "Runtime versions support policy" of CloudWatch Synthetics). What it has
published is in the first table; before that, the end of the Python in it is the limit
(docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html). Read on 2026-11-25.
"""

from __future__ import annotations

from datetime import date, timedelta

NOTICE = timedelta(days=60)

PUBLISHED = {
    "syn-python-selenium-1.0": date(2024, 3, 8),
    "syn-python-selenium-1.1": date(2024, 3, 8),
    "syn-python-selenium-1.2": date(2024, 3, 8),
    "syn-python-selenium-1.3": date(2024, 3, 8),
    "syn-python-selenium-2.0": date(2024, 3, 8),
    "syn-python-selenium-2.1": date(2026, 1, 22),
    "syn-python-selenium-3.0": date(2026, 1, 22),
    "syn-python-selenium-4.0": date(2026, 2, 3),
    "syn-python-selenium-4.1": date(2026, 2, 3),
    "syn-python-selenium-5.0": date(2026, 2, 3),
    "syn-python-selenium-5.1": date(2026, 2, 3),
}
PYTHON = {
    "syn-python-selenium-12.0": "3.12",
    "syn-python-selenium-13.0": "3.12",
    "syn-python-selenium-14.0": "3.12",
}
PYTHON_ENDS = {"3.12": date(2028, 10, 31)}


def ends(runtime: str) -> date:
    """When AWS ends a runtime; raises KeyError for one that the tables do not know."""
    return PUBLISHED.get(runtime) or PYTHON_ENDS[PYTHON[runtime]]


def near_its_end(runtime: str, today: date) -> str | None:
    """What to do about a runtime that ends within the notice; None when it has longer."""
    end = ends(runtime)
    if today < end - NOTICE:
        return None
    return f"{runtime} ends on {end}: choose a newer one in uptime_canary.py"
