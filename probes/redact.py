"""Keep secrets out of everything that is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote, urlsplit

HIDDEN = "***"

# A shorter value is hidden only where it stands as a word of its own: hiding every "1" of a
# log would hide the log.
WORD_LENGTH = 6


def redact(text: str, secrets: Iterable[str]) -> str:
    """`text` without any of the secrets, however they are spelled in it.

    Spellings: as they are, as JSON, as a Python string, percent-encoded, line by line, and the
    password inside a URL.
    """
    spellings = {spelling for secret in secrets for spelling in _spellings(secret) if spelling}
    if not spellings:
        return text
    # The longest first, so that no part of one stays behind when another is found inside it.
    longest_first = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
    return re.sub("|".join(map(_pattern, longest_first)), HIDDEN, text)


def _pattern(spelling: str) -> str:
    escaped = re.escape(spelling)
    return escaped if len(spelling) >= WORD_LENGTH else rf"(?<!\w){escaped}(?!\w)"


def _spellings(secret: str) -> Iterator[str]:
    for value in (secret, *secret.splitlines(), *_password(secret)):
        yield from (value, value.strip(), repr(value)[1:-1])
        yield from (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1])
        yield from (quote(value), quote(value, safe=""), quote_plus(value))


def _password(value: str) -> tuple[str, ...]:
    """The password of a URL, as it is written there and decoded."""
    try:
        password = urlsplit(value).password
    except ValueError:  # not a URL
        return ()
    return (password, unquote(password)) if password else ()
