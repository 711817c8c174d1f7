"""Who a user is: an unguessable token in a cookie, and its hash as the user id.

The database holds only the hash, so neither a copy of it nor an image's metadata lets anybody in.
"""

from __future__ import annotations

import hashlib
import re
import secrets

COOKIE = "kontext_designer"
COOKIE_LIFE_SECONDS = 400 * 24 * 3600  # the longest that browsers keep a cookie
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """A token for a new user: 256 bits, 43 characters."""
    return secrets.token_urlsafe(32)


def user_id_from_token(token: str | None) -> str | None:
    """The user id of this token, or None if it is malformed."""
    if token is None or not _TOKEN.fullmatch(token):
        return None
    return hashlib.sha256(token.encode()).hexdigest()[:32]
