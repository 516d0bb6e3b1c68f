"""Where the source comes from: a connection to GitHub, and which pushes start a run."""

from __future__ import annotations

from aws_cdk import aws_codeconnections as codeconnections
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.settings import Settings
from stacks.stage import Pipeline


class SourceConnection(Construct):
    """The connection, an existing one or a new one, which waits for its handshake once."""

    def __init__(
        self, scope: Construct, id: str, *, settings: Settings, pipeline: Pipeline
    ) -> None:
        super().__init__(scope, id)
        self._pipeline = pipeline
        self.arn = (
            pipeline.connection_arn
            or codeconnections.CfnConnection(
                self, "GitHub", connection_name=settings.name("github"), provider_type="GitHub"
            ).attr_connection_arn
        )

    def action(
        self, output: codepipeline.Artifact, *, role: iam.IRole
    ) -> actions.CodeStarConnectionsSourceAction:
        """Fetch a commit with its history: the build asks git what is tracked."""
        owner, repository = self._pipeline.repository.split("/")
        return actions.CodeStarConnectionsSourceAction(
            action_name="GitHub",
            connection_arn=self.arn,
            owner=owner,
            repo=repository,
            branch=self._pipeline.branch,
            code_build_clone_output=True,
            trigger_on_push=False,  # the trigger below says which pushes
            output=output,
            role=role,
        )

    def trigger(self, source: codepipeline.IAction) -> codepipeline.TriggerProps:
        """Start a run for a push to the branch that changes something that is shipped."""
        pipeline = self._pipeline
        return codepipeline.TriggerProps(
            provider_type=codepipeline.ProviderType.CODE_STAR_SOURCE_CONNECTION,
            git_configuration=codepipeline.GitConfiguration(
                source_action=source,
                push_filter=[
                    codepipeline.GitPushFilter(
                        branches_includes=[pipeline.branch],
                        file_paths_includes=list(pipeline.paths),
                        file_paths_excludes=list(pipeline.ignored_paths) or None,
                    )
                ],
            ),
        )
