"""What can go wrong between us and the service: one class per thing that the reader can do next.

KontextError
├── InvalidRequest       correct the field that is named
├── KeyRejected          fix the key
├── OutOfCredit          top up
├── PromptRefused        rewrite the prompt or change the picture
├── RateLimited          wait, then send again
├── Maintenance          wait
├── FeatureOff           do without
├── TaskNotFound         look at the id, or ask again while the task is young
├── ServiceFailed        the service answered no: try again by hand
├── ServiceUnavailable   no clear answer to a harmless call: ask again
│   └── NeverSent        no connection was opened, so even a create may be sent again
├── OutcomeUnknown       a create without a clear answer: it may be made and paid, never resend
└── CallbackRejected     not a callback that can be trusted: drop it

Codes: contract.md §4. The words for people are put elsewhere; here are the service's own.
"""


class KieError(Exception):
    """Root of the family.

    `message`: the service's words, or a short technical reason; at most 500 characters, no key.
    `code`: the code of the envelope, or the HTTP status where the body named none.
    """

    def __init__(self, message: str = "", *, code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class ValidationError(KieError):
    """A field cannot be sent, or the service refused it.

    `field`: the attribute of `GenerationRequest` or the parameter of the call; "request" where
    the service did not say which. `sentence`: names the field by its label and says what to do.
    """

    def __init__(self, field: str, message: str, *, code: int | None = None) -> None:
        super().__init__(message, code=code)
        self.field = field
        self.message = message


class AuthenticationError(KieError):
    """The key is unknown to the service, or could not be a key at all."""


class InsufficientCreditsError(KieError):
    """The balance does not cover the call."""


class ContentPolicyError(KieError):
    """Content policy refused the prompt or the picture when the task was created."""


class RateLimitError(KieError):
    """The call was rejected for its frequency, and nothing was made.

    `retry_after_seconds`: what a `Retry-After` header asked for, 0–3600; else None.
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
    """The service is being maintained (455)."""


class FeatureDisabledError(KieError):
    """The service has switched this feature off (505)."""


class TaskNotFoundError(KieError):
    """The service does not know this task id; not to be believed in a task's first 90 s."""


class ServerError(KieError):
    """The service answered, and the answer is no, with a code that says no more: 500, 501, 408.

    On a query it is an answer about the query and says nothing of the task.
    """


class UnavailableError(KieError):
    """No clear answer to a call that may be repeated: a query, the balance, an upload."""


class ConnectError(UnavailableError):
    """The connection was never opened (DNS, refused, timeout, TLS): nothing was sent."""


class UnknownOutcomeError(KieError):
    """A create was sent and its answer is lost or unclear: a task may exist and be paid for.

    `task_id`: what an answer named that was no clear yes all the same; worth a query.
    """

    def __init__(
        self, message: str = "", *, code: int | None = None, task_id: str | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.task_id = task_id


class InvalidWebhookError(KieError):
    """A callback that is malformed, too large, unsigned, wrongly signed or out of date."""
