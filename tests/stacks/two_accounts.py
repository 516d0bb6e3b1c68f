"""The stages' files as they are, but development in an account of its own."""

from __future__ import annotations

from pathlib import Path

from stacks.settings import STAGES

PROD, DEV = "111111111111", "222222222222"
NAMED = 'repository_name = "credmate-prod-backend"'
ARN = f"arn:aws:ecr:us-east-1:{PROD}:repository/credmate-prod-backend"


def two_accounts(folder: Path, **accounts: str | None) -> Path:
    """Write the files into a folder; `accounts` says others than PROD and DEV, or None."""
    for name, account in {"prod": PROD, "dev": DEV, **accounts}.items():
        text = (STAGES / f"{name}.toml").read_text()
        line = f'account = "{account}"\n' if account else ""
        (folder / f"{name}.toml").write_text(line + _images(name, text))
    (folder / "_shared.toml").write_text((STAGES / "_shared.toml").read_text())
    return folder


def _images(stage: str, text: str) -> str:
    """Development takes its images from production's account, which lets it."""
    if stage == "prod":
        return f'{text}\n[image]\nshared_with = ["{DEV}"]\n'
    assert NAMED in text
    return text.replace(NAMED, f'repository_arn = "{ARN}"')
