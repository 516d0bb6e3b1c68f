"""One check a file.

Each module has ``NAME``, ``HELP``, ``add_options(parser)``, ``target(options, config)``, a frozen
``Target`` and ``check(target) -> Report``. Checks do not know each other.
"""
