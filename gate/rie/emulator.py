"""A function in the emulator, from its start to its end."""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType

from gate.report import CannotLook, shown
from gate.rie import binary
from gate.rie.invocation import Call, Invocation, failure
from gate.rie.log import Log
from gate.rie.process import Port, Process
from gate.rie.surroundings import INIT_SECONDS, environment

READY_SECONDS = 10  # the emulator is there in a hundredth of this
POLL_SECONDS = 0.005
TAIL_LINES = 20
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Rie:
    """Runs `handler` below `root` as Lambda would, for the time of a `with`.

    The process initialises with its first call. It takes one call at a time: others wait. A
    process that took too long or ended is replaced by a fresh one at the next call. Nothing of
    it is left when the context ends, or when this process does.

    Args:
        root: the folder of the code, Lambda's task root.
        handler: `module.function`.
        environment: the function's variables; nothing of ours gets in.
        timeout_seconds: of the function, without its init phase.
        memory_mb: what the function is told that it has.
        python: the interpreter, with `awslambdaric` and what the function needs.
        log: where its output goes; by default to a file of the time of the context.
    """

    def __init__(
        self,
        *,
        root: Path,
        handler: str,
        environment: Mapping[str, str],
        timeout_seconds: float,
        memory_mb: int = 1024,
        python: Path = Path(sys.executable),
        log: Path | None = None,
    ) -> None:
        self._root = root.absolute()
        self._runtime = [str(python), "-m", "awslambdaric", handler]
        self._given = environment
        self._timeout = timeout_seconds
        self._memory = memory_mb
        self._log_path = log
        self._one_call = threading.Lock()
        self._process: Process | None = None
        self._ports: tuple[Port, ...] = ()
        self._initialised = self._closed = False

    def __enter__(self) -> Rie:
        """Start it.

        Raises:
            CannotLook: no such folder, or the emulator cannot be had or does not start.
        """
        if not self._root.is_dir():
            raise CannotLook(f"{shown(self._root)}: no such folder; say --root DIR")
        self._binary = binary.ensure()
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
            CannotLook: the emulator does not start again, or lacks the runtime client.
        """
        with self._one_call:
            if self._process is None or not self._process.alive:
                self._start()
            call = Call(self._ports[0].number, event, headers)
            call.start()
            init_ms = self._initialisation(call)
            if not self._initialised:
                return self._not_initialised(call)
            if not call.done_within(self._timeout):
                self._end()
                text = f"Task timed out after {self._timeout:.2f} seconds"
                return Invocation(200, text.encode(), call.elapsed_ms, init_ms)
            return self._answer(call, init_ms)

    def log_tail(self) -> str:
        """The last lines that the function wrote. They may hold its secrets."""
        return self._log.tail(TAIL_LINES)

    def _initialisation(self, call: Call) -> float | None:
        """Wait for the init phase, where this call has one; how long it took (ms)."""
        if self._initialised:
            return None
        limit_ms = INIT_SECONDS * 1000
        done = False
        while not done and call.elapsed_ms < limit_ms:
            done = call.done_within(POLL_SECONDS)
            if self._log.initialised():
                self._initialised = True
                return call.elapsed_ms
        return None

    def _not_initialised(self, call: Call) -> Invocation:
        if call.is_alive():
            self._end()
            text = f"the init phase took longer than {INIT_SECONDS} seconds"
            return Invocation(502, failure("Runtime.InitTimeout", text), call.elapsed_ms)
        if self._log.lacks_runtime_client():
            raise CannotLook(f"{self._runtime[0]} has no awslambdaric; install it there")
        return self._answer(call, None)

    def _answer(self, call: Call, init_ms: float | None) -> Invocation:
        elapsed_ms = call.elapsed_ms
        if call.status != 200:  # noqa: PLR2004 - HTTP's own number
            self._end()  # the function's process is gone: the next call gets a fresh one
        return Invocation(call.status, call.payload, elapsed_ms, init_ms)

    def _start(self) -> None:
        if self._closed:
            raise CannotLook("the function's emulator is closed")
        self._initialised = False
        api, runtime_api = self._ports = Port(), Port()
        temporary = Path(self._folder.name) / "tmp"
        temporary.mkdir(exist_ok=True)
        self._process = Process(
            [
                str(self._binary),
                *("--runtime-interface-emulator-address", api.address),
                *("--runtime-api-address", runtime_api.address),
                *("--log-level", "info"),  # says when the init phase is over
                *self._runtime,
            ],
            environment=environment(
                self._given,
                root=self._root,
                temporary=temporary,
                timeout_seconds=self._timeout,
                memory_mb=self._memory,
            ),
            cwd=self._root,
            log=self._log.path,
        )
        self._await_ready(self._process, api)

    def _await_ready(self, process: Process, api: Port) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not api.answers():
            if not process.alive or time.monotonic() > deadline:
                last = self._log.tail(1)
                self._end()
                raise CannotLook(f"the Lambda Runtime Interface Emulator does not start: {last}")
            time.sleep(POLL_SECONDS)

    def _end(self) -> None:
        if self._process is not None:
            self._process.end()
        for port in self._ports:
            port.let_go()
        self._process, self._ports = None, ()
