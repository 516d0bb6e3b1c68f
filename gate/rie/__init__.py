"""Runs a function in Lambda's own Runtime Interface Emulator (RIE), on this machine."""

from gate.rie.emulator import Rie
from gate.rie.invocation import Invocation

__all__ = ["Invocation", "Rie"]
