from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from probes import redact

SECRET = 'p@ss "wörd"/\\ 1'


@pytest.mark.parametrize(
    "spelled",
    [
        SECRET,
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        repr(SECRET)[1:-1],
        quote(SECRET),
        quote(SECRET, safe=""),
    ],
)
def test_every_spelling_is_hidden(spelled: str) -> None:
    assert redact(f"before {spelled}after", [SECRET]) == "before ***after"


def test_the_password_of_a_url_is_hidden() -> None:
    url = "postgresql://user:pa%2Fss-word@host/db"
    assert redact("url=" + url, [url]) == "url=***"
    assert redact("password is pa%2Fss-word, pa/ss-word", [url]) == "password is ***, ***"


def test_the_lines_of_a_secret_are_hidden() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----\n"
    assert redact("loaded MIIEvQIBADANBg!", [key]) == "loaded ***!"


def test_the_longer_of_two_goes_first() -> None:
    assert redact("secret-and-more", ["secret", "secret-and-more"]) == "***"


def test_a_short_value_is_hidden_as_a_word_alone() -> None:
    assert redact("1 of 12 (1) INFO INFORMED", ["1", "INFO"]) == "*** of 12 (***) *** INFORMED"


@pytest.mark.parametrize("secrets", [[], [""], ["absent"]])
def test_the_rest_stays(secrets: list[str]) -> None:
    assert redact("a text\nof two lines", secrets) == "a text\nof two lines"
