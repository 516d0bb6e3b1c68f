"""A chat channel that hears topics: Amazon Q Developer in chat applications (once AWS Chatbot)."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_chatbot as chatbot
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.components.alarms import Severity
from stacks.stage import Chat


def chat_channel(
    scope: Construct, id: str, *, name: str, settings: Chat, topics: Mapping[Severity, sns.ITopic]
) -> chatbot.SlackChannelConfiguration:
    """The channel hears all topics, and nobody can do anything in AWS from there."""
    return chatbot.SlackChannelConfiguration(
        scope,
        id,
        slack_channel_configuration_name=name,
        slack_workspace_id=settings.slack_workspace_id,
        slack_channel_id=settings.slack_channel_id,
        notification_topics=list(topics.values()),
        # Without one of its own a channel may do whatever its role may.
        guardrail_policies=[iam.ManagedPolicy.from_aws_managed_policy_name("AWSDenyAll")],
    )
