"""The CDK's own command against the emulator: what `--hotswap` does to an alias, and may not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from local import cloud, paths, processes
from local.emulator import ACCOUNT, Emulator, emulator
from stacks.components.safe_release import refuse_hotswap

pytestmark = pytest.mark.slow
REGION, FUNCTION, ALIAS = "us-east-1", "hotswapped", "live"


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


def synthesize(folder: Path, answer: int, *, refused: bool) -> Path:
    """A function that answers a number, its version and its alias."""
    app = cdk.App(outdir=str(folder / f"answers-{answer}"))
    stack = cdk.Stack(app, "Demo", env=cdk.Environment(account=ACCOUNT, region=REGION))
    function = lambda_.Function(
        stack,
        "Function",
        function_name=FUNCTION,
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline(f"def handler(event, context): return {answer}"),
    )
    alias = lambda_.Alias(stack, "Live", alias_name=ALIAS, version=function.current_version)
    if refused:
        refuse_hotswap(alias)
    return Path(app.synth().directory)


def hotswap(aws: Emulator, folder: Path, assembly: Path) -> str:
    command = [str(paths.CDK), "deploy", "--app", str(assembly), "--hotswap", "--all"]
    done = processes.run(command, environment=paths.environment(**aws.environment()), cwd=folder)
    assert done.returncode == 0, done.stdout
    return done.stdout


def served(aws: Emulator) -> tuple[str, str]:
    """The version behind the alias, and the hash of the code that the next one would have."""
    client = aws.session().client("lambda", endpoint_url=aws.url)
    version = client.get_alias(FunctionName=FUNCTION, Name=ALIAS)["FunctionVersion"]
    return version, client.get_function_configuration(FunctionName=FUNCTION)["CodeSha256"]


@pytest.mark.parametrize("refused", [True, False])
def test_a_hotswap_moves_no_alias_that_codedeploy_moves(folder: Path, *, refused: bool) -> None:
    """Without what refuses it the same command moves the alias: it is what stops it."""
    with emulator(region=REGION, folder=folder, proxies={}) as aws:
        cloud.bootstrap(aws, folder)
        cloud.deploy(aws, folder, synthesize(folder, 1, refused=refused))
        before = served(aws)
        said = hotswap(aws, folder, synthesize(folder, 2, refused=refused))
        assert ("Could not perform a hotswap deployment" in said) == refused
        assert (served(aws) == before) == refused
