"""The hooks with the real backend: its function in Lambda's emulator, on a real PostgreSQL."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.response import StreamingBody

from gate.rie import Rie
from lambda_src.traffic_hook import judging
from lambda_src.traffic_hook.failed import Failed
from local.database import environment
from local.release import hook
from tests.backend.support import BACKEND, copied_backend, edit
from tests.traffic_hook.test_traffic_hook import Aws, First, Version, before_the_alias

pytestmark = pytest.mark.slow


class Emulated(Version):
    """Lambda's client, for the version that an emulator runs."""

    def __init__(self, rie: Rie) -> None:
        super().__init__()
        self._rie = rie

    def invoke(self, *, FunctionName: str, Qualifier: str, Payload: bytes) -> Mapping[str, Any]:  # noqa: N803 - boto3's names
        self.asked.append((f"{FunctionName}:{Qualifier}", ""))
        payload = self._rie.invoke(json.loads(Payload)).payload
        return {"Payload": StreamingBody(io.BytesIO(payload), len(payload))}


@pytest.fixture(scope="module")
def variables() -> Iterator[dict[str, str]]:
    """The backend's variables, of a migrated database with the probe user."""
    with environment() as found:
        yield found


@pytest.fixture(scope="module", autouse=True)
def untimed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The probes without their time limits: other tests share this machine."""
    with pytest.MonkeyPatch.context() as patch:
        folder = hook.package(tmp_path_factory.mktemp("hook"))
        patch.setattr(judging, "PROBES", folder / hook.PROBES)
        yield


class EmulatedFirst(Emulated, First):
    """The same before there is an alias."""


@contextmanager
def served(root: Path, variables: Mapping[str, str], version: type[Emulated]) -> Iterator[Aws]:
    """The function below `root`, and the user of its probes."""
    given = {name: value for name, value in variables.items() if not name.startswith("PROBE_")}
    user = {"email": variables["PROBE_EMAIL"], "password": variables["PROBE_PASSWORD"]}
    aws = Aws().user(json.dumps(user))
    with Rie(
        root=root, handler="handler.lambda_handler", environment=given, timeout_seconds=15
    ) as rie:
        aws.version = version(rie)
        yield aws


def run(root: Path, variables: Mapping[str, str], status: str) -> None:
    """Run the hook: it reports `status`."""
    with served(root, variables, Emulated) as aws:
        aws.deployment().ends(status)


def test_the_backend_gets_its_traffic(
    variables: dict[str, str],
) -> None:
    run(BACKEND, variables, "Succeeded")


# What is broken: the file, what stands there, what instead, and what the hook says of it.
BROKEN = {
    "login": (
        "contexts/auth/router.py",
        "from __future__ import annotations",
        "import gone",
        "login (cold): status is 500, not 200",
    ),
    "compression": (
        "lazy_app.py",
        "    Middleware(GZipMiddleware, minimum_size=500),\n",
        "",
        "compression (cold): header content-encoding is missing",
    ),
    "handler": (
        "handler.py",
        "def lambda_handler",
        "def another",
        "Runtime.HandlerNotFound",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_backend_that_is_broken_gets_none(
    tmp_path: Path,
    variables: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    what: str,
) -> None:
    caplog.set_level(logging.INFO)
    file, old, new, words = BROKEN[what]
    tree = copied_backend(tmp_path)
    edit(tree / file, old, new)
    run(tree, variables, "Failed")
    assert words in caplog.text
    assert variables["PROBE_PASSWORD"] not in caplog.text


def test_a_first_release_is_judged_as_every_other(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    with served(BACKEND, variables, EmulatedFirst) as aws:
        assert before_the_alias(aws) == "Succeeded"
    file, old, new, words = BROKEN["login"]
    tree = copied_backend(tmp_path)
    edit(tree / file, old, new)
    with (
        served(tree, variables, EmulatedFirst) as aws,
        pytest.raises(Failed, match=re.escape(words)),
    ):
        before_the_alias(aws)
