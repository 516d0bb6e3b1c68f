"""Findings of cdk-nag that stand, one a line: where, which rule, and why it is right so.

What could be mended was mended instead. What stands in one stage alone is in its stage file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import aws_cdk as cdk
from constructs import IConstruct

from stacks.components.build_rights import keys_of, looked_at
from stacks.settings import STAGES, Settings, deliveries

ROTATED_JWT = "A new key signs everybody out at once: rotated by hand, in a quiet hour."
ROTATED_PROBE = "Rotated with a release: the migrations function writes it into the database."
NO_RESOURCE = "X-Ray and network interfaces: these actions know no resource."
ONE_ROLE = "This policy belongs to one role and comes and goes with it: nobody can reuse it."
SYNCHRONOUS = "Invoked and waited for: the caller sees the error, no event is ever queued."
CONTINUOUS = "Aurora backs up the cluster continuously; its instances hold no data of their own."
ARTIFACTS = "What the canary saw of our own API: no patient data, expires, bucket is private."
OWN_ARTIFACTS = "The canary writes its own artifacts below this prefix, under names with a time."
OWN_LOG = "Synthetics adds an id of its own to the name of the canary's log group."
SYNTHETICS = "Metrics and the list of buckets know no resource; the condition names the metrics."
MONITORING = "AWS's own policy for this purpose, limited to the log groups RDS*."
ANY_VERSION = "It asks the version that gets the traffic: its number is not known before."
ITS_HOOKS = "CodeDeploy invokes these two hooks, in whatever version they have."
ONE_RUNTIME = "Python 3.13, as in the image: one version to keep up to date."
ONCE = "CodeDeploy calls it once in a deployment, and deploys one version at a time."
TOLD = "CodeDeploy is told the outcome, and waits for it: silence fails the deployment."
REPORTS = "Metrics know no resource; the condition names the one namespace."
ASYNCHRONOUS = "What calls it calls again when it fails; CloudWatch's own filters count besides."
MARK = "Lambda calls it again twice; what is lost then is a mark in a graph."
SELDOM = "Called by what fails, seldom: a limit of its own would only lose calls."
RECORDS = "The trail's own record, sealed; who reads it is in the record of the account's trail."
ONE_REGION = "Sealed and versioned; a copy elsewhere is for the account's own trail to keep."
AUDITOR = "CloudFormation compares as whoever asks it to; reading data is denied beside it."
STACKS = "CloudFormation ends a stack's ARN with an id that is not known before."
LAST = "It is where undelivered messages end, and an alarm tells of each."
HANDED_ON = "What it fails on goes to the same people: its own destination on failure."
PART = "Part of a composite alarm, which has the actions: one trouble is told once."
AWS_ALONE = "It calls AWS's own APIs and nothing else; the backend's network has no way to them."
X_RAY = "X-Ray: these actions know no resource."
CODEDEPLOY = "AWS's own policy for this purpose; of functions it invokes CodeDeployHook_* alone."
APPLICATION = "The application authorizes: login and health must answer without a token."
DEFAULT_GROUP = "Nothing joins the default group; closing it would take a function of its own."

CLONE = "CodePipeline hands the commit on: the project fetches it through the connection."
BUILD_IMAGE = "Debian 12 with Python, as on a developer's machine: the tests are the same there."
HANDED = "Artifacts lie under names that CodePipeline makes; the bucket is this pipeline's alone."
DELIVERED = "What was delivered, private and expiring; whoever reads it is in the audit trail."
OWN_REPORTS = "CodeBuild makes report groups whose names begin with the project's."
LOGS_IN = "The token to log in to ECR knows no resource."
LOOKS = "It reads what is deployed of this stage; what knows no stage by its name, whole."
ACCOUNT = "<AWS::AccountId>"  # as cdk-nag writes one that is not said
IAM5_HANDED = "AwsSolutions-IAM5[Resource::<Artifacts82DD59A1.Arn>/*]"
IAM5_REPORTS = (
    "AwsSolutions-IAM5[Resource::arn:aws:codebuild:{{region}}:{{account}}"
    ":report-group/{{project}}-{{stage}}-pipeline-{}-*]"
)

IAM4_MONITORING = (
    "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy"
    "/service-role/AmazonRDSEnhancedMonitoringRole]"
)
IAM4_AUDIT = "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/ReadOnlyAccess]"
IAM5_STACK = (
    "AwsSolutions-IAM5[Resource::arn:aws:cloudformation:{{region}}:{{account}}"
    ":stack/{{project}}-{{stage}}-{}/*]"
)
IAM4_CODEDEPLOY = (
    "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy"
    "/service-role/AWSCodeDeployRoleForLambdaLimited]"
)
IAM5_VERSIONS = "AwsSolutions-IAM5[Resource::<BackendFunctionB80944B4.Arn>:*]"
IAM5_VERSIONS_OF_SERVICE = (
    "AwsSolutions-IAM5[Resource::{project}-{stage}-service"
    ":ExportsOutputFnGetAttBackendFunctionB80944B4Arn813F9F33:*]"
)
IAM5_BEFORE = "AwsSolutions-IAM5[Resource::<BeforeTrafficFunctionB9B210DF.Arn>:*]"
IAM5_AFTER = "AwsSolutions-IAM5[Resource::<AfterTrafficFunctionADC7980F.Arn>:*]"
IAM5_LOG = (
    "AwsSolutions-IAM5[Resource::arn:aws:logs:{region}:{account}"
    ":log-group:/aws/lambda/cwsyn-{project}-{stage}-probes-*]"
)
IAM5_ARTIFACTS = "AwsSolutions-IAM5[Resource::<CanaryArtifacts7ADD0D0B.Arn>/runs/*]"


# The construct (its stack and its path in it), the rule, the reason. {names} are filled in.
# fmt: off
TABLE: tuple[tuple[str, str, str], ...] = (
    ("data/JwtSigningKey", "AwsSolutions-SMG4", ROTATED_JWT),
    ("data/JwtSigningKey", "HIPAA.Security-SecretsManagerRotationEnabled", ROTATED_JWT),
    ("data/ProbeUser", "AwsSolutions-SMG4", ROTATED_PROBE),
    ("data/ProbeUser", "HIPAA.Security-SecretsManagerRotationEnabled", ROTATED_PROBE),
    ("data/Database/Cluster", "HIPAA.Security-RDSInBackupPlan", CONTINUOUS),
    ("data/Database/Cluster/MonitoringRole", IAM4_MONITORING, MONITORING),
    ("data/Network/Vpc", "HIPAA.Security-VPCDefaultSecurityGroupClosed", DEFAULT_GROUP),
    ("data/Network/FlowLogRole", "HIPAA.Security-IAMNoInlinePolicy", ONE_ROLE),
    ("service/Backend/Role", "AwsSolutions-IAM5[Resource::*]", NO_RESOURCE),
    ("service/Backend/Role", "HIPAA.Security-IAMNoInlinePolicy", ONE_ROLE),
    ("service/Backend/Function", "HIPAA.Security-LambdaDLQ", SYNCHRONOUS),
    ("service/Migrations/Role", "AwsSolutions-IAM5[Resource::*]", NO_RESOURCE),
    ("service/Migrations/Role", "HIPAA.Security-IAMNoInlinePolicy", ONE_ROLE),
    ("service/Migrations/Function", "HIPAA.Security-LambdaDLQ", SYNCHRONOUS),
    ("service/Api/Api", "AwsSolutions-APIG4", APPLICATION),
    ("service/BeforeTraffic/Role", "AwsSolutions-IAM5[Resource::*]", X_RAY),
    ("service/BeforeTraffic/Role", IAM5_VERSIONS, ANY_VERSION),
    ("service/BeforeTraffic/Role", "HIPAA.Security-IAMNoInlinePolicy", ONE_ROLE),
    ("service/BeforeTraffic/Function", "AwsSolutions-L1", ONE_RUNTIME),
    ("service/BeforeTraffic/Function", "HIPAA.Security-LambdaConcurrency", ONCE),
    ("service/BeforeTraffic/Function", "HIPAA.Security-LambdaDLQ", TOLD),
    ("service/BeforeTraffic/Function", "HIPAA.Security-LambdaInsideVPC", AWS_ALONE),
    ("service/AfterTraffic/Role", "AwsSolutions-IAM5[Resource::*]", X_RAY),
    ("service/AfterTraffic/Role", IAM5_VERSIONS, ANY_VERSION),
    ("service/AfterTraffic/Role", "HIPAA.Security-IAMNoInlinePolicy", ONE_ROLE),
    ("service/AfterTraffic/Function", "AwsSolutions-L1", ONE_RUNTIME),
    ("service/AfterTraffic/Function", "HIPAA.Security-LambdaConcurrency", ONCE),
    ("service/AfterTraffic/Function", "HIPAA.Security-LambdaDLQ", TOLD),
    ("service/AfterTraffic/Function", "HIPAA.Security-LambdaInsideVPC", AWS_ALONE),
    ("service/Release/Group/ServiceRole", IAM4_CODEDEPLOY, CODEDEPLOY),
    ("service/Release/Group/ServiceRole", IAM5_BEFORE, ITS_HOOKS),
    ("service/Release/Group/ServiceRole", IAM5_AFTER, ITS_HOOKS),
    ("service/Release/Group/ServiceRole", "HIPAA.Security-IAMNoInlinePolicy", ONE_ROLE),
    ("monitoring/Canary/Artifacts", "AwsSolutions-S1", ARTIFACTS),
    ("monitoring/Canary/Artifacts", "HIPAA.Security-S3BucketLoggingEnabled", ARTIFACTS),
    ("monitoring/Canary/Artifacts", "HIPAA.Security-S3BucketReplicationEnabled", ARTIFACTS),
    ("monitoring/Canary/Role", "AwsSolutions-IAM5[Resource::*]", SYNTHETICS),
    ("monitoring/Canary/Role", IAM5_ARTIFACTS, OWN_ARTIFACTS),
    ("monitoring/Canary/Role", IAM5_LOG, OWN_LOG),
    ("monitoring/Canary/Role", "HIPAA.Security-IAMNoInlinePolicy", ONE_ROLE),
    ("monitoring/Alarms", "HIPAA.Security-CloudWatchAlarmAction", PART),
    ("data/Audit/Records", "AwsSolutions-S1", RECORDS),
    ("data/Audit/Records", "HIPAA.Security-S3BucketLoggingEnabled", RECORDS),
    ("data/Audit/Records", "HIPAA.Security-S3BucketReplicationEnabled", ONE_REGION),
    ("data/Audit/Trail/LogsRole", "HIPAA.Security-IAMNoInlinePolicy", ONE_ROLE),
    ("monitoring/DriftDetection/Role", IAM4_AUDIT, AUDITOR),
    ("monitoring/DriftDetection/Role", IAM5_STACK.format("data"), STACKS),
    ("monitoring/DriftDetection/Role", IAM5_STACK.format("service"), STACKS),
    ("monitoring/DriftDetection/Role", IAM5_STACK.format("monitoring"), STACKS),
    ("monitoring/DriftDetection/Role", "HIPAA.Security-IAMNoInlinePolicy", ONE_ROLE),
    ("data/Notifications/Undelivered", "AwsSolutions-SQS3", LAST),
    *(
        (f"monitoring/{severity}Message/Formatter/{part}", rule, reason)
        for severity in ("Page", "Ticket")
        for part, rule, reason in (
            ("Role", IAM5_VERSIONS_OF_SERVICE, ANY_VERSION),
            ("Role", "HIPAA.Security-IAMNoInlinePolicy", ONE_ROLE),
            ("Function", "AwsSolutions-L1", ONE_RUNTIME),
            ("Function", "HIPAA.Security-LambdaConcurrency", SELDOM),
            ("Function", "HIPAA.Security-LambdaDLQ", HANDED_ON),
            ("Function", "HIPAA.Security-LambdaInsideVPC", AWS_ALONE),
        )
    ),
    *(
        (f"monitoring/{function}/{part}", rule, reason)
        for function, again in (("StartWatch", ASYNCHRONOUS), ("DeploymentMark", MARK))
        for part, rule, reason in (
            ("Role", "AwsSolutions-IAM5[Resource::*]", REPORTS),
            ("Role", "HIPAA.Security-IAMNoInlinePolicy", ONE_ROLE),
            ("Function", "AwsSolutions-L1", ONE_RUNTIME),
            ("Function", "HIPAA.Security-LambdaConcurrency", SELDOM),
            ("Function", "HIPAA.Security-LambdaDLQ", again),
            ("Function", "HIPAA.Security-LambdaInsideVPC", AWS_ALONE),
        )
    ),
)
# fmt: on


def acknowledge(app: cdk.App, settings: Settings, folder: Path = STAGES) -> None:
    """Record the table, and the stage's own rows, on the constructs that this stage has."""
    for path, rule, reason in rows(settings, folder):
        for construct in _at(app, settings.name(path)):
            cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=rule, reason=reason))


def rows(settings: Settings, folder: Path = STAGES) -> Iterator[tuple[str, str, str]]:
    """Path, rule and reason of every line that is for this stage; `folder` has the others'."""
    names = {
        "project": settings.project,
        "stage": settings.stage,
        "region": settings.region,
        "account": settings.account or ACCOUNT,
    }
    own = ((row.path, row.rule, row.reason) for row in settings.acknowledged)
    everybodys = (*TABLE, *_pipeline(settings, folder), *_verified(settings))
    for path, rule, reason in (*everybodys, *own):
        yield path, rule.format(**names), reason


def _verified(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """The rows on the role by which a pipeline of another account verifies the stage."""
    if settings.verified_by:
        yield "monitoring/Verify", "HIPAA.Security-IAMNoInlinePolicy", ONE_ROLE
        yield from _looks("monitoring/Verify", settings)


def _pipeline(settings: Settings, folder: Path) -> Iterator[tuple[str, str, str]]:
    """The rows on the pipeline, whose projects have the names of its stages."""
    if settings.pipeline is None:
        return
    yield "pipeline/Artifacts", "AwsSolutions-S1", DELIVERED
    yield "pipeline/Artifacts", "HIPAA.Security-S3BucketLoggingEnabled", DELIVERED
    yield "pipeline/Artifacts", "HIPAA.Security-S3BucketReplicationEnabled", ONE_REGION
    yield "monitoring/DriftDetection/Role", IAM5_STACK.format("pipeline"), STACKS
    yield "pipeline/Role", IAM5_HANDED, HANDED
    yield "pipeline/Role", "HIPAA.Security-IAMNoInlinePolicy", ONE_ROLE
    yield "pipeline/PreDeploy/Role", "AwsSolutions-IAM5[Resource::*]", LOGS_IN
    stages = deliveries(settings, folder)
    for stage in stages:
        if not stage.is_elsewhere(settings):
            yield from _looks(f"pipeline/Verify{stage.stage.capitalize()}/Role", stage)
    delivering = [f"{do}{s.stage.capitalize()}" for s in stages for do in ("Deploy", "Verify")]
    for project in ("PreDeploy", "UpdatePipeline", *delivering):
        path = f"pipeline/{project}"
        yield f"{path}/Role", IAM5_HANDED, HANDED
        yield f"{path}/Role", IAM5_REPORTS.format(project.lower()), OWN_REPORTS
        yield f"{path}/Role", "HIPAA.Security-IAMNoInlinePolicy", ONE_ROLE
        yield f"{path}/Project", "HIPAA.Security-CodeBuildProjectSourceRepoUrl", CLONE
        yield f"{path}/Project", "AwsSolutions-CB5", BUILD_IMAGE


def _looks(path: str, stage: Settings) -> Iterator[tuple[str, str, str]]:
    for resource in _looked_at(stage):
        yield path, f"AwsSolutions-IAM5[Resource::{resource}]", LOOKS


def _looked_at(stage: Settings) -> Iterator[str]:
    """The resources with a wildcard that verifying a stage names, as cdk-nag writes them."""
    known = {"partition": "<AWS::Partition>", "account": stage.account or ACCOUNT}
    yield from looked_at(stage, **known)
    yield keys_of(stage, **known)


def _at(app: cdk.App, path: str) -> Iterator[IConstruct]:
    """The construct at a path, if this stage has it."""
    construct: IConstruct | None = app
    for part in path.split("/"):
        construct = construct and construct.node.try_find_child(part)
    if construct:
        yield construct
