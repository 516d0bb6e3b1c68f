from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

from stacks.settings import STAGES, SettingsError, load, stages

PROBES = '[[probe]]\nname = "health"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STAGES, tmp_path / "stages"))


def failure(folder: Path, stage: str = "prod", digest: str | None = None) -> str:
    with pytest.raises(SettingsError) as raised:
        load(stage, folder, image_digest=digest)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_stage_is_a_file_whose_name_has_no_underscore() -> None:
    assert stages() == ("dev", "local", "prod")


@pytest.mark.parametrize("stage", stages())
def test_every_stage_loads(stage: str) -> None:
    assert load(stage).stage == stage


def test_a_stage_overrides_what_all_share_key_by_key() -> None:
    dev, prod = load("dev"), load("prod")
    assert dev.function.log_level != prod.function.log_level
    assert dev.function.command == prod.function.command == "handler.lambda_handler"


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        load("dev").function.memory_mb = 1  # type: ignore[misc] # that is the point


@pytest.mark.parametrize("stage", ["staging", "_shared", "../prod", ""])
def test_an_unknown_stage_names_the_known_ones(folder: Path, stage: str) -> None:
    assert "known stages: dev, local, prod" in failure(folder, stage)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("maximum_capacity = 16.0", "maximum_capacity = 1.0", "may need 420 connections, and"),
        ("burst = 1000", "burts = 1000", "api.burts: no such key"),
        ("burst = 1000", 'burst = "1000"', "api.burst = '1000'"),
        ("burst = 1000", "burst = true", "api.burst = True"),
        ("burst = 1000", "burst = 0", "api.burst = 0"),
        ("readers = 1", "readers = 16", "database.readers = 16"),
        ("retention_days = 2192", "retention_days = 2000", "none of CloudWatch's: 1, 3, 5"),
        ("https://app", "app", "api.cors_origins.0 = 'app.credmate.example'"),
        ("https://app.credmate.example", "*", "api.cors_origins.0 = '*'"),
        ("minimum_capacity = 1.0", "minimum_capacity = 17.0", "is above maximum_capacity"),
    ],
)
def test_a_slip_in_a_stage_file_is_named(folder: Path, old: str, new: str, words: str) -> None:
    edit(folder / "prod.toml", old, new)
    message = failure(folder)
    assert message.startswith(f"{folder}/prod.toml: ")
    assert words in message


@pytest.mark.parametrize(
    ("section", "line", "words"),
    [
        ("function", "memory_mb = 127", "function.memory_mb = 127"),
        ("function", "memory_mb = 10241", "function.memory_mb = 10241"),
        ("function", "timeout_seconds = 0", "function.timeout_seconds = 0"),
        ("function", "timeout_seconds = 30", "function.timeout_seconds = 30"),
        ("migrations", "timeout_seconds = 901", "migrations.timeout_seconds = 901"),
        ("function", "ephemeral_storage_mb = 511", "function.ephemeral_storage_mb = 511"),
        ("function", "ephemeral_storage_mb = 10241", "function.ephemeral_storage_mb = 10241"),
        ("function", 'architecture = "arm"', "function.architecture = 'arm'"),
        ("function", 'command = "lambda_handler"', "function.command = 'lambda_handler'"),
        ("function", 'command = "handler lambda"', "function.command = 'handler lambda'"),
        ("notifications", 'emails = ["somebody"]', "notifications.emails.0 = 'somebody'"),
        ("secrets", 'probe_email = "probe"', "secrets.probe_email = 'probe'"),
        ("image", 'repository_arn = "credmate"', "image.repository_arn = 'credmate'"),
        ("network", 'availability_zones = ["us-east-1a"]', "at least 2 items"),
        ("network", 'availability_zones = ["eu-west-1a", "eu-west-1b"]', "not in region us-east-1"),
        ("network", 'cidr = "10.20.0.0"', "network.cidr = '10.20.0.0'"),
        ("network", 'vpc_id = "vpc-1"', "subnet_ids"),
        ("network", 'subnet_ids = ["subnet-1"]', "subnet_ids needs vpc_id"),
        ("network", "create = false", "a new database needs a network"),
        ("database", 'secret_name = "database"', "needs database.security_group_id"),
        ("database", 'security_group_id = "sg-1"', "give secret_name"),
        (
            "function",
            "snap_start = true\nprovisioned_concurrency = 2",
            "snap_start excludes provisioned_concurrency",
        ),
        (
            "function",
            "snap_start = true\nephemeral_storage_mb = 513",
            "snap_start needs ephemeral_storage_mb of 512 at most",
        ),
        (
            "function",
            "provisioned_concurrency = 2\nreserved_concurrency = 1",
            "provisioned_concurrency is above reserved_concurrency",
        ),
        ("release", 'shift = "half"', "release.shift = 'half'"),
        ("release", "minimum_invocations = 0", "release.minimum_invocations = 0"),
        ("canary", "period_minutes = 0", "canary.period_minutes = 0"),
    ],
)
def test_a_value_out_of_range_is_named(folder: Path, section: str, line: str, words: str) -> None:
    origins = '[api]\ncors_origins = ["https://new.example"]\n' if section != "api" else ""
    (folder / "new.toml").write_text(f"{origins}[{section}]\n{line}\n")
    message = failure(folder, "new")
    assert message.startswith(f"{folder}/new.toml: ")
    assert words in message


def test_a_slip_in_the_shared_file_names_the_shared_file(folder: Path) -> None:
    edit(folder / "_shared.toml", "memory_mb = 1024", "memory_mb = 64")
    assert failure(folder).startswith(f"{folder}/_shared.toml: function.memory_mb = 64")


def test_a_missing_key_says_where_to_add_it(folder: Path) -> None:
    edit(folder / "_shared.toml", 'region = "us-east-1"\n', "")
    assert failure(folder) == f"{folder}/prod.toml: region: missing; add it"


def test_all_slips_are_told_at_once(folder: Path) -> None:
    edit(folder / "prod.toml", "burst = 1000", "burst = 0")
    edit(folder / "prod.toml", "readers = 1", "readers = -1")
    message = failure(folder)
    assert "api.burst" in message
    assert "database.readers" in message


def test_broken_toml_names_the_line(folder: Path) -> None:
    edit(folder / "prod.toml", "burst = 1000", "burst = ")
    assert "prod.toml: not a TOML file" in failure(folder)
    assert "line" in failure(folder)


def test_a_file_that_is_no_text_is_named(folder: Path) -> None:
    (folder / "prod.toml").write_bytes(b"\xff\xfe")
    assert "prod.toml: cannot be read" in failure(folder)


@pytest.mark.parametrize("line", ['stage = "dev"', 'probes = ["health"]', 'ignore_alarms = "why"'])
def test_what_comes_from_elsewhere_is_not_said_in_a_stage_file(folder: Path, line: str) -> None:
    path = folder / "prod.toml"
    path.write_text(f"{line}\n{path.read_text()}")
    assert "comes from elsewhere; remove it" in failure(folder)


@pytest.mark.parametrize("digest", ["latest", "", "sha256:abc", "sha256:" + "A" * 64])
def test_an_image_is_named_by_its_digest_alone(folder: Path, digest: str) -> None:
    assert failure(folder, digest=digest).startswith("-c image_digest: ")


def test_the_probes_are_those_of_probes_toml(tmp_path: Path) -> None:
    probes = tmp_path / "probes.toml"
    probes.write_text(PROBES + PROBES.replace("health", "login"))
    assert load("dev", probes=probes).probes == ("health", "login")


def test_what_login_needs_is_a_probe(tmp_path: Path) -> None:
    probes = tmp_path / "probes.toml"
    probes.write_text(PROBES)
    with pytest.raises(SettingsError, match=r"login_probes \['login'\] are not in probes.toml"):
        load("dev", probes=probes)


@pytest.mark.parametrize("origins", ["", "cors_origins = []"])
def test_a_stage_without_an_origin_of_the_web_application_is_refused(
    folder: Path, origins: str
) -> None:
    edit(folder / "prod.toml", 'cors_origins = ["https://app.credmate.example"]', origins)
    assert "api.cors_origins" in failure(folder)


def test_a_timeout_that_ends_what_a_probe_waits_for_is_refused(tmp_path: Path) -> None:
    probes = tmp_path / "probes.toml"
    slow = PROBES.replace("health", "login") + "[probe.expect]\nwithin_ms = 16_000\n"
    probes.write_text(PROBES + slow)
    with pytest.raises(SettingsError, match=r"timeout_seconds ends calls that .* gives 16000 ms"):
        load("dev", probes=probes)


def test_a_timeout_that_ends_what_a_right_answer_leads_to_is_refused(tmp_path: Path) -> None:
    probes = tmp_path / "probes.toml"
    probes.write_text(PROBES + "[probe.then.expect]\nwithin_ms = 16_000\n")
    with pytest.raises(SettingsError, match=r"timeout_seconds ends calls that .* gives 16000 ms"):
        load("dev", probes=probes)


def test_a_probe_that_waits_for_no_number_is_refused(tmp_path: Path) -> None:
    probes = tmp_path / "probes.toml"
    probes.write_text(PROBES + '[probe.expect]\nwithin_ms = "soon"\n')
    with pytest.raises(SettingsError, match="within_ms must be a number of ms"):
        load("dev", probes=probes)


@pytest.mark.parametrize("text", ["", "probe = 3\n", "[[probe]]\nmethod = 'GET'\n"])
def test_probes_without_names_are_refused(tmp_path: Path, text: str) -> None:
    probes = tmp_path / "probes.toml"
    probes.write_text(text)
    with pytest.raises(SettingsError, match=r"no \[\[probe\]\] with a name"):
        load("dev", probes=probes)
