"""Every alarm of prod is driven to ALARM and back, and people hear of both.

In the emulator: its CloudWatch, SNS, SQS, and the formatter's own code in its Lambda. What it
refuses in templates (composite alarms, expressions) it takes by its API. What it leaves out is
AWS's own: the evaluation of expressions, and how a suppressor silences.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.emulator import ACCOUNT, Emulator, emulator
from stacks.components.alarm_table import COMPOSITES, UNDELIVERED, table
from stacks.components.alarms import Severity
from stacks.settings import ROOT
from tests.alarm_message.told import METRIC, event
from tests.stacks.assembled import Assembled, Resource

pytestmark = pytest.mark.slow

ALARM, COMPOSITE = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
HEAR_SECONDS = 20


class Account:
    """The notifications of prod in the emulator: topics, formatters, a queue for each severity."""

    def __init__(self, prod: Assembled, aws: Emulator) -> None:
        self.prod, self._aws = prod, aws
        self.cloudwatch = self.client("cloudwatch")
        self._sqs = self.client("sqs")
        names = [f"{severity}-raw" for severity in Severity] + [*Severity]
        self._topics = {name: self._topic(prod.settings.name(name)) for name in names}
        self._queues = {severity: self._subscribed(severity) for severity in Severity}
        for severity in Severity:
            self._formatter(severity)

    def client(self, service: Any) -> Any:
        return self._aws.session().client(service, endpoint_url=self._aws.url)

    def _topic(self, name: str) -> str:
        return str(self.client("sns").create_topic(Name=name)["TopicArn"])

    def _subscribed(self, severity: Severity) -> str:
        queue = str(self._sqs.create_queue(QueueName=severity)["QueueUrl"])
        arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{severity}"
        self.client("sns").subscribe(TopicArn=self._topics[severity], Protocol="sqs", Endpoint=arn)
        return queue

    def _formatter(self, severity: Severity) -> None:
        """The function of the template: its code, its handler, its variables."""
        name = self.prod.settings.name(f"alarm-message-{severity}")
        declared = self.prod.one("AWS::Lambda::Function", FunctionName=name)
        variables = declared["Environment"]["Variables"] | {"TOPIC_ARN": self._topics[severity]}
        function = self.client("lambda").create_function(
            FunctionName=name,
            Runtime=declared["Runtime"],
            Handler=declared["Handler"],
            Role=f"arn:aws:iam::{ACCOUNT}:role/any",
            Code={"ZipFile": package()},
            Timeout=declared["Timeout"],
            Environment={"Variables": variables},
        )
        self.client("sns").subscribe(
            TopicArn=self._topics[f"{severity}-raw"],
            Protocol="lambda",
            Endpoint=function["FunctionArn"],
        )

    def put(self, alarm: Resource) -> None:
        """An alarm as the template declares it; references inside a metric are as good as text."""
        said = dict(alarm.properties) | {
            field: [self._topic_of(arn, alarm) for arn in alarm.properties.get(field, ())]
            for field in ("AlarmActions", "OKActions")
        }
        said.pop("Tags", None)
        if alarm.body["Type"] == COMPOSITE:
            for field in [name for name in said if name.startswith("ActionsSuppressor")]:
                del said[field]
            self.cloudwatch.put_composite_alarm(**said)
        else:
            self.cloudwatch.put_metric_alarm(**resolved(said))

    def break_formatter(self, severity: Severity) -> None:
        """Take a variable from it without which it cannot begin, as a slip in a template would."""
        name = self.prod.settings.name(f"alarm-message-{severity}")
        functions = self.client("lambda")
        functions.put_function_event_invoke_config(
            FunctionName=name,
            MaximumRetryAttempts=0,
            DestinationConfig={"OnFailure": {"Destination": self._topics[severity]}},
        )
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": {"STAGE": "prod"}}
        )

    def call(self, severity: Severity, event: dict[str, Any]) -> None:
        """Call a formatter as SNS does: without waiting."""
        self.client("lambda").invoke(
            FunctionName=self.prod.settings.name(f"alarm-message-{severity}"),
            InvocationType="Event",
            Payload=json.dumps(event),
        )

    def _topic_of(self, arn: Any, alarm: Resource) -> str:
        topic = self.prod.target(arn, alarm.stack)
        return self._topics[topic["TopicName"].removeprefix(f"{self.prod.settings.prefix}-")]

    def drive(self, name: str, state: str) -> None:
        full = self.prod.settings.name(name)
        self.cloudwatch.set_alarm_state(AlarmName=full, StateValue=state, StateReason="driven")

    def hears(self, severity: Severity, within: float = HEAR_SECONDS) -> str:
        """The next message that people of a severity get."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            answer = self._sqs.receive_message(QueueUrl=self._queues[severity], WaitTimeSeconds=1)
            for message in answer.get("Messages", []):
                self._sqs.delete_message(
                    QueueUrl=self._queues[severity], ReceiptHandle=message["ReceiptHandle"]
                )
                return str(json.loads(message["Body"])["Message"])
        raise AssertionError(f"nobody hears of it within {within} s")


def package() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for module in (ROOT / "lambda_src" / "alarm_message").glob("*.py"):
            archive.write(module, f"alarm_message/{module.name}")
    return buffer.getvalue()


def resolved(value: Any) -> Any:
    """A value of a template with a text for every reference."""
    if isinstance(value, dict):
        if any(key == "Ref" or key.startswith("Fn::") for key in value):
            return "reference"
        return {key: resolved(member) for key, member in value.items()}
    return [resolved(member) for member in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def account(
    assembled: Callable[[str], Assembled], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Account]:
    prod = assembled("prod")
    folder = tmp_path_factory.mktemp("aws")
    with emulator(region="us-east-1", folder=folder, proxies={}) as aws:
        found = Account(prod, aws)
        for kind in (ALARM, COMPOSITE):  # a composite one needs its parts
            for alarm in prod.of_type(kind):
                found.put(alarm)
        for alarm in prod.of_type(ALARM):
            found.drive(alarm["AlarmName"].removeprefix(f"{prod.settings.prefix}-"), "OK")
        # Each that tells says once that it has begun.
        telling = [
            a
            for k in (ALARM, COMPOSITE)
            for a in prod.of_type(k)
            if "AlarmActions" in a.body["Properties"]
        ]
        for alarm in telling:
            found.hears(severity_of(alarm, found))
        yield found
        # What nobody asked for is one message too many.
        for severity in Severity:
            with pytest.raises(AssertionError):
                found.hears(severity, within=1)


def names(account: Account, kind: str) -> dict[str, Resource]:
    """The alarms of a kind by their names without the prefix."""
    prefix = f"{account.prod.settings.prefix}-"
    return {a["AlarmName"].removeprefix(prefix): a for a in account.prod.of_type(kind)}


def severity_of(alarm: Resource, account: Account) -> Severity:
    (arn,) = alarm["AlarmActions"]
    topic = account.prod.target(arn, alarm.stack)["TopicName"]
    return next(each for each in Severity if f"-{each}" in topic)


def words(name: str) -> str:
    return name.replace("-", " ")


def test_every_alarm_that_tells_for_itself_is_heard_and_its_end_too(account: Account) -> None:
    telling = {n: a for n, a in names(account, ALARM).items() if a.properties.get("AlarmActions")}
    assert {"new-version-errors", "database-cpu", UNDELIVERED.name} <= telling.keys()
    for name, alarm in telling.items():
        severity = severity_of(alarm, account)
        account.drive(name, "ALARM")
        fired = account.hears(severity)
        account.drive(name, "OK")
        ended = account.hears(severity)
        if name == UNDELIVERED.name:  # straight from CloudWatch
            assert json.loads(fired)["NewStateValue"] == "ALARM"
            assert json.loads(ended)["NewStateValue"] == "OK"
        else:
            assert fired.startswith(f"{severity.upper()}: {words(name)} (prod)")
            assert ended.startswith(f"RECOVERED: {words(name)} (prod)")


def test_every_other_alarm_is_heard_by_way_of_what_it_is_part_of(account: Account) -> None:
    composites = {rule.name: rule for rule in COMPOSITES}
    assert composites.keys() == names(account, COMPOSITE).keys()
    parts = {rule.name: rule for rule in table(account.prod.settings) if rule.part_of}
    silent = {n for n, a in names(account, ALARM).items() if not a.properties.get("AlarmActions")}
    assert parts.keys() == silent
    for name, rule in parts.items():
        whole = composites[str(rule.part_of)]
        account.drive(name, "ALARM")
        fired = account.hears(whole.severity)
        assert fired.startswith(f"{whole.severity.upper()}: {words(whole.name)} (prod)")
        assert f"-{name} transitioned to ALARM" in fired
        account.drive(name, "OK")
        ended = account.hears(whole.severity)
        assert ended.startswith(f"RECOVERED: {words(whole.name)} (prod)")


def test_what_the_formatter_fails_on_is_told_as_it_is(account: Account) -> None:
    account.break_formatter(Severity.TICKET)
    account.call(Severity.TICKET, event(json.dumps(METRIC)))
    heard = json.loads(account.hears(Severity.TICKET))
    (record,) = heard["requestPayload"]["Records"]
    assert json.loads(record["Sns"]["Message"]) == METRIC
