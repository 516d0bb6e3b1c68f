"""Why a function does not start, told by its files: what needs no container to be seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.rie.contents import Contents, Entry
from gate.rie.reasons.asking import reason
from gate.rie.reasons.scene import Scene

FILE, FOLDER = Entry(0o644), Entry(0o755, folder=True)
PROGRAM = Entry(0o755, head=b"#!/bin/sh\n")
ENTRY = ("/lambda-entrypoint.sh",)
EXITED = "app.handler does not initialise: Runtime.ExitError: exit status 127"
IMAGE = {
    "/root": Entry(0o700, folder=True),
    "/root/data.json": FILE,
    "/opt/own/bin/serve": PROGRAM,
    "/opt/extensions/closed": FILE,
    "/var/task": FOLDER,
    "/var/task/app.py": FILE,
    "/var/task/Data.json": FILE,
    "/var/task/pkg/__init__.py": FILE,
    "/var/task/pkg/service.py": FILE,
    "/var/lang/lib/python3.13/xml/__init__.py": FILE,
    "/var/lang/lib/python3.13/xml/handler.py": FILE,
    "/var/lang/lib/python3.13/xml/__pycache__/handler.cpython-313.pyc": FILE,
    "/var/lang/lib/python3.13/site-packages/lib/__init__.py": FILE,
    "/var/lang/lib/python3.13/site-packages/lib/core.cpython-313-x86_64-linux-gnu.so": FILE,
}
IMAGE |= {str(above): FOLDER for name in IMAGE for above in Path(name).parents} | IMAGE


def _is_of(name: str, folders: tuple[str, ...]) -> bool:
    return name.startswith(folders) or any(one.startswith(f"{name}/") for one in folders)


def scene(source: Path) -> Scene:
    variables = {"LAMBDA_TASK_ROOT": "/var/task", "PATH": "/usr/bin"}
    return Scene(
        look=lambda *folders: Contents(
            {name: one for name, one in IMAGE.items() if not folders or _is_of(name, folders)}
        ),
        starts_in="/var/task",
        source=source,
        entry_point=ENTRY,
        variables=variables,
    )


@pytest.mark.parametrize(
    ("said", "log", "why"),
    [
        ("No module named 'pkg.models'", "", "it is in the source, pkg/models.py, and not in"),
        ("[Errno 13] Permission denied: '/root/data.json'", "", "/root has mode 0700"),
        ("[Errno 2] No such file or directory: 'data.json'", "", "there is /var/task/Data.json"),
        (EXITED, "/bin/env: 'bash': No such file or directory", "the image has no program bash"),
        ('exec: "uvicorn": executable file not found in $PATH', "", "has no program uvicorn"),
        ('exec: "serve": executable file not found in $PATH', "", "and PATH is /usr/bin"),
        ("fork/exec /opt/extensions/closed: permission denied", "", "closed has mode 0644"),
        # What lies in a package is another module than one by its bare name.
        ("No module named 'handler'", "", None),
        ("No module named 'core'", "", None),
        ("No module named 'service'", "", None),
        ("No module named 'sqlalchemy'", "", None),
        ("[Errno 2] No such file or directory: 'report.pdf'", "", None),
        ("KeyError: 'DATABASE_URL'", "", None),
    ],
)
def test_the_files_tell_why(said: str, log: str, why: str | None, tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "models.py").touch()
    found = reason(said, log, scene(tmp_path), starting=True)
    assert (found is None) == (why is None)
    if found and why:
        assert why in found.why
        assert found.fix


def test_a_log_tells_of_other_things_once_it_has_started(tmp_path: Path) -> None:
    log = "No module named 'pkg.models'"
    assert reason("status is 500, not 200", log, scene(tmp_path), starting=False) is None


@pytest.mark.parametrize(
    ("entry_point", "variables", "searched", "homes"),
    [
        (ENTRY, {}, ("/srv",), ("/srv",)),
        (ENTRY, {"LAMBDA_TASK_ROOT": "/var/task"}, ("/var/task",), ("/var/task", "/srv")),
        (("python", "-m", "awslambdaric"), {"LAMBDA_TASK_ROOT": "/t"}, ("/srv",), ("/srv", "/t")),
        (ENTRY, {"PYTHONPATH": ".::/opt/own:lib"}, ("/srv", "/opt/own", "/srv/lib"), None),
    ],
)
def test_where_python_looks(
    entry_point: tuple[str, ...],
    variables: dict[str, str],
    searched: tuple[str, ...],
    homes: tuple[str, ...] | None,
    tmp_path: Path,
) -> None:
    there = Scene(
        look=lambda *_: Contents({}),
        starts_in="/srv",
        source=tmp_path,
        entry_point=entry_point,
        variables=variables,
    )
    assert there.searched == searched
    assert there.homes == (homes or searched)
