"""Who a request comes from, by its scope: TLS, base path, several cookies, cookies of 0.1.0."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive, Scope, Send

from components.server.identity import IdentifyUser, read_user_id
from components.server.user_tokens import UserTokens
from components.studio.db.database import DatabaseError
from components.studio.studio import Studio

TOKENS = UserTokens(b"0123456789abcdef")
MINE, PLANTED = TOKENS.issue(), TOKENS.issue()
OF_0_1_0 = "anna-" + "A" * 38
USER_OF_0_1_0 = "d6cc2bcc3cb5b83116a8c04aa59fb1f2"
SECURE_NAME = "__Host-kontext_designer"


@dataclass
class Answer:
    """What the app behind the middleware saw, and the cookies that the response sets."""

    user_id: str | None = None
    user_headers: list[str] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    cache_control: str | None = None

    @property
    def new_token(self) -> str:
        """The token in the first cookie that is set."""
        return self.cookies[0].split(";")[0].split("=")[1]


class FakeStudio:
    """The user of 0.1.0 owns something; nobody else does."""

    def owns_anything(self, user_id: str) -> bool:
        return user_id == USER_OF_0_1_0

    @property
    def people(self) -> FakeStudio:
        return self

    def removed(self) -> frozenset[str]:
        return frozenset()


def open_fake_studio() -> Studio:
    return cast(Studio, FakeStudio())


def open_locked_studio() -> Studio:
    raise DatabaseError("The database is locked.")


def send_request(
    *cookie_headers: str,
    scheme: str = "http",
    root_path: str = "",
    base_path: str = "",
    accept: str = "text/html",
    open_studio: Any = open_fake_studio,
    open_tokens: Any = lambda: TOKENS,
    **headers: str,
) -> Answer:
    """Send one request, or for the schemes ws and wss a handshake, through the middleware."""
    answer = Answer()

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        answer.user_id = read_user_id(connection)
        answer.user_headers = connection.headers.getlist("x-kontext-user")
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Message) -> None:
        sent = [(name.decode(), value.decode()) for name, value in message["headers"]]
        answer.cookies = [value for name, value in sent if name == "set-cookie"]
        answer.cache_control = dict(sent).get("cache-control")

    async def receive() -> MutableMapping[str, Any]:
        raise AssertionError("nothing reads the body")

    raw = [("accept", accept), *headers.items(), *(("cookie", each) for each in cookie_headers)]
    scope = {
        "type": "websocket" if scheme.startswith("ws") else "http",
        "method": "GET",
        "scheme": scheme,
        "root_path": root_path,
        "path": "/",
        "headers": [
            (name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in raw
        ],
    }
    middleware = IdentifyUser(
        app, open_studio=open_studio, open_tokens=open_tokens, base_path=base_path
    )
    asyncio.run(middleware(scope, receive, send))
    return answer


def test_signed_cookie_names_its_user_and_is_not_set_again() -> None:
    answer = send_request(f"other=1; kontext_designer={MINE}")

    assert answer.user_id == TOKENS.user_id(MINE)
    assert answer.cookies == []


def test_two_studios_of_one_host_leave_each_other_their_cookies() -> None:
    theirs = f"kontext_designer={UserTokens(b'another secret here').issue()}"
    answer = send_request(theirs)

    [cookie] = answer.cookies
    name, token = cookie.split(";")[0].split("=")
    assert name.startswith("kontext_designer_")
    assert TOKENS.user_id(token) is not None
    both = send_request(f"{theirs}; {name}={token}")
    assert (both.user_id, both.cookies) == (TOKENS.user_id(token), [])
    assert send_request(f"{theirs}; {name}={token}; {name}={PLANTED}").user_id is None


def test_plain_http_gives_the_cookie_its_old_name() -> None:
    answer = send_request()

    assert answer.cookies == [
        f"kontext_designer={answer.new_token}; HttpOnly; Max-Age=34560000; Path=/; SameSite=Lax"
    ]
    assert TOKENS.user_id(answer.new_token) is not None
    assert answer.cache_control == "no-store"


def test_https_gives_a_cookie_that_no_other_host_can_set() -> None:
    answer = send_request(scheme="https")

    assert answer.cookies == [
        f"{SECURE_NAME}={answer.new_token}; "
        "HttpOnly; Max-Age=34560000; Path=/; SameSite=Lax; Secure"
    ]


@pytest.mark.parametrize("scheme", ["https", "wss"])
def test_https_believes_the_secure_name_and_not_a_planted_plain_one(scheme: str) -> None:
    both = f"kontext_designer={PLANTED}; {SECURE_NAME}={MINE}"

    assert send_request(both, scheme=scheme).user_id == TOKENS.user_id(MINE)
    assert send_request(f"kontext_designer={PLANTED}", scheme=scheme).user_id is None


@pytest.mark.parametrize("scheme", ["http", "ws"])
def test_plain_http_does_not_believe_the_secure_name(scheme: str) -> None:
    assert send_request(f"{SECURE_NAME}={MINE}", scheme=scheme).user_id is None


@pytest.mark.parametrize(
    "cookies",
    [
        [f"kontext_designer={MINE}; kontext_designer={PLANTED}"],
        [f"kontext_designer={PLANTED}; kontext_designer={MINE}"],
        [f"kontext_designer={MINE}", f"kontext_designer={PLANTED}"],
        [f"kontext_designer={MINE}; kontext_designer=x"],
        [f"kontext_designer={OF_0_1_0}; kontext_designer={PLANTED}"],
        [f"kontext_designer={OF_0_1_0};kontext_designer={OF_0_1_0}"],
    ],
)
def test_cookie_that_is_sent_twice_is_not_believed(cookies: list[str]) -> None:
    answer = send_request(*cookies)

    assert answer.user_id is None
    assert TOKENS.user_id(answer.new_token) not in {
        None,
        TOKENS.user_id(MINE),
        TOKENS.user_id(PLANTED),
        USER_OF_0_1_0,
    }
    assert send_request(*cookies, scheme="ws").user_id is None


def test_secure_cookie_that_is_sent_twice_falls_back_to_no_old_cookie() -> None:
    cookies = f"{SECURE_NAME}={MINE}; {SECURE_NAME}={PLANTED}; kontext_designer={OF_0_1_0}"

    answer = send_request(cookies, scheme="https")

    assert answer.user_id is None
    assert TOKENS.user_id(answer.new_token) != USER_OF_0_1_0


def test_old_cookie_that_is_sent_twice_is_not_believed_under_https() -> None:
    cookies = f"kontext_designer={OF_0_1_0}; kontext_designer={PLANTED}"

    assert send_request(cookies, scheme="https").user_id is None


@pytest.mark.parametrize("place", [{"root_path": "/studio"}, {"base_path": "studio"}])
def test_studio_under_a_path_believes_its_own_cookie_alone(place: dict[str, str]) -> None:
    answer = send_request(f"kontext_designer={PLANTED}", scheme="https", **place)

    assert answer.user_id is None
    assert answer.cookies[0].startswith(f"{SECURE_NAME}_studio=")
    assert "; Path=/;" in answer.cookies[0]
    own = send_request(f"{SECURE_NAME}_studio={MINE}", scheme="wss", **place)
    assert own.user_id == TOKENS.user_id(MINE)


def test_cookie_of_0_1_0_whose_user_owns_something_is_replaced_at_once() -> None:
    answer = send_request(f"kontext_designer={OF_0_1_0}")

    assert answer.user_id == USER_OF_0_1_0
    assert len(answer.cookies) == 1
    assert TOKENS.user_id(answer.new_token) == USER_OF_0_1_0


@pytest.mark.parametrize("cookie", [OF_0_1_0, TOKENS.adopt(OF_0_1_0)])
def test_cookie_of_0_1_0_gets_the_secure_name_under_https(cookie: str) -> None:
    answer = send_request(f"kontext_designer={cookie}", scheme="https")

    assert answer.user_id == USER_OF_0_1_0
    assert answer.cookies[0].startswith(f"{SECURE_NAME}=")
    assert TOKENS.user_id(answer.new_token) == USER_OF_0_1_0
    assert answer.cookies[1].startswith("kontext_designer=; HttpOnly; Max-Age=0; Path=/;")


def test_unsigned_cookie_whose_user_owns_nothing_is_not_believed() -> None:
    made_up = "x" * 43

    answer = send_request(f"kontext_designer={made_up}")

    assert answer.user_id is None
    assert made_up not in answer.new_token


def test_random_part_of_a_signed_cookie_is_not_believed() -> None:
    class OtherStudio(FakeStudio):
        def owns_anything(self, user_id: str) -> bool:
            return user_id == TOKENS.user_id(PLANTED)

    cut = PLANTED.split(".")[1]

    answer = send_request(f"kontext_designer={cut}", open_studio=OtherStudio)

    assert answer.user_id is None


def test_cookie_of_0_1_0_is_kept_while_the_studio_cannot_be_opened() -> None:
    answer = send_request(f"kontext_designer={OF_0_1_0}", open_studio=open_locked_studio)

    assert (answer.user_id, answer.cookies) == (None, [])


def test_signed_cookie_is_known_while_the_studio_cannot_be_opened() -> None:
    answer = send_request(f"kontext_designer={MINE}", open_studio=open_locked_studio)

    assert answer.user_id == TOKENS.user_id(MINE)


def test_cookie_is_kept_while_there_is_no_secret() -> None:
    answer = send_request(f"kontext_designer={MINE}", open_tokens=open_locked_studio)

    assert (answer.user_id, answer.cookies) == (None, [])


def test_user_header_of_a_client_is_removed() -> None:
    named = {"x_kontext_user": USER_OF_0_1_0}

    assert send_request(scheme="ws", **named).user_headers == []
    own = send_request(f"kontext_designer={MINE}", scheme="ws", **named)
    assert own.user_headers == [TOKENS.user_id(MINE)]


@pytest.mark.parametrize("request_", [{"accept": "image/png"}, {"scheme": "ws"}])
def test_only_pages_set_the_cookie(request_: dict[str, str]) -> None:
    assert send_request(**request_).cookies == []
