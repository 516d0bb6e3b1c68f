"""Shift traffic in steps; go back when a hook says so or an alarm fires."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.components import server_errors
from stacks.stage_values import Shift

C = codedeploy.LambdaDeploymentConfig
SHIFTS: dict[Shift, codedeploy.ILambdaDeploymentConfig] = {
    "all-at-once": C.ALL_AT_ONCE,
    "canary-10-percent-5-minutes": C.CANARY_10_PERCENT_5_MINUTES,
    "canary-10-percent-10-minutes": C.CANARY_10_PERCENT_10_MINUTES,
    "canary-10-percent-15-minutes": C.CANARY_10_PERCENT_15_MINUTES,
    "canary-10-percent-30-minutes": C.CANARY_10_PERCENT_30_MINUTES,
    "linear-10-percent-every-1-minute": C.LINEAR_10_PERCENT_EVERY_1_MINUTE,
    "linear-10-percent-every-2-minutes": C.LINEAR_10_PERCENT_EVERY_2_MINUTES,
    "linear-10-percent-every-3-minutes": C.LINEAR_10_PERCENT_EVERY_3_MINUTES,
    "linear-10-percent-every-10-minutes": C.LINEAR_10_PERCENT_EVERY_10_MINUTES,
}
# Of a deployment: what somebody must hear of.
TOLD = [f"Deployment{event}" for event in ("Start", "Success", "Failure", "Stop", "Rollback")]


@dataclass(frozen=True, kw_only=True)
class NewVersion:
    """The metrics of the version that gets the traffic, seen when it has enough of it.

    Not the alias's: nine of ten calls are the old version's, whose errors are no reason to go
    back. The alias is known by its name: a reference to it would close a circle.
    """

    version: lambda_.IVersion
    alias_name: str
    minimum_invocations: int

    def metric(
        self, metric_name: str, *, statistic: str, period: cdk.Duration
    ) -> cloudwatch.IMetric:
        """The metric, or 0 for a period with fewer invocations than the minimum.

        Of server errors: their share of the invocations, in percent.
        """
        counted = metric_name == server_errors.METRIC
        seen = "100 * seen / invocations" if counted else "seen"
        return cloudwatch.MathExpression(
            expression=f"IF(invocations >= {self.minimum_invocations}, {seen}, 0)",
            label=metric_name,
            period=period,
            using_metrics={
                "invocations": self._own("Invocations", "Sum", period),
                "seen": self._counted(period)
                if counted
                else self._own(metric_name, statistic, period),
            },
        )

    def _counted(self, period: cdk.Duration) -> cloudwatch.Metric:
        return server_errors.metric(
            function=self.version.lambda_, version=self.version.version, period=period
        )

    def _own(self, name: str, statistic: str, period: cdk.Duration) -> cloudwatch.Metric:
        function = self.version.lambda_
        return cloudwatch.Metric(
            namespace="AWS/Lambda",
            metric_name=name,
            dimensions_map={
                "FunctionName": function.function_name,
                "Resource": f"{function.function_name}:{self.alias_name}",
                "ExecutedVersion": self.version.version,
            },
            statistic=statistic,
            period=period,
        )


class SafeRelease(Construct):
    """CodeDeploy's deployment group of one alias.

    `ignore_alarms` is why this one deployment heeds no alarm, None when it does; it is said in
    the name of the trigger, which stands in every notification of the deployment.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        alias: lambda_.Alias,
        shift: Shift,
        before: lambda_.IFunction,
        after: lambda_.IFunction,
        alarms: Sequence[cloudwatch.IAlarm],
        ignore_alarms: str | None,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        self.group = codedeploy.LambdaDeploymentGroup(
            self,
            "Group",
            application=codedeploy.LambdaApplication(self, "Application", application_name=name),
            deployment_group_name=name,
            alias=alias,
            deployment_config=SHIFTS[shift],
            pre_hook=before,
            post_hook=after,
            alarms=alarms,
            ignore_alarm_configuration=ignore_alarms is not None,
            # An alarm that cannot be read is no alarm that is green.
            ignore_poll_alarms_failure=False,
            auto_rollback=codedeploy.AutoRollbackConfig(
                failed_deployment=True,
                stopped_deployment=True,
                deployment_in_alarm=ignore_alarms is None,
            ),
        )
        refuse_hotswap(alias)
        for hook in (before, after):
            _let_report(hook, self.group)
        _tell(self.group, topic, f"ALARMS IGNORED: {ignore_alarms}" if ignore_alarms else name)


def refuse_hotswap(alias: lambda_.Alias) -> None:
    """Let `cdk deploy --hotswap` and `cdk watch` leave the alias's function as it is.

    They publish a version and move the alias to it themselves: no hook, no alarm, all of the
    traffic at once. Before that they evaluate the alias's name, and give up on a stack with a
    function of CloudFormation that they do not know, as Fn::FindInMap; with a fallback they
    deploy it as ever. See docs/decisions/0011-no-hotswap.md.
    """
    name = cdk.CfnMapping(
        alias, "NoHotswap", lazy=False, mapping={"Alias": {"Name": alias.alias_name}}
    )
    cast(lambda_.CfnAlias, alias.node.default_child).name = name.find_in_map("Alias", "Name")


def _let_report(hook: lambda_.IFunction, group: codedeploy.LambdaDeploymentGroup) -> None:
    hook.add_to_role_policy(
        iam.PolicyStatement(
            actions=[
                "codedeploy:GetDeployment",
                "codedeploy:PutLifecycleEventHookExecutionStatus",
            ],
            # By name: a reference would close a circle from the group to its own hook.
            resources=[_arn(group)],
        )
    )


def _arn(group: codedeploy.LambdaDeploymentGroup) -> str:
    resource = cast(codedeploy.CfnDeploymentGroup, group.node.default_child)
    name = resource.deployment_group_name
    return cdk.Stack.of(group).format_arn(
        service="codedeploy",
        resource="deploymentgroup",
        resource_name=f"{name}/{name}",
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )


def _tell(group: codedeploy.LambdaDeploymentGroup, topic: sns.ITopic, name: str) -> None:
    resource = cast(codedeploy.CfnDeploymentGroup, group.node.default_child)
    resource.trigger_configurations = [
        codedeploy.CfnDeploymentGroup.TriggerConfigProperty(
            trigger_events=TOLD, trigger_name=name, trigger_target_arn=topic.topic_arn
        )
    ]
    allowed = [(["sns:Publish"], topic.topic_arn)]
    if key := topic.master_key:
        allowed.append((["kms:Decrypt", "kms:GenerateDataKey"], key.key_arn))
    for actions, resource_arn in allowed:
        # Not `grant_publish`: it writes the role into the policy of the lasting stack's key.
        group.role.add_to_principal_policy(
            iam.PolicyStatement(actions=actions, resources=[resource_arn])
        )
