"""What a person would do by hand in place of `gate smoke --local`: the same processes and calls.

Start the database; for each probe and form of event start the emulator, call it twice, end it;
two emulators at once. Nothing is judged.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import probes
from bench.timing import ROOT
from gate import config
from gate.rie import binary
from gate.rie.invocation import INVOKE
from local.database import environment
from probes import Probe, events

AT_ONCE = 2
CALLS = 2  # cold and warm


def main() -> None:
    """Do it once."""
    settings = config.load(ROOT)
    with environment() as variables:
        wanted = probes.load(settings.probes, {**os.environ, **variables})
        pairs = [(probe, kind) for probe in wanted for kind in events.FORMS]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda pair: _ask(settings, variables, *pair), pairs))


def _ask(
    settings: config.Config, variables: Mapping[str, str], probe: Probe, kind: probes.Kind
) -> None:
    api, runtime = _free_port(), _free_port()
    with tempfile.TemporaryDirectory() as folder, Path(folder, "log").open("wb") as log:
        process = subprocess.Popen(
            [
                str(binary.ensure()),
                *("--runtime-interface-emulator-address", f"127.0.0.1:{api}"),
                *("--runtime-api-address", f"127.0.0.1:{runtime}"),
                *(sys.executable, "-m", "awslambdaric", settings.handler_command),
            ],
            cwd=settings.source_root,
            env={"PATH": os.environ["PATH"], "TMPDIR": folder, **variables},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            for _ in range(CALLS):
                _call(api, json.dumps(events.FORMS[kind](probe)))
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _call(port: int, body: str) -> None:
    for _ in range(1000):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        try:
            connection.request("POST", INVOKE, body, {"content-type": "application/json"})
            connection.getresponse().read()
            return
        except ConnectionRefusedError:
            time.sleep(0.005)
        finally:
            connection.close()
    raise SystemExit("the emulator does not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
