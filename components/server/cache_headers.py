"""What browsers, and caches on the way to them, may keep of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

NOT_KEPT: Final[Mapping[str, str]] = MappingProxyType({"cache-control": "no-store"})

# For what never changes under its address: a file of the pages, which is everybody's, and a
# picture, which no shared cache may keep.
KEPT_BY_ALL: Final[Mapping[str, str]] = MappingProxyType(
    {"cache-control": "public, max-age=31536000, immutable"}
)
KEPT_BY_ITS_OWNER: Final[Mapping[str, str]] = MappingProxyType(
    {"cache-control": "private, max-age=31536000, immutable"}
)
