"""Builds responses: cache headers, 404, and 503 where the app cannot serve."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeVarTuple

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from components.studio.db.database import DatabaseError
from components.studio.images.object_store import StoreUnavailable
from components.studio.settings import SettingsError

Args = TypeVarTuple("Args")

NO_STORE: Final[Mapping[str, str]] = MappingProxyType({"cache-control": "no-store"})

# For what never changes under its URL: an asset of the pages, which is public, and an image,
# which no shared cache may keep.
PUBLIC_IMMUTABLE: Final[Mapping[str, str]] = MappingProxyType(
    {"cache-control": "public, max-age=31536000, immutable"}
)
PRIVATE_IMMUTABLE: Final[Mapping[str, str]] = MappingProxyType(
    {"cache-control": "private, max-age=31536000, immutable"}
)
PRIVATE_SHORT: Final[Mapping[str, str]] = MappingProxyType({"cache-control": "private, max-age=60"})

STORE_RETRY_SECONDS: Final = 2  # about as often as a store that is away is asked again


def store_unavailable(error: StoreUnavailable) -> Response:
    """503 that says when to ask again."""
    headers = {"retry-after": str(STORE_RETRY_SECONDS), **NO_STORE}
    return PlainTextResponse(f"{error}\n", 503, headers)


def not_found(message: str) -> Response:
    """404 that no cache keeps."""
    return PlainTextResponse(message, 404, NO_STORE)


async def run_or_503(handler: Callable[[*Args], Response], *args: *Args) -> Response:
    """Run a blocking handler in a thread; 503 with the reason if the app is not available."""
    try:
        return await run_in_threadpool(handler, *args)
    except StoreUnavailable as error:
        return store_unavailable(error)
    except (DatabaseError, SettingsError) as error:
        return PlainTextResponse(f"{error}\n", 503, NO_STORE)
