"""What all tests share: order by cost, and an honest word where no container engine runs."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.gate import parity_score

COST = ("slow", "engine")
ENGINE_MISSING = "no container engine: needs root and Debian's docker.io, iptables and iproute2"


def _cost(item: pytest.Item) -> int:
    return max((COST.index(m.name) + 1 for m in item.iter_markers() if m.name in COST), default=0)


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads then which group a test is of
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the quick tests first, those that start services next, containers last."""
    items.sort(key=_cost)  # stable: the order within a file stays
    for item in items:
        if item.get_closest_marker("engine"):
            item.add_marker(pytest.mark.xdist_group("engine"))  # one engine at a time
    if _engine_runs():
        return
    for item in items:
        if item.get_closest_marker("engine"):
            item.add_marker(pytest.mark.skip(reason=ENGINE_MISSING))


def _engine_runs() -> bool:
    path = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin"
    return os.geteuid() == 0 and all(
        shutil.which(n, path=path) for n in ("dockerd", "iptables", "ip")
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in the last lines how the catalogue was judged, and what was not tried."""
    parity_score.write(terminalreporter)
    skipped = terminalreporter.stats.get("skipped", [])
    count = sum(ENGINE_MISSING in str(report.longrepr) for report in skipped)
    if count:
        terminalreporter.write_line(f"NOT TRIED: {count} tests of the image; {ENGINE_MISSING}")
