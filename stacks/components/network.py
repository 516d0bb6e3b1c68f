"""Where the function and the database meet: private subnets without a way to the internet."""

from __future__ import annotations

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.stage import Network

HTTPS = ec2.Port.tcp(443)


@dataclass(frozen=True)
class Placement:
    """A function's place: its network, its subnets, the group that others let in."""

    vpc: ec2.IVpc
    subnets: ec2.SubnetSelection
    group: ec2.SecurityGroup


class PrivateNetwork(Construct):
    """A VPC of isolated subnets with the one endpoint that the backend needs: Secrets Manager.

    Logs, traces and images need no endpoint: Lambda itself carries them.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: Network,
        flow_logs: logs.ILogGroup,
    ) -> None:
        super().__init__(scope, id)
        isolated = ec2.SubnetConfiguration(
            name="isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24
        )
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            vpc_name=name,
            # Named, since looking them up would need an account at synthesis.
            availability_zones=list(settings.availability_zones),
            ip_addresses=ec2.IpAddresses.cidr(settings.cidr),
            nat_gateways=0,
            subnet_configuration=[isolated],
            # The default group is used by nothing here; closing it takes a function of CDK's own.
            restrict_default_security_group=False,
        )
        self._record_flows(flow_logs)
        group = client_group(self, self.vpc)
        self._let_reach_secrets(group)
        self.placement = Placement(
            self.vpc, ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED), group
        )

    def _let_reach_secrets(self, group: ec2.SecurityGroup) -> None:
        endpoint = ec2.SecurityGroup(
            self, "Endpoints", vpc=self.vpc, allow_all_outbound=False, description="Endpoints"
        )
        self.vpc.add_interface_endpoint(
            "SecretsManager",
            service=ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
            security_groups=[endpoint],
            open=False,
        )
        endpoint.connections.allow_from(group, HTTPS, "Secrets Manager for the backend")

    def _record_flows(self, group: logs.ILogGroup) -> None:
        role = iam.Role(
            self, "FlowLogRole", assumed_by=iam.ServicePrincipal("vpc-flow-logs.amazonaws.com")
        )
        self.vpc.add_flow_log(
            "FlowLog", destination=ec2.FlowLogDestination.to_cloud_watch_logs(group, role)
        )


def existing_placement(scope: Construct, network: Network) -> Placement:
    """A function's place in somebody else's network, which must lead to Secrets Manager."""
    vpc = ec2.Vpc.from_vpc_attributes(
        scope,
        "Vpc",
        vpc_id=str(network.vpc_id),
        availability_zones=list(network.availability_zones),
        private_subnet_ids=list(network.subnet_ids),
    )
    cdk.Annotations.of(vpc).acknowledge_warning(
        "@aws-cdk/aws-ec2:noSubnetRouteTableId", "No route of this network is changed."
    )
    group = client_group(scope, vpc)
    group.add_egress_rule(
        ec2.Peer.any_ipv4(), HTTPS, "Secrets Manager, wherever this network has it"
    )
    return Placement(vpc, ec2.SubnetSelection(subnets=vpc.private_subnets), group)


def client_group(scope: Construct, vpc: ec2.IVpc) -> ec2.SecurityGroup:
    """The group of the functions: nothing in, and out only where it is let to."""
    return ec2.SecurityGroup(
        scope, "Backend", vpc=vpc, allow_all_outbound=False, description="Functions of the backend"
    )


def let_join_network(role: iam.Role) -> None:
    """A function with this role has interfaces in the network."""
    role.add_to_policy(
        iam.PolicyStatement(
            actions=[
                "ec2:AssignPrivateIpAddresses",
                "ec2:CreateNetworkInterface",
                "ec2:DeleteNetworkInterface",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSubnets",
                "ec2:UnassignPrivateIpAddresses",
            ],
            resources=["*"],  # AWS checks these for any interface before it names one
        )
    )
