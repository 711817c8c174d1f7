"""Links that expire: how long each kind lives, and which URLs are the sandbox's own."""

import ipaddress
import secrets
from urllib.parse import quote, unquote, urlsplit

from components.sandbox.store import Store, StoredFile

RESULT_SECONDS = 14 * 86_400.0
ORIGIN_SECONDS = 10 * 60.0
UPLOAD_SECONDS = 24 * 3_600.0
DOWNLOAD_SECONDS = 20 * 60.0
"""Lives of the links (docs/kie-api.md, Query, Uploads, Common)."""


def save_result(store: Store, picture: StoredFile, now: float) -> tuple[str, str]:
    """Keep a finished picture; the paths of its result link and of its origin link."""
    name = f"{secrets.token_hex(16)}.{picture.mime.removeprefix('image/')}"
    result, origin = f"/results/{name}", f"/origins/{name}"
    links = [(result, now + RESULT_SECONDS), (origin, now + ORIGIN_SECONDS)]
    store.save_file(picture, links)
    return result, origin


def own_path(url: str, base_url: str) -> str:
    """The path of an address on our own host; empty, as no link is, for any other address.

    Only the host is compared: after a restart the port may be another one. All names of this
    machine are one host: a caller may use "localhost" for one of the service's hosts and an
    address for the other.
    """
    try:
        path = unquote(urlsplit(url).path)
        path.encode()
        return path if _same_host(url, base_url) else ""
    except ValueError:  # no address at all, or one with half a surrogate pair in it
        return ""


def address(base_url: str, path: str) -> str:
    """The full address of a path, with whatever a name may hold made safe."""
    return base_url + quote(path)


def is_loopback(url: str) -> bool:
    """Whether an address names this machine itself, without asking any resolver."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _same_host(one: str, other: str) -> bool:
    if is_loopback(one):
        return is_loopback(other)
    return urlsplit(one).hostname == urlsplit(other).hostname
