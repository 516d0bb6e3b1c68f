"""The stage deployed with nothing but this checkout: the emulator hands each call to a RIE."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gate.assembly import ImageFunction, Stack
from gate.rie import Rie
from local import cloud, paths, source
from local.adapter import Called, adapter
from local.deployed import Deployed, Run, database_secret, prepare, synthesize
from local.emulator import Emulator, emulator
from local.errors import RoadError


@dataclass(frozen=True)
class Sources:
    """Where the source of each image lies.

    No image is built here: the digest of its source stands for it, and changes with it.
    `first` is deployed; `roots` are the folders by digest.
    """

    first: str
    roots: Mapping[str, Path]

    def root(self, uri: str) -> Path:
        """The source of an image; raises RoadError for an image that is not known here."""
        digest = uri.rpartition("@")[2]
        if digest not in self.roots:
            raise RoadError(f"{uri} is no image of this run", "see what published it")
        return self.roots[digest]


def checkout() -> Sources:
    """The backend of this checkout."""
    digest = f"sha256:{source.fingerprint(paths.BACKEND)}"
    return Sources(digest, {digest: paths.BACKEND})


Choose = Callable[[tuple[Stack, ...]], tuple[Stack, ...]]
Serve = Callable[[str, str, Rie], Called]  # function, version, its RIE → what is called


@contextmanager
def deployed(
    run: Run,
    sources: Sources | None = None,
    *,
    serve: Serve = lambda _function, _version, rie: rie,
    choose: Choose = lambda stacks: stacks,
) -> Iterator[Deployed]:
    """Synthesize and deploy, with one RIE for each version of each function.

    Args:
        run: the run of the road.
        sources: what the versions run; this checkout's backend by default.
        serve: what is called in place of a version's RIE.
        choose: which stacks are deployed; it may change their templates first.
    """
    sources = sources or checkout()
    assembly = run.folder / "cdk.out"
    stacks = choose(synthesize(run, assembly, digest=sources.first))
    functions = cloud.image_functions(stacks)
    running: list[Emulator] = []  # the adapter's URL is wanted before the emulator is there

    def start(name: str, version: str) -> Called:
        return serve(name, version, _rie(functions[name], version, running[0], sources))

    with (
        run.progress.starting("PostgreSQL", database_secret("127.0.0.1")) as secret,
        adapter(start) as (url, invoked),
        run.progress.starting(
            "AWS emulator",
            emulator(
                region=run.settings.region,
                folder=run.folder,
                proxies=dict.fromkeys(functions, url),
            ),
        ) as here,
    ):
        running.append(here)
        prepare(run, here, secret)
        with run.progress.step("cdk deploy into the emulator"):
            cloud.deploy(here, run.folder, assembly, *(stack.name for stack in stacks))
        yield Deployed(here, assembly, stacks, invoked.log_tail)


def _rie(function: ImageFunction, version: str, emulator: Emulator, sources: Sources) -> Rie:
    """A RIE as the template declares the function; CloudFormation resolved its variables."""
    if len(function.command) != 1:
        raise RoadError(
            f"{function.name}: the command is not one handler", "see stages/_shared.toml"
        )
    client = emulator.session().client("lambda", endpoint_url=emulator.url)
    actual = client.get_function(FunctionName=function.name, Qualifier=version)
    resolved = actual["Configuration"].get("Environment", {}).get("Variables", {})
    declared = {
        name: value if isinstance(value, str) else resolved[name]
        for name, value in function.environment.items()
    }
    return Rie(
        root=sources.root(actual["Code"]["ImageUri"]),
        handler=function.command[0],
        environment=declared | emulator.environment(),
        timeout_seconds=function.timeout,
        memory_mb=function.memory,
    )
