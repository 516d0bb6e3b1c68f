"""Constructs, one a file: a stack wires what a component builds."""
