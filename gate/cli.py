"""The gate's command line: ``python -m gate CHECK [options]``.

Exit codes: 0 the check found nothing, 1 it found something, 2 it could not run (one line on
stderr), 130 and 143 it was interrupted. The command line alone prints and chooses them.
"""

from __future__ import annotations

import argparse
import importlib
import math
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn, Protocol, TypeVar

from gate import config as configuration
from gate import formats
from gate.config import Config
from gate.report import CannotLook, Report, one_line

FOUND_NOTHING, FOUND_SOMETHING, COULD_NOT_RUN = 0, 1, 2
BY_SIGNAL = 128  # plus the signal's number, as shells do

T = TypeVar("T")


class CheckModule(Protocol[T]):
    """What a module of ``gate.checks`` offers."""

    NAME: str
    HELP: str

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options that only this check has."""

    def target(self, options: argparse.Namespace, config: Config) -> T:
        """Return what is to be checked; raises CannotLook."""

    def check(self, target: T) -> Report:
        """Look, and return what was found; raises CannotLook."""


@dataclass(frozen=True)
class Check:
    """A row of the table of checks: its module is imported when asked for."""

    name: str
    summary: str
    in_all: tuple[str, ...] | None = None  # its arguments in `gate all`; None: not part of it
    home: str = "checks"  # or "actions": it changes something, and asks first

    def load(self) -> CheckModule[object]:
        """Import the check's module."""
        module: CheckModule[object] = importlib.import_module(f"gate.{self.home}.{self.name}")
        return module


CHECKS = (
    Check("parity", "two entry points build the same application", in_all=()),
    Check("models", "the entry point imports every model that a relationship names", in_all=()),
    Check("names", "no function uses a name that nothing defines", in_all=()),
    Check("handler", "the handler command names a callable", in_all=()),
    Check("smoke", "the function answers every probe in the real RIE", in_all=("--local",)),
    Check("audit", "nothing in the repository is said twice, and nothing contradicts itself"),
    Check("scan", "nothing in a pushed image is known to be vulnerable, from a threshold on"),
    Check("verify", "what is deployed is what the template says, and answers"),
    Check("drift", "nothing is deployed that CloudFormation did not write"),
    Check("rehearse", "every incident of rehearsals/ is stopped by the road, in time"),
    Check("detect", "what the alarms tell of an incident, and when: a simulation"),
    Check("rollback", "give the traffic back to the version before", home="actions"),
)
ALL = "all"

EXAMPLES = """\
examples:
  python -m gate parity --reference main:app --candidate lazy_app:app
  python -m gate models --entry lazy_app --models-glob 'contexts/*/models.py'
  python -m gate all --format junit --output gate.xml
  python -m gate CHECK --help

exit codes: 0 nothing found, 1 something found, 2 could not run
"""


class _Ended(BaseException):
    """A signal asked us to end; a BaseException, so that nothing takes it for a failure."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = BY_SIGNAL + number


class _Parser(argparse.ArgumentParser):
    """Says what is wrong on one line, as every other error of the gate."""

    def error(self, message: str) -> NoReturn:
        raise CannotLook(f"{one_line(message)}; see {self.prog} --help")


@dataclass(frozen=True)
class _Outcome:
    """What one check came to: a report, or why it could not look."""

    check: str
    report: Report | None = None
    error: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code. ``arguments`` default to those of the process."""
    try:
        with _ending_by_signal():
            return _run(list(sys.argv[1:] if arguments is None else arguments))
    except CannotLook as exc:
        _say(f"gate: {one_line(str(exc))}")
        return COULD_NOT_RUN
    except KeyboardInterrupt:
        _say("gate: interrupted")
        return BY_SIGNAL + signal.SIGINT
    except _Ended as exc:
        _say(f"gate: ended by {exc}")
        return exc.exit_code
    except Exception as exc:  # noqa: BLE001 - a crash must end as exit 2 and name its place
        _say(f"gate: {_crash(exc)}")
        return COULD_NOT_RUN


def _run(arguments: list[str]) -> int:
    chosen = _chosen(arguments)
    options = _parser(chosen).parse_args(arguments)
    config = configuration.with_options(
        configuration.load(), root=options.root, timeout=options.timeout
    )
    outcomes = [_outcome(check, options, config) for check in chosen]
    errors = {outcome.check: outcome.error for outcome in outcomes if outcome.report is None}
    reports = [outcome.report for outcome in outcomes if outcome.report is not None]
    _write(formats.render(options.format, reports, errors), options.output)
    found = [report for report in reports if not report.passed]
    if options.output is not None and found:
        # In a log that shows no reports an exit code alone says nothing.
        sys.stderr.write(formats.render("text", found, {}))
    for check, error in errors.items():
        _say(f"gate {check}: {error}")
    if errors:
        return COULD_NOT_RUN
    return FOUND_SOMETHING if found else FOUND_NOTHING


def _chosen(arguments: Sequence[str]) -> tuple[Check, ...]:
    """Return the checks that the first argument names; their modules alone are imported."""
    name = arguments[0] if arguments else ""
    if name == ALL:
        return tuple(check for check in CHECKS if check.in_all is not None)
    return tuple(check for check in CHECKS if check.name == name)


def _parser(chosen: Sequence[Check]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="gate",
        description="Checks that a backend must pass before it gets traffic.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="CHECK", required=True, dest="check")
    for check in CHECKS:
        command = _command(commands, check.name, check.summary)
        if [check] == list(chosen):
            module = check.load()
            command.description = module.HELP
            module.add_options(command)
    every = _command(commands, ALL, "parity, models, names, handler and smoke --local")
    every.description = "Run parity, models, names, handler and smoke --local.\n\nexample: gate all"
    return parser


def _command(
    commands: argparse._SubParsersAction[_Parser], name: str, summary: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name, help=summary, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    _add_common_options(command)
    return command


def _add_common_options(parser: argparse.ArgumentParser) -> None:
    common = parser.add_argument_group("options of every check")
    common.add_argument("--root", metavar="DIR", help="the folder of the code that is judged")
    common.add_argument(
        "--format", choices=formats.NAMES, default="text", help="default: %(default)s"
    )
    common.add_argument("--output", metavar="FILE", help="write the report there, not to stdout")
    common.add_argument(
        "--timeout", metavar="SECONDS", type=_seconds, help="time limit of a child interpreter"
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


def _outcome(check: Check, options: argparse.Namespace, config: Config) -> _Outcome:
    """Run one check. A crash of our own is *could not run*: never a pass, never a traceback."""
    try:
        module = check.load()
        if options.check == ALL:
            options = _options_in_all(check, module)
        return _Outcome(check.name, module.check(module.target(options, config)))
    except CannotLook as exc:
        return _Outcome(check.name, error=one_line(str(exc)))
    except Exception as exc:  # noqa: BLE001 - a crash must end as exit 2 and name its place
        return _Outcome(check.name, error=_crash(exc))


def _options_in_all(check: Check, module: CheckModule[object]) -> argparse.Namespace:
    parser = _Parser(prog=f"gate {check.name}")
    module.add_options(parser)
    return parser.parse_args(check.in_all)


def _crash(exc: Exception) -> str:
    import traceback  # noqa: PLC0415 - slow to import, and seldom needed

    frames = traceback.extract_tb(exc.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown place"
    return one_line(f"a defect of the gate itself: {type(exc).__name__}: {exc} ({where})")


def _write(text: str, output: str | None) -> None:
    """Write the report to stdout, or to ``output``: wholly, or not at all."""
    try:
        if output is None:
            sys.stdout.write(text)
            sys.stdout.flush()
        else:
            formats.write_atomically(Path(output), text)
    except OSError as exc:
        if output is None:
            # The interpreter flushes stdout once more when it ends: let that go nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        where = "standard output" if output is None else output
        raise CannotLook(f"{where}: cannot write the report: {exc.strerror or exc}") from exc


def _say(line: str) -> None:
    print(formats.printable(line), file=sys.stderr)


@contextmanager
def _ending_by_signal() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into an exception, so that every clean-up runs."""

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        raise _Ended(number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
