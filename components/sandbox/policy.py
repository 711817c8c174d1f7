"""A small content policy: a few disallowed words (docs/kie-api.md, Codes, 400)."""

import re

_DISALLOWED = re.compile(
    r"\b(gore|gory|nude|nudes|nudity|naked|porn|pornographic|beheading|beheaded|dismembered"
    r"|mutilated)\b",
    re.IGNORECASE,
)


def is_disallowed(prompt: str) -> bool:
    """Whether the prompt names something that the service would reject."""
    return _DISALLOWED.search(prompt) is not None
