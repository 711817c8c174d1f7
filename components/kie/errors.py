"""Errors of the kie.ai client: one class for each thing that the caller can do next.

KieError
├── ValidationError           correct the field that is named
├── AuthenticationError       fix the key
├── InsufficientCreditsError  top up
├── ContentPolicyError        rewrite the prompt or change the image
├── RateLimitError            wait, then send again
├── MaintenanceError          wait
├── FeatureDisabledError      do without the feature
├── TaskNotFoundError         check the id, or query again while the task is young
├── ServerError               the provider rejected the call: let the user retry
├── UnavailableError          a repeatable call got no clear response: repeat it
│   └── ConnectError          no connection was opened, so even a create may be sent again
│       └── CertificateError  correct certificates, clock or address
├── UnknownOutcomeError       a create got no clear response: it may be paid, never resend it
└── InvalidWebhookError       a webhook that cannot be trusted: ignore it

The codes are listed in docs/kie-api.md, Codes. Messages carry the provider's text. What the user
reads about a task is written elsewhere.
"""


class KieError(Exception):
    """Base class of all errors of this package.

    `message`: the provider's text or a short technical reason, without the API key.
    The provider's text has at most 500 characters.
    `code`: the envelope's code, or the HTTP status if the body has none.
    """

    def __init__(self, message: str = "", *, code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class ValidationError(KieError):
    """A field cannot be sent, or the provider rejected it.

    `field`: the attribute of `GenerationRequest` or the parameter of the call. It is "request"
    if the provider named no field.
    `message`: a sentence for the user. It names the field by its label and says what to do.
    """

    def __init__(self, field: str, message: str, *, code: int | None = None) -> None:
        super().__init__(message, code=code)
        self.field = field


class AuthenticationError(KieError):
    """The provider does not know the key, or the text cannot be a key."""


class InsufficientCreditsError(KieError):
    """The balance does not cover the call."""


class ContentPolicyError(KieError):
    """The content policy rejected the prompt or the image at creation."""


class RateLimitError(KieError):
    """The call was rejected for its frequency, and no task was created.

    `retry_after_seconds`: the value of the `Retry-After` header, at most a week; None without one.
    """

    def __init__(
        self,
        message: str = "",
        *,
        code: int | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.retry_after_seconds = retry_after_seconds


class MaintenanceError(KieError):
    """The provider is under maintenance (455)."""


class FeatureDisabledError(KieError):
    """The provider has switched this feature off (505)."""


class TaskNotFoundError(KieError):
    """The provider does not know this task id. Within 90 s of creation this may be wrong."""


class ServerError(KieError):
    """The provider rejected the call with a general code: 500, 501 or 408.

    On a query it concerns the query alone and says nothing about the task.
    """


class UnavailableError(KieError):
    """A repeatable call got no clear response: a query, the balance or an upload."""


class ConnectError(UnavailableError):
    """No connection was opened (DNS, connection refused, timeout, TLS), so nothing was sent."""


class CertificateError(ConnectError):
    """The server's certificate was not accepted, so no connection was opened."""


class UnknownOutcomeError(KieError):
    """The response to a create is lost or unclear: a task may exist and be paid for.

    `task_id`: the id in a response that was not a clear success. It is worth a query.
    """

    def __init__(
        self, message: str = "", *, code: int | None = None, task_id: str | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.task_id = task_id


class InvalidWebhookError(KieError):
    """A webhook that is malformed, too large, unsigned, wrongly signed or out of date."""
