"""A random application is the same however it is written, and differs by any one change."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from gate.checks.parity import Target, check
from gate.inspection.runner import Interpreter
from gate.report import Report
from tests.gate.parity_applications import (
    APPS,
    HEADER,
    SHARED,
    STYLES,
    App,
    Style,
    changed,
    written,
)

FEW = settings(
    max_examples=3,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
MANY = settings(FEW, max_examples=150)
BATCH = 8  # applications of one pair of child interpreters

Written = tuple[App, Style]
PAIRS = st.tuples(APPS, STYLES, STYLES)
BATCHES = st.lists(PAIRS, min_size=BATCH, max_size=BATCH)


def module(parts: Sequence[Written]) -> str:
    """Return an entry point that mounts each application below its number."""
    body = "".join(written(app, style, at) for at, (app, style) in enumerate(parts))
    mounts = "".join(f"app.mount('/{at}', app_{at})\n" for at in range(len(parts)))
    return f"{HEADER}{body}app = FastAPI()\n{mounts}"


def compared(reference: Sequence[Written], candidate: Sequence[Written], *, static: bool) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        sources = {"main": module(reference), "lazy_app": module(candidate), "shared": SHARED}
        for name, source in sources.items():
            (root / f"{name}.py").write_text(source, encoding="utf-8")
        return check(Target(Interpreter(root), "main:app", "lazy_app:app", static=static))


@seed(20251230)
@MANY
@given(PAIRS)
def test_rewritten_it_is_read_as_the_same(pair: tuple[App, Style, Style]) -> None:
    app, one, other = pair
    assert compared([(app, one)], [(app, other)], static=True).findings == ()


@seed(20251230)
@MANY
@given(PAIRS, st.data())
def test_changed_it_is_read_as_another(pair: tuple[App, Style, Style], data: st.DataObject) -> None:
    app, one, other = pair
    findings = compared([(app, one)], [(data.draw(changed(app)), other)], static=True).findings
    assert findings
    assert "parity.undecided" not in {finding.rule for finding in findings}


@seed(20251230)
@FEW
@given(BATCHES)
def test_rewritten_it_builds_the_same(batch: list[tuple[App, Style, Style]]) -> None:
    reference = [(app, one) for app, one, _ in batch]
    candidate = [(app, other) for app, _, other in batch]
    assert compared(reference, candidate, static=False).findings == ()


@seed(20251230)
@FEW
@given(BATCHES, st.data())
def test_changed_it_builds_another(
    batch: list[tuple[App, Style, Style]], data: st.DataObject
) -> None:
    reference = [(app, one) for app, one, _ in batch]
    candidate = [(data.draw(changed(app)), other) for app, _, other in batch]
    findings = compared(reference, candidate, static=False).findings
    found = Counter(
        at for at in range(BATCH) if any(f"mounted at /{at})" in str(one) for one in findings)
    )
    assert sorted(found) == list(range(BATCH)), findings
