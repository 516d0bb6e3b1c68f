"""The compiled modules of the quick way in one file, beside those that Python keeps one by one.

To find, open and check fifty of them costs a third of the whole process. The bundle is used while
each source has the time and size that it had when it was compiled, as with Python's own files,
and written anew where not. Whatever is wrong with it, modules are imported as ever.
"""

from __future__ import annotations

import marshal
import os
import sys
from _frozen_importlib import ModuleSpec

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.abc import Loader
    from types import CodeType, ModuleType

    Stamp = tuple[int, int]  # of a source: nanoseconds, bytes
    Kept = dict[str, tuple[str, Stamp, CodeType]]
else:
    Loader = object

PACKAGE = "gate"
HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib is slow to import
NAME = f"quick.{sys.implementation.cache_tag}.{sys.flags.optimize}.bundle"
FILE = os.path.join(HERE, "__pycache__", NAME)  # noqa: PTH118


class Bundle(Loader):
    """Finds and runs the modules that one file holds; see ``importlib.abc`` for the methods."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how a module is imported; None for one that is not in here."""
        if name not in self.kept:
            return None
        file = self.kept[name][0]
        package = file.endswith("__init__.py")
        spec = ModuleSpec(name, self, origin=file, is_package=package)
        spec.has_location = True
        if package:
            spec.submodule_search_locations = [os.path.dirname(file)]  # noqa: PTH120
        return spec

    def create_module(self, _spec: ModuleSpec) -> None:
        """Leave the making of a module to Python."""

    def exec_module(self, module: ModuleType) -> None:
        """Run a module's code."""
        exec(self.kept[module.__name__][2], module.__dict__)  # noqa: S102 - it is our own code


def use() -> Bundle:
    """Import from the bundle from now on; it is empty where there is none that is right."""
    bundle = Bundle(_read())
    sys.meta_path.insert(0, bundle)
    return bundle


def keep(bundle: Bundle) -> None:
    """Write a bundle of the modules that are imported, unless they came from one."""
    names = [name for name in sys.modules if name.partition(".")[0] == PACKAGE]
    if sys.dont_write_bytecode or set(names) <= {*bundle.kept, PACKAGE, __name__, "gate.__main__"}:
        return
    kept: Kept = {}
    for name in names:
        module = sys.modules[name]
        file, loader = module.__file__, module.__spec__ and module.__spec__.loader
        code = getattr(loader, "get_code", lambda _: None)(name)
        if file is not None and code is not None:
            kept[name] = (file, _stamp(file), code)
    _write({**bundle.kept, **kept})


def _read() -> Kept:
    try:
        with open(FILE, "rb") as stream:  # noqa: PTH123
            kept: Kept = marshal.loads(stream.read())  # noqa: S302 - Python's own are no other
        fits = all(_stamp(file) == stamp for file, stamp, _ in kept.values())
    except (OSError, ValueError, TypeError, EOFError, AttributeError):
        return {}
    return kept if fits else {}


def _stamp(file: str) -> Stamp:
    found = os.stat(file)  # noqa: PTH116
    return found.st_mtime_ns, found.st_size


def _write(kept: Kept) -> None:
    """Write the file whole or not at all; where that cannot be there is none."""
    draft = f"{FILE}.{os.getpid()}"
    try:
        with open(draft, "xb") as stream:  # noqa: PTH123
            stream.write(marshal.dumps(kept))
        os.replace(draft, FILE)  # noqa: PTH105
    except OSError:
        return
