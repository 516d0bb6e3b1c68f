"""What every way of running a function offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Protocol

from gate.rie.invocation import Invocation


class Function(Protocol):
    """A function that can be called for the time of a `with`, in whatever it runs."""

    def __enter__(self) -> Function:
        """Start it; raises CannotLook."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""

    def invoke(self, event: Mapping[str, object]) -> Invocation:
        """Call it, and return what came back, whatever that is; raises CannotLook."""

    def log_tail(self) -> str:
        """The last lines that it wrote."""

    def close(self) -> None:
        """End it, from any thread; a call under way breaks off."""


Make = Callable[[], Function]
