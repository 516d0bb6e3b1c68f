"""The backend's settings, from environment variables, read on first use.

Nothing here runs at import: `import lazy_app` must work without a single variable. What is
missing or wrong is said where it is first needed, by the variable's name and never its value.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

# Python's names of log levels, and Lambda's, which a stage file uses for both.
LOG_LEVELS = ("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL")
MINIMUM_KEY_BYTES = 32  # RFC 7518: an HS256 key is at least as long as its hash
ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")


class SettingsError(Exception):
    """A variable is missing or wrong; one line that names it and says what to do."""


@dataclass(frozen=True)
class Settings:
    """One reading of the environment. Secrets stay out of its repr.

    A secret comes as a plain variable (this machine) or as the ARN of a Secrets Manager secret
    (AWS); exactly one of each pair is expected.
    """

    database_url: str = field(default="", repr=False)
    database_secret_arn: str = ""
    database_host: str = ""  # these three: where the secret does not say it
    database_port: str = ""
    database_name: str = ""
    jwt_signing_key: str = field(default="", repr=False)
    jwt_secret_arn: str = ""
    cors_origins: tuple[str, ...] = ()
    log_level: str = "INFO"


def read(environment: Mapping[str, str]) -> Settings:
    """Build settings from variables.

    Raises:
        SettingsError: CORS_ORIGINS or LOG_LEVEL is malformed.
    """
    return Settings(
        database_url=environment.get("DATABASE_URL", ""),
        database_secret_arn=environment.get("DATABASE_SECRET_ARN", ""),
        database_host=environment.get("DATABASE_HOST", ""),
        database_port=environment.get("DATABASE_PORT", ""),
        database_name=environment.get("DATABASE_NAME", ""),
        jwt_signing_key=environment.get("JWT_SIGNING_KEY", ""),
        jwt_secret_arn=environment.get("JWT_SECRET_ARN", ""),
        cors_origins=_origins(environment.get("CORS_ORIGINS", "")),
        log_level=_log_level(environment.get("LOG_LEVEL", "INFO")),
    )


@cache
def settings() -> Settings:
    """The settings of this process."""
    return read(os.environ)


def forget() -> None:
    """Read the environment anew at the next question."""
    settings.cache_clear()


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(part.strip() for part in text.split(",") if part.strip())
    for origin in origins:
        # A wildcard is refused too: patient data is not for every page of the web.
        if not ORIGIN.fullmatch(origin):
            raise SettingsError(
                "CORS_ORIGINS: expected a comma-separated list of origins such as "
                f"https://app.example.com, without path or wildcard; found {origin!r}"
            )
    return origins


def _log_level(text: str) -> str:
    level = text.strip().upper()
    if level not in LOG_LEVELS:
        raise SettingsError(f"LOG_LEVEL: expected one of {', '.join(LOG_LEVELS)}")
    return level
