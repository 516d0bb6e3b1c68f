"""The stage deployed as in AWS: the image built once, pushed, deployed by its digest, and run."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from local import cloud, paths, source
from local.deployed import Deployed, Run, database_secret, prepare, synthesize
from local.emulator import ACCOUNT, emulator
from local.engine import bridge, image, size
from local.engine.daemon import Engine, engine

HTTP = 80  # where an insecure registry without a port in its name is looked for
REPOSITORY = "AWS::ECR::Repository"


@contextmanager
def deployed(run: Run) -> Iterator[Deployed]:
    """Deploy the data stack, push the image into its repository, deploy the rest by digest."""
    # An address of its own in 127.0.0.0/8: the registry must be at port 80, whoever else is.
    address = f"127.{_octet()}.{_octet()}.{_octet()}"
    registry = f"{ACCOUNT}.dkr.ecr.{run.settings.region}.amazonaws.com"
    first, assembly = run.folder / "cdk.out.data", run.folder / "cdk.out"
    data = cloud.stack_with(synthesize(run, first, digest=None), REPOSITORY)
    starting = run.progress.starting
    with (
        starting(
            "container engine", engine(folder=run.folder, registry=registry, address=address)
        ) as docker,
        starting("PostgreSQL", database_secret(docker.gateway)) as secret,
        starting(
            "AWS emulator",
            emulator(
                region=run.settings.region,
                folder=run.folder,
                proxies={},
                host=address,
                port=HTTP,
                more={
                    "DOCKER_HOST": f"unix://{docker.socket}",
                    # Where functions find AWS: those in containers, and those that it runs itself.
                    "AWS_ENDPOINT_URL": f"http://{docker.gateway}:{HTTP}",
                },
            ),
        ) as here,
        bridge.forward(address=docker.gateway, port=HTTP, to=(address, HTTP)),
    ):
        prepare(run, here, secret)
        with run.progress.step("cdk deploy of the data stack: it holds the image repository"):
            cloud.deploy(here, run.folder, first, data.name)
            repository = cloud.physical_id(here, data, REPOSITORY)
        digest = _image(run, docker, f"{registry}/{repository}")
        stacks = synthesize(run, assembly, digest=digest)
        cloud.image_functions(stacks)
        with run.progress.step("cdk deploy of the rest, by digest"):
            cloud.deploy(here, run.folder, assembly)
        yield Deployed(here, assembly, stacks, lambda: _logs(docker))


def _octet() -> int:
    return secrets.randbelow(250) + 2


def _image(run: Run, docker: Engine, repository: str) -> str:
    """Build once, smoke it confined as on Lambda, push that; returns the digest."""
    tag = f"{repository}:{source.fingerprint(paths.BACKEND)[:12]}"
    with run.progress.step("docker build, which smokes what it builds") as step:
        base = image.choose_base(docker, run.settings)
        image.make(docker, run.settings, tag=tag, base_image=base)
        step.lines += [f"base {base}", *size.check(size.measure(docker, tag))]
    with run.progress.step("gate smoke of the image, in a container") as step:
        step.lines += image.smoke(docker, tag=tag)
    with run.progress.step("docker push") as step:
        digest = image.push(docker, tag=tag)
        step.say(f"image {digest}")
    return digest


def _logs(docker: Engine) -> str:
    containers = docker.docker("ps", "--all", "--quiet").split()
    return "\n".join(docker.docker("logs", "--tail", "20", container) for container in containers)
