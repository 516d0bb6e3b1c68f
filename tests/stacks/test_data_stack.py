from __future__ import annotations

import json
from collections.abc import Callable

from tests.stacks.assembled import Assembled

CLUSTER = "AWS::RDS::DBCluster"


def test_the_database_is_encrypted_backed_up_and_not_deletable(in_aws: Assembled) -> None:
    cluster = in_aws.one(CLUSTER)
    assert cluster["StorageEncrypted"] is True
    assert in_aws.target(cluster["KmsKeyId"], "data").body["Type"] == "AWS::KMS::Key"
    assert cluster["BackupRetentionPeriod"] == in_aws.settings.database.backup_days
    assert cluster["DeletionProtection"] is True
    assert cluster["CopyTagsToSnapshot"] is True


def test_the_database_takes_encrypted_connections_alone(in_aws: Assembled) -> None:
    group = in_aws.target(in_aws.one(CLUSTER)["DBClusterParameterGroupName"], "data")
    assert group["Parameters"]["rds.force_ssl"] == "1"


def test_the_database_can_be_entered_by_iam(in_aws: Assembled) -> None:
    assert in_aws.one(CLUSTER)["EnableIAMDatabaseAuthentication"] is True


def test_the_database_is_serverless_within_the_stages_bounds(in_aws: Assembled) -> None:
    settings = in_aws.settings.database
    assert in_aws.one(CLUSTER)["ServerlessV2ScalingConfiguration"] == {
        "MinCapacity": settings.minimum_capacity,
        "MaxCapacity": settings.maximum_capacity,
    }
    instances = in_aws.of_type("AWS::RDS::DBInstance")
    assert len(instances) == 1 + settings.readers
    for instance in instances:
        assert instance["DBInstanceClass"] == "db.serverless"
        assert instance["PubliclyAccessible"] is False


def test_prod_survives_the_loss_of_a_zone(prod: Assembled) -> None:
    writer, reader = prod.of_type("AWS::RDS::DBInstance")
    assert {writer["PromotionTier"], reader["PromotionTier"]} == {0, 1}


def test_only_the_functions_reach_the_database(in_aws: Assembled) -> None:
    cluster = in_aws.one(CLUSTER)
    (group,) = [in_aws.target(g, "data") for g in cluster["VpcSecurityGroupIds"]]
    assert "SecurityGroupIngress" not in group.properties
    rules = [
        rule
        for rule in in_aws.of_type("AWS::EC2::SecurityGroupIngress")
        if in_aws.target(rule["GroupId"], "data").id == group.id
    ]
    assert [(rule["FromPort"], rule["ToPort"]) for rule in rules] == [(5432, 5432)]
    client = in_aws.target(rules[0]["SourceSecurityGroupId"], "data")
    for function in in_aws.image_functions():
        groups = function["VpcConfig"]["SecurityGroupIds"]
        assert [in_aws.target(g, "service").id for g in groups] == [client.id]


def test_nothing_is_open_to_the_world(in_aws: Assembled) -> None:
    text = json.dumps(in_aws.templates["data"])
    assert "0.0.0.0/0" not in text
    assert "::/0" not in text


def test_the_function_reaches_secrets_manager_without_the_internet(in_aws: Assembled) -> None:
    endpoint = in_aws.one("AWS::EC2::VPCEndpoint", VpcEndpointType="Interface")
    assert endpoint["ServiceName"].endswith(".secretsmanager")
    assert endpoint["PrivateDnsEnabled"] is True


def test_flows_are_recorded(in_aws: Assembled) -> None:
    flow_log = in_aws.one("AWS::EC2::FlowLog", TrafficType="ALL")
    assert in_aws.target(flow_log["LogGroupName"], "data").body["Type"] == "AWS::Logs::LogGroup"


def test_the_databases_own_log_is_there_before_it(in_aws: Assembled) -> None:
    cluster = in_aws.one(CLUSTER)
    group = in_aws.one(
        "AWS::Logs::LogGroup",
        LogGroupName=f"/aws/rds/cluster/{cluster['DBClusterIdentifier']}/postgresql",
    )
    assert cluster["EnableCloudwatchLogsExports"] == ["postgresql"]
    assert group.id in cluster.body["DependsOn"]


def test_secrets_hold_the_members_that_their_readers_want(any_stage: Assembled) -> None:
    settings = any_stage.settings
    jwt = any_stage.one(
        "AWS::SecretsManager::Secret", Name=f"{settings.project}/{settings.stage}/jwt"
    )
    probe = any_stage.one(
        "AWS::SecretsManager::Secret", Name=f"{settings.project}/{settings.stage}/probe-user"
    )
    assert jwt["GenerateSecretString"]["GenerateStringKey"] == "signing_key"
    assert probe["GenerateSecretString"]["GenerateStringKey"] == "password"
    template = json.loads(probe["GenerateSecretString"]["SecretStringTemplate"])
    assert template == {"email": settings.secrets.probe_email}


def test_secrets_are_encrypted_with_the_stages_key(any_stage: Assembled) -> None:
    for secret in any_stage.of_type("AWS::SecretsManager::Secret"):
        assert any_stage.target(secret["KmsKeyId"], "data").body["Type"] == "AWS::KMS::Key"


def test_an_image_that_was_pushed_stays_what_it_is(prod: Assembled) -> None:
    repository = prod.one("AWS::ECR::Repository", stack="data")
    assert repository["ImageTagMutability"] == "IMMUTABLE"
    assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}
    assert repository["EncryptionConfiguration"]["EncryptionType"] == "KMS"


def test_lambda_alone_may_pull_images_and_nobody_may_push_them(prod: Assembled) -> None:
    (statement,) = prod.one("AWS::ECR::Repository", stack="data")["RepositoryPolicyText"][
        "Statement"
    ]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert "ecr:PutImage" not in statement["Action"]


def test_dev_takes_its_images_from_productions_repository(
    prod: Assembled, assembled: Callable[[str], Assembled]
) -> None:
    assert not list(assembled("dev").of_type("AWS::ECR::Repository"))
    repository = prod.one("AWS::ECR::Repository", stack="data")["RepositoryName"]
    assert assembled("dev").settings.repository == repository


def test_no_rule_removes_an_image_that_has_a_tag(prod: Assembled) -> None:
    policy = prod.one("AWS::ECR::Repository", stack="data")["LifecyclePolicy"][
        "LifecyclePolicyText"
    ]
    assert [rule["selection"]["tagStatus"] for rule in json.loads(policy)["rules"]] == ["untagged"]


def test_local_uses_the_database_that_is_there(local: Assembled) -> None:
    variables = local.one("AWS::Lambda::Function", Timeout=15)["Environment"]["Variables"]
    assert variables["DATABASE_SECRET_ARN"]["Fn::Join"][1][-1] == ":secret:credmate/local/database"


def test_the_database_password_is_made_and_rotated_by_rds(in_aws: Assembled) -> None:
    cluster = in_aws.one("AWS::RDS::DBCluster")
    assert cluster["ManageMasterUserPassword"] is True
    key = in_aws.target(cluster["MasterUserSecret"]["KmsKeyId"], "data")
    assert key.body["Type"] == "AWS::KMS::Key"
    assert "MasterUserPassword" not in cluster.properties


def test_the_functions_are_told_where_the_database_is_and_its_secret_who_may(
    in_aws: Assembled,
) -> None:
    cluster = in_aws.one("AWS::RDS::DBCluster")
    for name in ("backend", "migrations"):
        function = in_aws.one("AWS::Lambda::Function", FunctionName=in_aws.settings.name(name))
        variables = function["Environment"]["Variables"]
        assert in_aws.target(variables["DATABASE_HOST"], "service").id == cluster.id
        assert in_aws.target(variables["DATABASE_SECRET_ARN"], "service").id == cluster.id
        assert variables["DATABASE_PORT"] == str(cluster["Port"])
        assert variables["DATABASE_NAME"] == cluster["DatabaseName"]
