"""Identity tokens that a test makes before the app starts."""

from __future__ import annotations

from components.server.user_tokens import UserTokens, user_id_of_0_1_0

COOKIE_SECRET = "the tests sign their cookies with this"
_TOKENS = UserTokens(COOKIE_SECRET.encode())


def new_token() -> str:
    """The token of a new user of an app that a test starts."""
    return _TOKENS.issue()


def user_id_of(token: str) -> str:
    """The id under which the database keeps the user of a token, also one of 0.1.0."""
    return _TOKENS.user_id(token) or user_id_of_0_1_0(token)
