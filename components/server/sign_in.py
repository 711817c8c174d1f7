"""Who has signed in: as a trusted proxy says, or as the cookie of Streamlit's own login says.

What this module cannot be sure of is nobody: it answers with a sentence, never with a person.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Scope

from components.studio.db.people import ADMIN, USER, Person, person_id
from components.studio.settings import Auth, Settings, normalise_email

SECRET_HEADER: Final = "x-kontext-proxy-secret"  # noqa: S105 - a header's name
MAX_EMAIL_CHARACTERS: Final = 320
MAX_NAME_CHARACTERS: Final = 200

ReadClaims: TypeAlias = Callable[[Mapping[str, str], float], Mapping[str, object] | None]
"""What the login's cookie says, given all cookies and how many seconds a sign-in lasts."""

NO_PROXY: Final = (
    "This studio is reached through its sign-in proxy. Open the address that you were given."
)
NO_PERSON: Final = (
    "The sign-in proxy did not say who you are. Sign in again; if that does not help, tell the "
    "person who runs this studio."
)
REMOVED: Final = (
    "You can no longer use this studio. What you made is kept. "
    "Ask the person who runs it to let you in again."
)
SIGN_IN: Final = "Sign in to make pictures and to find yours."
NOT_VERIFIED: Final = (
    "Your e-mail address is not confirmed at the sign-in service. "
    "Confirm it there, then sign in again."
)
NO_ADDRESS: Final = (
    "The sign-in service did not say who you are: it sends neither an e-mail address nor a "
    "subject. Tell the person who runs this studio."
)


@dataclass(frozen=True)
class Refusal:
    """Why somebody stays outside."""

    sentence: str
    may_sign_in: bool = False
    """Whether a press of "Sign in" may help."""
    may_sign_out: bool = False
    """Whether somebody else may sign in then."""


def drop_proxy_headers(scope: Scope, settings: Settings) -> Scope:
    """The scope without what only the app or its proxy may say."""
    dropped = {settings.proxy_user_header, settings.proxy_groups_header}
    is_ours = settings.auth is Auth.PROXY
    headers = [
        (name, value)
        for name, value in scope["headers"]
        if not (
            (lower := name.decode("latin-1").lower()).startswith("x-kontext-")
            or (is_ours and lower in dropped)
        )
    ]
    return {**scope, "headers": headers}


def read_proxy(scope: Scope, settings: Settings) -> Person | Refusal:
    """The person that the proxy names, if it proves itself: the sender's address proves nothing."""
    sent = _values(scope, SECRET_HEADER)
    secret = (settings.proxy_secret or "").encode()
    if not secret or len(sent) != 1 or not hmac.compare_digest(sent[0], secret):
        return Refusal(NO_PROXY)
    named = _values(scope, settings.proxy_user_header)
    email = _decode(named[0]) if len(named) == 1 else ""
    # Commas and spaces: two headers that another proxy has joined to one.
    if not email or len(email) > MAX_EMAIL_CHARACTERS or any(c in ",; " for c in email):
        return Refusal(NO_PERSON, may_sign_out=True)
    groups: Iterable[str] = ()
    if settings.proxy_groups_header is not None:
        listed = _values(scope, settings.proxy_groups_header)
        groups = _decode(listed[0]).split(",") if len(listed) == 1 else ()
    return _person(normalise_email(email), "", settings, groups)


@dataclass(frozen=True)
class LoginReader:
    """Reads the cookie of Streamlit's login with a function that knows its form."""

    settings: Settings
    read_claims: ReadClaims = field(repr=False)

    def read(self, scope: Scope) -> Person | Refusal:
        """The person who has signed in, as long as the sign-in lasts."""
        cookies = HTTPConnection(scope).cookies
        claims = self.read_claims(cookies, self.settings.session_hours * 3600.0)
        if not claims:
            return Refusal(SIGN_IN, may_sign_in=True)
        name = _plain(str(claims.get("name") or ""))
        email, subject = claims.get("email"), claims.get("sub")
        if isinstance(email, str) and email.strip():
            # Whoever may type any address at the provider must not become its owner here.
            if claims.get("email_verified") in (False, "false"):
                return Refusal(NOT_VERIFIED, may_sign_in=True)
            return _person(normalise_email(_plain(email)), name, self.settings, ())
        if isinstance(subject, str) and subject:
            user_id = person_id(f"{claims.get('iss')} {subject}")
            return Person(user_id=user_id, name=name or subject[:MAX_NAME_CHARACTERS])
        return Refusal(NO_ADDRESS, may_sign_in=True)


def _person(email: str, name: str, settings: Settings, groups: Iterable[str]) -> Person:
    names = {f"group:{group.strip()}" for group in groups}
    if "@" in email:  # what a proxy calls a person must not pass for a group
        names.add(email.removeprefix("group:"))
    role = USER if settings.admins.isdisjoint(names) else ADMIN
    return Person(user_id=person_id(email), name=name or email, email=email, role=role)


def _values(scope: Scope, name: str) -> list[bytes]:
    return [value for key, value in Headers(scope=scope).raw if key.lower() == name.encode()]


def _decode(value: bytes) -> str:
    """The text of a header; empty where it is none."""
    try:
        text = value.decode().strip()
    except UnicodeDecodeError:
        return ""
    return text if text.isprintable() else ""


def _plain(text: str) -> str:
    """One line without control and direction marks, which could change how a page reads."""
    kept = (c for c in text if not unicodedata.category(c).startswith("C"))
    return " ".join("".join(kept).split())[:MAX_NAME_CHARACTERS]
