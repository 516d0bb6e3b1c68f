"""Where PreDeploy keeps the image's dear layers: a build's machine is new each time."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.components.build_rights import PUSH
from stacks.components.image_sharing import PULL

DAYS = 30  # no layer is older: then it is made anew, from what the index has


class BuildCache(Construct):
    """A repository with one tag for each thing that is kept; it can be lost at any time.

    What is found here gets into images without being made again, so whoever may write here may
    write into them: docs/decisions/0009-build-cache.md.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, key: kms.IKey) -> None:
        super().__init__(scope, id)
        self.repository = ecr.Repository(
            self,
            "Layers",
            repository_name=name,
            encryption=ecr.RepositoryEncryption.KMS,
            encryption_key=key,
            image_tag_mutability=ecr.TagMutability.MUTABLE,  # the tag is what the next build asks
            lifecycle_rules=[
                ecr.LifecycleRule(
                    tag_status=ecr.TagStatus.UNTAGGED, max_image_age=cdk.Duration.days(1)
                ),
                ecr.LifecycleRule(max_image_age=cdk.Duration.days(DAYS)),
            ],
            removal_policy=cdk.RemovalPolicy.DESTROY,
            empty_on_delete=True,
        )

    def belong_to(self, role: iam.Role) -> None:
        """Let one role read and write; nobody else writes, whatever else lets them."""
        role.add_to_policy(
            iam.PolicyStatement(
                actions=[*PULL, *PUSH, "ecr:BatchCheckLayerAvailability"],
                resources=[self.repository.repository_arn],
            )
        )
        self.repository.add_to_resource_policy(
            iam.PolicyStatement(
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=PUSH,
                conditions={"ArnNotEquals": {"aws:PrincipalArn": role.role_arn}},
            )
        )
