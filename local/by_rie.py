"""The stage deployed with nothing but this checkout: the emulator hands each call to a RIE."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gate.assembly import ImageFunction
from gate.rie import Rie
from local import cloud, paths, source
from local.adapter import adapter
from local.deployed import Deployed, Run, database_secret, prepare, synthesize
from local.emulator import Emulator, emulator
from local.errors import RoadError


@contextmanager
def deployed(run: Run) -> Iterator[Deployed]:
    """Synthesize and deploy, with one RIE for each version of each function."""
    # No image is built here: the digest of the source stands for it, and changes with it.
    digest = f"sha256:{source.fingerprint(paths.BACKEND)}"
    assembly = run.folder / "cdk.out"
    stacks = synthesize(run, assembly, digest=digest)
    functions = cloud.image_functions(stacks)
    running: list[Emulator] = []  # the adapter's URL is wanted before the emulator is there

    def start(name: str, version: str) -> Rie:
        return _rie(functions[name], version, running[0])

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
            cloud.deploy(here, run.folder, assembly)
        yield Deployed(here, assembly, stacks, invoked.log_tail)


def _rie(function: ImageFunction, version: str, emulator: Emulator) -> Rie:
    """A RIE as the template declares the function; CloudFormation resolved its variables."""
    if len(function.command) != 1:
        raise RoadError(
            f"{function.name}: the command is not one handler", "see stages/_shared.toml"
        )
    client = emulator.session().client("lambda", endpoint_url=emulator.url)
    actual = client.get_function_configuration(FunctionName=function.name, Qualifier=version)
    resolved = actual.get("Environment", {}).get("Variables", {})
    declared = {
        name: value if isinstance(value, str) else resolved[name]
        for name, value in function.environment.items()
    }
    return Rie(
        root=paths.BACKEND,
        handler=function.command[0],
        environment=declared | emulator.environment(),
        timeout_seconds=function.timeout,
        memory_mb=function.memory,
    )
