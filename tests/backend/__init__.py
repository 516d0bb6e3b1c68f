"""Tests of the backend; a package, since other folders have files of the same names."""
