"""Asks a function the probes: each in a fresh process (cold), and then again (warm)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock

from gate.report import CannotLook
from gate.rie.attempt import INIT_FAILED, PROCESS_IS_GONE, Attempt, attempt
from gate.rie.function import Function, Make
from probes import Gateway, Probe

# Two processes start side by side where there are two processors: starting is what takes long.
AT_ONCE = min(2, os.cpu_count() or 1)


def ask_all(
    make: Make, probes: Iterable[Probe], gateways: Sequence[Gateway], hidden: Sequence[str]
) -> list[Attempt]:
    """Ask every probe through every gateway, each in a function of its own, cold and then warm.

    When a function does not initialise, no further one is started: none would get further.

    Args:
        make: makes a fresh function.
        probes: what to ask.
        gateways: what calls the function.
        hidden: values that no attempt may show, beside the probes' own.

    Raises:
        CannotLook: a function cannot be started.
    """
    pairs = [(probe, gateway) for probe in probes for gateway in gateways]
    asking = _Asking(make, hidden)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            futures = [pool.submit(asking.ask, *pair) for pair in pairs]
            return [attempt for future in futures for attempt in future.result()]
        except BaseException:  # interrupted: the threads must not go on for their whole time
            pool.shutdown(wait=False, cancel_futures=True)
            asking.break_off()
            raise


class _Asking:
    """One round of questions, and the functions that run for it now."""

    def __init__(self, make: Make, hidden: Sequence[str]) -> None:
        self._make = make
        self._hidden = hidden
        self._hopeless = self._broken_off = False
        self._running: list[Function] = []
        self._lock = Lock()

    def ask(self, probe: Probe, gateway: Gateway) -> list[Attempt]:
        """Ask one probe, cold and warm; not warm when the process did not survive the first."""
        if self._hopeless:
            return []
        with self._function() as function:
            cold = attempt(function, probe, gateway, "cold", self._hidden)
            if cold.fault == INIT_FAILED:
                self._hopeless = True
            if cold.fault in PROCESS_IS_GONE:
                return [cold]
            return [cold, attempt(function, probe, gateway, "warm", self._hidden)]

    @contextmanager
    def _function(self) -> Iterator[Function]:
        with self._make() as function:
            with self._lock:
                if self._broken_off:
                    raise CannotLook("interrupted")
                self._running.append(function)
            try:
                yield function
            finally:
                with self._lock:
                    self._running.remove(function)

    def break_off(self) -> None:
        """End every function that runs, and those that are about to."""
        with self._lock:
            self._broken_off = True
            running = tuple(self._running)
        for function in running:
            function.close()
