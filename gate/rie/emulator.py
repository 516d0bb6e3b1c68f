"""A function in the emulator, from its start to its end."""

from __future__ import annotations

import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from gate.report import CannotLook
from gate.rie.invocation import Call, Invocation, failure
from gate.rie.log import Log
from gate.rie.process import Port, Process
from gate.rie.surroundings import INIT_SECONDS

READY_SECONDS = 30  # the emulator is there in a thousandth of this, a container in a hundredth
POLL_SECONDS = 0.005
LAST_WORDS_SECONDS = 1.0
TAIL_LINES = 20
OK = 200
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Emulator(ABC):
    """Runs a function as Lambda would, for the time of a `with`.

    The process initialises with its first call. It takes one call at a time: others wait. A
    process that took too long or ended is replaced by a fresh one at the next call. Nothing of
    it is left when the context ends, or when this process does.

    Args:
        timeout_seconds: of the function, without its init phase.
        log: where its output goes; by default to a file of the time of the context.
    """

    def __init__(self, *, timeout_seconds: float, log: Path | None) -> None:
        self._timeout = timeout_seconds
        self._log_path = log
        self._one_call = threading.Lock()
        self._process: Process | None = None
        self._ports: tuple[Port, ...] = ()
        self._initialised = self._closed = False

    @abstractmethod
    def _launch(self, ports: tuple[Port, ...], folder: Path, log: Path) -> Process:
        """Start the emulator, which is to listen on the first port; raises CannotLook."""

    def _excuse(self, log: Log) -> str:
        """Why a failed init phase is no fault of the function's; empty when it is one."""
        del log
        return ""

    def __enter__(self) -> Self:
        """Start it.

        Raises:
            CannotLook: it cannot be had here, or does not start.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="rie-", ignore_cleanup_errors=True)
        self._log = Log(self._log_path or Path(self._folder.name) / "log.txt")
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End it for good, from any thread; a call under way breaks off."""
        self._closed = True
        self._end()
        self._folder.cleanup()

    def invoke(
        self, event: Mapping[str, object], *, headers: Mapping[str, str] = NO_HEADERS
    ) -> Invocation:
        """Call the function, and return what came back, whatever that is.

        Raises:
            CannotLook: the emulator does not start again, or has an excuse.
        """
        with self._one_call:
            if self._process is None or not self._process.alive:
                self._start()
            call = Call(self._ports[0].number, event, headers)
            call.start()
            init_ms = None if self._initialised else self._initialisation(call)
            if not self._initialised:
                return self._not_initialised(call)
            if not call.done_within(self._timeout):
                self._end()
                text = f"Task timed out after {self._timeout:.2f} seconds"
                return Invocation(OK, text.encode(), call.elapsed_ms, init_ms)
            return self._answer(call, init_ms)

    def log_tail(self) -> str:
        """The last lines that the function wrote. They may hold its secrets."""
        return self._log.tail(TAIL_LINES)

    def _initialisation(self, call: Call) -> float | None:
        """Wait for the end of the init phase; how long it took (ms), None when it failed."""
        done = False
        while not done and call.elapsed_ms < INIT_SECONDS * 1000:
            done = call.done_within(POLL_SECONDS)
            if self._log.initialised() or (done and self._initialised_late()):
                self._initialised = True
                return call.elapsed_ms
        return None

    def _initialised_late(self) -> bool:
        """Whether the log says so after all: a container's comes later than its answer."""
        self._log.settle(LAST_WORDS_SECONDS)
        return self._log.initialised()

    def _not_initialised(self, call: Call) -> Invocation:
        if not call.done_within(0):
            self._end()
            text = f"the init phase took longer than {INIT_SECONDS} seconds{self._log.waits_for()}"
            return Invocation(502, failure("Runtime.InitTimeout", text), call.elapsed_ms)
        if excuse := self._excuse(self._log):
            raise CannotLook(excuse)
        return self._answer(call, None)

    def _answer(self, call: Call, init_ms: float | None) -> Invocation:
        elapsed_ms, payload = call.elapsed_ms, call.payload
        if call.status != OK:
            self._log.settle(LAST_WORDS_SECONDS)
            self._end()  # the function's process is gone: the next call gets a fresh one
        if not payload and (told := self._log.failure()):  # the emulator keeps that to its log
            payload = failure(*told)
        return Invocation(call.status, payload, elapsed_ms, init_ms)

    def _start(self) -> None:
        if self._closed:
            raise CannotLook("the function was ended")
        self._end()
        self._initialised = False
        self._ports = Port(), Port()
        self._log.mark()
        self._process = self._launch(self._ports, Path(self._folder.name), self._log.path)
        self._await_ready(self._process, self._ports[0])

    def _await_ready(self, process: Process, port: Port) -> None:
        deadline = time.monotonic() + READY_SECONDS
        # Not before it has said a word: a container that is asked before it is on its network is
        # looked for again only a second later.
        while not (self._log.grown() and port.answers()):
            if not process.alive or time.monotonic() > deadline:
                self._end()
                raise CannotLook(f"the emulator does not start: {self._log.panic()}")
            time.sleep(POLL_SECONDS)

    def _end(self) -> None:
        process, ports = self._process, self._ports
        self._process, self._ports = None, ()
        if process is not None:
            process.end()
        for port in ports:
            port.let_go()
