"""Where AWS tells what happens, and where people hear it: two topics for each severity.

`topics` are AWS's: alarms, events and pipelines publish there. A formatter hands on to `people`,
who are subscribed there. One customer key encrypts all of them, and its policy names every
service that publishes: a key that forbids it swallows every alarm in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct, IConstruct

from stacks.components.alarms import Severity
from stacks.components.chat import chat_channel
from stacks.components.keys import customer_key
from stacks.settings import Settings

ALARMS = "cloudwatch.amazonaws.com"
EVENTS = "events.amazonaws.com"
CODE_STAR = "codestar-notifications.amazonaws.com"
SNS = "sns.amazonaws.com"  # which puts what it could not deliver into the queue
PUBLISHERS = (ALARMS, EVENTS, CODE_STAR)


def told(severity: Severity) -> str:
    """What the topic is called, in its stage, to which AWS tells something."""
    return f"{severity}-raw"


class Notifications(Construct):
    """The topics, by severity; people are subscribed by e-mail and in a chat.

    `undelivered` is where SNS puts what it could not deliver to a formatter.
    """

    def __init__(self, scope: Construct, id: str, *, settings: Settings) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self.key = customer_key(
            self,
            "Key",
            name=settings.name("alarms"),
            purpose="Encrypts notifications of alarms",
            existing=settings.keys.alarms,
        )
        _let_services_use(self.key)
        self.topics = {each: self._topic(told(each), PUBLISHERS) for each in Severity}
        existing = settings.notifications.topic_arns
        self.people = {each: self._people(each, existing.get(each)) for each in Severity}
        self.undelivered = self._queue(settings.name("undelivered"))
        for topic in self.people.values():
            for address in settings.notifications.emails:
                topic.add_subscription(subscriptions.EmailSubscription(address))
        if chat := settings.notifications.chat:
            chat_channel(self, "Chat", name=settings.prefix, settings=chat, topics=self.people)

    def _people(self, severity: Severity, existing: str | None) -> sns.ITopic:
        """Where people are subscribed; an existing topic's policies are its owner's."""
        if existing:
            return sns.Topic.from_topic_attributes(
                self, severity, topic_arn=existing, key_arn=self._settings.keys.alarms
            )
        # The formatter publishes by its role; what AWS tells past it is an alarm.
        return self._topic(severity, (ALARMS,))

    def _topic(self, name: str, services: Sequence[str]) -> sns.Topic:
        topic = sns.Topic(
            self,
            name,
            topic_name=self._settings.name(name),
            master_key=self.key,
            enforce_ssl=True,
        )
        conditions = _conditions(topic)
        for service in services:
            topic.add_to_resource_policy(
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal(service)],
                    actions=["sns:Publish"],
                    resources=[topic.topic_arn],
                    conditions=conditions.get(service),
                )
            )
        return topic

    def _queue(self, name: str) -> sqs.Queue:
        return sqs.Queue(
            self,
            "Undelivered",
            queue_name=name,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=self.key,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(14),
        )


def _let_services_use(key: kms.IKey) -> None:
    via = {"StringEquals": {"kms:ViaService": f"sns.{cdk.Stack.of(key).region}.amazonaws.com"}}
    conditions = {**_conditions(key), CODE_STAR: via}
    for service in (*PUBLISHERS, SNS):
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(service)],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],  # in a key's own policy: this key
                conditions=conditions.get(service),
            )
        )


def _conditions(scope: IConstruct) -> Mapping[str, Mapping[str, object]]:
    """That the service acts for this account.

    EventBridge sends no such key when it encrypts, and a condition on it would swallow every
    event: docs.aws.amazon.com/sns/latest/dg/sns-key-management.html.
    """
    own = {"StringEquals": {"aws:SourceAccount": cdk.Stack.of(scope).account}}
    return {ALARMS: own, CODE_STAR: own}
