"""The AWS emulator (ministack) on loopback, for the time of one run."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3

from local import paths, processes
from local.errors import CannotRun

ACCOUNT = "000000000000"
READY_SECONDS = 20
PROXY_VARIABLE = "MINISTACK_LAMBDA_PROXY_"


@dataclass(frozen=True)
class Emulator:
    """A running emulator: where it answers and how to talk to it."""

    url: str
    region: str

    def environment(self) -> dict[str, str]:
        """Variables that point the CDK, boto3 and the backend at the emulator."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }

    def session(self) -> boto3.Session:
        """A boto3 session for it; clients take `endpoint_url=self.url`."""
        return boto3.Session("test", "test", region_name=self.region)

    def api_url(self, api_id: str) -> str:
        """Where an HTTP API answers: by path, since the emulator itself answers /health by name."""
        return f"{self.url}/_aws/execute-api/{api_id}/$default"


@contextmanager
def emulator(
    *,
    region: str,
    folder: Path,
    proxies: Mapping[str, str],
    host: str = "127.0.0.1",
    port: int | None = None,
    more: Mapping[str, str] | None = None,
) -> Iterator[Emulator]:
    """Run the emulator for the body.

    Args:
        region: the region it stands for.
        folder: for its log and whatever it writes.
        proxies: function name → URL that answers the function's invocations.
        host: the loopback address to listen on.
        port: the port; a free one when None.
        more: further environment variables of the emulator (an engine's address, say).
    """
    if not paths.EMULATOR.exists():
        raise CannotRun("the emulator is not installed", "run `make setup`")
    port = port or processes.free_port(host)
    url = f"http://{host}:{port}"
    environment = paths.environment(
        BIND_HOST=host,
        GATEWAY_PORT=str(port),
        IOT_MTLS_ENABLED="0",
        MINISTACK_ACCOUNT_ID=ACCOUNT,
        MINISTACK_REGION=region,
        TMPDIR=str(folder),
        AWS_CONFIG_FILE=str(_leads_here(folder, url)),
        **{f"{PROXY_VARIABLE}{name}": url for name, url in proxies.items()},
        **(more or {}),
    )
    log = folder / "emulator.log"
    with processes.running(
        [str(paths.EMULATOR)], environment=environment, log=log, cwd=folder
    ) as process:
        processes.wait_until(
            lambda: _healthy(url), what="emulator", process=process, log=log, seconds=READY_SECONDS
        )
        yield Emulator(url, region)


def _leads_here(folder: Path, url: str) -> Path:
    """A configuration of AWS's tools for the small functions that the emulator runs itself.

    A file, not the variable: that one would reach the containers too, which have another way.
    """
    path = folder / "aws-config"
    path.write_text(f"[default]\nendpoint_url = {url}\n")
    return path


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_ministack/health", timeout=2) as answer:  # noqa: S310 - loopback http
            json.load(answer)
    except (urllib.error.URLError, OSError, ValueError):
        return False
    return True
