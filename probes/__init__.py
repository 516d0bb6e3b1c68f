"""What "it works" means, in one place: load probes, ask them, judge the answers.

Standard library only, so that the folder can be copied as it is into a Lambda function or a
Synthetics canary (Python 3.11 or newer).

    probes = load(Path("probes.toml"), os.environ)
    for result in url.run("https://api.example.com", probes, timeout=10):
        print(result.probe.name, result.reasons or "ok")
"""

from probes import events, url
from probes.evidence import evidence
from probes.gateway import Gateway
from probes.judge import judge, verdict
from probes.load import load
from probes.model import Answer, BadAnswer, Expect, Kind, NoAnswer, Probe, ProbeError
from probes.redact import redact
from probes.url import Result

__all__ = [
    "Answer",
    "BadAnswer",
    "Expect",
    "Gateway",
    "Kind",
    "NoAnswer",
    "Probe",
    "ProbeError",
    "Result",
    "events",
    "evidence",
    "judge",
    "load",
    "redact",
    "url",
    "verdict",
]
