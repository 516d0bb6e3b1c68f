"""Which names are those of secrets, and texts without the secrets in them."""

from __future__ import annotations

import os
import re

MASK = "***"
SECRET = re.compile(
    r"(?i)pass(word|wd|phrase)|secret|token|credential|(^|[_-])(api|private|signing|encryption|access|session)?[_-]?key$|(^|[_-])dsn$|^authorization$"
)
URL_PASSWORD = re.compile(r"(?<=://)([^\s/@:]*):([^\s@]+)@")
# password=…, 'api_key': '…', in a query string, a connection string, or the text of an object
NAMED_SECRET = re.compile(
    r"""(?ix) ( (?: pass(?:word|wd|phrase) | secret | token | credential
                  | (?:api|private|access)[_-]?key ) [\w-]* ['"]? \s* [=:] \s* )
        (?: (?P<quote>['"]) .*? (?P=quote) | [^\s'",;&)}\]]+ )"""
)
CREDENTIALS = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}")
SHORT = 4  # characters: a shorter value of a variable would be found all over a text


def is_secret_name(name: str) -> bool:
    """Whether what is called ``name`` must not be shown."""
    return SECRET.search(name) is not None


def without_secrets(text: str) -> str:
    """Return ``text`` with what looks like a secret masked: passwords in URLs, ``token=…``."""
    text = URL_PASSWORD.sub(rf"\1:{MASK}@", text)
    text = NAMED_SECRET.sub(rf"\1{MASK}", text)
    return CREDENTIALS.sub(rf"\1 {MASK}", text)


def without_environment(text: str) -> str:
    """Return ``text`` as :func:`without_secrets` does, and without values of secret variables."""
    for name, value in os.environ.items():
        if len(value) >= SHORT and is_secret_name(name):
            text = text.replace(value, MASK)
    return without_secrets(text)
