"""What the audit's tests share: one planted tree, what the audit finds in it, and what it notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gate import config
from gate.checks import audit
from gate.report import Report
from tests.gate.planting import Plant

Files = Mapping[str, str]


@dataclass(frozen=True)
class Trap:
    """A tree, and all that must be found in it: rule and a part of the message, in any order."""

    name: str
    files: Files
    found: tuple[tuple[str, str], ...] = ()
    noted: str = ""

    def __str__(self) -> str:
        return self.name


def audited(root: Path) -> Report:
    """What the audit says about a tree, with the settings of the tree's own pyproject."""
    settings = config.load(root) if (root / "pyproject.toml").is_file() else None
    own = settings if settings is not None and settings.file is not None else None
    plain = config.Config(root=root, probes=root / "probes.toml")
    return audit.check(audit.Target(root, own or plain))


def hold(trap: Trap, plant: Plant) -> None:
    """Assert that exactly what the trap says is found."""
    report = audited(plant(trap.files))
    found = sorted((one.rule.removeprefix("audit."), one.message) for one in report.findings)
    wanted = sorted(trap.found)
    assert [rule for rule, _ in found] == [rule for rule, _ in wanted], report
    for (_, message), (_, part) in zip(found, wanted, strict=True):
        assert part in message
    assert all(one.fix and one.places for one in report.findings)
    assert any(trap.noted in note for note in report.notes), report.notes
