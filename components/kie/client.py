"""Calls to kie.ai as methods: typed arguments in, typed results or a `KieError` out.

The client never retries. A repeated create may cost money, so the caller decides.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import TracebackType
from typing import Self

from components.kie import parsing
from components.kie.error_mapping import (
    Endpoint,
    ambiguous_response_error,
    parse_response,
    task_id_from_create,
)
from components.kie.errors import (
    AuthenticationError,
    KieError,
    UnknownOutcomeError,
    ValidationError,
)
from components.kie.models import GenerationRequest, TaskStatus, parse_task_status
from components.kie.transport import HttpResponse, HttpTransport, TransportError
from components.kie.uploads import UploadedFile, parse_uploaded_file, upload_fields
from components.kie.validation import is_http_url


class KieClient:
    """Client of the task API and the upload host, with one key. Thread-safe.

    Timeouts are in seconds and limit a whole call, however the server behaves.
    A create takes at most the connect plus the read timeout.
    An upload takes at most `upload_timeout_seconds`, every other call `query_timeout_seconds`.

    Every method may raise AuthenticationError, InsufficientCreditsError, RateLimitError,
    MaintenanceError, FeatureDisabledError, ServerError and ConnectError.
    All except `create` may also raise UnavailableError.
    See docs/kie-api.md, Ground rules.
    """

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str = "https://api.kie.ai",
        upload_base_url: str = "https://kieai.redpandaai.co",
        connect_timeout_seconds: float = 10.0,
        read_timeout_seconds: float = 45.0,
        query_timeout_seconds: float = 15.0,
        upload_timeout_seconds: float = 120.0,
    ) -> None:
        """Store the settings; connect to nothing.

        Raises AuthenticationError for a key that no header can carry.
        Raises ValidationError for a base URL that is not http(s).
        """
        if not api_key or not all("!" <= character <= "~" for character in api_key):
            raise AuthenticationError(
                "A key is plain letters, digits and signs, without spaces or line breaks."
            )
        self._api_key = api_key
        self._base_url = _validate_base_url("base_url", base_url)
        self._upload_base_url = _validate_base_url("upload_base_url", upload_base_url)
        self._create_timeout_seconds = connect_timeout_seconds + read_timeout_seconds
        self._query_timeout_seconds = query_timeout_seconds
        self._upload_timeout_seconds = upload_timeout_seconds
        self._transport = HttpTransport(
            api_key=api_key, connect_timeout_seconds=connect_timeout_seconds
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._base_url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the kept-alive connections."""
        self._transport.close()

    def create(self, request: GenerationRequest) -> str:
        """Create a task and return its id. This call costs money.

        Also raises ValidationError and ContentPolicyError.
        Raises UnknownOutcomeError for any unclear response, and for an error that names a task.
        Only ConnectError and RateLimitError prove that no task was created.
        """
        response = self._transport.post(
            f"{self._base_url}/api/v1/flux/kontext/generate",
            json=request.to_payload(),
            total_timeout_seconds=self._create_timeout_seconds,
        )
        task_id = task_id_from_create(response)
        try:
            self._parse(response, Endpoint.CREATE)
        except KieError as error:
            if task_id is None:
                raise
            # An id means that a task may exist, whatever the code: a resend could be paid twice.
            raise UnknownOutcomeError(error.message, code=error.code, task_id=task_id) from error
        if task_id is None:
            raise ambiguous_response_error(
                Endpoint.CREATE, "accepted, but without a usable task id"
            )
        return task_id

    def query(self, task_id: str) -> TaskStatus:
        """Return the status of a task (docs/kie-api.md, Query).

        Also raises TaskNotFoundError, and ValidationError for an unusable id.
        """
        if parsing.parse_task_id(task_id) is None:
            raise ValidationError(
                "task_id", "Task ID must be 1 to 200 printable characters: paste it again."
            )
        data = self._get("/api/v1/flux/kontext/record-info", Endpoint.QUERY, {"taskId": task_id})
        status = parse_task_status(data, task_id=task_id, secret=self._api_key)
        if status is None:
            raise ambiguous_response_error(Endpoint.QUERY, "the answer is no record of this task")
        return status

    def credits(self) -> Decimal:
        """Return the balance in credits. This is the only call that tests a key at no cost."""
        balance = parsing.parse_decimal(self._get("/api/v1/chat/credit", Endpoint.CREDITS, {}))
        if balance is None:
            raise ambiguous_response_error(Endpoint.CREDITS, "the balance is no number")
        return balance

    def download_url(self, url: str) -> str:
        """Return a link, valid for 20 minutes, to a file that the provider made.

        Also raises ValidationError if the provider did not make the file.
        See docs/kie-api.md, Common.
        """
        response = self._transport.post(
            f"{self._base_url}/api/v1/common/download-url",
            json={"url": url},
            total_timeout_seconds=self._query_timeout_seconds,
        )
        temporary_url = parsing.parse_url(self._parse(response, Endpoint.DOWNLOAD_URL))
        if temporary_url is None:
            raise ambiguous_response_error(Endpoint.DOWNLOAD_URL, "the answer is no link")
        return temporary_url

    def upload_file(
        self, data: bytes, *, file_name: str, upload_path: str, mime_type: str
    ) -> UploadedFile:
        """Upload bytes as a multipart form (docs/kie-api.md, Uploads).

        Use a new `file_name` each time: the same name overwrites the file and may be cached.
        Also raises ValidationError if the host rejects the file.
        """
        response = self._transport.post(
            f"{self._upload_base_url}/api/file-stream-upload",
            form=upload_fields(file_name=file_name, upload_path=upload_path),
            files={"file": (file_name, data, mime_type)},
            total_timeout_seconds=self._upload_timeout_seconds,
        )
        uploaded = parse_uploaded_file(self._parse(response, Endpoint.UPLOAD), secret=self._api_key)
        if uploaded is None:
            raise ambiguous_response_error(
                Endpoint.UPLOAD, "uploaded, but without a usable download link"
            )
        return uploaded

    def _get(self, path: str, endpoint: Endpoint, params: Mapping[str, str]) -> object:
        response = self._transport.get(
            self._base_url + path,
            params=params,
            total_timeout_seconds=self._query_timeout_seconds,
        )
        return self._parse(response, endpoint)

    def _parse(self, response: HttpResponse | TransportError, endpoint: Endpoint) -> object:
        return parse_response(response, endpoint, secret=self._api_key)


def _validate_base_url(field: str, url: str) -> str:
    if not is_http_url(url):
        raise ValidationError(field, f"{field} must begin with http:// or https://: correct it.")
    return url.rstrip("/")
