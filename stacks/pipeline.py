"""What delivers: source, one build that is tested, then stage after stage.

Source → PreDeploy → the pipeline itself → each stage: agreed to, deployed, verified.
"""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_codestarnotifications as notifications
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.components import build_commands as commands
from stacks.components.alarms import Severity
from stacks.components.build_cache import BuildCache
from stacks.components.build_project import BuildProject, Commands
from stacks.components.build_rights import (
    assume_bootstrap_roles,
    look,
    orchestrate,
    publish_and_scan,
)
from stacks.components.image_sharing import existing_repository
from stacks.components.keys import customer_key, let_logs_use
from stacks.components.logs import log_group
from stacks.components.notifications import told
from stacks.components.private_bucket import private_bucket
from stacks.components.source import SourceConnection
from stacks.components.verify_role import verify_role_arn
from stacks.data import Data
from stacks.settings import OWN_STACKS, Settings
from stacks.stage import Pipeline as PipelineSettings

# Failed executions are told by EventBridge, by whoever watches the stage.
TOLD = ("manual-approval-needed", "pipeline-execution-succeeded", "pipeline-execution-superseded")


class Pipeline(cdk.Stack):
    """The pipeline of the stage whose file has `[pipeline]`; it delivers to `stages`."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: Settings,
        pipeline: PipelineSettings,
        stages: Sequence[Settings],
        data: Data,
        env: cdk.Environment,
    ) -> None:
        super().__init__(scope, id, env=env, termination_protection=settings.termination_protection)
        self._settings, self._pipeline = settings, pipeline
        # There first. What it has is known here by its name: an import would tie this stack to an
        # export of that one, and a pipeline that deploys itself alone could not change.
        self.add_stack_dependency(data)
        self.key = customer_key(
            self,
            "Key",
            name=settings.name("pipeline"),
            purpose="Encrypts what the pipeline makes",
            existing=None,
        )
        let_logs_use(self.key)
        self.artifacts = private_bucket(
            self, "Artifacts", key=self.key, days=pipeline.artifact_days
        )
        self.source = codepipeline.Artifact("Source")
        self.release = codepipeline.Artifact("Release")
        connection = SourceConnection(self, "Connection", settings=settings, pipeline=pipeline)
        self.connection = connection.arn
        self.projects: list[BuildProject] = []
        own_role = iam.Role(
            self, "Role", assumed_by=iam.ServicePrincipal("codepipeline.amazonaws.com")
        )
        # Not as the CDK would fill it: with every action on artifacts, and with itself.
        self.role = own_role.without_policy_updates()
        from_github = connection.action(self.source, role=self.role)
        self.pipeline = codepipeline.Pipeline(
            self,
            "Pipeline",
            pipeline_name=settings.name("pipeline"),
            pipeline_type=codepipeline.PipelineType.V2,
            execution_mode=codepipeline.ExecutionMode.SUPERSEDED,
            artifact_bucket=self.artifacts,
            role=self.role,
            use_pipeline_role_for_actions=True,
            restart_execution_on_update=True,
            triggers=[connection.trigger(from_github)],
        )
        self.pipeline.add_stage(stage_name="Source", actions=[from_github])
        self._pre_deploy()
        self._update()
        for stage in stages:
            self._deliver(stage)
        for statement in orchestrate(
            self.projects, artifacts=self.artifacts, key=self.key, connection=self.connection
        ):
            own_role.add_to_policy(statement)
        self._tell()
        if "@" not in settings.image.base:
            cdk.Annotations.of(self).add_warning_v2(
                f"{settings.project}:base-not-pinned",
                f"image.base {settings.image.base} is a tag: two builds of one commit may differ; "
                f"`make image-base STAGE={settings.stage}` prints the line that pins it",
            )

    def _pre_deploy(self) -> None:
        """Test the source, build the image once, test it, publish it, write every template."""
        settings = self._settings
        repository = existing_repository(self, "Images", settings)
        cache = BuildCache(self, "BuildCache", name=settings.name("build-cache"), key=self.key)
        project = self._project(
            "PreDeploy",
            commands.pre_deploy(self._pipeline.stages),
            minutes=90,
            has_engine=True,
            environment={
                "STAGE": settings.stage,
                "REPOSITORY": repository.repository_name,
                "REPOSITORY_URI": repository.repository_uri,
                "CACHE_URI": cache.repository.repository_uri,
                "SCAN_THRESHOLD": self._pipeline.scan_threshold,
            },
        )
        publish_and_scan(project.role, repository)
        cache.belong_to(project.role)
        self.pipeline.add_stage(
            stage_name="PreDeploy",
            actions=[
                self._action(
                    project, inputs=[self.source], outputs=[self.release], namespace="PreDeploy"
                )
            ],
        )

    def _update(self) -> None:
        """The pipeline changes itself first, as this run's templates say."""
        stage = self._settings
        project = self._project(
            "UpdatePipeline", commands.deploy(stage.stage, stacks=[self.stack_name]), minutes=60
        )
        assume_bootstrap_roles(project.role, [stage])
        self.pipeline.add_stage(stage_name="UpdatePipeline", actions=[self._on_release(project)])

    def _deliver(self, stage: Settings) -> None:
        """Agree, if somebody must; deploy; verify. What does not verify goes back."""
        name = stage.stage.capitalize()
        if stage.stage in self._pipeline.approval_before:
            approval = actions.ManualApprovalAction(
                action_name="Approve",
                additional_information=f"Deploy #{{PreDeploy.{commands.DIGEST}}} to {stage.stage}",
                role=self.role,
            )
            # Apart: a stage that goes back would wait for a person first.
            self.pipeline.add_stage(stage_name=f"Approve{name}", actions=[approval])
        stacks = [stage.name(stack) for stack in OWN_STACKS]
        deploy = self._project(
            f"Deploy{name}", commands.deploy(stage.stage, stacks=stacks), minutes=120
        )
        assume_bootstrap_roles(deploy.role, [stage])
        verify = self._verify(f"Verify{name}", stage)
        self.pipeline.add_stage(
            stage_name=name,
            actions=[self._on_release(deploy, order=1), self._on_release(verify, order=2)],
            on_failure=codepipeline.FailureConditions(result=codepipeline.Result.ROLLBACK),
        )

    def _verify(self, id: str, stage: Settings) -> BuildProject:
        """Look at a stage: as the project itself, in another account as the stage's own role."""
        if not stage.is_elsewhere(self._settings):
            project = self._project(id, commands.verify(stage.stage), minutes=20)
            look(project.role, stage)
            return project
        role = verify_role_arn(stage)
        project = self._project(
            id,
            commands.verify(stage.stage, is_elsewhere=True),
            minutes=20,
            environment={"VERIFY_ROLE": role},
            role_name=self._settings.verifier(stage.stage),
        )
        project.role.add_to_policy(
            iam.PolicyStatement(actions=["sts:AssumeRole"], resources=[role])
        )
        return project

    def _project(
        self,
        id: str,
        build_spec: Commands,
        *,
        minutes: int,
        has_engine: bool = False,
        environment: dict[str, str] | None = None,
        role_name: str | None = None,
    ) -> BuildProject:
        name = self._settings.name(f"pipeline-{id.lower()}")
        project = BuildProject(
            self,
            id,
            name=name,
            commands=build_spec,
            artifacts=self.artifacts,
            key=self.key,
            log_group=log_group(
                self,
                f"{id}Log",
                name=f"/aws/codebuild/{name}",
                key=self.key,
                settings=self._settings.logs,
            ),
            connection=self.connection,
            minutes=minutes,
            has_engine=has_engine,
            environment=environment,
            role_name=role_name,
        )
        self.projects.append(project)
        return project

    def _on_release(self, project: BuildProject, order: int = 1) -> actions.CodeBuildAction:
        return self._action(project, inputs=[self.source, self.release], order=order)

    def _action(
        self,
        project: BuildProject,
        *,
        inputs: Sequence[codepipeline.Artifact],
        outputs: Sequence[codepipeline.Artifact] = (),
        namespace: str | None = None,
        order: int = 1,
    ) -> actions.CodeBuildAction:
        return actions.CodeBuildAction(
            action_name=project.node.id,
            project=project.project,
            input=inputs[0],
            extra_inputs=list(inputs[1:]),
            outputs=list(outputs),
            variables_namespace=namespace,
            role=self.role,
            run_order=order,
        )

    def _tell(self) -> None:
        notifications.CfnNotificationRule(
            self,
            "Notifications",
            name=self._settings.name("pipeline"),
            detail_type="BASIC",
            resource=self.pipeline.pipeline_arn,
            event_type_ids=[_event(one) for one in TOLD],
            targets=[
                notifications.CfnNotificationRule.TargetProperty(
                    target_address=self.format_arn(
                        service="sns", resource=self._settings.name(told(Severity.TICKET))
                    ),
                    target_type="SNS",
                )
            ],
        )


def _event(name: str) -> str:
    """The id of an event: `codepipeline-pipeline-manual-approval-needed`."""
    return f"codepipeline-pipeline-{name}"
