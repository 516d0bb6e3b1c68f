"""A stand-in for the public Lambda base image, for machines that cannot pull it.

Made of this machine's CPython at /var/lang, `awslambdaric`, the RIE binary and an entry point
of the same contract. The Dockerfile's default stays the real base; `BASE_IMAGE` chooses.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from gate.rie import binary
from local import paths
from local.engine import interpreter as interpreters
from local.engine.daemon import STATE, Engine
from local.engine.interpreter import Interpreter, shared_libraries
from local.errors import CannotRun

TAG = "lambda-python-standin"
COMMANDS = (
    *("sh", "cat", "chmod", "cp", "env", "id", "ln", "ls"),
    *("mkdir", "mv", "rm", "sleep", "touch"),
)
# What wheels built for an older C library name, though today's holds most of it itself.
C_LIBRARIES = (
    *("libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1", "libresolv.so.2"),
    *("libnss_dns.so.2", "libnss_files.so.2", "libgcc_s.so.1", "libstdc++.so.6"),
)
LEFT_OUT = ("site-packages", "dist-packages", "__pycache__", "test", "tests", "idlelib", "tkinter")
RUNTIME = ("awslambdaric", "simplejson", "snapshot-restore-py")
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
FOLDERS = (
    "var/task",
    "var/lang/bin",
    "usr/local/bin",
    "bin",
    "opt",
    "etc/ssl/certs",
    "dev",
    "proc",
)
READABLE, RUNNABLE, ANYBODYS = 0o644, 0o755, 0o1777

# The contract of public.ecr.aws/lambda/python: paths, environment, entry point.
ENVIRONMENT = {
    "LANG": "en_US.UTF-8",
    "TZ": ":/etc/localtime",
    "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    "LD_LIBRARY_PATH": "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib"
    ":/var/task:/var/task/lib:/opt/lib",
    "LAMBDA_TASK_ROOT": "/var/task",
    "LAMBDA_RUNTIME_DIR": "/var/runtime",
}
FILES = {
    "lambda-entrypoint.sh": (
        RUNNABLE,
        """#!/bin/sh
if [ $# -ne 1 ]; then
  echo "entrypoint requires the handler name to be the first argument" 1>&2
  exit 142
fi
export _HANDLER="$1"
if [ -z "${AWS_LAMBDA_RUNTIME_API}" ]; then
  exec /usr/local/bin/aws-lambda-rie /var/runtime/bootstrap
else
  exec /var/runtime/bootstrap
fi
""",
    ),
    "var/runtime/bootstrap": (
        RUNNABLE,
        """#!/bin/sh
exec /var/lang/bin/python3 /var/runtime/bootstrap.py
""",
    ),
    # As AWS's own: the task root comes first, wherever the function starts; then the folders of
    # layers, unless somebody says PYTHONPATH.
    "var/runtime/bootstrap.py": (
        READABLE,
        """import os
import site
import sys

import awslambdaric.__main__

root = os.environ["LAMBDA_TASK_ROOT"]
version = f"{sys.version_info.major}.{sys.version_info.minor}"
layers = ["/opt/python", f"/opt/python/lib/python{version}/site-packages"]
for folder in [] if "PYTHONPATH" in os.environ else layers:
    sys.path.insert(0, folder)
sys.path.insert(0, root)
site.addsitedir(root)
awslambdaric.__main__.main([__file__, os.environ["_HANDLER"]])
""",
    ),
    "etc/passwd": (
        READABLE,
        "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n",
    ),
    "etc/group": (READABLE, "root:x:0:\nnogroup:x:65534:\n"),
}


def ensure(engine: Engine) -> str:
    """Make the stand-in once and return its tag.

    Raises:
        CannotRun: the machine's Python cannot be packed.
    """
    python = interpreters.find()
    tag = f"{TAG}:{python.version}-{_fingerprint()}"
    if not engine.docker("images", "--quiet", tag).strip():
        with tempfile.TemporaryDirectory(dir=STATE) as folder:
            root = Path(folder) / "root"
            _fill(root, python)
            archive = Path(folder) / "base.tar"
            with tarfile.open(archive, "w") as tar:
                tar.add(root, ".")
            engine.docker("import", *_changes(), str(archive), tag)
    return tag


def _fingerprint() -> str:
    """What the stand-in is made by: another recipe or lock makes another tag."""
    recipe = Path(__file__).read_bytes() + (paths.ROOT / "requirements.txt").read_bytes()
    return hashlib.sha256(recipe).hexdigest()[:12]


def _changes() -> list[str]:
    changes = [
        f"ENTRYPOINT {json.dumps(['/lambda-entrypoint.sh'])}",
        "WORKDIR /var/task",
        *(f"ENV {name}={value}" for name, value in ENVIRONMENT.items()),
    ]
    return [option for change in changes for option in ("--change", change)]


def _fill(root: Path, python: Interpreter) -> None:
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True)
    (root / "tmp").mkdir()
    (root / "tmp").chmod(ANYBODYS)
    _add_python(root, python)
    _add_runtime_client(root, python)
    for name, (mode, text) in FILES.items():
        (root / name).write_text(text)
        (root / name).chmod(mode)
    for name in COMMANDS:
        shutil.copy2(_program(name).resolve(), root / "bin" / name)
    shutil.copy2(binary.ensure(), root / "usr/local/bin/aws-lambda-rie")
    shutil.copy2(Path("/") / CERTIFICATES, root / CERTIFICATES)
    _add_libraries(root, python)
    _compile(root, python)


def _program(name: str) -> Path:
    return Path("/bin") / name


def _add_python(root: Path, python: Interpreter) -> None:
    name = f"python{python.version}"
    shutil.copy2(python.executable, root / "var/lang/bin" / name)
    for alias in ("python3", "python"):
        (root / "var/lang/bin" / alias).symlink_to(name)
    ignored = shutil.ignore_patterns(*LEFT_OUT, "*.a", "config-*")
    shutil.copytree(python.library, root / "var/lang/lib" / name, symlinks=True, ignore=ignored)


def _add_libraries(root: Path, python: Interpreter) -> None:
    extensions = (python.library / "lib-dynload").glob("*.so")
    libraries = shared_libraries([python.executable, *extensions, *map(_program, COMMANDS)])
    c_folder = next(library.parent for library in libraries if library.name == "libc.so.6")
    libraries |= {c_folder / name for name in C_LIBRARIES if (c_folder / name).exists()}
    for library in libraries:
        own = library.name.startswith("libpython")
        target = root / (f"var/lang/lib/{library.name}" if own else str(library).lstrip("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(library.resolve(), target)


def _add_runtime_client(root: Path, python: Interpreter) -> None:
    """Install the runtime client and pip for the packed Python, at the locked versions."""
    site = root / f"var/lang/lib/python{python.version}/site-packages"
    lock = str(paths.ROOT / "requirements.txt")
    for target, packages in ((root / "var/runtime", RUNTIME), (site, ("pip",))):
        install = ["pip", "install", "--quiet", "--no-deps", "--constraint", lock]
        place = ["--python", str(python.executable), "--target", str(target)]
        _run([str(paths.BIN / "uv"), *install, *place, *packages])


def _compile(root: Path, python: Interpreter) -> None:
    """Compile what the image may not: a cold start without bytecode takes twice as long."""
    options = ["-q", "-j", "0", "--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", "/"]
    folders = [str(root / "var/lang/lib"), str(root / "var/runtime")]
    _run([str(python.executable), "-m", "compileall", *options, *folders])


def _run(command: list[str]) -> None:
    environment = paths.environment(UV_NATIVE_TLS="1", UV_LINK_MODE="copy")
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRun(
            f"{Path(command[0]).name}: {(done.stderr or done.stdout).strip()}",
            "check the package index, and the machine's Python",
        )
