"""A stand-in for the public Lambda base image, for machines that cannot pull it.

Made of this machine's CPython at /var/lang, `awslambdaric`, the RIE binary and an entry point
of the same contract. The Dockerfile's default stays the real base; `BASE_IMAGE` chooses.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gate.rie import binary
from local import paths
from local.engine.daemon import Engine
from local.errors import CannotRun

TAG = "lambda-python-standin"
PREFERRED = "3.13"  # what the real base image runs
COMMANDS = ("sh", "cat", "chmod", "cp", "env", "id", "ls", "mkdir", "mv", "rm", "sleep", "touch")
# What wheels built for an older C library name, though today's holds most of it itself.
C_LIBRARIES = (
    *("libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1", "libresolv.so.2"),
    *("libnss_dns.so.2", "libnss_files.so.2", "libgcc_s.so.1", "libstdc++.so.6"),
)
RUNTIME = ("awslambdaric", "simplejson", "snapshot-restore-py")
LEFT_OUT = re.compile(
    r"/(site-packages|dist-packages|test|tests|idlelib|tkinter|turtledemo|lib2to3|__pycache__|config-[^/]+)(/|$)"
)
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"

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
ENTRY_POINT = """#!/bin/sh
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
"""
BOOTSTRAP = """#!/bin/sh
export PYTHONPATH=/var/runtime
exec /var/lang/bin/python3 -m awslambdaric "$_HANDLER"
"""


@dataclass(frozen=True)
class Interpreter:
    """A CPython of this machine: its executable, version, and where its library lies."""

    executable: Path
    version: str
    library: Path

    @property
    def place(self) -> str:
        """Where its library goes in the image."""
        return f"/var/lang/lib/python{self.version}"


def ensure(engine: Engine) -> str:
    """Make the stand-in once and return its tag.

    Raises:
        CannotRun: the machine's Python cannot be packed.
    """
    interpreter = find_interpreter()
    tag = f"{TAG}:{interpreter.version}-{_fingerprint()}"
    if not engine.docker("images", "--quiet", tag).strip():
        _import(engine, tag, interpreter)
    return tag


def _fingerprint() -> str:
    """What the stand-in is made by: another recipe or lock makes another tag."""
    recipe = Path(__file__).read_bytes() + (paths.ROOT / "requirements.txt").read_bytes()
    return hashlib.sha256(recipe).hexdigest()[:12]


def find_interpreter() -> Interpreter:
    """The machine's CPython 3.13 where it has one, else the one that runs this."""
    candidates = [
        *(Path(folder) / f"python{PREFERRED}" for folder in os.get_exec_path()),
        *sorted(Path.home().glob(f".pyenv/versions/{PREFERRED}.*/bin/python{PREFERRED}")),
        Path(sys._base_executable),  # type: ignore[attr-defined]  # the venv's own Python
    ]
    for candidate in candidates:
        found = _describe(candidate) if candidate.exists() else None
        if found:
            return found
    raise CannotRun("no Python to make a base image of", "install Python 3.13")


def _describe(executable: Path) -> Interpreter | None:
    """Ask an executable what it is; a version manager's shim may refuse to answer."""
    script = (
        "import json, sys, sysconfig; print(json.dumps([sys._base_executable, "
        "sysconfig.get_python_version(), sysconfig.get_path('stdlib')]))"
    )
    done = subprocess.run(
        [str(executable), "-I", "-c", script], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return None
    real, version, library = json.loads(done.stdout)
    return Interpreter(Path(real).resolve(), version, Path(library))


def _import(engine: Engine, tag: str, interpreter: Interpreter) -> None:
    changes = [
        f"ENTRYPOINT {json.dumps(['/lambda-entrypoint.sh'])}",
        "WORKDIR /var/task",
        *(f"ENV {name}={value}" for name, value in ENVIRONMENT.items()),
    ]
    archive = paths.STATE / "engine" / "base.tar"
    with tarfile.open(archive, "w") as tar:
        _fill(tar, interpreter)
    options = [option for change in changes for option in ("--change", change)]
    engine.docker("import", *options, str(archive), tag)
    archive.unlink()


def _fill(tar: tarfile.TarFile, interpreter: Interpreter) -> None:
    _add_runtime_client(tar, interpreter)
    for folder in ("var/task", "tmp", "opt", "etc", "proc", "sys", "dev", "root"):
        _add_folder(tar, folder, mode=0o1777 if folder == "tmp" else 0o755)
    _add_text(tar, "lambda-entrypoint.sh", ENTRY_POINT, 0o755)
    _add_text(tar, "var/runtime/bootstrap", BOOTSTRAP, 0o755)
    _add_text(tar, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n")
    _add_text(tar, "etc/group", "root:x:0:\nnogroup:x:65534:\n")
    tar.add(binary.ensure(), "usr/local/bin/aws-lambda-rie")
    tar.add(Path(CERTIFICATES).resolve(), CERTIFICATES.lstrip("/"))
    _add_python(tar, interpreter)
    _add_commands(tar)
    _add_libraries(tar, interpreter)


def _add_python(tar: tarfile.TarFile, interpreter: Interpreter) -> None:
    name = f"python{interpreter.version}"
    tar.add(interpreter.executable, f"var/lang/bin/{name}")
    for alias in ("python3", "python"):
        _add_link(tar, f"var/lang/bin/{alias}", name)
    tar.add(interpreter.library, interpreter.place.lstrip("/"), filter=_slim)


def _add_libraries(tar: tarfile.TarFile, interpreter: Interpreter) -> None:
    extensions = (interpreter.library / "lib-dynload").glob("*.so")
    programs = [interpreter.executable, *extensions, *map(_program, COMMANDS)]
    libraries = shared_libraries(programs)
    c_folder = next(library.parent for library in libraries if library.name == "libc.so.6")
    libraries |= {c_folder / name for name in C_LIBRARIES if (c_folder / name).exists()}
    for library in sorted(libraries):
        own = library.name.startswith("libpython")
        tar.add(
            library.resolve(), f"var/lang/lib/{library.name}" if own else str(library).lstrip("/")
        )


def _slim(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if LEFT_OUT.search(f"/{member.name}") or member.name.endswith(".a") else member


def _add_commands(tar: tarfile.TarFile) -> None:
    for name in COMMANDS:
        tar.add(_program(name).resolve(), f"bin/{name}")


def _program(name: str) -> Path:
    return Path("/bin") / name


def _add_runtime_client(tar: tarfile.TarFile, interpreter: Interpreter) -> None:
    """Install the runtime client and pip for the packed Python, at the locked versions."""
    target = paths.STATE / "engine" / f"runtime-{interpreter.version}"
    _uv(interpreter, target / "runtime", *RUNTIME)
    _uv(interpreter, target / "site", "pip")
    tar.add(target / "runtime", "var/runtime")
    tar.add(target / "site", f"{interpreter.place.lstrip('/')}/site-packages")


def _uv(interpreter: Interpreter, target: Path, *packages: str) -> None:
    lock = str(paths.ROOT / "requirements.txt")
    command = [
        str(paths.BIN / "uv"),
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--constraint",
        lock,
    ]
    command += ["--python", str(interpreter.executable), "--target", str(target), *packages]
    done = subprocess.run(
        command,
        env=paths.environment(UV_NATIVE_TLS="1"),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotRun(f"{', '.join(packages)}: {done.stderr.strip()}", "check the package index")


def shared_libraries(programs: Iterable[Path]) -> set[Path]:
    """What the dynamic linker loads for these programs, itself included."""
    done = subprocess.run(
        ["/usr/bin/ldd", *map(str, programs)], capture_output=True, text=True, check=False
    )
    return {
        Path(match) for match in re.findall(r"(?:=> |^\s+)(/\S+) \(0x", done.stdout, re.MULTILINE)
    }


def _add_folder(tar: tarfile.TarFile, name: str, *, mode: int) -> None:
    member = tarfile.TarInfo(name)
    member.type, member.mode = tarfile.DIRTYPE, mode
    tar.addfile(member)


def _add_link(tar: tarfile.TarFile, name: str, to: str) -> None:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, to
    tar.addfile(member)


def _add_text(tar: tarfile.TarFile, name: str, text: str, mode: int = 0o644) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(text.encode()), mode
    tar.addfile(member, io.BytesIO(text.encode()))
