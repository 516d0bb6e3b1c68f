"""Each stage is synthesized once per session: starting jsii costs more than all the tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

# jsii starts whatever `node` is first on PATH: the one beside this interpreter.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

from tests.stacks.assembled import Assembled, synthesize


@pytest.fixture(scope="session")
def assembled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Assembled]:
    @cache
    def once(stage: str) -> Assembled:
        return synthesize(stage, tmp_path_factory.mktemp(stage))

    return once


@pytest.fixture(params=["dev", "prod"])
def in_aws(request: pytest.FixtureRequest, assembled: Callable[[str], Assembled]) -> Assembled:
    """A stage that is deployed to AWS."""
    return assembled(request.param)


@pytest.fixture(params=["local", "dev", "prod"])
def any_stage(request: pytest.FixtureRequest, assembled: Callable[[str], Assembled]) -> Assembled:
    return assembled(request.param)


@pytest.fixture
def local(assembled: Callable[[str], Assembled]) -> Assembled:
    return assembled("local")


@pytest.fixture
def prod(assembled: Callable[[str], Assembled]) -> Assembled:
    return assembled("prod")
