"""Where things lie, below the checkout."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
EMULATOR = ROOT / ".venv-emulator" / "bin" / "ministack"
CDK = ROOT / "node_modules" / ".bin" / "cdk"
STATE = ROOT / ".local"
BACKEND = ROOT / "lambda_src" / "backend"


def environment(**more: str) -> dict[str, str]:
    """What the road's own commands see: the project's tools, a HOME below the checkout.

    Nothing of the person's AWS set-up gets in: the road must not touch an account.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    home = STATE / "home"
    home.mkdir(parents=True, exist_ok=True)
    return kept | {
        "HOME": str(home),
        "PATH": f"{BIN}{os.pathsep}{CDK.parent}{os.pathsep}{os.environ['PATH']}",
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "true",
        **more,
    }
