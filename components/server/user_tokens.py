"""Who a user is: a signed, unguessable token in a cookie, and its hash as the user id.

The signature keeps people from naming themselves. The database holds only the hash, so neither a
copy of it nor an image's metadata lets anybody in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path
from urllib.parse import quote

from components.studio.db.database import Database, DatabaseError
from components.studio.settings import Settings
from components.studio.storage import SECRET_FILE

COOKIE = "kontext_designer"
COOKIE_LIFE_SECONDS = 400 * 24 * 3600  # the longest that browsers keep a cookie
_SECRET_BYTES = 32
# The version says what was hashed for the user id: all of the name, or a token of 0.1.0.
_NEW, _OF_0_1_0 = "v1", "v0"
_RANDOM = re.compile(r"[A-Za-z0-9_-]{43}")
_TOKEN = re.compile(
    r"(?P<name>(?P<version>v[01])\.(?P<random>[A-Za-z0-9_-]{43}))\.[A-Za-z0-9_-]{43}"
)


class UserTokens:
    """Makes and checks the tokens of users."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @property
    def fingerprint(self) -> str:
        """Names this studio among those of one host; says nothing about the secret."""
        return hmac.digest(self._secret, b"the name of a studio", hashlib.sha256)[:4].hex()

    def issue(self) -> str:
        """A token for a new user: 256 random bits and their signature."""
        return self._sign(f"{_NEW}.{secrets.token_urlsafe(32)}")

    def adopt(self, unsigned: str) -> str:
        """The signed token of a user who has a cookie of 0.1.0; the user id stays."""
        return self._sign(f"{_OF_0_1_0}.{unsigned}")

    def user_id(self, token: str) -> str | None:
        """The user id of a token, or None if this studio did not sign it."""
        match = self._match(token)
        if match is None:
            return None
        # Without the version in it, a signed token cut to its random part would pass for one of
        # 0.1.0.
        return _hash(match["name"]) if match["version"] == _NEW else _hash(match["random"])

    def token_of_0_1_0(self, cookie: str) -> str | None:
        """The token of 0.1.0 that a cookie holds, unsigned or adopted; None where there is none.

        Anybody can make one up: it is to be believed only if its user owns something.
        """
        match = self._match(cookie)
        if match is not None and match["version"] == _OF_0_1_0:
            return match["random"]
        return cookie if _RANDOM.fullmatch(cookie) else None

    def _match(self, token: str) -> re.Match[str] | None:
        match = _TOKEN.fullmatch(token)
        is_ours = match is not None and hmac.compare_digest(self._sign(match["name"]), token)
        return match if is_ours else None

    def _sign(self, name: str) -> str:
        mac = hmac.digest(self._secret, name.encode(), hashlib.sha256)
        return f"{name}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def seal_token(token: str, link: str) -> str:
    """A token in a form that only the link opens: what is stored names nobody.

    `link` must be random, and be used for one token.
    """
    return _with_pad(token.encode(), link).hex()


def unseal_token(sealed: str, link: str) -> str:
    """The token that was sealed with this link."""
    return _with_pad(bytes.fromhex(sealed), link).decode(errors="replace")


def _with_pad(data: bytes, link: str) -> bytes:
    pad = hashlib.shake_256(f"a link to another device:{link}".encode()).digest(len(data))
    return bytes(a ^ b for a, b in zip(data, pad, strict=True))


def user_id_of_0_1_0(token: str) -> str:
    """The user id that version 0.1.0 gave a token."""
    return _hash(token)


def cookie_name(*, is_https: bool, base_path: str = "") -> str:
    """The cookie's name. Studios under other paths of a host have other names.

    Under TLS it begins with `__Host-`: browsers let no other host set such a cookie.
    """
    path = quote(base_path.strip("/"), safe="")
    return ("__Host-" if is_https else "") + COOKIE + (f"_{path}" if path else "")


def open_user_tokens(settings: Settings) -> UserTokens:
    """Tokens signed with the configured secret, or with one kept in the data folder.

    Raises DatabaseError where the folder cannot be used.
    """
    if settings.cookie_secret is not None:
        return UserTokens(settings.cookie_secret.encode())
    return UserTokens(_read_or_make_secret(settings.data_dir / SECRET_FILE))


def shared_user_tokens(database: Database) -> UserTokens:
    """Tokens signed with a secret that all replicas find in their database. DatabaseError."""
    made = secrets.token_hex(_SECRET_BYTES)
    return UserTokens(bytes.fromhex(database.shared_value("cookie_secret", made)))


def _read_or_make_secret(path: Path) -> bytes:
    try:
        if not path.exists():
            _make_secret(path)
        secret = path.read_bytes()
    except OSError as error:
        raise DatabaseError(f"The file {path} cannot be used: {error.strerror}.") from error
    if len(secret) != _SECRET_BYTES:
        raise DatabaseError(
            f"The file {path} is damaged. Restore it from a backup. Without one, delete it: "
            "everybody then starts with an empty gallery."
        )
    return secret


def _make_secret(path: Path) -> None:
    """Write a new secret, complete or not at all; another process's secret stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # never replaces a file
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
