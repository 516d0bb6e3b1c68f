"""What an image or a template says that Lambda does not heed, or refuses."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from gate.report import Finding
from gate.rie.image import Image
from gate.rie.reasons.scene import EXTENSIONS, Scene
from gate.rie.reasons.starts import extensions, in_shell_form, is_runtime_client
from gate.rie.template import Declared

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, "Reserved"
OF_THE_BASE = {"LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"}  # AWS's own images say these
RESERVED = OF_THE_BASE | {
    *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"),
    *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
    *("AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE"),
    *("AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API"),
    *("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
}


def refused(declared: Declared | None) -> Iterator[Finding]:
    """Yield what a template says for which Lambda refuses the function."""
    names = {*declared.environment, *declared.unknown} if declared else set()
    if wrong := sorted(names & RESERVED):
        yield Finding(
            "smoke.reserved-variable",
            f"{declared and declared.where} sets {', '.join(wrong)}: Lambda sets that itself, and "
            "takes no function that does",
            fix="give the variable another name, or take it out",
        )


def nowhere(declared: Declared | None, scene: Scene) -> Iterator[Finding]:
    """Yield that a template lets an image start in a folder that is not there.

    An engine makes such a folder, and Lambda does not.
    """
    if declared and declared.working_directory and scene.code.at(scene.starts_in) is None:
        yield Finding(
            "smoke.image-working-directory",
            f"{declared.where} starts it in {scene.starts_in}, which the image has not: "
            "Runtime.InvalidWorkingDir",
            fix="correct ImageConfig.WorkingDirectory, or make the folder in the Dockerfile",
        )


def notes(image: Image, scene: Scene) -> Iterator[str]:
    """Yield what somebody may think that it counts, and what is judged in its place."""
    if wrong := sorted(image.variables.keys() & RESERVED - OF_THE_BASE):
        yield (
            f"Lambda sets {', '.join(wrong)} itself: what the image says of it (ENV) is not heeded"
        )
    if image.command and image.command != scene.command:
        yield f"not run: the image's own command (CMD), {' '.join(image.command)}"
    if in_shell_form(scene.entry_point) and scene.command:
        command = " ".join(scene.command)
        yield (
            f"ENTRYPOINT is in shell form: it is never given the command {command}; what it starts "
            "by itself was judged"
        )
    names = ", ".join(sorted(map(posixpath.basename, extensions(scene))))
    started = (*scene.entry_point, *scene.command)
    if names and not is_runtime_client(started):
        yield (
            f"{' '.join(started)} is no runtime client that is known here: {names} (in "
            f"{EXTENSIONS}) asks Lambda for requests, and the answers that it gives were judged"
        )
