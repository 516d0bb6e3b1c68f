"""The gate: checks that a backend must pass before it gets traffic.

``python -m gate CHECK`` is the command line; ``gate.checks.<name>.check(Target(...))`` is the
same check for programs. A check returns a :class:`gate.report.Report`; it never prints or exits.
"""
