"""Who watches the stage, and who is told."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from stacks.stage.section import Section
from stacks.stage_values import RETENTION_DAYS, Email, Name, ProbeName, TopicArn


class Logs(Section):
    """Every log group of the stage."""

    retention_days: int

    @model_validator(mode="after")
    def _cloudwatch_knows_it(self) -> Self:
        if self.retention_days not in RETENTION_DAYS:
            known = ", ".join(map(str, RETENTION_DAYS))
            raise ValueError(f"retention_days is none of CloudWatch's: {known}")
        return self


class Chat(Section):
    """A Slack channel; its workspace is authorized once, by hand, in the console."""

    slack_workspace_id: str = Field(pattern=r"^T[A-Z0-9]+$")
    slack_channel_id: str = Field(pattern=r"^[CG][A-Z0-9]+$")


class Notifications(Section):
    """Who is told of an alarm, and where its message says that help is.

    `emails` get pages and tickets. `page_topic_arn` and `ticket_topic_arn` are topics that exist
    already, in which people hear them, encrypted with the key `keys.alarms` or not at all; their
    policies are their owner's to open to CloudWatch and this account's roles.
    """

    emails: tuple[Email, ...] = Field(strict=False)
    chat: Chat | None = None
    page_topic_arn: TopicArn | None = None
    ticket_topic_arn: TopicArn | None = None
    runbook: str = Field(min_length=1)

    @property
    def topic_arns(self) -> dict[str, str | None]:
        """The existing topics, by the severity that is told there."""
        return {"page": self.page_topic_arn, "ticket": self.ticket_topic_arn}


class Alarms(Section):
    """What kinds of alarms there are.

    Without `composites` each alarm tells for itself; without `expressions` there is none on a
    share of something.
    """

    composites: bool
    expressions: bool


class Canary(Section):
    """The Synthetics canary that runs the probes from outside.

    `login_probes` are those without which nobody can log in: their failure wakes somebody.
    With `in_network` it runs where the function does, in a network with a way to the API.
    """

    enabled: bool
    period_minutes: int = Field(ge=1, le=60)
    login_probes: tuple[ProbeName, ...] = Field(strict=False, min_length=1)
    in_network: bool = False
    artifact_days: int = Field(ge=1, le=1024)


class Drift(Section):
    """How changes by hand are seen.

    `detection_hours` apart, CloudFormation compares the stacks with their templates. Calls of
    AWS's API are heard of where the account has a trail: the stage's own, or another.
    """

    detection_hours: int = Field(ge=1, le=168)
    create_trail: bool


class Maintenance(Section):
    """A planned window in which alarms tell nobody: `at(2026-12-01T22:00)`, or a cron of Unix's."""

    name: Name
    schedule: str = Field(pattern=r"^(at\(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}\)|cron\([^()]+\))$")
    minutes: int = Field(ge=1, le=15 * 24 * 60)
    timezone: str = "UTC"
    reason: str = Field(min_length=1, max_length=255)
