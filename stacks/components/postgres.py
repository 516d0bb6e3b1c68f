"""Aurora PostgreSQL Serverless v2."""

from __future__ import annotations

from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.components.keys import KEEP
from stacks.components.network import Placement
from stacks.stage import Database

PORT = 5432
DATABASE_NAME = USER = "credmate"
# What every connection must do, and what the server writes down for an audit.
PARAMETERS = {
    "rds.force_ssl": "1",
    "log_connections": "1",
    "log_disconnections": "1",
    "log_statement": "ddl",
}


class Postgres(Construct):
    """The cluster and its rotated secret: encrypted, backed up, not deletable by accident."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        placement: Placement,
        key: kms.IKey,
        settings: Database,
    ) -> None:
        super().__init__(scope, id)
        major = settings.engine_version.split(".")[0]
        engine = rds.DatabaseClusterEngine.aurora_postgres(
            version=rds.AuroraPostgresEngineVersion.of(settings.engine_version, major)
        )
        group = ec2.SecurityGroup(
            self, "Group", vpc=placement.vpc, allow_all_outbound=False, description="Database"
        )
        group.connections.allow_from(placement.group, ec2.Port.tcp(PORT))
        self.cluster = rds.DatabaseCluster(
            self,
            "Cluster",
            cluster_identifier=name,
            engine=engine,
            parameter_group=rds.ParameterGroup(
                self, "Parameters", engine=engine, parameters=PARAMETERS
            ),
            # RDS makes the secret, rotates it every week and needs no function for it.
            credentials=rds.Credentials.from_username(USER, encryption_key=key),
            manage_master_user_password=True,
            default_database_name=DATABASE_NAME,
            port=PORT,
            iam_authentication=True,
            vpc=placement.vpc,
            vpc_subnets=placement.subnets,
            security_groups=[group],
            writer=_instance("Writer", key),
            readers=[_instance(f"Reader{number}", key) for number in range(settings.readers)],
            serverless_v2_min_capacity=settings.minimum_capacity,
            serverless_v2_max_capacity=settings.maximum_capacity,
            storage_encrypted=True,
            storage_encryption_key=key,
            backup=rds.BackupProps(retention=cdk.Duration.days(settings.backup_days)),
            copy_tags_to_snapshot=True,
            cloudwatch_logs_exports=["postgresql"],
            enable_performance_insights=True,
            performance_insight_encryption_key=key,
            monitoring_interval=cdk.Duration.minutes(1),
            deletion_protection=True,
            removal_policy=KEEP,
        )

        self.secret = secretsmanager.Secret.from_secret_attributes(
            self, "Secret", secret_complete_arn=_secret_arn(self.cluster), encryption_key=key
        )

    @property
    def place(self) -> dict[str, str]:
        """Where to connect, as the backend's variables: the secret says as whom."""
        return {
            "DATABASE_HOST": self.cluster.cluster_endpoint.hostname,
            "DATABASE_PORT": str(PORT),
            "DATABASE_NAME": DATABASE_NAME,
        }


def _secret_arn(cluster: rds.DatabaseCluster) -> str:
    resource = cast(rds.CfnDBCluster, cluster.node.default_child)
    return resource.attr_master_user_secret_secret_arn


def _instance(id: str, key: kms.IKey) -> rds.IClusterInstance:
    return rds.ClusterInstance.serverless_v2(
        id,
        auto_minor_version_upgrade=True,
        enable_performance_insights=True,
        performance_insight_encryption_key=key,
        # A reader as large as the writer can take over for it; the writer itself ignores this.
        scale_with_writer=True,
    )
