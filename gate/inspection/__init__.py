"""Looks at other people's code: in child interpreters (``runner``) or by reading (``source``)."""
