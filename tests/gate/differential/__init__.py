"""Random pairs of entry points, judged by reading and by running: where the two disagree.

``python -m tests.gate.differential --pairs 5000 --seed 1`` says how many pairs were judged
rightly, left undecided, or wrongly; those are kept, to be looked at.
"""
