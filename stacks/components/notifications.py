"""Where alarms are told: a topic encrypted with a customer key that CloudWatch may use."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from stacks.components.keys import customer_key, let_alarms_use


class Notifications(Construct):
    """The topic of the stage's alarms and its subscribers."""

    def __init__(self, scope: Construct, id: str, *, name: str, emails: Sequence[str]) -> None:
        super().__init__(scope, id)
        key = customer_key(self, "Key", name=name, purpose="Encrypts notifications of alarms")
        let_alarms_use(key)
        self.topic = sns.Topic(self, "Topic", topic_name=name, master_key=key, enforce_ssl=True)
        for address in emails:
            self.topic.add_subscription(subscriptions.EmailSubscription(address))
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account}},
            )
        )
