"""Compares two entry points by reading them: nothing of the judged tree is imported or run.

A small part of Python is followed exactly: names, literals, calls of functions of the tree,
loops over tables. What cannot be followed is not guessed: it has a *shape* that names it, so that
two entry points which do the same unknown thing are known to be alike; where they do not, the
verdict is *undecided*. It is right or undecided, never wrong.

Every module in here is imported before a commit may go on: they need few modules of the standard
library, and none that is slow to import (dataclasses, typing, re, pathlib).
"""
