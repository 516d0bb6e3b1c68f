"""Reads model modules without importing them, and says what is wrong with what was imported."""
