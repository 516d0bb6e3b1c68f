"""SnapStart: what is published is whole, and what is cloned from it shares nothing.

Lambda clones a process that was initialised once. So does `fork`, which is what this does.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.database import environment
from tests.backend.support import BACKEND, copied_backend, edit, run_in

SNAP_START = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
INITIALISED = """
import handler
from awslambdaric import lambda_runtime_hooks_runner as hooks
hooks.run_before_snapshot()
"""
CLONES = (
    INITIALISED
    + """
import json, os, random, sys
from probes import events, load
from pathlib import Path
import shared.database, shared.settings

for name, value in json.loads(os.environ["AFTER"]).items():
    os.environ[name] = value                  # what a clone is given, the snapshot never saw
(login,) = [p for p in load(Path(os.environ["PROBES"]), os.environ) if p.name == "login"]
engine_in_snapshot = shared.database.engine.cache_info().currsize

def clone():
    hooks.run_after_restore()
    known = set(sys.modules)
    answer = handler.lambda_handler(events.http_api_v2(login), None)
    with shared.database.engine().connect() as connection:
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    return {
        "status": answer["statusCode"],
        "request": answer["headers"]["x-request-id"],
        "body": json.loads(answer["body"]) if answer["statusCode"] == 200 else answer["body"],
        "random": random.random(),
        "backend": backend,
        "id": str(shared.database.uuid4()),
        "imported": sorted(m for m in set(sys.modules) - known),
    }

answers = []
for _ in range(2):
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as out:
            json.dump(clone(), out)
        os._exit(0)
    os.close(writing)
    answers.append(os.fdopen(reading))
print(json.dumps({"engines": engine_in_snapshot,
                  "clones": [json.loads(a.read()) for a in answers]}))
"""
)


@pytest.fixture(scope="module")
def cloned() -> dict[str, Any]:
    """What two clones of one initialised process answered."""
    with environment() as variables:
        given = SNAP_START | {
            "CORS_ORIGINS": variables["CORS_ORIGINS"],
            "AFTER": json.dumps(variables),
            "PROBES": str(BACKEND.parents[1] / "probes.toml"),
            "PYTHONPATH": f"{BACKEND}:{BACKEND.parents[1]}",
        }
        done = run_in(BACKEND, CLONES, given)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
def test_each_clone_answers_a_login(cloned: dict[str, Any]) -> None:
    for clone in cloned["clones"]:
        assert clone["status"] == 200, clone["body"]


@pytest.mark.slow
@pytest.mark.parametrize("what", ["request", "random", "backend", "id"])
def test_clones_share_no_id_no_chance_and_no_connection(cloned: dict[str, Any], what: str) -> None:
    one, other = cloned["clones"]
    assert one[what] != other[what]


@pytest.mark.slow
@pytest.mark.parametrize("what", ["access_token", "refresh_token"])
def test_clones_share_no_token(cloned: dict[str, Any], what: str) -> None:
    one, other = (clone["body"] for clone in cloned["clones"])
    assert one[what] != other[what]


@pytest.mark.slow
def test_after_a_restore_no_request_imports_anything(cloned: dict[str, Any]) -> None:
    for clone in cloned["clones"]:
        assert clone["imported"] == []


@pytest.mark.slow
def test_the_snapshot_holds_no_engine(cloned: dict[str, Any]) -> None:
    assert cloned["engines"] == 0


def test_everything_is_loaded_before_the_snapshot_without_a_variable() -> None:
    loaded = "all(map(lazy_app.routers.is_loaded, lazy_app.ROUTERS))"
    program = f"{INITIALISED}\nimport lazy_app; print({loaded})"
    done = run_in(BACKEND, program, SNAP_START)
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["True"]), done.stderr


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        (
            "contexts/cme/router.py",
            "from __future__ import annotations",
            "import nowhere",
            "nowhere",
        ),
        ("models.py", "from contexts.cme import models as cme_models\n", "", "CMEActivity"),
    ],
)
def test_a_version_that_does_not_load_cannot_be_published(
    tmp_path: Path, file: str, old: str, new: str, named: str
) -> None:
    tree = copied_backend(tmp_path)
    edit(tree / file, old, new)
    if file == "models.py":
        edit(tree / file, '    "cme_models",\n', "")
    done = run_in(tree, INITIALISED, SNAP_START)
    assert done.returncode == 1
    assert named in done.stderr


def test_without_snap_start_a_start_stays_lean() -> None:
    heavy = "('snapshot', 'sqlalchemy', 'boto3')"
    program = f"import handler, sys; print([m for m in {heavy} if m in sys.modules])"
    done = run_in(BACKEND, program)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
