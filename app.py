"""The CDK app: one stage, its stacks, their validation. `cdk synth -c stage=prod`."""

from __future__ import annotations

import sys
from pathlib import Path

import aws_cdk as cdk

from stacks.acknowledgements import acknowledge
from stacks.data import Data
from stacks.monitoring import Monitoring
from stacks.pipeline import Pipeline
from stacks.service import Service
from stacks.settings import STAGES, Settings, SettingsError, deliveries, load, stages
from stacks.validations import attach


def main() -> int:
    """Synthesize; returns the exit code: 2 when the stage cannot be used."""
    app = cdk.App()
    try:
        settings = _settings(app)
        build(app, settings)
    except SettingsError as exc:
        print(f"cdk: {exc}", file=sys.stderr)
        return 2
    acknowledge(app, settings)
    attach(app)
    app.synth()
    return 0


def build(app: cdk.App, settings: Settings, folder: Path = STAGES) -> None:
    """The stage's stacks, in the order in which they are deployed; `folder` has the others'."""
    env = cdk.Environment(account=settings.account, region=settings.region)
    data = Data(app, settings.name("data"), settings=settings, env=env)
    service = Service(app, settings.name("service"), settings=settings, data=data, env=env)
    Monitoring(
        app, settings.name("monitoring"), settings=settings, data=data, service=service, env=env
    )
    if settings.pipeline:
        Pipeline(
            app,
            settings.name("pipeline"),
            settings=settings,
            pipeline=settings.pipeline,
            stages=deliveries(settings, folder),
            data=data,
            env=env,
        )
    for tag, value in {"project": settings.project, "stage": settings.stage}.items():
        cdk.Tags.of(app).add(tag, value)


def _settings(app: cdk.App) -> Settings:
    stage = app.node.try_get_context("stage")
    if not stage:
        raise SettingsError(f"no stage; say -c stage=NAME, one of {', '.join(stages())}")
    return load(
        str(stage),
        image_digest=app.node.try_get_context("image_digest"),
        ignore_alarms=app.node.try_get_context("ignore_alarms"),
    )


if __name__ == "__main__":
    sys.exit(main())
