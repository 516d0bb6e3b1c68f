"""Answers put in AWS's place, below botocore's validation of requests and above the network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.validate import validate_parameters

from gate import aws

Answer = Callable[[str, Mapping[str, Any]], Any]  # operation and request → answer, or it raises


class Session(boto3.Session):
    """A session whose clients of the services in `answers` never reach the network."""

    answers: Mapping[str, Answer] = {}

    def client(self, service_name: str, **more: Any) -> Any:  # type: ignore[override]  # one name for all services
        """A client; its requests are validated by botocore, as AWS would."""
        client: Any = super().client(service_name, **more)  # type: ignore[call-overload]  # as above
        answer = self.answers.get(service_name)
        if answer is not None:
            client._make_api_call = _validating(client, answer)
        return client


def _validating(client: Any, answer: Answer) -> Callable[[str, Any], Any]:
    def call(operation: str, request: Any) -> Any:
        model = client.meta.service_model.operation_model(operation)
        validate_parameters(request, model.input_shape)
        answered = answer(operation, request)
        validate_parameters(answered, model.output_shape)
        return answered

    return call


def put(monkeypatch: pytest.MonkeyPatch, **answers: Answer) -> None:
    """Let the gate's own sessions have these answers, service by service."""
    kind = type("Answered", (Session,), {"answers": answers})
    monkeypatch.setattr(aws, "session", lambda region=None, _role=None: kind(region_name=region))


def refused(code: str, message: str = "no") -> Answer:
    """An answer that refuses every operation, as AWS words it."""

    def answer(operation: str, _request: Mapping[str, Any]) -> Any:
        raise ClientError({"Error": {"Code": code, "Message": message}}, operation)

    return answer
