"""Who a designer is: an unguessable token in a cookie, and the name that is kept of it.

The ledger keeps only the hash, so that neither a copy of it nor a picture's record lets
anybody in.
"""

from __future__ import annotations

import hashlib
import re
import secrets

COOKIE = "kontext_designer"
COOKIE_LIFE_SECONDS = 400 * 24 * 3600  # the longest that browsers keep a cookie
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """A token for somebody who has none yet: 256 bits, 43 characters."""
    return secrets.token_urlsafe(32)


def user_id_from_token(token: str | None) -> str | None:
    """The designer whom this token stands for, or None if it is not one of ours."""
    if token is None or not _TOKEN.fullmatch(token):
        return None
    return hashlib.sha256(token.encode()).hexdigest()[:32]
