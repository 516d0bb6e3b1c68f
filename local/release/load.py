"""A steady load on the URL, every answer judged, and which version gave it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

import probes
from gate.rie import Invocation, Rie
from local.errors import RoadError

CLIENTS = 2
PAUSE_SECONDS = 0.05  # between two requests of a client
ANSWER_SECONDS = 30.0
# By this the load's calls are told from the hooks'.
AGENT = "steady-load"
ENOUGH, ENOUGH_SECONDS = 24, 60


@dataclass
class Counts:
    """How many requests were asked, which versions answered them, and what was wrong with some."""

    asked: int = 0
    by_version: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def add(self, more: Counts) -> None:
        """Count more."""
        self.asked += more.asked
        self.by_version += more.by_version
        self.failed += more.failed

    def __str__(self) -> str:
        """One line for people."""
        each = ", ".join(f"{n} by version {v}" for v, n in sorted(self.by_version.items()))
        return f"{self.asked} requests: {each or 'none answered'}; {len(self.failed)} failed"


class Counting:
    """A version's RIE that notes each call of the load."""

    def __init__(self, version: str, rie: Rie, load: Load) -> None:
        self._version, self._rie, self._load = version, rie, load

    def __enter__(self) -> Self:
        """Start the RIE."""
        self._rie.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the RIE."""
        self._rie.__exit__(kind, error, trace)

    def invoke(self, event: dict[str, object]) -> Invocation:
        """Call the version."""
        headers = event.get("headers")
        if isinstance(headers, Mapping) and AGENT in headers.values():
            self._load.answered_by(self._version)
        return self._rie.invoke(event)

    def log_tail(self) -> str:
        """The last lines that the function wrote."""
        return self._rie.log_tail()


class Load:
    """Clients that ask the probes in turn, one after the other, until they are told to stop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._counts = Counts()
        self.all = Counts()

    def serve(self, _function: str, version: str, rie: Rie) -> Counting:
        """A version that notes which calls of the load it gets."""
        return Counting(version, rie, self)

    def answered_by(self, version: str) -> None:
        """Note a call."""
        with self._lock:
            self._counts.by_version[version] += 1

    def take(self) -> Counts:
        """What was counted since the last time, once it is enough to say something.

        Raises:
            RoadError: hardly anything was asked in a long time: this load proves nothing.
        """
        deadline = time.monotonic() + ENOUGH_SECONDS
        while self._counts.asked < ENOUGH:
            if time.monotonic() > deadline:
                raise RoadError(f"only {self._counts}", "see whether the machine is too busy")
            self._stop.wait(PAUSE_SECONDS)
        with self._lock:
            taken, self._counts = self._counts, Counts()
            self.all.add(taken)
        return taken

    @contextmanager
    def on(self, url: str, wanted: Sequence[probes.Probe]) -> Iterator[None]:
        """Keep the load on a URL for the body."""
        asked = [_as_load(probe) for probe in wanted]
        clients = [
            threading.Thread(target=self._ask, args=(url, asked), daemon=True)
            for _ in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        try:
            yield
        finally:
            self._stop.set()
            for client in clients:
                client.join()

    def _ask(self, url: str, wanted: Sequence[probes.Probe]) -> None:
        while True:
            for probe in wanted:
                (result,) = probes.url.run(url, [probe], ANSWER_SECONDS)
                with self._lock:
                    self._counts.asked += 1
                    if result.reasons:
                        self._counts.failed.append(f"{probe.name}: {'; '.join(result.reasons)}")
                if self._stop.wait(PAUSE_SECONDS):
                    return


def _as_load(probe: probes.Probe) -> probes.Probe:
    """The probe as a client of the load asks it: told by its agent, and never too slow."""
    return replace(
        probe.untimed(),
        headers={**probe.headers, "user-agent": AGENT},
        then=None,  # one request each: they are counted
    )
