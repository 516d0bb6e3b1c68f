"""What the backend finds in a stage, on this machine: for `gate smoke --template`.

The database, and what a template names and only AWS knows: the secrets, in the emulator's Secrets
Manager, under the variables that hold their ARNs.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gate.rehearsals import World
from local.database import CONTAINER_HOST
from local.rehearsing.place import PLACES, SECRETS, Place, place

REGION = "us-east-1"


@contextmanager
def environment() -> Iterator[dict[str, str]]:
    """Run PostgreSQL, migrated, and the emulator; yields the variables, and the probe user.

    Raises:
        CannotRun: one of them does not start, or the migrations do not run.
    """
    host = os.environ.get(CONTAINER_HOST, "127.0.0.1")
    with (
        tempfile.TemporaryDirectory(prefix="in-stage-") as folder,
        place(Path(folder), World(), region=REGION, host=host) as here,
    ):
        yield {
            **here.emulator.environment(),
            **dict.fromkeys(PLACES, host),
            **{variable: here.arns[name] for variable, name in SECRETS.items()},
            **_probe_user(here),
        }


def _probe_user(here: Place) -> dict[str, str]:
    secret = here.secrets().get_secret_value(SecretId="probe")["SecretString"]
    user = json.loads(secret)
    return {"PROBE_EMAIL": user["email"], "PROBE_PASSWORD": user["password"]}
