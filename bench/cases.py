"""What is measured against what, and the goals."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import trees
from bench.timing import ROOT, Command, Comparison, compare

BACKEND = ROOT / "lambda_src/backend"
START_UP_PROGRAM = ROOT / "bench/start_up.py"


@dataclass(frozen=True)
class Case:
    """A row of the table; ``measure`` takes the number of rounds and a scratch folder."""

    name: str
    against: str
    goal: float
    measure: Callable[[int, Path], Comparison]
    rounds: int = 15


def gate(*arguments: str, folder: Path = ROOT) -> Command:
    """The gate's command line."""
    return Command((sys.executable, "-P", "-m", "gate", *arguments), folder)


def python(code: str, folder: Path) -> Command:
    """Bare Python; what it imports is looked for in ``folder`` first, as in Lambda."""
    return Command((sys.executable, "-c", code), folder)


def _imports(folder: Path, *modules: str, then: str = "") -> Sequence[Command]:
    return [python(f"import {module}{then}", folder) for module in modules]


def _parity(rounds: int, _scratch: Path) -> Comparison:
    load = "; import lazy_app; lazy_app.load_all_routers()"
    baselines = _imports(BACKEND, "main", "lazy_app", then=load)
    return compare(gate("parity"), baselines, rounds)


def _parity_eager(rounds: int, scratch: Path) -> Comparison:
    folder = trees.eager(scratch)
    arguments = ("parity", "--root", str(folder), "--candidate", "lazy_app:app")
    return compare(gate(*arguments, folder=scratch), _imports(folder, "main", "lazy_app"), rounds)


def _static(rounds: int, scratch: Path) -> Comparison:
    folder = trees.long(scratch)
    subject = gate("parity", "--static", "--root", str(folder), folder=scratch)
    return compare(subject, [python("import ast", folder)], rounds)


def _static_here(rounds: int, _scratch: Path) -> Comparison:
    return compare(gate("parity", "--static"), [python("import ast", BACKEND)], rounds)


def _models(rounds: int, _scratch: Path) -> Comparison:
    bare = python(
        "import lazy_app; lazy_app.import_models()\n"
        "from sqlalchemy.orm import configure_mappers\n"
        "configure_mappers()",
        BACKEND,
    )
    return compare(gate("models"), [bare], rounds)


def _smoke(rounds: int, _scratch: Path) -> Comparison:
    by_hand = Command((sys.executable, "-m", "bench.rie_by_hand"))
    return compare(gate("smoke", "--local"), [by_hand], rounds)


def _audit(rounds: int, _scratch: Path) -> Comparison:
    bare = python(
        "import ast, subprocess\n"
        "names = subprocess.check_output(['git', 'ls-files', '*.py'], text=True).split()\n"
        "sources = [open(name, 'rb').read() for name in names if 'assets' not in name]\n"
        "for source in sources: ast.parse(source)",
        ROOT,
    )
    return compare(gate("audit"), [bare], rounds)


def _start_up(rounds: int, _scratch: Path) -> Comparison:
    from bench.start_up import measured  # noqa: PLC0415 - it is a program too

    return measured(rounds)


CASES = (
    Case("parity", "the slower import of main, lazy_app, all routers loaded", 1.25, _parity),
    Case("parity, eager pair", "the slower of two bare imports", 1.25, _parity_eager),
    Case("parity --static, 1,000 lines", "python -c 'import ast'", 1.5, _static),
    Case("parity --static, this backend", "python -c 'import ast'", 1.5, _static_here),
    Case("models", "a bare import with configure_mappers()", 1.15, _models),
    Case("smoke --local", "RIE started by hand, the same calls", 1.2, _smoke, rounds=5),
    Case("start-up check", "the backend's init", 0.02, _start_up),
    Case("audit", "git ls-files and ast.parse of each", 3.0, _audit),
)
