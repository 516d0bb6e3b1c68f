"""What holds data, or what people were told, is the same resource in every release.

CloudFormation knows a resource by its logical id, which the CDK makes of a construct's place: a
construct that is renamed or moved is another resource, and the one before is given up.
"""

from __future__ import annotations

import pytest

from tests.stacks.assembled import Assembled

# Stack, resource, logical id, and what another one would cost.
STAYS = (
    ("data", "AWS::KMS::Key", "Key961B73FD", "another key is another database"),
    ("data", "AWS::KMS::Key", "NotificationsKeyADCFA950", "messages under way"),
    ("data", "AWS::EC2::VPC", "NetworkVpc7FB7348F", "another network is another database"),
    ("data", "AWS::RDS::DBSubnetGroup", "DatabaseClusterSubnets5540150D", "another database"),
    ("data", "AWS::RDS::DBCluster", "DatabaseCluster5B53A178", "every record"),
    ("data", "AWS::RDS::DBInstance", "DatabaseClusterWriterD43085C6", "minutes without database"),
    ("data", "AWS::SecretsManager::Secret", "JwtSigningKey15CA95A1", "everybody is logged out"),
    ("data", "AWS::SecretsManager::Secret", "ProbeUser0D0EC303", "probes fail until migrations"),
    ("data", "AWS::S3::Bucket", "AuditRecords096AC1ED", "the records begin anew"),
    ("data", "AWS::SNS::Topic", "Notificationspage5FB47847", "people must subscribe again"),
    ("data", "AWS::SNS::Topic", "Notificationsticket49AE2824", "people must subscribe again"),
    ("service", "AWS::ApiGatewayV2::Api", "ApiCD79AAA0", "another URL"),
    ("service", "AWS::Lambda::Function", "BackendFunctionB80944B4", "every version to go back to"),
    ("service", "AWS::Lambda::Alias", "Live848578DF", "the version that has the traffic"),
)


@pytest.mark.parametrize(("stack", "kind", "logical_id", "cost"), STAYS)
def test_it_is_the_same_resource(
    in_aws: Assembled, stack: str, kind: str, logical_id: str, cost: str
) -> None:
    assert logical_id in [one.id for one in in_aws.of_type(kind, stack=stack)], cost


def test_the_images_stay(prod: Assembled) -> None:
    assert prod.one("AWS::ECR::Repository", stack="data").id == "Images2D38C313"
