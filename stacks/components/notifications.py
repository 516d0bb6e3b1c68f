"""Where AWS tells what happens: one topic for each severity, encrypted with a customer key.

The key's and the topics' policies name every service that publishes: a key that forbids it
swallows every alarm in silence.
"""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from stacks.components.alarms import Severity
from stacks.components.keys import customer_key
from stacks.settings import Settings

ALARMS = "cloudwatch.amazonaws.com"
EVENTS = "events.amazonaws.com"
CODE_STAR = "codestar-notifications.amazonaws.com"


class Notifications(Construct):
    """The topics `NAME-page` and `NAME-ticket` that alarms, events and pipelines publish to."""

    def __init__(self, scope: Construct, id: str, *, settings: Settings) -> None:
        super().__init__(scope, id)
        self.key = customer_key(
            self, "Key", name=settings.name("alarms"), purpose="Encrypts notifications of alarms"
        )
        _let_services_use(self.key)
        self.topics = {severity: self._topic(severity, settings) for severity in Severity}

    def _topic(self, severity: Severity, settings: Settings) -> sns.Topic:
        topic = sns.Topic(
            self,
            severity.capitalize(),
            topic_name=settings.name(severity),
            master_key=self.key,
            enforce_ssl=True,
        )
        for address in settings.notifications.emails:
            topic.add_subscription(subscriptions.EmailSubscription(address))
        conditions = _conditions(topic)
        for service in (ALARMS, EVENTS, CODE_STAR):
            topic.add_to_resource_policy(
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal(service)],
                    actions=["sns:Publish"],
                    resources=[topic.topic_arn],
                    conditions=conditions.get(service),
                )
            )
        return topic


def _let_services_use(key: kms.Key) -> None:
    via = {"StringEquals": {"kms:ViaService": f"sns.{cdk.Stack.of(key).region}.amazonaws.com"}}
    conditions = {**_conditions(key), CODE_STAR: via}
    for service in (ALARMS, EVENTS, CODE_STAR):
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(service)],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],  # in a key's own policy: this key
                conditions=conditions.get(service),
            )
        )


def _conditions(scope: Construct) -> Mapping[str, Mapping[str, object]]:
    """That the service acts for this account.

    EventBridge sends no such key when it encrypts, and a condition on it would swallow every
    event: docs.aws.amazon.com/sns/latest/dg/sns-key-management.html.
    """
    own = {"StringEquals": {"aws:SourceAccount": cdk.Stack.of(scope).account}}
    return {ALARMS: own, CODE_STAR: own}
