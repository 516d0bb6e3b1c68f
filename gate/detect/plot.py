"""The results as one picture: how soon people are told of each incident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gate.detect.results import Result
from gate.detect.study import FALSE_PAGES, Case
from gate.report import CannotLook

INK, TOLD, LATE, SOFT = "#33373d", "#2f6fab", "#b3261e", "#c9a227"
SHOWN = (0.05, 0.95)  # the bar of each incident goes from one quantile to the other


def draw(
    file: Path,
    played: Sequence[tuple[Case, Result]],
    noise: Mapping[str, Mapping[str, float]],
) -> None:
    """Write the picture; the same numbers give the same file. Raises CannotLook."""
    # Text stays text, and the same numbers give the same names of clips.
    style = mpl.rc_context({"svg.hashsalt": "gate", "svg.fonttype": "none", "font.size": 9})
    with style:
        figure = Figure(figsize=(9, 1.6 + 0.26 * len(played) + 1.8), layout="constrained")
        above, below = figure.subplots(2, 1, height_ratios=(len(played) + 2, len(noise) + 2))
        _incidents(above, played)
        _noise(below, noise)
        try:
            figure.savefig(
                file, dpi=120, metadata={"Date": None} if file.suffix == ".svg" else None
            )
        except OSError as exc:
            raise CannotLook(f"{file}: cannot write the plot: {exc.strerror or exc}") from exc


def _incidents(axes: Axes, played: Sequence[tuple[Case, Result]]) -> None:
    """A bar from the 5th to the 95th percentile, its median, and the limit of each."""
    for place, (case, result) in enumerate(played):
        told = result.times[np.isfinite(result.times)]
        late = result.notify.p95 > case.limit
        if told.size:
            low, high = np.quantile(told, SHOWN)
            axes.barh(place, high - low, left=low, height=0.55, color=LATE if late else TOLD)
            axes.plot(np.median(told), place, marker="|", color="white", markersize=7)
        axes.plot(case.limit, place, marker="|", color=INK, markersize=11, markeredgewidth=2)
    axes.set_yticks(range(len(played)), [case.name for case, _ in played])
    axes.margins(y=0.01)
    axes.invert_yaxis()
    axes.set_xscale("log")
    ticks = (10, 30, 60, 120, 300, 900, 3600, 86400)
    axes.set_xticks(ticks, ["10 s", "30 s", "1 min", "2 min", "5 min", "15 min", "1 h", "1 d"])
    axes.minorticks_off()
    axes.set_title(
        "People are told after (bar: 5 % to 95 % of the runs; dark mark: limit)", loc="left"
    )
    _plain(axes)


def _noise(axes: Axes, noise: Mapping[str, Mapping[str, float]]) -> None:
    severities = list(next(iter(noise.values())))
    left = np.zeros(len(noise))
    for severity, colour in zip(severities, (LATE, SOFT), strict=False):
        values = np.array([messages[severity] for messages in noise.values()])
        axes.barh(range(len(noise)), values, left=left, height=0.55, color=colour, label=severity)
        left += values
    axes.axvline(FALSE_PAGES, color=INK, linewidth=1, linestyle=":")
    axes.set_xlim(0, 1.3 * max(FALSE_PAGES, float(left.max())))  # room for the legend
    axes.set_yticks(range(len(noise)), list(noise))
    axes.invert_yaxis()
    axes.set_title("False messages in a healthy year (dotted: the limit for pages)", loc="left")
    axes.legend(frameon=False, loc="lower right")
    _plain(axes)


def _plain(axes: Axes) -> None:
    axes.grid(axis="x", color="#d8dbe0", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
