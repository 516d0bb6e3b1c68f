"""Breaks a copy of a tree and walks the road of one change, to see which stage stops it."""
