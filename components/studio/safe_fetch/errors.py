"""Errors for URLs that could not be fetched. Messages are shown to the user as they are."""

from __future__ import annotations

from enum import StrEnum


class FetchErrorCode(StrEnum):
    """What went wrong with a URL."""

    BAD_URL = "bad_url"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    NOT_AN_IMAGE = "not_a_picture"
    TOO_LARGE = "too_large"
    TIMEOUT = "too_slow"
    TRUNCATED = "cut_short"
    UNREACHABLE = "unreachable"
    BAD_RESPONSE = "server_trouble"


class FetchError(Exception):
    """A URL that gave no image.

    `message` says what is wrong and what to do next. `may_retry` says whether the same URL may
    work a little later.
    """

    def __init__(self, code: FetchErrorCode, message: str, *, may_retry: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.may_retry = may_retry

    @property
    def is_of_host(self) -> bool:
        """Whether the host gives no file at the moment, so that asking for another is in vain."""
        return self.may_retry and self.code is not FetchErrorCode.TRUNCATED


def timeout_error() -> FetchError:
    """The error for a website that used up the time budget."""
    return FetchError(
        FetchErrorCode.TIMEOUT,
        "The website took too long to send the picture. "
        "Try again later, or save the picture and upload the file.",
        may_retry=True,
    )


def too_large_error(max_bytes: int) -> FetchError:
    """The error for a body over the byte limit."""
    return FetchError(
        FetchErrorCode.TOO_LARGE,
        f"The picture behind this link is larger than {max_bytes / 1024 / 1024:.3g} MB. "
        "Link to a smaller version of it.",
    )


def bad_response_error() -> FetchError:
    """The error for a response that violates HTTP."""
    return FetchError(
        FetchErrorCode.BAD_RESPONSE,
        "The website sent an answer that cannot be understood. "
        "Save the picture from your browser and upload the file.",
    )


def truncated_error() -> FetchError:
    """The error for a body that ended too early."""
    return FetchError(
        FetchErrorCode.TRUNCATED,
        "The connection broke before the whole picture had arrived. Try again.",
        may_retry=True,
    )


def unreachable_error(host: str) -> FetchError:
    """The error for a host that does not accept the connection."""
    return FetchError(
        FetchErrorCode.UNREACHABLE,
        f"{host} does not answer. Check the link, or try again later.",
        may_retry=True,
    )


def status_error(status: int) -> FetchError:
    """The error for an HTTP status that is neither a whole file nor a redirect."""
    if status in {404, 410}:
        return FetchError(
            FetchErrorCode.NOT_FOUND,
            "There is nothing at this link any more. Open it in your browser and copy it again.",
        )
    if status == 429 or status >= 500:
        return FetchError(
            FetchErrorCode.BAD_RESPONSE,
            f"The website has trouble at the moment (code {status}). Try again later.",
            may_retry=True,
        )
    if 400 <= status < 500:
        return FetchError(
            FetchErrorCode.FORBIDDEN,
            f"The website does not give this picture to strangers (code {status}). "
            "Save it from your browser and upload the file.",
        )
    return bad_response_error()
