"""What a person sees of the road: one line a step, its time, what it found, a sign of life."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TypeVar

from rich.console import Console

HEARTBEAT_SECONDS = 5

T = TypeVar("T")


class Step:
    """A step under way: `say` keeps a line of what was found, shown when the step ends."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.started = time.monotonic()
        self.lines: list[str] = []

    @property
    def seconds(self) -> float:
        """Seconds since the step began."""
        return time.monotonic() - self.started

    def say(self, line: str) -> None:
        """Keep a line of what the step found."""
        self.lines.append(line)


class Progress:
    """Prints steps; animated on a terminal, plain lines with a heartbeat elsewhere."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the first step could begin."""
        return time.monotonic() - self._started

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Show `title` while the body runs, then its time and what it said."""
        step = Step(title)
        try:
            with self._alive(step):
                yield step
        except BaseException:
            self._end(step, "[red]✗[/red]")
            raise
        self._end(step, "[green]✓[/green]")

    @contextmanager
    def starting(self, title: str, service: AbstractContextManager[T]) -> Iterator[T]:
        """Show `title` while a service starts, then keep the service for the body."""
        with ExitStack() as stack:
            with self.step(title):
                running = stack.enter_context(service)
            yield running

    @contextmanager
    def _alive(self, step: Step) -> Iterator[None]:
        if self.console.is_terminal:
            with self.console.status(step.title):
                yield
            return
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(HEARTBEAT_SECONDS):
                self.console.print(f"  … {step.title}: {step.seconds:.0f} s", markup=False)

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _end(self, step: Step, mark: str) -> None:
        self.console.print(f"{mark} {step.title} [dim]{step.seconds:.1f} s[/dim]")
        for line in step.lines:
            self.console.print(f"    {line}", markup=False)
