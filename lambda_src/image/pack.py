"""Make a folder ready for the image: no dead weight, compiled, the same bytes at every build.

    python pack.py ROOT TASK_ROOT

Runs while the image is built, in the image's own Python. ROOT is laid upon the image's own root;
what is packed lies below it at TASK_ROOT, an absolute path. Standard library alone.
"""

from __future__ import annotations

import compileall
import os
import py_compile
import shutil
import sys
from pathlib import Path

# Patterns below the folder of what nothing imports: commands, types for editors, sources of
# compiled extensions, the packages' own tests.
DEAD_WEIGHT = ("bin", "**/tests", "**/*.pyi", "**/*.pyx", "**/*.c", "**/*.cpp", "**/*.h")
# Any moment will do, as long as it is the same one; tools for reproducible builds agree on the
# name of the variable. 1980 is the earliest that a zip file can say.
EPOCH = int(os.environ.get("SOURCE_DATE_EPOCH", "315532800"))
READABLE, RUNNABLE = 0o644, 0o755


def lighten(folder: Path) -> None:
    """Remove the dead weight."""
    for pattern in DEAD_WEIGHT:
        for path in sorted(folder.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def compile_all(folder: Path, task_root: str) -> bool:
    """Compile every module; returns whether all of them could be.

    Python takes the bytecode without a look at the source: nobody changes one without the other
    in an image, and neither a time nor a folder of the build gets in.
    """
    return compileall.compile_dir(
        folder,
        quiet=1,
        force=True,
        workers=0,
        stripdir=str(folder),
        prependdir=task_root,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )


def level(folder: Path) -> None:
    """Give everything the same time, and the modes that do not depend on who built it."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            runnable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(RUNNABLE if runnable else READABLE)
        os.utime(path, (EPOCH, EPOCH), follow_symlinks=False)


def main(root: Path, task_root: str) -> int:
    """Pack what lies below the root; returns the exit code: 1 when a module does not compile."""
    folder = root / task_root.lstrip("/")
    lighten(folder)
    compiled = compile_all(folder, task_root)
    level(root)
    return 0 if compiled else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
