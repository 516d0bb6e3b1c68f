"""What survives releases: keys, network, database, secrets, the image repository, subscriptions.

Each of them can be one that exists already: the stage file names it.
"""

from __future__ import annotations

import json
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.components.audit_trail import AuditTrail
from stacks.components.image_sharing import existing_repository, let_accounts_pull
from stacks.components.keys import KEEP, customer_key, let_logs_use
from stacks.components.logs import log_group
from stacks.components.network import Placement, PrivateNetwork, existing_placement
from stacks.components.notifications import Notifications
from stacks.components.postgres import PORT, Postgres
from stacks.settings import Settings


class Data(cdk.Stack):
    """The stage's lasting things.

    `placement` is None where the function runs outside a VPC, and `cluster` where the database
    is an existing one.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: Settings, env: cdk.Environment
    ) -> None:
        super().__init__(scope, id, env=env, termination_protection=settings.termination_protection)
        self._settings = settings
        self.key = customer_key(
            self,
            "Key",
            name=settings.name("data"),
            purpose=f"Encrypts the data of {settings.stage}",
            existing=settings.keys.data,
        )
        let_logs_use(self.key)
        self.jwt_secret = self._secret(
            "JwtSigningKey",
            what="jwt",
            existing=settings.secrets.jwt_secret_name,
            field="signing_key",
        )
        self.probe_secret = self._secret(
            "ProbeUser",
            what="probe-user",
            existing=settings.secrets.probe_secret_name,
            field="password",
            others={"email": settings.secrets.probe_email},
        )
        self.repository = self._repository()
        self.notifications = Notifications(self, "Notifications", settings=settings)
        self.topics = self.notifications.topics
        if settings.drift.create_trail:
            self._trail()
        self.placement = self._place()
        self.cluster: rds.DatabaseCluster | None = None
        self.database_place: dict[str, str] = {}  # an existing database's secret says it
        self.database_secret = self._database()
        cdk.CfnOutput(self, "RepositoryUri", value=self.repository.repository_uri)
        for severity, topic in self.notifications.people.items():
            cdk.CfnOutput(self, f"{severity.capitalize()}TopicArn", value=topic.topic_arn)
        cdk.CfnOutput(self, "ProbeSecretArn", value=self.probe_secret.secret_arn)

    def _secret(
        self,
        id: str,
        *,
        what: str,
        existing: str | None,
        field: str,
        others: dict[str, str] | None = None,
    ) -> secretsmanager.ISecret:
        """A secret of 64 generated characters in the member `field`, or the existing one."""
        if existing:
            return secretsmanager.Secret.from_secret_name_v2(self, id, existing)
        return secretsmanager.Secret(
            self,
            id,
            secret_name=f"{self._settings.project}/{self._settings.stage}/{what}",
            encryption_key=self.key,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template=json.dumps(others or {}),
                generate_string_key=field,
                password_length=64,
                exclude_punctuation=True,
            ),
            removal_policy=KEEP,
        )

    def _repository(self) -> ecr.IRepository:
        if self._settings.image.exists:
            return existing_repository(self, "Images", self._settings)
        repository = ecr.Repository(
            self,
            "Images",
            repository_name=self._settings.name("backend"),
            encryption=ecr.RepositoryEncryption.KMS,
            encryption_key=self.key,
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            image_scan_on_push=True,
            # Released images bear a tag: only what never got one is removed.
            lifecycle_rules=[
                ecr.LifecycleRule(
                    tag_status=ecr.TagStatus.UNTAGGED, max_image_age=cdk.Duration.days(14)
                )
            ],
            removal_policy=KEEP,
        )
        let_accounts_pull(repository, self._settings.image.shared_with, self.region)
        return repository

    def _trail(self) -> None:
        settings = self._settings
        name = settings.name("audit")
        AuditTrail(
            self,
            "Audit",
            name=name,
            key=self.key,
            log_group=self._log_group("AuditLog", f"/aws/cloudtrail/{name}"),
            days=settings.logs.retention_days,
        )

    def _place(self) -> Placement | None:
        network = self._settings.network
        if network.vpc_id:
            return existing_placement(self, network)
        if not network.create:
            return None
        name = self._settings.name("network")
        flows = self._log_group("FlowLogs", f"/{self._settings.project}/{name}/flows")
        return PrivateNetwork(
            self, "Network", name=name, settings=network, flow_logs=flows
        ).placement

    def _database(self) -> secretsmanager.ISecret:
        settings = self._settings.database
        if settings.secret_name is None:
            # The settings demand a network for a new database.
            return self._new_database(cast(Placement, self.placement))
        if self.placement and settings.security_group_id:
            database = ec2.SecurityGroup.from_security_group_id(
                self, "DatabaseGroup", settings.security_group_id
            )
            database.connections.allow_from(self.placement.group, ec2.Port.tcp(PORT))
        return secretsmanager.Secret.from_secret_name_v2(
            self, "DatabaseSecret", settings.secret_name
        )

    def _new_database(self, placement: Placement) -> secretsmanager.ISecret:
        name = self._settings.name("database")
        postgres = Postgres(
            self,
            "Database",
            name=name,
            placement=placement,
            key=self.key,
            settings=self._settings.database,
        )
        # Named as Aurora names it, so that it is there first, encrypted and with a retention.
        postgres.node.add_dependency(
            self._log_group("DatabaseLogs", f"/aws/rds/cluster/{name}/postgresql")
        )
        self.cluster = postgres.cluster
        self.database_place = postgres.place
        return postgres.secret

    def _log_group(self, id: str, name: str) -> logs.LogGroup:
        return log_group(self, id, name=name, key=self.key, settings=self._settings.logs)
