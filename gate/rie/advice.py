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
    (
        r"Handler '\w+ +' missing|\\r\W?: (No such file|.*not found)|\^M|set: [Ii]llegal option -",
        "save the script that starts it with Unix line endings: its lines end with a return",
    ),
    ("HandlerNotFound|MalformedHandlerName", "correct the handler command: module.function"),
    (
        "entrypoint requires the handler name|Handler not set",
        'give it one argument, the handler: CMD ["module.function"], or ImageConfig.Command',
    ),
    (
        "InitTimeout",
        "do less at import, or later: Lambda gives the init phase ten seconds; a server that is "
        "started there never returns",
    ),
    (
        r"Extension\.",
        "mend it, or take it out of /opt/extensions: Lambda starts it before the function",
    ),
    (
        "No module named '?awslambdaric",
        "put awslambdaric into the image's requirements, or start /lambda-entrypoint.sh of AWS's "
        "base image",
    ),
    (
        r"Errno 38|multiprocessing[/.](synchronize|shared_memory|heap)|_posixshmem|SemLock",
        "share no memory (Queue, Pool, Lock, Value): Lambda has no /dev/shm; Process, Pipe and "
        "threads work",
    ),
    (
        "ZoneInfoNotFoundError|No time zone found",
        "put tzdata into the function's requirements: the image has no time zones",
    ),
    (
        "unsupported locale setting",
        "ask for C.UTF-8, or install the locale in the Dockerfile",
    ),
    (
        r"bad magic number in|invalid magic number",
        "copy the source (.py), or compile with the image's own Python: this is another's",
    ),
    (
        r"file too short|invalid ELF header|wrong ELF class|Exec format error",
        "build the package for the function's own Python, system and architecture",
    ),
    (
        r"version `?(GLIBC|GLIBCXX|CXXABI)_\S+ not found",
        "take a wheel for an older system (manylinux), or a newer base image",
    ),
    (
        r"getpwuid\(\)|No username set|cannot find name for user",
        "do not ask who runs it: Lambda's user has no name; or say USER among its variables",
    ),
    (
        r"Permission denied",
        "let others read it (chmod -R a+rX): Lambda's user owns nothing of an image",
    ),
    (
        r"exited without providing a reason \(exit status 0\)",
        "let nothing end the process at import: what a command line does stands below "
        "if __name__ == '__main__'",
    ),
    ("signal: killed", "give it more memory, or let it take less"),
    (
        "signal: (segmentation fault|illegal instruction|aborted|bus error)",
        "find the native library that ends it: it may be built for another system or processor",
    ),
    (
        "cannot import name",
        "install the version of the package that has it, as the lock says, or correct the name",
    ),
    ("UserCodeSyntaxError", "correct it, or run the version of Python that it is written for"),
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
    (
        "Unable to marshal response",
        "return what JSON can say, an answer of the proxy: call an adapter, do not return it",
    ),
    ("unable to infer a handler", "give the adapter a handler for such events: see --events"),
)

# The last line of a traceback, behind the indented ones: `sqlalchemy.exc.DBAPIError: …`.
EXCEPTION = re.compile(r"^[ \t].*\n((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?::[ ].*)?)$", re.M)


def fix(fault: str, said: str, log: str, probes: str) -> str:
    """Return what to do about a fault of which ``said`` tells, and ``log`` where that does not.

    ``probes`` names the file of the probes.
    """
    closer = (
        advice for text in (said, log) for pattern, advice in CLOSER if re.search(pattern, text)
    )
    return next(closer, FIXES[fault].format(probes=probes))


def cause(log: str) -> str:
    """Return the last exception of a log, as its traceback names it; empty where there is none."""
    found = EXCEPTION.findall(log)
    return found[-1] if found else ""
