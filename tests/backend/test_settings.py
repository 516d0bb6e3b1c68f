from __future__ import annotations

import pytest

from shared.settings import Settings, SettingsError, read


def test_nothing_is_needed_to_read() -> None:
    assert read({}) == Settings()


def test_origins_are_a_list() -> None:
    found = read({"CORS_ORIGINS": " https://a.example.com, http://localhost:3000 ,"})
    assert found.cors_origins == ("https://a.example.com", "http://localhost:3000")


@pytest.mark.parametrize(
    "origin", ["*", "a.example.com", "https://a.example.com/", "https://*.example.com", "null"]
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(SettingsError, match="CORS_ORIGINS"):
        read({"CORS_ORIGINS": f"https://a.example.com,{origin}"})


def test_a_log_level_in_any_case() -> None:
    assert read({"LOG_LEVEL": "debug"}).log_level == "DEBUG"
    with pytest.raises(SettingsError, match="LOG_LEVEL"):
        read({"LOG_LEVEL": "chatty"})


def test_secrets_stay_out_of_the_repr() -> None:
    shown = repr(read({"DATABASE_URL": "postgresql://u:s3cret@h/d", "JWT_SIGNING_KEY": "s3cret"}))
    assert "s3cret" not in shown
