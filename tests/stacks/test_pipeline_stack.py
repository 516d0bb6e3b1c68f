"""The pipeline: what it promises of its order, of the digest, and of its rights."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from stacks.settings import SettingsError, deliveries, load
from tests.stacks.assembled import DIGEST, Assembled, Resource, synthesize

STAGES = Path(__file__).parents[2] / "stages"


def pipeline(prod: Assembled) -> Resource:
    return prod.one("AWS::CodePipeline::Pipeline")


def stages(prod: Assembled) -> dict[str, Mapping[str, Any]]:
    return {stage["Name"]: stage for stage in pipeline(prod)["Stages"]}


def projects(prod: Assembled) -> dict[str, Resource]:
    """By what the name ends with: predeploy, deploydev …"""
    found = prod.of_type("AWS::CodeBuild::Project", stack="pipeline")
    return {project["Name"].rpartition("-")[2]: project for project in found}


def commands(project: Resource) -> list[str]:
    phases = yaml.safe_load(project["Source"]["BuildSpec"])["phases"]
    return [command for phase in phases.values() for command in phase["commands"]]


def statements(prod: Assembled, role: str) -> list[Mapping[str, Any]]:
    """What a project's role is allowed."""
    policies = prod.of_type("AWS::IAM::Policy", stack="pipeline")
    (policy,) = (p for p in policies if p.id.startswith(f"{role}Role"))
    found: list[Mapping[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found


def test_it_tests_then_changes_itself_then_delivers_stage_by_stage(prod: Assembled) -> None:
    assert list(stages(prod)) == [
        *("Source", "PreDeploy", "UpdatePipeline", "Dev", "ApproveProd", "Prod"),
    ]


def test_somebody_agrees_before_production(prod: Assembled) -> None:
    (action,) = stages(prod)["ApproveProd"]["Actions"]
    assert action["ActionTypeId"]["Provider"] == "Manual"
    assert "#{PreDeploy.IMAGE_DIGEST}" in action["Configuration"]["CustomData"]


@pytest.mark.parametrize("name", ["Dev", "Prod"])
def test_a_stage_that_does_not_verify_goes_back(name: str, prod: Assembled) -> None:
    stage = stages(prod)[name]
    assert stage["OnFailure"] == {"Result": "ROLLBACK"}
    order = {action["Name"]: action["RunOrder"] for action in stage["Actions"]}
    assert order == {f"Deploy{name}": 1, f"Verify{name}": 2}


def test_a_push_of_what_is_shipped_starts_it_and_supersedes_what_waits(prod: Assembled) -> None:
    (trigger,) = pipeline(prod)["Triggers"]
    (push,) = trigger["GitConfiguration"]["Push"]
    assert push["Branches"]["Includes"] == ["main"]
    assert push["FilePaths"]["Excludes"] == ["docs/**", "*.md"]
    assert pipeline(prod)["ExecutionMode"] == "SUPERSEDED"
    (source,) = stages(prod)["Source"]["Actions"]
    assert source["Configuration"]["DetectChanges"] is False  # else every push would start it


def test_the_image_is_built_once_and_its_digest_is_in_every_template(prod: Assembled) -> None:
    everything = {name: commands(project) for name, project in projects(prod).items()}
    assert [n for n, said in everything.items() if any("make image" in c for c in said)] == [
        "predeploy"
    ]
    synths = [c for said in everything.values() for c in said if c.startswith("make synth")]
    assert len(synths) == len(prod.settings.pipeline.stages if prod.settings.pipeline else ())
    assert all("-c image_digest=$IMAGE_DIGEST" in c for c in synths)
    spec = yaml.safe_load(projects(prod)["predeploy"]["Source"]["BuildSpec"])
    assert "IMAGE_DIGEST" in spec["env"]["exported-variables"]


def test_what_is_deployed_and_verified_is_what_predeploy_wrote(prod: Assembled) -> None:
    for stage in ("dev", "prod"):
        assembly = f'"$CODEBUILD_SRC_DIR_Release/build/assemblies/{stage}"'
        (*_, deploy) = commands(projects(prod)[f"deploy{stage}"])
        assert deploy.startswith(f"make deploy STAGE={stage} APP={assembly} ")
        (*_, verify) = commands(projects(prod)[f"verify{stage}"])
        assert verify == f".venv/bin/gate verify --stage {stage} --assembly {assembly}"


def test_the_order_of_predeploy_lets_nothing_out_that_was_not_tested(prod: Assembled) -> None:
    said = commands(projects(prod)["predeploy"])
    order = ("make check", "make test", ".venv/bin/gate parity", ".venv/bin/gate models",
             "aws ecr get-login-password", "make image", ".venv/bin/gate smoke --image",
             "docker push", "IMAGE_DIGEST=", ".venv/bin/gate scan", "make provenance",
             "make attach-provenance", "make image-cache",
             "make synth STAGE=dev", "make synth STAGE=prod")  # fmt: skip
    places = [next(i for i, c in enumerate(said) if c.startswith(start)) for start in order]
    assert places == sorted(places)


def test_no_command_hides_a_failure(prod: Assembled) -> None:
    for project in projects(prod).values():
        spec = yaml.safe_load(project["Source"]["BuildSpec"])
        assert "post_build" not in spec["phases"]  # which runs after a failure too
        assert all(phase["on-failure"] == "ABORT" for phase in spec["phases"].values())
        for command in commands(project):
            assert not re.search(r"\|\| true|\|\| :|; true|export \w+=\$\(", command), command


def test_a_deploying_build_may_assume_the_bootstrap_roles_and_nothing_else(
    prod: Assembled,
) -> None:
    for role in ("DeployDev", "DeployProd", "UpdatePipeline"):
        (assume,) = (s for s in statements(prod, role) if s["Action"] == "sts:AssumeRole")
        text = json.dumps(assume["Resource"])
        assert re.findall(r"role/cdk-hnb659fds-([a-z-]+)-role-", text) == [
            *("deploy", "file-publishing", "lookup"),
        ]
        assert "*" not in text


def test_only_predeploy_may_push_where_deployments_look_and_into_the_cache(
    prod: Assembled,
) -> None:
    for role in ("DeployDev", "VerifyDev", "DeployProd", "VerifyProd", "UpdatePipeline"):
        assert "ecr:PutImage" not in json.dumps(statements(prod, role))
    pushes = [s for s in statements(prod, "PreDeploy") if "ecr:PutImage" in s["Action"]]
    names = [prod.target(s["Resource"], "pipeline")["RepositoryName"] for s in pushes]
    assert names == ["credmate-prod-backend", "credmate-prod-build-cache"]


def test_nobody_but_predeploy_writes_into_the_cache_whatever_lets_them(prod: Assembled) -> None:
    cache = prod.one("AWS::ECR::Repository", stack="pipeline")
    (statement,) = cache["RepositoryPolicyText"]["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", {"AWS": "*"})
    assert {"ecr:PutImage", "ecr:UploadLayerPart"} <= set(statement["Action"])
    (role,) = statement["Condition"]["ArnNotEquals"].values()
    assert prod.target(role, "pipeline").id.startswith("PreDeployRole")


def test_the_cache_is_encrypted_and_forgets(prod: Assembled) -> None:
    cache = prod.one("AWS::ECR::Repository", stack="pipeline")
    assert cache["EncryptionConfiguration"]["EncryptionType"] == "KMS"
    assert cache["ImageTagMutability"] == "MUTABLE"
    rules = json.loads(cache["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]
    kept = {rule["selection"]["tagStatus"]: rule["selection"]["countNumber"] for rule in rules}
    assert kept == {"untagged": 1, "any": 30}
    assert cache.body["DeletionPolicy"] == "Delete"


def test_only_what_builds_images_is_privileged(prod: Assembled) -> None:
    privileged = {n for n, p in projects(prod).items() if p["Environment"].get("PrivilegedMode")}
    assert privileged == {"predeploy"}


def test_no_role_is_an_administrator(prod: Assembled) -> None:
    roles = list(prod.of_type("AWS::IAM::Role", stack="pipeline"))
    assert roles
    assert not any(role.properties.get("ManagedPolicyArns") for role in roles)


def test_its_artifacts_are_private_and_encrypted(prod: Assembled) -> None:
    bucket = prod.one("AWS::S3::Bucket", stack="pipeline")
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert all(bucket["PublicAccessBlockConfiguration"].values())


def test_people_hear_that_somebody_must_agree(prod: Assembled) -> None:
    rule = prod.one("AWS::CodeStarNotifications::NotificationRule")
    assert "codepipeline-pipeline-manual-approval-needed" in rule["EventTypeIds"]


def test_it_imports_nothing_and_is_deployed_after_what_it_names(prod: Assembled) -> None:
    """What deploys itself alone cannot wait for an export of another stack."""
    assert "Fn::ImportValue" not in json.dumps(prod.templates["pipeline"])
    manifest = json.loads((prod.folder / "manifest.json").read_text())
    assert "credmate-prod-data" in manifest["artifacts"]["credmate-prod-pipeline"]["dependencies"]


def test_what_it_knows_by_name_is_there_under_that_name(prod: Assembled) -> None:
    project = projects(prod)["predeploy"]
    given = {v["Name"]: v["Value"] for v in project["Environment"]["EnvironmentVariables"]}
    assert prod.one("AWS::ECR::Repository", RepositoryName=given["REPOSITORY"], stack="data")
    rule = prod.one("AWS::CodeStarNotifications::NotificationRule")
    (target,) = rule["Targets"]
    assert (
        prod.target(target["TargetAddress"], "pipeline")["TopicName"] == "credmate-prod-ticket-raw"
    )


def warnings(base: str, folder: Path) -> list[str]:
    """What the CDK warns of in the pipeline's stack where the image stands on a base."""
    settings = load("prod", image_digest=DIGEST)
    image = settings.image.model_copy(update={"base": base})
    synthesize(settings.model_copy(update={"image": image}), folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    artifact = manifest["artifacts"]["credmate-prod-pipeline"]
    texts = json.dumps(artifact.get("metadata", {}))
    if file := artifact.get("additionalMetadataFile"):
        texts += (folder / file).read_text()
    return re.findall(r"aws:cdk:warning\W+data\W+([^\"]+)", texts)


def test_a_base_by_its_tag_is_warned_of_by_who_builds_on_it(tmp_path: Path) -> None:
    (warning,) = warnings("public.ecr.aws/lambda/python:3.13", tmp_path)
    assert "is a tag" in warning
    assert "make image-base STAGE=prod" in warning


def test_a_base_by_its_digest_is_not(tmp_path: Path) -> None:
    assert warnings(f"public.ecr.aws/lambda/python:3.13@{DIGEST}", tmp_path) == []


def test_a_stage_without_the_section_has_none(assembled: Callable[[str], Assembled]) -> None:
    for stage in ("dev", "local"):
        assert "pipeline" not in assembled(stage).templates
        assert deliveries(assembled(stage).settings) == ()


def stage_files(folder: Path, dev: str) -> Path:
    """The stages as they are, but for dev's image."""
    for file in STAGES.glob("*.toml"):
        (folder / file.name).write_text(file.read_text())
    text = (STAGES / "dev.toml").read_text()
    assert 'repository_name = "credmate-prod-backend"' in text
    (folder / "dev.toml").write_text(text.replace('repository_name = "credmate-prod-backend"', dev))
    return folder


def test_a_stage_that_takes_its_images_elsewhere_is_refused(tmp_path: Path) -> None:
    folder = stage_files(tmp_path, "")
    with pytest.raises(SettingsError, match=r"dev.toml: image: takes its images from "):
        deliveries(load("prod", folder), folder)


def test_one_repository_in_another_account_is_the_same_one(tmp_path: Path) -> None:
    arn = "arn:aws:ecr:us-east-1:111111111111:repository/credmate-prod-backend"
    folder = stage_files(tmp_path, f'repository_arn = "{arn}"')
    assert [stage.stage for stage in deliveries(load("prod", folder), folder)] == ["dev", "prod"]
