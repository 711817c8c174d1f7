"""The content policy in miniature: a few plainly disallowed words (contract.md §4, code 400)."""

import re

_DISALLOWED = re.compile(
    r"\b(gore|gory|nude|nudes|nudity|naked|porn|pornographic|beheading|beheaded|dismembered"
    r"|mutilated)\b",
    re.IGNORECASE,
)


def is_disallowed(prompt: str) -> bool:
    """Whether the prompt names something that the service would not paint."""
    return _DISALLOWED.search(prompt) is not None
