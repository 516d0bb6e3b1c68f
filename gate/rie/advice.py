"""What to do about a function that is wrong, and the exception that its log ends with."""

from __future__ import annotations

import re
from collections.abc import Mapping

FIXES: Mapping[str, str] = {
    "init-failed": "make the handler's module import in a fresh process, with these variables",
    "died": "find what ends the process: an exit, a crash, memory",
    "too-large": "answer with less: Lambda lets 6 MB through, a load balancer 1 MB",
    "timeout": "find what it waits for, or give it more time: in the template, or by --timeout",
    "function-error": "let the handler answer errors itself: a raise is a 5xx without a body",
    "empty": "return an answer for every event, in every form",
    "malformed": "return what its caller expects: statusCode, headers, body, isBase64Encoded",
    "wrong-answer": "correct the application, or what {probes} expects",
}
# What is said about it tells more than the kind of the fault does: the first that is found.
CLOSER: tuple[tuple[str, str], ...] = (
    ("HandlerNotFound|MalformedHandlerName", "correct the handler command: module.function"),
    ("InitTimeout", "do less at import, or later: Lambda gives the init phase ten seconds"),
    (
        r"No module named '\S+\._\w+'",
        "build the package for the function's own Python, system and architecture",
    ),
    ("No module named", "put it into the function's requirements, or correct its name"),
    (
        "Read-only file system|unable to open database file",
        "write below /tmp alone; folders for caches are told by variables (HOME, XDG_CACHE_HOME …)",
    ),
    (
        "Event loop is closed|attached to a different loop|bound to a different event loop",
        "keep one event loop for all calls, or keep nothing that belongs to a loop",
    ),
    ("a redirect to", "ask for the path itself: a POST may lose its body on the way"),
    ("LifespanFailure", "mend what the application does at start-up: it is done at every call"),
    ("coroutine is not JSON", "let the handler be a plain function, which runs its coroutines"),
    ("unable to infer a handler", "give the adapter a handler for such events: see --events"),
)

# The last line of a traceback, behind the indented ones: `sqlalchemy.exc.DBAPIError: …`.
EXCEPTION = re.compile(r"^[ \t].*\n((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?::[ ].*)?)$", re.M)


def fix(fault: str, said: str, probes: str) -> str:
    """Return what to do about a fault of which ``said`` tells; ``probes`` names their file."""
    closer = (advice for pattern, advice in CLOSER if re.search(pattern, said))
    return next(closer, FIXES[fault].format(probes=probes))


def cause(log: str) -> str:
    """Return the last exception of a log, as its traceback names it; empty where there is none."""
    found = EXCEPTION.findall(log)
    return found[-1] if found else ""
