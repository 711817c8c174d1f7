"""Identity tokens: who signed them, what they name, and where the secret is kept."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from components.server.user_tokens import (
    UserTokens,
    cookie_name,
    open_user_tokens,
    user_id_of_0_1_0,
)
from components.studio.db.database import DatabaseError
from components.studio.settings import Settings

TOKENS = UserTokens(b"0123456789abcdef")
OF_0_1_0 = "anna-" + "A" * 38
USER_OF_0_1_0 = "d6cc2bcc3cb5b83116a8c04aa59fb1f2"


def secret_file(folder: Path) -> Path:
    return folder / "cookie_secret"


def test_token_names_the_same_user_each_time() -> None:
    token = TOKENS.issue()

    assert TOKENS.user_id(token) == TOKENS.user_id(token)
    assert len(TOKENS.user_id(token) or "") == 32
    assert TOKENS.user_id(token) != TOKENS.user_id(TOKENS.issue())


def test_token_does_not_hold_the_user_id() -> None:
    token = TOKENS.issue()

    assert (TOKENS.user_id(token) or "") not in token


def test_adopted_token_keeps_the_user_id_of_0_1_0() -> None:
    assert user_id_of_0_1_0(OF_0_1_0) == USER_OF_0_1_0
    assert TOKENS.user_id(TOKENS.adopt(OF_0_1_0)) == USER_OF_0_1_0


def test_every_changed_character_makes_a_token_invalid() -> None:
    token = TOKENS.issue()
    changed = [
        token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        for at in range(len(token))
    ]

    # The last character of 32 bytes in base64 has two unused bits: no change of it may pass.
    assert [TOKENS.user_id(forged) for forged in changed] == [None] * 90


@pytest.mark.parametrize(
    "forged",
    [
        "",
        OF_0_1_0,
        "v1." + "x" * 43,
        "v1." + "x" * 43 + ".",
        "v1." + "x" * 43 + "." + "x" * 43,
        "v1." + "x" * 43 + "." + "é" * 43,
        TOKENS.issue() + "\n",
        " " + TOKENS.issue(),
        TOKENS.issue().replace("v1", "v0"),
        TOKENS.adopt(OF_0_1_0).replace("v0", "v1"),
        TOKENS.issue().replace("v1", "v2"),
        UserTokens(b"another secret, also long").issue(),
    ],
    ids=range(12),  # the tokens are random
)
def test_forged_token_names_nobody(forged: str) -> None:
    assert TOKENS.user_id(forged) is None


def test_random_part_of_a_signed_token_names_another_user() -> None:
    token = TOKENS.issue()

    assert user_id_of_0_1_0(token.split(".")[1]) != TOKENS.user_id(token)
    assert TOKENS.token_of_0_1_0(token) is None


@pytest.mark.parametrize("token", ["", "x" * 42, "x" * 44, "x" * 42 + "é", "x" * 43 + "\n"])
def test_malformed_unsigned_token_names_nobody(token: str) -> None:
    assert TOKENS.token_of_0_1_0(token) is None


def test_token_of_0_1_0_is_found_signed_and_unsigned() -> None:
    assert TOKENS.token_of_0_1_0(OF_0_1_0) == OF_0_1_0
    assert TOKENS.token_of_0_1_0(TOKENS.adopt(OF_0_1_0)) == OF_0_1_0
    assert TOKENS.token_of_0_1_0(UserTokens(b"another secret").adopt(OF_0_1_0)) is None


@pytest.mark.parametrize(
    ("is_https", "base_path", "name"),
    [
        (False, "", "kontext_designer"),
        (True, "", "__Host-kontext_designer"),
        (False, "/studio/", "kontext_designer_studio"),
        (True, "studio", "__Host-kontext_designer_studio"),
        (True, "/a/b", "__Host-kontext_designer_a%2Fb"),
        (False, "/", "kontext_designer"),
    ],
)
def test_cookie_name_says_tls_and_base_path(is_https: bool, base_path: str, name: str) -> None:
    assert cookie_name(is_https=is_https, base_path=base_path) == name


def test_secret_is_made_once_and_only_the_owner_of_the_file_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    settings = Settings(data_dir=folder)

    token = open_user_tokens(settings).issue()

    assert open_user_tokens(settings).user_id(token) is not None
    assert stat.S_IMODE(secret_file(folder).stat().st_mode) == 0o600
    assert secret_file(folder).stat().st_size == 32
    assert list(folder.iterdir()) == [secret_file(folder)]


def test_processes_that_start_together_share_one_secret(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as starters:
        tokens = list(starters.map(lambda _: open_user_tokens(settings), range(32)))

    token = tokens[0].issue()
    assert {each.user_id(token) for each in tokens} == {tokens[0].user_id(token)}
    assert list(tmp_path.iterdir()) == [secret_file(tmp_path)]


def test_two_data_folders_have_two_secrets(tmp_path: Path) -> None:
    token = open_user_tokens(Settings(data_dir=tmp_path / "a")).issue()

    assert open_user_tokens(Settings(data_dir=tmp_path / "b")).user_id(token) is None


def test_configured_secret_needs_no_file(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", cookie_secret="0123456789abcdef")

    assert open_user_tokens(settings).user_id(TOKENS.issue()) is not None
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 33])
def test_damaged_secret_is_named_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    secret_file(tmp_path).write_bytes(content)

    with pytest.raises(DatabaseError, match="cookie_secret is damaged"):
        open_user_tokens(Settings(data_dir=tmp_path))
    assert secret_file(tmp_path).read_bytes() == content


def test_unreadable_secret_is_named(tmp_path: Path) -> None:
    secret_file(tmp_path).mkdir()

    with pytest.raises(DatabaseError, match="cookie_secret cannot be used: Is a directory"):
        open_user_tokens(Settings(data_dir=tmp_path))
