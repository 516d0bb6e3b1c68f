from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lambda_src.canary import canary
from stacks.components.canary_package import package
from stacks.components.canary_runtimes import ends, near_its_end
from stacks.components.uptime_canary import RUNTIME
from stacks.stage_files import read
from stacks.stage_probes import PROBES, slowest_probe_ms
from tests.stacks.assembled import Assembled


def test_prod_is_asked_every_minute(prod: Assembled) -> None:
    assert prod.settings.canary.period_minutes == 1


def test_the_canary_runs_on_the_newest_runtime(in_aws: Assembled) -> None:
    canary = in_aws.one("AWS::Synthetics::Canary")
    assert canary["RuntimeVersion"] == "syn-python-selenium-14.0"
    assert canary["Code"]["Handler"] == "canary.handler"
    assert canary["StartCanaryAfterCreation"] is True
    assert canary["ProvisionedResourceCleanup"] == "AUTOMATIC"


def test_a_run_of_the_canary_ends_before_the_next(in_aws: Assembled) -> None:
    assert in_aws.one("AWS::Synthetics::Canary")["RunConfig"]["TimeoutInSeconds"] < 60


def test_a_run_in_which_nothing_answers_can_still_say_so(in_aws: Assembled) -> None:
    call = canary.AWS_ATTEMPTS * (canary.AWS_CONNECT_SECONDS + canary.AWS_READ_SECONDS)
    asks = 2 * canary.PROBE_TIMEOUT_SECONDS + canary.PAUSE_SECONDS
    limit = in_aws.one("AWS::Synthetics::Canary")["RunConfig"]["TimeoutInSeconds"]
    # The secret, the probes at once and again, the metrics; then the limit of its own.
    assert call + asks + call < canary.RUN_SECONDS < limit


def test_a_probe_is_waited_for_longer_than_it_may_take() -> None:
    allowed = [probe["expect"].get("within_ms", 0) for probe in read(PROBES)["probe"]]
    assert max(allowed) < 1000 * canary.PROBE_TIMEOUT_SECONDS
    # And what a right answer leads to.
    assert max(allowed) <= slowest_probe_ms() < 1000 * canary.PROBE_TIMEOUT_SECONDS


def test_the_runtime_is_not_near_its_end() -> None:
    assert near_its_end(RUNTIME.name, datetime.now(UTC).date()) is None


@pytest.mark.parametrize("runtime", ["syn-python-selenium-5.1", "syn-python-selenium-14.0"])
def test_a_runtime_near_its_end_is_named_with_its_date(runtime: str) -> None:
    end = ends(runtime)
    said = near_its_end(runtime, end - timedelta(days=60))
    assert said
    assert str(end) in said
    assert near_its_end(runtime, end - timedelta(days=61)) is None


def test_the_canary_is_outside_the_network_unless_the_stage_says_otherwise(
    in_aws: Assembled,
) -> None:
    assert "VPCConfig" not in in_aws.one("AWS::Synthetics::Canary").properties


def test_the_canary_is_told_the_url_and_where_the_secret_is(in_aws: Assembled) -> None:
    variables = in_aws.one("AWS::Synthetics::Canary")["RunConfig"]["EnvironmentVariables"]
    secret = in_aws.target(variables.pop("PROBE_SECRET_ARN"), "monitoring")
    assert secret["GenerateSecretString"]["GenerateStringKey"] == "password"
    assert variables.pop("STAGE") == in_aws.settings.stage
    assert "Fn::ImportValue" in variables.pop("PROBE_URL")
    assert variables == {}


def test_the_canary_reports_into_its_own_namespaces_alone(in_aws: Assembled) -> None:
    role = in_aws.one("AWS::Synthetics::Canary")["ExecutionRoleArn"]["Fn::GetAtt"][0]
    (policy,) = [p for p in in_aws.of_type("AWS::IAM::Policy") if p["Roles"] == [{"Ref": role}]]
    statements = policy["PolicyDocument"]["Statement"]
    (put,) = [s for s in statements if s["Action"] == "cloudwatch:PutMetricData"]
    namespaces = put["Condition"]["StringEquals"]["cloudwatch:namespace"]
    assert namespaces == ["CloudWatchSynthetics", "CredMate/Probes"]


def test_what_the_canary_keeps_is_private_encrypted_and_ends(in_aws: Assembled) -> None:
    bucket = in_aws.one("AWS::S3::Bucket", stack="monitoring")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    days = in_aws.settings.canary.artifact_days
    assert bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == days
    statements = in_aws.one("AWS::S3::BucketPolicy", stack="monitoring")["PolicyDocument"][
        "Statement"
    ]
    denied = [s["Condition"] for s in statements if s["Effect"] == "Deny"]
    assert {"Bool": {"aws:SecureTransport": "false"}} in denied


def test_the_package_has_the_layout_that_synthetics_demands(in_aws: Assembled) -> None:
    assets = json.loads(
        (in_aws.folder / f"{in_aws.settings.name('monitoring')}.assets.json").read_text()
    )
    key = in_aws.one("AWS::Synthetics::Canary")["Code"]["S3Key"]
    (source,) = [f["source"] for name, f in assets["files"].items() if f"{name}.zip" == key]
    assert source["packaging"] == "zip"
    folder = in_aws.folder / source["path"]
    found = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert {"python/canary.py", "python/probes.toml", "python/probes/__init__.py"} <= found
    assert all(name.startswith("python/") for name in found)
    assert not [name for name in found if name.endswith(".pyc")]


def test_the_package_holds_nothing_of_an_earlier_one(tmp_path: Path) -> None:
    (tmp_path / "package" / "python").mkdir(parents=True)
    (tmp_path / "package" / "python" / "old.py").write_text("")
    folder = package(tmp_path / "package")
    assert not (folder / "python" / "old.py").exists()


def test_the_package_is_the_same_each_time(tmp_path: Path) -> None:
    first, second = (package(tmp_path / name) for name in ("first", "second"))
    assert contents(first) == contents(second)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }
