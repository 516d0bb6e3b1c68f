"""The API's own domain: name, certificate, mapping, and the record that leads there."""

from __future__ import annotations

from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from constructs import Construct

from stacks.stage import Domain


class ApiDomain(Construct):
    """A regional domain name that leads to one stage of an HTTP API; TLS 1.2 or newer alone.

    `target` is where the name must lead, for DNS that is not in this account.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: Domain, stage: apigatewayv2.HttpStage
    ) -> None:
        super().__init__(scope, id)
        zone = _zone(self, settings)
        self.certificate = _certificate(self, settings, zone)
        name = apigatewayv2.DomainName(
            self,
            "Name",
            domain_name=settings.name,
            certificate=self.certificate,
            security_policy=apigatewayv2.SecurityPolicy.TLS_1_2,
        )
        apigatewayv2.ApiMapping(self, "Mapping", api=stage.api, domain_name=name, stage=stage)
        if zone:
            alias = targets.ApiGatewayv2DomainProperties(
                name.regional_domain_name, name.regional_hosted_zone_id
            )
            route53.ARecord(
                self,
                "Record",
                zone=zone,
                record_name=settings.name,
                target=route53.RecordTarget.from_alias(alias),
            )
        self.url = f"https://{settings.name}"
        self.target = name.regional_domain_name


def _zone(scope: Construct, settings: Domain) -> route53.IHostedZone | None:
    if not (settings.hosted_zone_id and settings.hosted_zone_name):
        return None
    return route53.HostedZone.from_hosted_zone_attributes(
        scope,
        "Zone",
        hosted_zone_id=settings.hosted_zone_id,
        zone_name=settings.hosted_zone_name,
    )


def _certificate(
    scope: Construct, settings: Domain, zone: route53.IHostedZone | None
) -> acm.ICertificate:
    """The existing one, or one that AWS renews as long as its record is in the zone."""
    if settings.certificate_arn:
        return acm.Certificate.from_certificate_arn(scope, "Certificate", settings.certificate_arn)
    return acm.Certificate(
        scope,
        "Certificate",
        domain_name=settings.name,
        validation=acm.CertificateValidation.from_dns(zone),
    )
