"""Runs a function in Lambda's own Runtime Interface Emulator (RIE), on this machine."""

from gate.rie.invocation import Invocation
from gate.rie.local import Rie

__all__ = ["Invocation", "Rie"]
