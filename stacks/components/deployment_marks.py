"""Deployments as a metric: marks in the graphs at the times at which they began and ended.

An annotation of a dashboard has its time in the template, which does not know it.
"""

from __future__ import annotations

from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions

from stacks.components.alarms import CustomSource
from stacks.components.small_function import SmallFunction

NAMESPACE, METRIC = "CredMate/Releases", "Deployments"


def marks(stage: str) -> CustomSource:
    """The stage's marks."""
    return CustomSource(NAMESPACE, {"Stage": stage})


def mark_deployments(function: SmallFunction, *, told: sns.ITopic) -> None:
    """Have the function hear what CodeDeploy tells a topic, and nothing else of it."""
    function.let_report(NAMESPACE)
    told.add_subscription(
        subscriptions.LambdaSubscription(
            function.function,
            filter_policy_with_message_body={
                "deploymentId": sns.FilterOrPolicy.filter(sns.SubscriptionFilter.exists_filter())
            },
        )
    )
