"""Writes what reading knows of libraries: which names there are, and how they are called.

``python -m tests.gate.library PYTHON…`` writes ``gate/static/library.txt`` from this interpreter
and its FastAPI. Of the standard library only what the other interpreters have as well stays; where
they take other arguments, none are known.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path


def _words(text: str) -> list[str]:
    return text.split()


STANDARD = _words(
    """
    abc argparse asyncio atexit base64 builtins collections collections.abc concurrent.futures
    contextlib contextvars copy dataclasses datetime decimal enum functools hashlib hmac http
    importlib importlib.metadata importlib.resources importlib.util inspect ipaddress itertools
    json logging logging.config logging.handlers math mimetypes multiprocessing operator os
    os.path pathlib platform random re secrets shutil signal string subprocess sys tempfile
    textwrap threading time tomllib traceback types typing urllib.parse uuid warnings weakref
    zoneinfo
    """
)
FRAMEWORKS = _words(
    """
    fastapi fastapi.applications fastapi.background fastapi.concurrency fastapi.datastructures
    fastapi.encoders fastapi.exception_handlers fastapi.exceptions fastapi.middleware
    fastapi.openapi.docs fastapi.openapi.utils fastapi.param_functions fastapi.params
    fastapi.responses fastapi.routing fastapi.security fastapi.utils starlette
    starlette.applications starlette.authentication starlette.background starlette.concurrency
    starlette.config starlette.datastructures starlette.exceptions starlette.middleware
    starlette.middleware.authentication starlette.middleware.base starlette.middleware.cors
    starlette.middleware.errors starlette.middleware.exceptions starlette.middleware.gzip
    starlette.middleware.httpsredirect starlette.middleware.trustedhost
    starlette.middleware.wsgi starlette.requests starlette.responses starlette.routing
    starlette.staticfiles starlette.status starlette.testclient starlette.types
    starlette.websockets
    """
)
APPLICATIONS = (
    "fastapi.applications.FastAPI",
    "fastapi.routing.APIRouter",
    "starlette.applications.Starlette",
    "starlette.routing.Router",
)
TABLE = Path(__file__).parents[2] / "gate/static/library.txt"
MODULE = ":"  # all that it has is in the table too
HERE = "-"  # it is there; how it is called, if it can be, is not known
NOT_CALLED = "!"  # it is there, and cannot be called

Table = dict[str, str]


def standard() -> Table:
    """Return what the standard library of this interpreter has."""
    return {path: how for module in STANDARD for path, how in _names(module)}


def frameworks() -> Table:
    """Return what FastAPI and Starlette have, members of their applications among it."""
    table = {path: how for module in FRAMEWORKS for path, how in _names(module)}
    for path in APPLICATIONS:
        module, _, name = path.rpartition(".")
        cls = getattr(importlib.import_module(module), name)
        table |= {f"{path}.{member}": how for member, how in _members(cls)}
    return table


def _names(name: str) -> Iterator[tuple[str, str]]:
    module = importlib.import_module(name)
    yield name, MODULE
    for at in sorted(vars(module)):
        value = getattr(module, at)
        if not at.startswith("_") and not _is_elsewhere(at, value, name):
            yield f"{name}.{at}", signature(value)
    for below in pkgutil.iter_modules(getattr(module, "__path__", [])):
        if not below.name.startswith("_"):
            path = f"{name}.{below.name}"
            yield path, MODULE if path in (*STANDARD, *FRAMEWORKS) else HERE


def _is_elsewhere(name: str, value: object, module: str) -> bool:
    """Whether a value of a module is another module, or is that of another one in here."""
    home = getattr(value, "__module__", None)
    if isinstance(value, types.ModuleType):
        return True
    if home not in (*STANDARD, *FRAMEWORKS) or home == module or "." not in module:
        return False
    return getattr(importlib.import_module(home), name, None) is value


def _members(cls: type) -> Iterator[tuple[str, str]]:
    made = cls()
    for name in sorted({*dir(made), *vars(made)}):
        value = getattr(cls, name, None)
        is_method = inspect.isfunction(value)
        if not name.startswith("_"):
            yield name, signature(getattr(made, name)) if is_method else NOT_CALLED


def signature(value: object) -> str:
    """Return how ``value`` is called: ``a b= / c * d= *e **f``; "=": may be left out."""
    if not callable(value):
        return NOT_CALLED
    try:
        parameters = list(inspect.signature(value).parameters.values())
    except (ValueError, TypeError):
        return HERE
    words: list[str] = []
    for at, one in enumerate(parameters):
        before = parameters[at - 1].kind if at else None
        if before is one.POSITIONAL_ONLY is not one.kind:
            words.append("/")
        if one.kind is one.KEYWORD_ONLY and before not in (one.KEYWORD_ONLY, one.VAR_POSITIONAL):
            words.append("*")
        words.append(_word(one))
    if parameters and parameters[-1].kind is inspect.Parameter.POSITIONAL_ONLY:
        words.append("/")
    return " ".join(words)


def _word(one: inspect.Parameter) -> str:
    stars = "*" * ((one.kind is one.VAR_POSITIONAL) + 2 * (one.kind is one.VAR_KEYWORD))
    return f"{stars}{one.name}{'' if one.default is one.empty else '='}"


def written(table: Table) -> str:
    """Return a table as a text: a line a name."""
    return "".join(f"{path} {how}".rstrip() + "\n" for path, how in sorted(table.items()))


def read(text: str) -> Table:
    """Return the table in a text."""
    lines = (line.partition(" ") for line in text.splitlines())
    return {path: how for path, _, how in lines}


def _of_other(python: str) -> Table:
    code = "from tests.gate import library as l; print(l.written(l.standard()), end='')"
    words = [python, "-W", "ignore", "-c", code]
    return read(subprocess.check_output(words, cwd=TABLE.parents[2], text=True))


def common(one: Table, other: Table) -> Table:
    """Return what both have."""
    return {p: how if how == other[p] else HERE for p, how in one.items() if p in other}


if __name__ == "__main__":
    found = standard()
    for interpreter in sys.argv[1:]:
        found = common(found, _of_other(interpreter))
    TABLE.write_text(written(found | frameworks()), encoding="utf-8")
