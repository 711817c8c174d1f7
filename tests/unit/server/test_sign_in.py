"""Who may come in where people sign in: a proxy's word, its forgeries, and what stays open."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from starlette.types import Message, Receive, Scope, Send

from components.server.identity import IdentifyUser
from components.server.notice_pages import NoticePages
from components.server.security_headers import SecurityHeaders
from components.server.sign_in_routes import ExplainFailedSignIns
from components.server.user_tokens import UserTokens
from components.studio.db.people import Person
from components.studio.settings import Auth, Settings
from components.studio.studio import Studio

SECRET = "0123456789abcdef0123456789abcdef"
PROXY = Settings(
    auth=Auth.PROXY,
    proxy_secret=SECRET,
    proxy_groups_header="x-forwarded-groups",
    admins=frozenset({"boss@example.com", "group:studio-admins"}),
)
Headers = list[tuple[str, str]]
GOOD: Headers = [("X-Kontext-Proxy-Secret", SECRET), ("X-Forwarded-Email", "anna@example.com")]


class FakePeople:
    """Notes who was seen; somebody may be removed."""

    def __init__(self) -> None:
        self.seen: list[Person] = []
        self.removed_ids: set[str] = set()

    def see(self, person: Person) -> None:
        self.seen.append(person)

    def removed(self) -> frozenset[str]:
        return frozenset(self.removed_ids)


class FakeStudio:
    def __init__(self) -> None:
        self.people = FakePeople()

    def owns_anything(self, _user_id: str) -> bool:
        return False


@dataclass
class Answer:
    status: int | None = None
    """Of the response, or the code with which a socket is closed; None if the app was asked."""
    text: str = ""
    cookies: list[str] = field(default_factory=list)
    headers: dict[str, list[str]] = field(default_factory=dict)
    """What the app got, by name."""

    @property
    def user(self) -> list[str]:
        return self.headers.get("x-kontext-user", [])


def ask(
    headers: Headers,
    path: str = "/",
    *,
    kind: str = "http",
    settings: Settings = PROXY,
    studio: FakeStudio | None = None,
    claims: dict[str, object] | None = None,
    accept: str = "text/html",
    **scope: Any,
) -> Answer:
    """What the middleware makes of a request, and what the app behind it gets to see."""
    answer = Answer()

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        for name, value in scope["headers"]:
            answer.headers.setdefault(name.decode().lower(), []).append(value.decode())

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            names = [value.decode() for name, value in message["headers"] if name == b"set-cookie"]
            answer.cookies.extend(names)
        elif message["type"] == "http.response.body":
            answer.text += message["body"].decode()
        elif message["type"] == "websocket.close":
            answer.status = message["code"]

    middleware = IdentifyUser(
        app,
        open_studio=lambda: cast(Studio, studio or FakeStudio()),
        open_tokens=lambda: UserTokens(b"0123456789abcdef"),
        settings=settings,
        read_claims=lambda _cookies, _seconds: claims,
    )
    raw = [(name.lower().encode(), value.encode()) for name, value in headers]
    request = {
        "type": kind,
        "method": "GET",
        "scheme": "http",
        "path": path,
        "query_string": b"",
        "headers": [*raw, (b"accept", accept.encode())],
        **scope,
    }
    asyncio.run(middleware(request, receive, send))
    return answer


def test_person_of_the_proxy_comes_in_without_the_headers_that_say_so() -> None:
    studio = FakeStudio()
    answer = ask([*GOOD, ("X-Forwarded-Groups", "a,b")], studio=studio)

    assert len(answer.user) == 1
    assert "anna" not in answer.user[0]
    gone = {"x-kontext-proxy-secret", "x-forwarded-email", "x-forwarded-groups"}
    assert gone.isdisjoint(answer.headers)
    assert answer.cookies == []
    [seen] = studio.people.seen
    assert (seen.email, seen.role) == ("anna@example.com", "user")


@pytest.mark.parametrize(
    "email", ["Anna@Example.COM", "  anna@example.com ", "ａｎｎａ@example.com"]
)
def test_two_spellings_are_one_person(email: str) -> None:
    other = ask([GOOD[0], ("X-Forwarded-Email", email)])

    assert other.user == ask(GOOD).user


FORGED = {
    "no headers": [],
    "no secret": GOOD[1:],
    "wrong secret": [("X-Kontext-Proxy-Secret", "f" * 32), GOOD[1]],
    "empty secret": [("X-Kontext-Proxy-Secret", ""), GOOD[1]],
    "longer secret": [("X-Kontext-Proxy-Secret", SECRET + "0"), GOOD[1]],
    "right and wrong secret": [GOOD[0], ("X-Kontext-Proxy-Secret", "f" * 32), GOOD[1]],
    "right secret twice": [GOOD[0], *GOOD],
    "no e-mail": GOOD[:1],
    "empty e-mail": [GOOD[0], ("X-Forwarded-Email", "  ")],
    "two e-mails": [*GOOD, ("X-Forwarded-Email", "ben@example.com")],
    "two e-mails in one": [GOOD[0], ("X-Forwarded-Email", "ben@example.com, anna@example.com")],
    "control marks": [GOOD[0], ("X-Forwarded-Email", "anna@example.com\u202e")],
    "the app's own header": [("X-Kontext-User", "a" * 32)],
    "the app's own header beside an e-mail": [("X-Kontext-User", "a" * 32), GOOD[1]],
}


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED)
def test_forged_or_incomplete_headers_stay_outside(headers: Headers) -> None:
    page = ask(headers, "/gallery")
    route = ask(headers, "/app/static/pictures/x", accept="image/*")
    sockets = [ask(headers, path, kind="websocket").status for path in ("/_stcore/stream", "/push")]

    assert (page.status, route.status, sockets) == (403, 403, [1008, 1008])
    assert "<h1>" in page.text
    assert "proxy" in page.text
    assert page.cookies == []
    assert not page.headers, "the app was asked"


def test_address_of_the_sender_is_no_proof() -> None:
    assert ask(GOOD[1:], client=("127.0.0.1", 1)).status == 403


def test_user_header_of_a_browser_is_dropped() -> None:
    forged = ("X-Kontext-User", "a" * 32)

    assert ask([*GOOD, forged]).user == ask(GOOD).user
    assert "a" * 32 not in ask([forged], settings=Settings()).user


@pytest.mark.parametrize(
    ("path", "is_open"),
    [
        ("/healthz", True),
        ("/metrics", True),
        ("/callbacks/kontext/abc", True),
        ("/healthz/x", False),
        ("/callbacks", False),
        ("/callbacks/../gallery", False),
        ("/sign-in", False),
        ("/auth/login", False),
        ("/who", False),
        ("/uploads", False),
        ("/", False),
    ],
)
def test_what_has_rules_of_its_own_stays_outside_the_door(path: str, is_open: bool) -> None:
    answer = ask([], path)

    assert (answer.status is None) is is_open
    assert answer.user == []


@pytest.mark.parametrize(
    ("headers", "role"),
    [
        ([("X-Forwarded-Email", "BOSS@example.com")], "admin"),
        ([GOOD[1], ("X-Forwarded-Groups", "dev,studio-admins")], "admin"),
        ([GOOD[1], ("X-Forwarded-Groups", "studio-admins2")], "user"),
        ([GOOD[1], ("X-Forwarded-Groups", "a"), ("X-Forwarded-Groups", "studio-admins")], "user"),
        ([("X-Forwarded-Email", "group:studio-admins")], "user"),
    ],
)
def test_roles_come_from_addresses_and_groups(headers: Headers, role: str) -> None:
    studio = FakeStudio()
    ask([GOOD[0], *headers], studio=studio)

    assert [person.role for person in studio.people.seen] == [role]


def test_removed_person_stays_outside() -> None:
    studio = FakeStudio()
    studio.people.removed_ids.update(ask(GOOD).user)

    page = ask(GOOD, studio=studio)
    assert page.status == 403
    assert "You can no longer use this studio" in page.text
    assert ask(GOOD, "/push", kind="websocket", studio=studio).status == 1008
    assert ask([GOOD[0], ("X-Forwarded-Email", "ben@example.com")], studio=studio).user


def test_settings_that_cannot_be_read_let_nobody_in_and_hand_out_no_cookie() -> None:
    answer = ask(GOOD, settings=Settings(auth=Auth.CLOSED))

    assert (answer.user, answer.cookies, answer.status) == ([], [], None)  # the page says why


OIDC = Settings(auth=Auth.OIDC, admins=frozenset({"boss@example.com"}))
CLAIMS: dict[str, object] = {"email": "Anna@example.com", "name": "Anna", "sub": "1", "iss": "x"}


def test_signed_in_person_is_the_one_of_the_proxy() -> None:
    studio = FakeStudio()
    answer = ask([], settings=OIDC, claims=CLAIMS, studio=studio)

    assert answer.user == ask(GOOD).user
    assert [(person.name, person.email) for person in studio.people.seen] == [
        ("Anna", "anna@example.com")
    ]


def test_unsigned_page_is_the_way_to_sign_in() -> None:
    page = ask([], "/gallery", settings=OIDC, root_path="/studio")

    assert page.status == 401
    assert 'href="/studio/sign-in?with="' in page.text
    assert ask([], "/sign-in", settings=OIDC).status is None
    assert ask([], "/_stcore/stream", kind="websocket", settings=OIDC).status == 1008
    assert ask([], "/endings", settings=OIDC, accept="*/*").status == 401


@pytest.mark.parametrize("claimed", ["boss@example.com", "Boss@Example.com"])
def test_unconfirmed_address_is_nobody(claimed: str) -> None:
    claims = {**CLAIMS, "email": claimed, "email_verified": False}
    answer = ask([], settings=OIDC, claims=claims)

    assert answer.status == 401
    assert "not confirmed" in answer.text


def test_person_without_an_address_is_known_by_the_subject() -> None:
    claims: dict[str, object] = {"sub": "1", "iss": "https://a", "name": "A\u202e\nB" + "x" * 400}
    studio = FakeStudio()
    answer = ask([], settings=OIDC, claims=claims, studio=studio)
    other = ask([], settings=OIDC, claims={**claims, "iss": "https://b"})

    assert answer.user != other.user
    assert studio.people.seen[0].name == ("AB" + "x" * 400)[:200]
    assert ask([], settings=OIDC, claims={"name": "A"}).status == 401


class Socket:
    """A socket whose browser says nothing."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(self, message: Message) -> None:
        self.sent.append(message)


def test_open_socket_of_a_removed_person_is_closed() -> None:
    studio, socket, anna = FakeStudio(), Socket(), ask(GOOD).user
    ends: list[Message] = []

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        studio.people.removed_ids.update(anna)
        ends.append(await receive())
        await send({"type": "websocket.send", "text": "too late"})

    middleware = IdentifyUser(
        app,
        open_studio=lambda: cast(Studio, studio),
        open_tokens=lambda: UserTokens(b"0123456789abcdef"),
        settings=PROXY,
        check_sockets_every_s=0,
        removed_every_s=0,
    )
    headers = [(name.lower().encode(), value.encode()) for name, value in GOOD]
    scope = {"type": "websocket", "scheme": "ws", "path": "/push", "headers": headers}
    asyncio.run(middleware(scope, socket.receive, socket.send))

    assert [message["type"] for message in ends] == ["websocket.disconnect"]
    assert socket.sent == [{"type": "websocket.close", "code": 1012, "reason": ""}]


@pytest.mark.parametrize(("scheme", "ending"), [("https", "; Secure"), ("http", "Lax")])
def test_cookies_of_streamlits_login_are_secure_under_tls(scheme: str, ending: str) -> None:
    sent: list[Message] = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        own = b"_streamlit_user=x; HttpOnly; Path=/; SameSite=Lax"
        cookies = [(b"set-cookie", own), (b"set-cookie", b"ours=x; Secure")]
        await send({"type": "http.response.start", "status": 200, "headers": cookies})

    async def note(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "scheme": scheme, "path": "/oauth2callback", "headers": []}
    asyncio.run(SecurityHeaders(app)(scope, Socket().receive, note))

    cookies = [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]
    assert cookies[0].endswith(ending)
    assert cookies[1] == "ours=x; Secure"


@pytest.mark.parametrize(
    ("path", "query", "status", "cookie", "is_explained"),
    [
        ("/auth/login", b"provider=x", 400, b"", True),
        ("/auth/login", b"provider=x", 302, b"", False),
        ("/oauth2callback", b"error=access_denied&state=x", 302, b"", True),
        ("/oauth2callback", b"code=x&state=x", 302, b'_streamlit_user=""; Max-Age=0', True),
        ("/oauth2callback", b"code=x&state=x", 302, b"_streamlit_user=abc; HttpOnly", False),
        ("/oauth2callback", b"", 302, b"", False),  # the way back from signing out
        ("/gallery", b"error=x", 400, b"", False),
    ],
)
def test_login_that_fails_is_explained(
    path: str, query: bytes, status: int, cookie: bytes, is_explained: bool
) -> None:
    sent: list[Message] = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"set-cookie", cookie)] if cookie else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"bare"})

    async def note(message: Message) -> None:
        sent.append(message)

    scope = {
        **{"type": "http", "method": "GET", "path": path, "query_string": query, "headers": []},
        "kontext.user_id": None,
    }
    asyncio.run(ExplainFailedSignIns(app, pages=NoticePages())(scope, Socket().receive, note))

    assert (sent[0]["status"] == 502) is is_explained
    assert (b"Try again" in sent[1]["body"]) is is_explained
    assert len(sent) == 2
