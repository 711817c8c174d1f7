"""Settings: read from environment and secrets, and rejected by name where unusable."""

from __future__ import annotations

import os
from collections.abc import Iterator
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1.util import patch_config_options

from components import bootstrap
from components.studio.settings import (
    Settings,
    SettingsError,
    closed_settings,
    read_secret_files,
    read_settings,
)

SECRETS = [
    "KIE_API_KEY",
    "KIE_WEBHOOK_KEY",
    "KONTEXT_COOKIE_SECRET",
    "KONTEXT_DATABASE_URL",
    "KONTEXT_PROXY_SECRET",
]


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


@pytest.mark.parametrize("name", SECRETS)
def test_secret_may_stand_in_a_file(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"postgresql://studio@db/studio\r\n")

    read = read_secret_files({f"{name}_FILE": f" {file} ", "KIE_BASE_URL": "https://kie.example"})

    assert read[name] == "postgresql://studio@db/studio"
    assert read_settings(read, {}) != read_settings({"KIE_BASE_URL": "https://kie.example"}, {})


@pytest.fixture
def secrets_toml(tmp_path: Path) -> Iterator[Path]:
    """A secrets.toml that this process's Streamlit reads, until the test ends."""
    st.secrets._reset()
    path = tmp_path / ".streamlit/secrets.toml"
    path.parent.mkdir()
    with patch_config_options({"secrets.files": [str(path)]}):
        yield path
    st.secrets._reset()


def test_environment_wins_over_secrets_toml_at_each_reading(
    secrets_toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets_toml.write_text('KIE_API_KEY = "theirs"\nKIE_WEBHOOK_KEY = "hook"\n')
    monkeypatch.setenv("KIE_API_KEY", "mine")

    for _ in range(2):
        read = bootstrap.load_settings()
        assert (read.api_key, read.webhook_key) == ("mine", "hook")
    assert "KIE_WEBHOOK_KEY" not in os.environ  # processes that are started need no secrets


def test_app_reads_secrets_from_files_of_environment_and_secrets_toml(
    secrets_toml: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("key", "hook"):
        (tmp_path / name).write_text(f"the-{name}\n")
    secrets_toml.write_text(f'KIE_API_KEY = "less"\nKIE_WEBHOOK_KEY_FILE = "{tmp_path}/hook"\n')
    monkeypatch.setenv("KIE_API_KEY_FILE", f"{tmp_path}/key")

    for _ in range(2):
        read = bootstrap.load_settings()
        assert (read.api_key, read.webhook_key) == ("the-key", "the-hook")


def test_blank_file_name_counts_as_unset() -> None:
    assert read_settings(read_secret_files({"KIE_API_KEY_FILE": " "}), {}).api_key is None


def test_setting_and_its_file_are_not_both_taken(tmp_path: Path) -> None:
    both = {"KIE_API_KEY": "hidden", "KIE_API_KEY_FILE": str(tmp_path / "missing")}
    with pytest.raises(SettingsError, match="KIE_API_KEY and KIE_API_KEY_FILE are both") as caught:
        read_secret_files(both)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "No such file"),
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"hidden\nhidden\n", "one line"),
        (b"hidden\xff", "UTF-8"),
        (b"hidden" * 20_000, "too large"),
    ],
)
def test_unusable_secret_file_is_named_and_not_quoted(
    content: bytes | None, problem: str, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=problem) as caught:
        read_secret_files({"KIE_WEBHOOK_KEY_FILE": str(file)})
    assert str(caught.value).startswith(f"KIE_WEBHOOK_KEY_FILE: the file {file} ")
    assert "hidden" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_folder_is_no_secret_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Is a directory"):
        read_secret_files({"KIE_API_KEY_FILE": str(tmp_path)})


@pytest.mark.parametrize(
    "rest",
    ["studio:p%40ss@db.example:5433/studio", "studio@[::1]/studio?sslmode=require", "/studio"],
)
@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_database_is_postgresql_by_psycopg(scheme: str, rest: str) -> None:
    read = read_settings({"KONTEXT_DATABASE_URL": f"{scheme}://{rest}"}, {})

    assert read.database_url == f"postgresql+psycopg://{rest}"
    assert "studio" not in repr(read)


@pytest.mark.parametrize(
    "value",
    [
        "sqlite:///studio.db",
        "mysql://me:hidden@db/studio",
        "postgresql+asyncpg://me:hidden@db/studio",
        "postgresql:studio",
        "postgresql://me:hidden@db",
        "postgresql://me:hidden@db/",
        "postgresql://me:hidden@db:many/studio",
        "postgresql://me:hidden@db:0/studio",
        "postgresql://me:hid@den@db/studio",
        "postgresql://me:hid#den@db/studio",
        "postgresql://me:hidden@db/one/two",
        "postgresql://me:hidden@db/studio name",
        "postgresql://[hidden@db/studio",
    ],
)
def test_unusable_database_is_rejected_and_its_password_not_quoted(value: str) -> None:
    with pytest.raises(SettingsError, match="KONTEXT_DATABASE_URL must be") as caught:
        read_settings({"KONTEXT_DATABASE_URL": value}, {})
    assert "hid" not in str(caught.value)


# The picture store


def test_store_of_pictures_is_read_from_the_usual_variables() -> None:
    read = read_settings(
        {
            "KONTEXT_STORAGE_URL": "s3://team-pictures/kontext/studio.1/",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:3900/",
            "AWS_REGION": "garage",
            "AWS_ACCESS_KEY_ID": "AKIA",
            "AWS_SECRET_ACCESS_KEY": "the secret",
        },
        {},
    )
    assert read.storage_url == "s3://team-pictures/kontext/studio.1"
    assert (read.aws_endpoint_url, read.aws_region) == ("http://127.0.0.1:3900", "garage")
    assert (read.aws_access_key_id, read.aws_secret_access_key) == ("AKIA", "the secret")
    assert "the secret" not in repr(read)
    assert "AKIA" not in repr(read)


def test_amazon_variables_of_others_do_not_count_without_a_bucket() -> None:
    read = read_settings({"AWS_ENDPOINT_URL": "nonsense", "AWS_ACCESS_KEY_ID": "AKIA"}, {})
    assert (read.aws_endpoint_url, read.aws_access_key_id) == (None, None)


def test_key_of_the_store_may_stand_in_files(tmp_path: Path) -> None:
    (tmp_path / "id").write_text("AKIA\n")
    (tmp_path / "secret").write_text("the secret\n")
    files = {
        "KONTEXT_STORAGE_URL": "s3://pictures",
        "AWS_ACCESS_KEY_ID_FILE": str(tmp_path / "id"),
        "AWS_SECRET_ACCESS_KEY_FILE": str(tmp_path / "secret"),
    }
    read = read_settings(read_secret_files(files), {})
    assert (read.aws_access_key_id, read.aws_secret_access_key) == ("AKIA", "the secret")


@pytest.mark.parametrize(
    "value",
    [
        "pictures",
        "https://pictures.s3.amazonaws.com",
        "s3://",
        "s3://Pictures",
        "s3://pictures//studio",
        "s3://pictures/../other",
        "s3://pictures/a b",
        "s3://key:secret@pictures",
    ],
)
def test_unusable_bucket_is_rejected(value: str) -> None:
    with pytest.raises(SettingsError, match="KONTEXT_STORAGE_URL must be a bucket") as caught:
        read_settings({"KONTEXT_STORAGE_URL": value}, {})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_half_a_key_of_the_store_is_rejected(name: str) -> None:
    with pytest.raises(SettingsError, match="AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
        read_settings({"KONTEXT_STORAGE_URL": "s3://pictures", name: "something"}, {})


PROXY = {"KONTEXT_AUTH": "proxy", "KONTEXT_PROXY_SECRET": "0123456789abcdef"}
AUTH = {
    "client_id": "studio",
    "client_secret": "secret",
    "server_metadata_url": "https://id.example.com/.well-known/openid-configuration",
    "redirect_uri": "https://studio.example.com/oauth2callback",
    "cookie_secret": "0123456789abcdef",
}


def test_sign_in_by_a_proxy_is_read() -> None:
    read = read_settings(
        PROXY
        | {
            "KONTEXT_ADMINS": "Boss@Example.com, group:studio-admins",
            "KONTEXT_PROXY_USER_HEADER": "X-User",
            "KONTEXT_PROXY_GROUPS_HEADER": "X-Groups",
            "KONTEXT_SIGN_OUT_URL": "/oauth2/sign_out",
        },
        {},
    )

    assert (read.auth, read.proxy_user_header, read.proxy_groups_header) == (
        "proxy",
        "x-user",
        "x-groups",
    )
    assert read.admins == {"boss@example.com", "group:studio-admins"}
    assert read.sign_out_url == "/oauth2/sign_out"
    assert "0123456789abcdef" not in repr(read)


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        ({"KONTEXT_AUTH": "proxy"}, "needs KONTEXT_PROXY_SECRET"),
        (PROXY | {"KONTEXT_PROXY_SECRET": "short"}, "KONTEXT_PROXY_SECRET must have 16"),
        (PROXY | {"KONTEXT_PROXY_USER_HEADER": "a b"}, "KONTEXT_PROXY_USER_HEADER must be"),
        (PROXY | {"KONTEXT_ADMINS": "group:a"}, "KONTEXT_PROXY_GROUPS_HEADER"),
        (PROXY | {"KONTEXT_ADMINS": "boss"}, "KONTEXT_ADMINS must be"),
        (PROXY | {"KONTEXT_SIGN_OUT_URL": "javascript:alert(1)"}, "KONTEXT_SIGN_OUT_URL must be"),
        (PROXY | {"KONTEXT_SIGN_OUT_URL": "//evil.example"}, "KONTEXT_SIGN_OUT_URL must be"),
        ({"KONTEXT_AUTH": "ldap"}, "one of cookie, proxy, oidc"),
        ({"KONTEXT_AUTH": "oidc"}, "client_id"),
    ],
)
def test_unusable_sign_in_is_rejected(environment: dict[str, str], problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        read_settings(environment, {})


@pytest.mark.parametrize(
    ("missing", "problem"),
    [
        ("client_secret", "client_id, client_secret"),
        ("redirect_uri", "oauth2callback"),
        ("cookie_secret", "STREAMLIT_SERVER_COOKIE_SECRET"),
    ],
)
def test_sign_in_at_a_provider_needs_all_of_its_settings(missing: str, problem: str) -> None:
    part = {name: value for name, value in AUTH.items() if name != missing}

    assert read_settings({"KONTEXT_AUTH": "oidc"}, {"auth": AUTH}).auth == "oidc"
    with pytest.raises(SettingsError, match=problem):
        read_settings({"KONTEXT_AUTH": "oidc"}, {"auth": part})


def test_sign_in_that_cannot_be_read_opens_no_door() -> None:
    assert closed_settings({"KONTEXT_AUTH": "proxy"}, {}).auth == "closed"
    assert closed_settings({}, {"KONTEXT_AUTH": "oidc"}).auth == "closed"
    assert closed_settings({"KONTEXT_AUTH": "Cookie"}, {}).auth == "cookie"
    assert closed_settings({}, {}).auth == "cookie"
