"""Why a link could not be fetched, in words that a designer can act on."""

from __future__ import annotations

from enum import StrEnum


class FetchFault(StrEnum):
    """What went wrong with a link."""

    BAD_URL = "bad_url"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    NOT_A_PICTURE = "not_a_picture"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    CUT_SHORT = "cut_short"
    UNREACHABLE = "unreachable"
    SERVER_TROUBLE = "server_trouble"


class FetchRefused(Exception):
    """A link that gave no picture.

    `sentence` says what is wrong and what to do next; `may_retry` whether the same link may
    work a little later.
    """

    def __init__(self, reason: FetchFault, sentence: str, *, may_retry: bool = False) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
        self.may_retry = may_retry


def too_slow() -> FetchRefused:
    """The refusal of a website that used up the time budget."""
    return FetchRefused(
        FetchFault.TOO_SLOW,
        "The website took too long to send the picture. "
        "Try again later, or save the picture and upload the file.",
        may_retry=True,
    )


def too_large(max_bytes: int) -> FetchRefused:
    """The refusal of a body over the byte cap."""
    return FetchRefused(
        FetchFault.TOO_LARGE,
        f"The picture behind this link is larger than {max_bytes / 1024 / 1024:.3g} MB. "
        "Link to a smaller version of it.",
    )


def server_trouble() -> FetchRefused:
    """The refusal of an answer that breaks the rules of HTTP."""
    return FetchRefused(
        FetchFault.SERVER_TROUBLE,
        "The website sent an answer that cannot be understood. "
        "Save the picture from your browser and upload the file.",
    )


def cut_short() -> FetchRefused:
    """The refusal of a body that ended before its announced end."""
    return FetchRefused(
        FetchFault.CUT_SHORT,
        "The connection broke before the whole picture had arrived. Try again.",
        may_retry=True,
    )


def unreachable(host: str) -> FetchRefused:
    """The refusal of a host that does not take the connection."""
    return FetchRefused(
        FetchFault.UNREACHABLE,
        f"{host} does not answer. Check the link, or try again later.",
        may_retry=True,
    )


def bad_status(status: int) -> FetchRefused:
    """The refusal of an HTTP status that is neither 200 nor a redirect."""
    if status in {404, 410}:
        return FetchRefused(
            FetchFault.NOT_FOUND,
            "There is nothing at this link any more. Open it in your browser and copy it again.",
        )
    if status == 429 or status >= 500:
        return FetchRefused(
            FetchFault.SERVER_TROUBLE,
            f"The website has trouble at the moment (code {status}). Try again later.",
            may_retry=True,
        )
    if 400 <= status < 500:
        return FetchRefused(
            FetchFault.FORBIDDEN,
            f"The website does not give this picture to strangers (code {status}). "
            "Save it from your browser and upload the file.",
        )
    return server_trouble()
