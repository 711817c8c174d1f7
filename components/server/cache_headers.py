"""Cache headers of our responses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

NO_STORE: Final[Mapping[str, str]] = MappingProxyType({"cache-control": "no-store"})

# For what never changes under its URL: an asset of the pages, which is public, and an image,
# which no shared cache may keep.
PUBLIC_IMMUTABLE: Final[Mapping[str, str]] = MappingProxyType(
    {"cache-control": "public, max-age=31536000, immutable"}
)
PRIVATE_IMMUTABLE: Final[Mapping[str, str]] = MappingProxyType(
    {"cache-control": "private, max-age=31536000, immutable"}
)
