"""The service's calls as methods: typed values in, typed values or one family of errors out.

It never repeats a call by itself: what may be sent again is the caller's decision, and money.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import TracebackType
from typing import Self

from components.kie import parsing, uploads
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
from components.kie.uploads import UploadedFile
from components.kie.validation import is_http_url


class KieClient:
    """The task API and the upload host, with one key (contract.md §1). Safe between threads.

    Timeouts are seconds. A create takes at most connect plus read, the other task calls
    `query_timeout_seconds`, an upload `upload_timeout_seconds`, however the server behaves.
    Every method may raise KeyRejected, OutOfCredit, RateLimited, Maintenance, FeatureOff,
    ServiceFailed and NeverSent; all but `create` ServiceUnavailable.
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
        """Raises KeyRejected for a key no header can carry, InvalidRequest for a bad base URL."""
        if not api_key or not all("!" <= character <= "~" for character in api_key):
            raise AuthenticationError(
                "A key is plain letters, digits and signs, without spaces or line breaks."
            )
        self._api_key = api_key
        self._base_url = _validate_base_url("base_url", base_url)
        self._upload_base_url = _validate_base_url("upload_base_url", upload_base_url)
        self._create_seconds = connect_timeout_seconds + read_timeout_seconds
        self._query_seconds = query_timeout_seconds
        self._upload_seconds = upload_timeout_seconds
        self._transport = HttpTransport(
            api_key=api_key, connect_timeout_seconds=connect_timeout_seconds
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._base_url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept alive."""
        self._transport.close()

    def create(self, request: GenerationRequest) -> str:
        """Start a task and return its id. This is the call that costs money.

        Also raises InvalidRequest, PromptRefused, and OutcomeUnknown for anything but a clear
        answer, such as a refusal that names a task: then one may exist. Only NeverSent and
        RateLimited mean that none does.
        """
        answer = self._transport.post(
            f"{self._base_url}/api/v1/flux/kontext/generate",
            json=request.to_payload(),
            budget_seconds=self._create_seconds,
        )
        named = task_id_from_create(answer)
        try:
            self._parse(answer, Endpoint.CREATE)
        except KieError as error:
            if named is None:
                raise
            # Whatever the code says, there is an id: a second create might be a second picture.
            raise UnknownOutcomeError(error.message, code=error.code, task_id=named) from error
        if named is None:
            raise ambiguous_response_error(
                Endpoint.CREATE, "accepted, but without a usable task id"
            )
        return named

    def query(self, task_id: str) -> TaskStatus:
        """How a task is doing. Also raises TaskNotFound, InvalidRequest for an unusable id."""
        if parsing.parse_task_id(task_id) is None:
            raise ValidationError(
                "task_id", "Task ID must be 1 to 200 printable characters: paste it again."
            )
        data = self._get("/api/v1/flux/kontext/record-info", Endpoint.QUERY, {"taskId": task_id})
        report = parse_task_status(data, task_id=task_id, hide=self._api_key)
        if report is None:
            raise ambiguous_response_error(Endpoint.QUERY, "the answer is no record of this task")
        return report

    def credits(self) -> Decimal:
        """The balance in credits: the one call that tests a key for nothing."""
        balance = parsing.parse_decimal(self._get("/api/v1/chat/credit", Endpoint.CREDITS, {}))
        if balance is None:
            raise ambiguous_response_error(Endpoint.CREDITS, "the balance is no number")
        return balance

    def download_url(self, url: str) -> str:
        """A link good for 20 minutes to a file the service made (contract.md §7).

        Also raises InvalidRequest if the service did not make it.
        """
        answer = self._transport.post(
            f"{self._base_url}/api/v1/common/download-url",
            json={"url": url},
            budget_seconds=self._query_seconds,
        )
        link = parsing.parse_url(self._parse(answer, Endpoint.DOWNLOAD_URL))
        if link is None:
            raise ambiguous_response_error(Endpoint.DOWNLOAD_URL, "the answer is no link")
        return link

    def upload_file(
        self, data: bytes, *, file_name: str, upload_path: str, mime_type: str
    ) -> UploadedFile:
        """Upload bytes as a form. Also raises InvalidRequest if the host refuses the file.

        Use a fresh `file_name` each time: the same one overwrites and is cached.
        """
        answer = self._transport.post(
            self._upload_base_url + uploads.STREAM_PATH,
            form=uploads.upload_fields(file_name=file_name, upload_path=upload_path),
            files={"file": (file_name, data, mime_type)},
            budget_seconds=self._upload_seconds,
        )
        return self._parse_upload(answer)

    def upload_base64(
        self, data: bytes, *, file_name: str, upload_path: str, mime_type: str
    ) -> UploadedFile:
        """Upload bytes as text, as `upload_file` does; meant for small files."""
        return self._upload_json(
            uploads.BASE64_PATH,
            {
                "base64Data": uploads.data_uri(data, mime_type=mime_type),
                **uploads.upload_fields(file_name=file_name, upload_path=upload_path),
            },
        )

    def upload_from_url(self, url: str, *, file_name: str, upload_path: str) -> UploadedFile:
        """Let the host fetch a public URL itself, within 30 s; else as `upload_file`."""
        return self._upload_json(
            uploads.URL_PATH,
            {"fileUrl": url, **uploads.upload_fields(file_name=file_name, upload_path=upload_path)},
        )

    def _get(self, path: str, call: Endpoint, params: Mapping[str, str]) -> object:
        answer = self._transport.get(
            self._base_url + path, params=params, budget_seconds=self._query_seconds
        )
        return self._parse(answer, call)

    def _upload_json(self, path: str, body: Mapping[str, str]) -> UploadedFile:
        answer = self._transport.post(
            self._upload_base_url + path, json=body, budget_seconds=self._upload_seconds
        )
        return self._parse_upload(answer)

    def _parse_upload(self, answer: HttpResponse | TransportError) -> UploadedFile:
        data = self._parse(answer, Endpoint.UPLOAD)
        uploaded = uploads.parse_uploaded_file(data, hide=self._api_key)
        if uploaded is None:
            raise ambiguous_response_error(
                Endpoint.UPLOAD, "uploaded, but without a usable download link"
            )
        return uploaded

    def _parse(self, answer: HttpResponse | TransportError, call: Endpoint) -> object:
        return parse_response(answer, call, hide=self._api_key)


def _validate_base_url(name: str, url: str) -> str:
    if not is_http_url(url):
        raise ValidationError(name, f"{name} must begin with http:// or https://: correct it.")
    return url.rstrip("/")
