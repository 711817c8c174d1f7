"""Pages that are no page of the studio: the door where people sign in, and short notices."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from urllib.parse import quote

from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from components.server.responses import NO_STORE
from components.server.sign_in import Refusal
from components.studio.settings import Auth, Settings

DrawPage: TypeAlias = Callable[[str, str], str]
"""A page in the looks of the app, given the path of its root and the HTML of its body."""

SIGN_IN_PATH: Final = "/sign-in"


def _draw_plainly(_root: str, body: str) -> str:
    return f"<!DOCTYPE html><title>Kontext Studio</title>{body}"


@dataclass(frozen=True)
class NoticePages:
    """Draws them. A path in them begins at the root of the host: they stand at any address."""

    draw: DrawPage = field(default=_draw_plainly, repr=False)
    base_path: str = ""
    providers: tuple[str, ...] = ()
    """The names of several sign-in services; none where there is one."""

    def root(self, scope: Scope) -> str:
        """The path under which a browser sees the app, without a slash at its end."""
        return quote(f"{scope.get('root_path', '')}{self.base_path}")

    def page(
        self, scope: Scope, heading: str, *sentences: str, more: str = "", status: int = 200
    ) -> Response:
        """A heading, paragraphs of plain text, and more as HTML."""
        text = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in sentences)
        body = f"<h1>{html.escape(heading)}</h1>{text}{more}"
        return HTMLResponse(self.draw(self.root(scope), body), status, NO_STORE)

    def door(self, scope: Scope, refusal: Refusal, settings: Settings, status: int) -> Response:
        """What somebody sees who is not let in."""
        links = []
        if refusal.may_sign_in:
            links = [
                self.link(
                    scope,
                    f"Sign in with {name}" if name else "Sign in",
                    f"{SIGN_IN_PATH}?with={quote(name)}",
                )
                for name in self.providers or ("",)
            ]
        elif refusal.may_sign_out and settings.auth is Auth.OIDC:
            links = [self.link(scope, "Sign out", "/auth/logout")]
        elif refusal.may_sign_out and settings.sign_out_url is not None:
            links = [_link("Sign out", settings.sign_out_url)]
        heading = "Sign in" if refusal.may_sign_in else "You cannot come in here"
        return self.page(scope, heading, refusal.sentence, more="".join(links), status=status)

    def link(self, scope: Scope, label: str, path: str) -> str:
        """A link to a path of the app, as HTML; it looks like a button."""
        return _link(label, self.root(scope) + path)


def _link(label: str, url: str) -> str:
    return f'<a class="kx-notice-action" href="{html.escape(url)}">{html.escape(label)}</a>'
