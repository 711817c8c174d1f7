"""Security headers of every HTTP response, the content security policy among them."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.util import find_spec
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def _inline_script_hashes() -> str:
    """Hashes of the inline scripts in the installed Streamlit's own page."""
    package = find_spec("streamlit")
    if package is None or package.origin is None:
        return ""
    page = Path(package.origin).with_name("static") / "index.html"
    scripts = re.findall(r"<script>(.*?)</script>", page.read_text("utf-8"), re.DOTALL)
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


# Streamlit starts workers from blobs and writes style elements. Its protobuf tries WebAssembly at
# each load, where Firefox logs a refusal as an error; the word allows no script. Nothing else is
# needed.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        f"script-src 'self' blob: 'wasm-unsafe-eval' {_inline_script_hashes()}",
        "worker-src 'self' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)


class SecurityHeaders:
    """Middleware: adds headers that keep the page to this origin."""

    def __init__(self, app: ASGIApp, *, hsts_seconds: int = 0) -> None:
        self.app = app
        self._hsts_seconds = hsts_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to every HTTP response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-security-policy", CONTENT_SECURITY_POLICY)
                headers["x-content-type-options"] = "nosniff"
                headers.setdefault("referrer-policy", "same-origin")
                if self._hsts_seconds and scope["scheme"] == "https":
                    headers["strict-transport-security"] = f"max-age={self._hsts_seconds}"
                if scope["scheme"] == "https":
                    _make_cookies_secure(message)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _make_cookies_secure(start: Message) -> None:
    """Streamlit's own cookies, a sign-in among them, would be sent without TLS, too."""
    start["headers"] = [
        (name, value + b"; Secure" if _is_insecure(name, value) else value)
        for name, value in start["headers"]
    ]


def _is_insecure(name: bytes, value: bytes) -> bool:
    return name.lower() == b"set-cookie" and b"; secure" not in value.lower()
