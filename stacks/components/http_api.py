"""An HTTP API that hands every request to one Lambda alias."""

from __future__ import annotations

import aws_cdk as cdk
import jsii
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.components.api_domain import ApiDomain
from stacks.stage import Api

# Who asked what, and how it went; neither bodies nor query strings, which may hold patient data.
ACCESS_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "milliseconds": "$context.responseLatency",
    "integrationStatus": "$context.integrationStatus",
    "integrationError": "$context.integrationErrorMessage",
}


class HttpApi(Construct):
    """The API `name`: one default route, throttled, every access logged."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        alias: lambda_.IAlias,
        settings: Api,
        access_log: logs.ILogGroup,
    ) -> None:
        super().__init__(scope, id)
        self.api = apigatewayv2.HttpApi(
            self,
            "Api",
            api_name=name,
            create_default_stage=False,
            # One name alone: what is set for the domain (TLS, a firewall) has no way around it.
            disable_execute_api_endpoint=settings.domain is not None,
            default_integration=integrations.HttpLambdaIntegration("Live", alias),
        )
        self.stage = apigatewayv2.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=apigatewayv2.ThrottleSettings(
                rate_limit=settings.requests_per_second, burst_limit=settings.burst
            ),
            access_log_settings=_AccessLog(access_log),
        )
        self.domain: ApiDomain | None = None
        if settings.domain:
            self.domain = ApiDomain(self, "Domain", settings=settings.domain, stage=self.stage)

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return self.domain.url if self.domain else self.api.api_endpoint


@jsii.implements(apigatewayv2.IAccessLogSettings)
class _AccessLog:
    def __init__(self, group: logs.ILogGroup) -> None:
        self._group = group

    @property
    def destination(self) -> apigatewayv2.IAccessLogDestination:
        return apigatewayv2.LogGroupLogDestination(self._group)

    @property
    def format(self) -> apigateway.AccessLogFormat:
        return apigateway.AccessLogFormat.custom(cdk.Fn.to_json_string(ACCESS_LOG))
