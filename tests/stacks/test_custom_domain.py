"""An API may have a name of its own: settings, template, and what asks it then."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from stacks.settings import STAGES, SettingsError, load
from tests.stacks.assembled import DIGEST, Assembled, synthesize

NAME = "api.credmate.example"
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-4000-8000-00000000ce47"
ZONE = 'hosted_zone_id = "Z0A1", hosted_zone_name = "credmate.example"'
WAYS = {
    "certificate": f'name = "{NAME}", certificate_arn = "{CERTIFICATE}"',
    "zone": f'name = "{NAME}", {ZONE}',
    "both": f'name = "{NAME}", certificate_arn = "{CERTIFICATE}", {ZONE}',
}
DOMAIN, RECORD = "AWS::ApiGatewayV2::DomainName", "AWS::Route53::RecordSet"


def stage_files(folder: Path, domain: str) -> Path:
    """The stage `named`, which is dev with a domain."""
    stages = Path(shutil.copytree(STAGES, folder / "stages"))
    dev = (stages / "dev.toml").read_text()
    text = dev.replace("[api]\n", f"[api]\ndomain = {{ {domain} }}\n", 1)
    assert text != dev
    (stages / "named.toml").write_text(text)
    return stages


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Assembled]:
    @cache
    def once(way: str) -> Assembled:
        folder = tmp_path_factory.mktemp(way)
        stages = stage_files(folder, WAYS[way])
        return synthesize(load("named", stages, image_digest=DIGEST), folder / "out")

    return once


@pytest.mark.parametrize("way", WAYS)
def test_the_domain_leads_to_the_api_and_nothing_else_does(
    named: Callable[[str], Assembled], way: str
) -> None:
    stage = named(way)
    api = stage.one("AWS::ApiGatewayV2::Api")
    assert api["DisableExecuteApiEndpoint"] is True
    mapping = stage.one("AWS::ApiGatewayV2::ApiMapping")
    assert stage.target(mapping["ApiId"], mapping.stack).id == api.id
    domain = stage.target(mapping["DomainName"], mapping.stack)
    assert domain["DomainName"] == NAME
    gateway = stage.one("AWS::ApiGatewayV2::Stage")
    assert mapping["Stage"] == gateway["StageName"] == "$default"
    assert gateway.id in mapping.body["DependsOn"]


@pytest.mark.parametrize("way", WAYS)
def test_old_tls_is_refused(named: Callable[[str], Assembled], way: str) -> None:
    (configuration,) = named(way).one(DOMAIN)["DomainNameConfigurations"]
    assert configuration["SecurityPolicy"] == "TLS_1_2"
    assert configuration["EndpointType"] == "REGIONAL"


@pytest.mark.parametrize("way", WAYS)
def test_the_certificate_is_the_existing_one_or_proved_by_the_zone(
    named: Callable[[str], Assembled], way: str
) -> None:
    (configuration,) = named(way).one(DOMAIN)["DomainNameConfigurations"]
    made = named(way).of_type("AWS::CertificateManager::Certificate")
    if way != "zone":
        assert made == []
        assert configuration["CertificateArn"] == CERTIFICATE
        return
    (certificate,) = made
    assert named(way).target(configuration["CertificateArn"], "service").id == certificate.id
    assert certificate["ValidationMethod"] == "DNS"
    (option,) = certificate["DomainValidationOptions"]
    assert option == {"DomainName": NAME, "HostedZoneId": "Z0A1"}


@pytest.mark.parametrize("way", WAYS)
def test_a_zone_of_ours_leads_the_name_there(named: Callable[[str], Assembled], way: str) -> None:
    records = named(way).of_type(RECORD)
    assert len(records) == (0 if way == "certificate" else 1)
    for record in records:
        assert (record["Name"], record["Type"]) == (f"{NAME}.", "A")
        target = record["AliasTarget"]["DNSName"]["Fn::GetAtt"]
        assert target == [named(way).one(DOMAIN).id, "RegionalDomainName"]
    assert "ApiDomainTarget" in named(way).templates["service"]["Outputs"]


def test_canary_and_verify_ask_the_domain(named: Callable[[str], Assembled]) -> None:
    stage = named("zone")
    assert stage.templates["service"]["Outputs"]["ApiUrl"]["Value"] == f"https://{NAME}"
    assert f'"https://{NAME}"' in json.dumps(stage.one("AWS::Synthetics::Canary").body)


@pytest.mark.parametrize("way", WAYS)
def test_the_certificate_is_watched_until_it_expires(
    named: Callable[[str], Assembled], way: str
) -> None:
    stage = named(way)
    name = stage.settings.name("certificate-expiry")
    alarm = stage.one("AWS::CloudWatch::Alarm", AlarmName=name)
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/CertificateManager", "DaysToExpiry")
    assert alarm["ComparisonOperator"] == "LessThanOrEqualToThreshold"
    ((dimension, value),) = [(d["Name"], d["Value"]) for d in alarm["Dimensions"]]
    assert dimension == "CertificateArn"
    of_domain = stage.one(DOMAIN)["DomainNameConfigurations"][0]["CertificateArn"]
    if isinstance(of_domain, str):
        assert value == of_domain
    else:
        served = stage.target(of_domain, "service")
        assert stage.target(value, alarm.stack).id == served.id


def test_without_a_domain_the_default_name_answers(in_aws: Assembled) -> None:
    assert in_aws.of_type(DOMAIN) == []
    assert not in_aws.one("AWS::ApiGatewayV2::Api").properties.get("DisableExecuteApiEndpoint")


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        (f'name = "{NAME}"', "needs certificate_arn, or hosted_zone_id"),
        (f'name = "{NAME}", hosted_zone_id = "Z0A1"', "belong together"),
        (f'name = "api.example.org", {ZONE}', "is not in the hosted zone credmate.example"),
        ('name = "API"', "api.domain.name = 'API'"),
        (
            f'name = "{NAME}", certificate_arn = "{CERTIFICATE.replace("us-east-1", "eu-west-1")}"',
            "is not in region us-east-1",
        ),
    ],
)
def test_what_cannot_become_a_domain_is_one_line(tmp_path: Path, domain: str, words: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load("named", stage_files(tmp_path, domain))
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)
