"""What CodeBuild runs, as buildspecs: the commands that a person types, in their order.

Everything stands in the phase `build` or before it: CodeBuild runs `post_build` even after a
failure. In a project the commands find `STAGE`, `REPOSITORY`, `REPOSITORY_URI`,
`CACHE_URI` and `SCAN_THRESHOLD`, or `VERIFY_ROLE`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

ASSEMBLIES, REPORTS = "build/assemblies", "build/reports"
DIGEST = "IMAGE_DIGEST"  # exported: what was tested is what is deployed
RELEASE = "CODEBUILD_SRC_DIR_Release"  # where CodeBuild unpacks what PreDeploy made

# Of Debian, beside what the build image has.
PACKAGES = "docker.io iptables iproute2 python3-venv awscli"
ENGINE = (
    "apt-get update --quiet",
    f"apt-get install --yes --quiet --no-install-recommends {PACKAGES}",
    "nohup dockerd --storage-driver=overlay2 > /var/log/dockerd.log 2>&1 &",
    "timeout 60 sh -c 'until docker info > /dev/null 2>&1; do sleep 1; done'",
)
SETUP = ("make setup",)
SOURCE = (
    f"mkdir -p {REPORTS}/tests {REPORTS}/gate",
    "make check",
    f'make test ARGS="--junit-xml {REPORTS}/tests/tests.xml"',
    *(
        f".venv/bin/gate {check} --format junit --output {REPORTS}/gate/{check}.xml"
        for check in ("parity", "models", "names", "handler")
    ),
)
# A tag is never used twice: a second run of one commit is another image.
NAMED = (
    'export IMAGE_TAG="$CODEBUILD_RESOLVED_SOURCE_VERSION-$CODEBUILD_BUILD_NUMBER"',
    'export IMAGE="$REPOSITORY_URI:$IMAGE_TAG"',
)
LOGGED_IN = tuple(
    "aws ecr get-login-password | "
    f'docker login --username AWS --password-stdin "${{{registry}%%/*}}"'
    for registry in ("REPOSITORY_URI", "CACHE_URI")
)
IMAGE = (
    'make image STAGE="$STAGE" TAG="$IMAGE" CACHE="$CACHE_URI"',
    f'.venv/bin/gate smoke --image "$IMAGE" --format junit --output {REPORTS}/gate/smoke.xml',
)
PUSHED = (
    'docker push --quiet "$IMAGE"',
    # Not `export X=$(…)`: that succeeds whatever the command does.
    f'{DIGEST}=$(aws ecr describe-images --repository-name "$REPOSITORY" --image-ids '
    "\"imageTag=$IMAGE_TAG\" --query 'imageDetails[0].imageDigest' --output text) && "
    f"export {DIGEST}",
)
SCANNED = (
    f'.venv/bin/gate scan --repository "$REPOSITORY" --digest "${DIGEST}" '
    f'--threshold "$SCAN_THRESHOLD" --format junit --output {REPORTS}/gate/scan.xml',
)

PROVEN = (
    f'make provenance STAGE="$STAGE" IMAGE="$REPOSITORY_URI@${DIGEST}"',
    f'make attach-provenance IMAGE="$REPOSITORY_URI@${DIGEST}"',
)
# Last: nothing is kept of an image that was refused.
KEPT = ('make image-cache CACHE="$CACHE_URI"',)


def synth(stage: str) -> str:
    """Write the templates of a stage, with the digest, into a folder of its own."""
    return (
        f'make synth STAGE={stage} ARGS="-c image_digest=${DIGEST} --output {ASSEMBLIES}/{stage}"'
    )


def smoke(stage: str) -> str:
    """Ask the image as the stage's template runs it: its variables, memory, timeout, API."""
    return (
        f'.venv/bin/gate smoke --image "$IMAGE" --template {ASSEMBLIES}/{stage} '
        "--environment local.in_stage:environment "
        f"--format junit --output {REPORTS}/gate/smoke-{stage}.xml"
    )


def pre_deploy(stages: Sequence[str]) -> Mapping[str, Any]:
    """Everything that is done once, before any stage is touched."""
    synthesized = tuple(step(stage) for step in (synth, smoke) for stage in stages)
    return {
        "version": "0.2",
        "env": {"shell": "bash", "exported-variables": [DIGEST, "IMAGE_TAG"]},
        "phases": {
            "install": _phase((*ENGINE, *SETUP)),
            "pre_build": _phase(SOURCE),
            "build": _phase(
                (*NAMED, *LOGGED_IN, *IMAGE, *PUSHED, *SCANNED, *PROVEN, *KEPT, *synthesized)
            ),
        },
        # A name is short for the group <project>-<name>.
        "reports": {
            name: {"base-directory": f"{REPORTS}/{name}", "files": ["*.xml"]}
            for name in ("tests", "gate")
        },
        "artifacts": {"files": [f"{ASSEMBLIES}/**/*", f"{REPORTS}/**/*"]},
    }


def deploy(stage: str, *, stacks: Sequence[str]) -> Mapping[str, Any]:
    """Deploy what PreDeploy synthesized; nothing is built again."""
    return _on_assembly(
        f'make deploy STAGE={stage} APP="${RELEASE}/{ASSEMBLIES}/{stage}" '
        f'ARGS="--exclusively --require-approval never" STACKS="{" ".join(stacks)}"'
    )


def verify(stage: str, *, is_elsewhere: bool = False) -> Mapping[str, Any]:
    """Hold what is deployed against what PreDeploy synthesized; elsewhere as `VERIFY_ROLE`."""
    role = ' --role-arn "$VERIFY_ROLE"' if is_elsewhere else ""
    return _on_assembly(
        f'.venv/bin/gate verify --stage {stage} --assembly "${RELEASE}/{ASSEMBLIES}/{stage}"{role}'
    )


def _on_assembly(command: str) -> Mapping[str, Any]:
    return {
        "version": "0.2",
        "env": {"shell": "bash"},
        "phases": {"install": _phase(SETUP), "build": _phase((command,))},
    }


def _phase(commands: Sequence[str]) -> Mapping[str, Any]:
    return {"on-failure": "ABORT", "commands": list(commands)}
