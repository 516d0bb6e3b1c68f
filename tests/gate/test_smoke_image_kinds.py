"""Faults of images that public reports tell of, each built and judged for real."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from gate.checks import smoke
from gate.report import Report
from gate.rie import emulator, image
from local.engine import base, daemon, interpreter
from probes.gateway import DEFAULTS
from tests.gate.image_kinds import KINDS, Kind, plant
from tests.gate.planting import REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.engine]

PROBES = REPOSITORY / "tests" / "assets" / "handlers" / "probes.toml"
AT_ONCE = 3  # most of the time is the engine's, between two of its steps
INIT_SECONDS = 4  # shorter than Lambda's: some of these wait for its end


def judge(engine: daemon.Engine, kind: Kind, tag: str, source: Path) -> Report:
    engine.docker("build", "--quiet", "--tag", tag, str(source))
    return smoke.check(
        smoke.Target(
            root=source,
            handler=kind.handler,
            probes=PROBES,
            python=sys.executable,
            timeout=20,
            folder=source,
            image=tag,
            architecture=image.of_machine(),
            gateways=(DEFAULTS["http_api_v2"],),
        )
    )


def library() -> bytes:
    """A native part of the Python that the base is made of."""
    folder = interpreter.find().library / "lib-dynload"
    return next(folder.glob("math.*.so")).read_bytes()


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Future[Report]]]:
    """The report of each kind, made side by side."""
    folder = tmp_path_factory.mktemp("engine")
    started = daemon.engine(folder=folder, registry="registry.test", address="127.0.0.9")
    with (
        started as engine,
        pytest.MonkeyPatch.context() as patch,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        patch.setenv("DOCKER_HOST", f"unix://{engine.socket}")
        patch.setattr(emulator, "INIT_SECONDS", INIT_SECONDS)
        beneath, part = base.ensure(engine), library()
        tags = {name: f"kinds:{number}" for number, name in enumerate(KINDS)}
        yield {
            name: pool.submit(
                judge,
                engine,
                kind,
                tags[name],
                plant(kind, beneath, part, folder / "kinds" / str(number)),
            )
            for number, (name, kind) in enumerate(KINDS.items())
        }
        pool.shutdown(cancel_futures=True)
        engine.docker("image", "rm", "--force", *tags.values())


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.rule])
def test_a_fault_is_named_with_what_to_do(name: str, judged: Mapping[str, Future[Report]]) -> None:
    kind = KINDS[name]
    (finding,) = judged[name].result().findings
    assert finding.rule == kind.rule
    assert kind.says in finding.message
    assert kind.fix in finding.fix


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if not kind.rule])
def test_what_is_right_on_lambda_passes(name: str, judged: Mapping[str, Future[Report]]) -> None:
    report = judged[name].result()
    assert report.findings == ()
    assert any(KINDS[name].says in note for note in report.notes)
