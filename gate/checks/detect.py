"""What watches a stage tells of an incident in time, and of nothing else."""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path

from gate import rehearsals
from gate.config import Config
from gate.detect.target import CALLS_PER_SECOND, PLOTS, Target
from gate.report import CannotLook, Report, shown

NAME = "detect"
HELP = """\
Play incidents against the alarms of the synthesized templates, many times each, by CloudWatch's
documented evaluation: when an alarm fires, when people are told, when CodeDeploy goes back, how
many calls fail until then; and how often a healthy year wakes somebody. Too late, or too often, is
a finding. docs/detection.md says what is assumed.

examples:
  make synth STAGE=prod && gate detect --stage prod
  gate detect --stage prod --runs 4000 --plot detection.svg
"""
MOST_RUNS = 100_000


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that only this check has."""
    parser.add_argument("--stage", required=True, help="the stage, as in stages/STAGE.toml")
    parser.add_argument("--assembly", default="cdk.out", metavar="DIR", help="default: %(default)s")
    parser.add_argument(
        "--rehearsals", metavar="DIR", help="default: rehearsals, where it is there"
    )
    parser.add_argument(
        "--runs", type=_count, default=1000, metavar="N",
        help="of each incident, and four times as many of each noise; default: %(default)s",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: %(default)s")
    parser.add_argument(
        "--calls-per-second", type=_rate, default=CALLS_PER_SECOND, metavar="N",
        help="of users, by day; a tenth of it at night; default: %(default)s",
    )  # fmt: skip
    parser.add_argument("--plot", metavar="FILE", help="draw it too: FILE.svg or FILE.png")


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_RUNS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of runs, 1 to {MOST_RUNS}")
    return int(text)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= MOST_RUNS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of calls above 0")
    return rate


def target(options: argparse.Namespace, config: Config) -> Target:
    """Return what is to be played; raises CannotLook."""
    folder = config.file.parent if config.file else Path.cwd()
    incidents = Path(options.rehearsals) if options.rehearsals else folder / rehearsals.FOLDER
    if options.plot and Path(options.plot).suffix not in PLOTS:
        raise CannotLook(f"{options.plot}: a plot is one of {', '.join(PLOTS)}")
    return Target(
        stage=options.stage,
        assembly=Path(options.assembly),
        rehearsals=incidents if options.rehearsals or incidents.is_dir() else None,
        probes=_names(config.probes),
        runs=options.runs,
        seed=abs(options.seed),
        calls_per_second=options.calls_per_second,
        plot=Path(options.plot) if options.plot else None,
    )


def _names(probes: Path) -> tuple[str, ...]:
    """The names of the probes, whose variables nobody has to set for a simulation."""
    try:
        document = tomllib.loads(probes.read_text(encoding="utf-8"))
        return tuple(str(probe["name"]) for probe in document["probe"])
    except OSError as exc:
        raise CannotLook(f"{shown(probes)}: cannot be read: {exc.strerror}") from exc
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as exc:
        raise CannotLook(f"{shown(probes)}: not a file of probes: {exc}") from exc


def check(target: Target) -> Report:
    """Play everything, even when something was found early.

    Raises:
        CannotLook: no numpy or matplotlib, no assembly, no canary in it, or an alarm that says
            what is not known here.
    """
    try:
        from gate.detect.run import run  # noqa: PLC0415 - help must do without the extra
    except ModuleNotFoundError as exc:
        raise CannotLook(
            f"no module {exc.name}; the simulation needs it: pip install "
            "'lambda-release-gate[detect]'"
        ) from exc
    return run(NAME, target)
