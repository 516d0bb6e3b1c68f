"""What one machine built another does not build again: two engines, and a registry between them."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from local import base_image, build, build_cache, paths
from local.emulator import emulator
from local.engine import base, daemon
from local.engine.daemon import Engine
from stacks.settings import load
from tests.local.engine.test_image import CONTEXT

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

REGISTRY = "registry.test"
BASE, CACHE, TAG = f"{REGISTRY}/base:1", f"{REGISTRY}/cache", "backend:cached"
REQUIREMENTS = "lambda_src/backend/requirements.txt"


@dataclass(frozen=True)
class Machine:
    """An engine that has the base image, and a copy of the tree."""

    engine: Engine
    checkout: Path

    def make(self, module: str, *options: str) -> str:
        """Run `make image` or `make image-cache`, as it stands in the Makefile; what it said."""
        done = subprocess.run(
            [sys.executable, "-m", f"local.{module}", *options],
            cwd=self.checkout,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:]
        return done.stdout

    def image(self) -> str:
        return self.make("build", "--stage", "prod", "--tag", TAG, "--cache", CACHE)

    def environment(self) -> dict[str, str]:
        ours = self.engine.environment()
        path = os.pathsep.join([str(Path(daemon.DOCKER).parent), ours["PATH"]])
        return ours | {"PATH": path, "BASE_IMAGE": BASE}

    def id(self) -> str:
        return self.engine.docker("image", "inspect", "--format", "{{.Id}}", TAG).strip()


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry that anybody may push to; yields its address."""
    host = f"127.{secrets.randbelow(250) + 2}.{secrets.randbelow(250) + 2}.2"
    folder = tmp_path_factory.mktemp("registry")
    with emulator(region="us-east-1", folder=folder, proxies={}, host=host, port=80) as running:
        client = running.session().client("ecr", endpoint_url=running.url)
        for name in ("base", "cache"):
            client.create_repository(repositoryName=name)
        yield host


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is built and what builds it, apart from the tree that somebody may be editing."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in (*CONTEXT, "stacks", "stages"):
        source = paths.ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    return folder


@contextmanager
def machine(registry: str, checkout: Path, folder: Path, state: Path) -> Iterator[Machine]:
    with daemon.engine(folder=folder, registry=REGISTRY, address=registry, state=state) as engine:
        yield Machine(engine, checkout)


@pytest.fixture(scope="module")
def first(registry: str, checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image's id where it was built without a cache; both are in the registry afterwards."""
    folder = tmp_path_factory.mktemp("first")
    with machine(registry, checkout, folder, daemon.STATE) as built:
        built.engine.docker("tag", base.ensure(built.engine), BASE)
        built.engine.docker("push", BASE)
        built.image()
        built.make("build_cache", "--cache", CACHE)
        found = built.id()
        tags = [f"{CACHE}:{target}" for target in build_cache.TARGETS]
        built.engine.docker("image", "rm", "--force", TAG, BASE, *tags)
        return found


@pytest.fixture(scope="module")
def second(
    first: str, registry: str, checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Machine, str]]:
    """Another machine, which had nothing but the registry; and what its build said."""
    assert first
    folder = tmp_path_factory.mktemp("second")
    with machine(registry, checkout, folder, folder / "state") as other:
        other.engine.docker("pull", BASE)
        yield other, other.image()


def is_cached(said: str, target: str) -> bool:
    """Whether the last step of a target came from the cache, in the build of that target."""
    builds = said.split("[internal] load build definition")[1:]
    (one,) = (text for text in builds if f"naming to {CACHE}:{target}" in text)
    last = re.search(rf"^#(\d+) \[{target} +(\d+)/\2\]", one, re.MULTILINE)
    assert last, one
    return re.search(rf"^#{last[1]} CACHED$", one, re.MULTILINE) is not None


@pytest.mark.parametrize("target", build_cache.TARGETS)
def test_what_is_dear_is_not_made_again(second: tuple[Machine, str], target: str) -> None:
    _, said = second
    assert is_cached(said, target), said[-6000:]


def test_the_image_is_the_same_with_and_without(first: str, second: tuple[Machine, str]) -> None:
    assert second[0].id() == first


def test_another_requirement_is_another_layer(
    second: tuple[Machine, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    other, _ = second
    tree = shutil.copytree(other.checkout, tmp_path / "tree")
    lock = tree / REQUIREMENTS
    text = lock.read_text()
    lock.write_text(re.sub(r"^uvicorn==(.+\\\n)+.*\n", "", text, flags=re.MULTILINE))
    assert lock.read_text().count("==") == text.count("==") - 1
    environment = other.environment() | build.ENGINE
    settings = load("prod")
    build_cache.restore(
        daemon.DOCKER,
        lambda tag: build.arguments(settings, tag=tag, environment=environment, base=BASE),
        cache=CACHE,
        environment=environment,
        context=tree,
    )
    said = "".join(capfd.readouterr())
    assert [target for target in build_cache.TARGETS if is_cached(said, target)] == ["server"]


def test_the_base_is_built_on_by_its_digest(second: tuple[Machine, str]) -> None:
    other, said = second
    environment = other.environment()
    found = base_image.pinned(daemon.DOCKER, BASE, environment=environment, is_fresh=True)
    assert re.fullmatch(rf"{BASE}@sha256:[0-9a-f]{{64}}", found)
    assert f"FROM {found}" in said
