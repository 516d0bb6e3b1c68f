"""Boot of the child interpreter: ``python __main__.py FOLDER``; see the package."""

import importlib
import importlib.util
import json
import os
import sys

PACKAGE = "_gate_child"  # not "gate": the code that is judged may have a module of that name


def boot(folder: str) -> None:
    """Load the package under its own name and carry out the request in ``folder``.

    Interpreters that are too old must still be able to read this file, to say so.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 - [tool.gate] python may name any interpreter
        with open(os.path.join(folder, "answer.json"), "w") as answer:  # noqa: PTH118, PTH123
            reason = "the gate needs Python 3.11 or newer, and [tool.gate] python is "
            json.dump({"cannot": reason + sys.version.split()[0]}, answer)
        sys.exit(2)
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - before pathlib
    spec = importlib.util.spec_from_file_location(
        PACKAGE,
        os.path.join(here, "__init__.py"),  # noqa: PTH118
        submodule_search_locations=[here],
    )
    assert spec is not None  # noqa: S101 - a file that is there has a spec
    assert spec.loader is not None  # noqa: S101
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)
    importlib.import_module(PACKAGE + ".main").main(folder)


if __name__ == "__main__":
    boot(sys.argv[1])
