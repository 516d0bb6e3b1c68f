"""Hostile sources for ``gate parity --static``: whatever they say, reading ends in a verdict.

``python -m tests.gate.fuzzing --inputs 100000 --seed 1`` says how many ended in which.
"""
