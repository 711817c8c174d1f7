"""Settings: read from environment and secrets, and rejected by name where unusable."""

from __future__ import annotations

from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path

import pytest

from components.studio.settings import Settings, SettingsError, read_settings


def test_environment_wins_over_secrets_and_blank_is_unset() -> None:
    environment = {"KIE_API_KEY": " mine ", "KIE_WEBHOOK_KEY": "", "KONTEXT_CREDITS_MAX": "7.5"}
    secrets = {"KIE_API_KEY": "theirs", "KIE_WEBHOOK_KEY": "hook", "KONTEXT_QUERIES_PER_S": 3}

    read = read_settings(environment, secrets)

    assert (read.api_key, read.webhook_key) == ("mine", "hook")
    assert (read.credits_max, read.queries_per_second) == (Decimal("7.5"), 3)


def test_unset_settings_have_defaults() -> None:
    assert read_settings({}, {}) == Settings(data_dir=Path("data").absolute())


@pytest.mark.parametrize("name", ["KIE_BASE_URL", "KIE_UPLOAD_BASE_URL", "KONTEXT_PUBLIC_URL"])
@pytest.mark.parametrize(
    "value",
    [
        "kie",
        "ftp://kie.example",
        "https://",
        "https://kie.example:0",
        "https://kie.example:99999",
        "https://kie.example/a b",
        "https://me:secret@kie.example",
        "https://kie..example",
        "https://[::1",
    ],
)
def test_unusable_url_is_rejected_by_setting_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        read_settings({name: value}, {})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("value", ["http://127.0.0.1:8000/", "https://kie.example/base/"])
def test_trailing_slash_of_a_url_is_removed(value: str) -> None:
    assert read_settings({"KIE_BASE_URL": value}, {}).base_url == value[:-1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KONTEXT_CREDITS_PRO", "cheap"),
        ("KONTEXT_CREDITS_MAX", "-1"),
        ("KONTEXT_CREDITS_MAX", "nan"),
        ("KONTEXT_CREATES_PER_10S", "0"),
        ("KONTEXT_QUERIES_PER_S", "1.5"),
        ("KONTEXT_QUERIES_PER_S", "²"),
    ],
)
def test_invalid_number_is_rejected_by_setting_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({name: value}, {})


def test_short_cookie_secret_is_rejected_and_not_quoted() -> None:
    assert read_settings({"KONTEXT_COOKIE_SECRET": "x" * 16}, {}).cookie_secret == "x" * 16
    with pytest.raises(SettingsError, match="KONTEXT_COOKIE_SECRET") as caught:
        read_settings({"KONTEXT_COOKIE_SECRET": "guessable-words"}, {})
    assert "guessable" not in str(caught.value)


def test_settings_do_not_print_the_cookie_secret() -> None:
    assert "hidden" not in repr(read_settings({"KONTEXT_COOKIE_SECRET": "hidden" * 6}, {}))


@pytest.mark.parametrize(
    ("value", "expected"), [("on", True), ("TRUE", True), ("1", True), ("off", False), ("", True)]
)
def test_switch_accepts_on_and_off(value: str, expected: bool) -> None:
    assert read_settings({"KONTEXT_SANDBOX_DRIFT": value}, {}).sandbox_drift is expected


def test_sandbox_faults_are_off_unless_allowed() -> None:
    assert read_settings({}, {}).sandbox_faults is False
    assert read_settings({"KONTEXT_SANDBOX_FAULTS": "on"}, {}).sandbox_faults is True


def test_switch_rejects_other_values_by_setting_name() -> None:
    with pytest.raises(SettingsError, match="KONTEXT_SANDBOX_DRIFT must be on or off"):
        read_settings({"KONTEXT_SANDBOX_DRIFT": "maybe"}, {})


def test_proxies_and_readers_of_metrics_are_addresses_or_networks() -> None:
    environment = {
        "KONTEXT_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8 2001:db8::/32,",
        "KONTEXT_METRICS_ALLOW": "10.1.2.3",
        "KONTEXT_HSTS": "31536000",
    }

    read = read_settings(environment, {})

    assert read.trusted_proxies == (
        ip_network("127.0.0.1/32"),
        ip_network("10.0.0.0/8"),
        ip_network("2001:db8::/32"),
    )
    assert read.metrics_allow == (ip_network("10.1.2.3/32"),)
    assert read.hsts_seconds == 31_536_000
    assert read_settings({"KONTEXT_HSTS": "0"}, {}).hsts_seconds == 0


def test_nobody_is_trusted_and_loopback_reads_metrics_by_default() -> None:
    read = read_settings({}, {})

    assert (read.trusted_proxies, read.hsts_seconds) == ((), 0)
    assert read.metrics_allow == (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@pytest.mark.parametrize("name", ["KONTEXT_TRUSTED_PROXIES", "KONTEXT_METRICS_ALLOW"])
@pytest.mark.parametrize("value", ["*", "proxy.example", "10.0.0.1/8", "1.2.3", "127.0.0.1;::1"])
def test_unusable_network_is_rejected_by_setting_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} must be addresses or networks"):
        read_settings({name: value}, {})


@pytest.mark.parametrize("value", ["-1", "a year", "1.5"])
def test_unusable_hsts_is_rejected(value: str) -> None:
    with pytest.raises(SettingsError, match="KONTEXT_HSTS must be a whole number from 0"):
        read_settings({"KONTEXT_HSTS": value}, {})


def test_share_of_the_disk_is_unlimited_unless_set() -> None:
    assert read_settings({}, {}).max_gb_per_person is None
    assert read_settings({"KONTEXT_MAX_GB_PER_PERSON": "0.5"}, {}).max_gb_per_person == Decimal(
        "0.5"
    )


@pytest.mark.parametrize("value", ["0", "-1", "2 GB", "NaN", "Infinity"])
def test_unusable_share_of_the_disk_is_rejected(value: str) -> None:
    with pytest.raises(SettingsError, match="KONTEXT_MAX_GB_PER_PERSON must be a number"):
        read_settings({"KONTEXT_MAX_GB_PER_PERSON": value}, {})
