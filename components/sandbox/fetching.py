"""Talking to other hosts: fetching what a caller links to, and posting callbacks.

It fetches any http(s) address it is given, as the real service would from its own network. Where
that is not wanted, `SandboxOptions.only_own_links` keeps callers from here.
"""

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

_FETCH_SECONDS = 30.0  # for a whole fetch (docs/kie-api.md, Uploads)
_STALL_SECONDS = 10.0  # for one read
_CALLBACK_SECONDS = 15.0  # docs/kie-api.md, Callbacks
_CHUNK_BYTES = 65_536
_AGENT = {"User-Agent": "kontext-sandbox", "Accept": "*/*"}


class CannotFetch(Exception):
    """The address gives no usable bytes; the message says why."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def _opener(redirects: urllib.request.HTTPRedirectHandler) -> urllib.request.OpenerDirector:
    # Put together by hand: the ready-made one would also open ftp:, file: and data: addresses.
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
        redirects,
    ):
        opener.add_handler(handler)
    return opener


def fetch(url: str, most_bytes: int) -> bytes:
    """The body at an http(s) address, within 30 s. Raises CannotFetch."""
    deadline = time.monotonic() + _FETCH_SECONDS
    try:
        request = urllib.request.Request(url, headers=_AGENT)  # noqa: S310 - the opener knows only http(s)
        reply = _opener(urllib.request.HTTPRedirectHandler()).open(request, timeout=_STALL_SECONDS)
        if reply is None:
            raise CannotFetch("it leads to an address that is not http(s)")
        with reply:
            body = bytearray()
            while chunk := reply.read1(_CHUNK_BYTES):
                body += chunk
                if len(body) > most_bytes:
                    raise CannotFetch(f"more than {most_bytes} bytes")
                if time.monotonic() > deadline:
                    raise CannotFetch(f"took more than {_FETCH_SECONDS:g} s")
            return bytes(body)
    except urllib.error.HTTPError as problem:
        problem.close()
        raise CannotFetch(f"answered with HTTP {problem.code}") from problem
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise CannotFetch(str(problem)) from problem


def post(url: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Post JSON to an http(s) address; return whether it answered HTTP 200 within 15 s."""
    sent = {**_AGENT, "Content-Type": "application/json", **headers}
    try:
        request = urllib.request.Request(url, data=body, headers=sent)  # noqa: S310 - as above
        with _opener(_NoRedirects()).open(request, timeout=_CALLBACK_SECONDS) as reply:
            return bool(reply.status == 200)
    except urllib.error.HTTPError as problem:
        problem.close()
        return False
    except (OSError, http.client.HTTPException, ValueError):
        return False
