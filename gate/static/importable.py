"""Imports from outside of the tree that surely work: of modules, and of names in them."""

from __future__ import annotations

import os
import sys

from gate.static import known, library, packages
from gate.static.values import Symbol, Value
from gate.static.words import words

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.values import Place
    from gate.static.world import World

FRAMEWORKS = ("fastapi", "starlette")
# Modules of the standard library that are on every system, of which no names are known.
SURE = words(
    """
    array ast bisect bz2 calendar cmath codecs collections colorsys concurrent configparser copyreg
    csv dis email email.message email.mime.text email.utils errno filecmp fnmatch fractions gc
    getpass gettext glob gzip heapq html http.client http.server io itertools json.decoder keyword
    linecache locale numbers optparse pickle pkgutil pprint profile pstats queue sched select
    selectors shelve shlex site socket socketserver sqlite3 ssl stat statistics struct symtable
    sysconfig tabnanny tarfile token tokenize trace tracemalloc types unicodedata unittest
    unittest.mock urllib urllib.error urllib.request uuid wsgiref xml xml.etree
    xml.etree.ElementTree zipfile zlib
    """
)
# Modules of the frameworks that need a package of their own.
EXTRA = words(
    """
    fastapi.cli fastapi.templating fastapi.testclient starlette.middleware.sessions
    starlette.schemas starlette.templating starlette.testclient
    """
)
# What modules of FastAPI have of Starlette's.
RE_EXPORTED = {
    "fastapi.middleware.cors": {"CORSMiddleware"},
    "fastapi.middleware.gzip": {"GZipMiddleware"},
    "fastapi.middleware.httpsredirect": {"HTTPSRedirectMiddleware"},
    "fastapi.middleware.trustedhost": {"TrustedHostMiddleware"},
    "fastapi.requests": {"HTTPConnection", "Request"},
    "fastapi.staticfiles": {"StaticFiles"},
    "fastapi.websockets": {"WebSocket", "WebSocketDisconnect", "WebSocketState"},
    "fastapi.responses": words(
        """
        FileResponse HTMLResponse JSONResponse PlainTextResponse RedirectResponse Response
        StreamingResponse
        """
    ),
}
# Members of packages that their import brings with it.
LOADED = {"os.path", "fastapi.status"}


def doubt_module(world: World, name: str, place: Place) -> None:
    """Note the import of a module outside of the tree, unless it is surely there."""
    parts = name.split(".")
    world.submodules.update(".".join(parts[: at + 1]) for at in range(len(parts)))
    if not _is_there(name):
        outside = packages.is_other(name) and _is_installed(parts[0])
        reason = f"whether {name} can be imported is not known"
        world.doubt(reason, place, "ImportError", outside=outside)


def _is_there(name: str) -> bool:
    top = name.partition(".")[0]
    if top in FRAMEWORKS:
        return is_module(name) and name not in EXTRA
    if packages.is_standard(top):
        return library.described(name) == library.MODULE or name in SURE
    return known.line(name) == known.MODULE and _is_installed(top)


def is_module(path: str) -> bool:
    """Whether a full name of a library is that of a module."""
    how = library.described(path)
    if library.MODULE in (how, known.line(path)) or path in SURE:
        return True
    return how == library.NOT_KNOWN and path.rpartition(".")[2].islower() and _is_below(path)


def _is_below(path: str) -> bool:
    """Whether what is there without a known way to call it is a module of the frameworks."""
    return path.partition(".")[0] in FRAMEWORKS and known.line(path) is None


def _is_installed(package: str) -> bool:
    """Whether a package is where this interpreter looks for packages; it is not imported."""
    bases = (os.path.join(folder, package) for folder in sys.path)  # noqa: PTH118 - pathlib is slow to import
    return any(os.path.isdir(base) or os.path.isfile(f"{base}.py") for base in bases)  # noqa: PTH112, PTH113


def doubt_taken(world: World, home: str, name: str, found: Value, place: Place) -> None:
    """Note a name that is imported from the module ``home`` outside, unless it is surely there."""
    path = f"{home}.{name}"
    if is_module(path):
        doubt_module(world, path, place)
    elif not has(home, name, found):
        reason = f"whether {home} has {name} is not known"
        world.doubt(reason, place, "ImportError", outside=packages.is_other(home))


def has(home: str, name: str, found: Value) -> bool:
    """Whether a module or class outside surely has ``name``, which stands for ``found``."""
    if home in RE_EXPORTED:
        return name in RE_EXPORTED[home]
    paths = (f"{home}.{name}", found.path if isinstance(found, Symbol) else "")
    return any(library.described(p) is not None or known.line(p) is not None for p in paths)
