"""Play everything that a target asks for, and report it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gate import assembly, rehearsals
from gate.detect import judged, plot, study, table, template
from gate.detect.assumptions import Assumptions
from gate.detect.model import Watch
from gate.detect.noise import failed_runs
from gate.detect.play import Setting
from gate.detect.target import Target
from gate.report import CannotLook, Report, shown

NOISE = 4  # runs of each noise, for one of an incident: what is counted there is rare


def run(name: str, target: Target) -> Report:
    """The report of the check `name`; raises CannotLook."""
    watch = template.read(assembly.of_stage(target.assembly, target.stage))
    assumed = replace(Assumptions(), calls_per_second=target.calls_per_second)
    setting = Setting(target.runs, 0.0, target.probes, _period(watch, target), assumed)
    incidents = rehearsals.load(target.rehearsals) if target.rehearsals else ()
    played = [
        (case, study.incident(case, watch, setting, target.seed)) for case in study.cases(incidents)
    ]
    noise = dict(study.false_alarms(watch, replace(setting, runs=NOISE * target.runs), target.seed))
    if target.plot:
        plot.draw(target.plot, played, noise)
    return Report(
        name,
        findings=(
            *(
                finding
                for case, result in played
                for finding in judged.incident(case, result, watch)
            ),
            *judged.noise(noise),
        ),
        notes=(*table.lines(played), *table.noise_lines(noise), _said(target, watch, setting)),
        rows=(
            *(table.row(case, result) for case, result in played),
            *(table.noise_row(name, messages) for name, messages in noise.items()),
        ),
    )


def _period(watch: Watch, target: Target) -> float:
    if not watch.canaries:
        raise CannotLook(f"{shown(target.assembly)}: no canary in stage {target.stage}")
    return watch.canaries[0].period


def _said(target: Target, watch: Watch, setting: Setting) -> str:
    alarms = len(watch.alarms) + len(watch.composites)
    finest = failed_runs(setting.assumed, setting.canary_period) / (NOISE * target.runs)
    return (
        f"{alarms} alarms of stage {target.stage}, {target.runs} runs, seed {target.seed}, "
        f"{target.calls_per_second:g} calls a second by day, numpy {np.__version__}; "
        f"one message more or less of a failed probe is {finest:.2f} a year"
    )
