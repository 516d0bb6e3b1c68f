"""When a composite alarm with an actions suppressor acts.

Source: "Alarm suppression"
(AmazonCloudWatch/latest/monitoring/alarm-suppression.html); its six examples are tests.
"""

from __future__ import annotations

from collections.abc import Sequence

from gate.detect.states import State

Change = tuple[float, State]  # when, and into which state


def actions(
    changes: Sequence[Change], suppressor: Sequence[Change], *, wait: float, extension: float
) -> list[Change]:
    """The actions that are taken: when, and for which state.

    `changes` are the composite's, `suppressor` the suppressor's, both in order of time; before
    the first change either is OK. A change of the composite starts the wait period, whatever the
    suppressor says: only when it is over, and the suppressor is quiet, does the composite act.
    """
    events = sorted([(when, 0, state) for when, state in suppressor]
                    + [(when, 1, state) for when, state in changes])  # fmt: skip
    taken: list[Change] = []
    due: tuple[float, State] | None = None
    suppressed, current = False, State.OK
    for when, of_composite, state in [*events, (float("inf"), 1, State.RETAIN)]:
        if due is not None and due[0] <= when:
            taken.append(due)
            due = None
        if of_composite:
            current = state
            due = None if suppressed else (when + wait, current)
        elif state is State.ALARM:
            suppressed, due = True, None
        elif suppressed:
            suppressed, due = False, (when + extension, current)
    return taken
