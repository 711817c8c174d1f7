"""Uploads return the URL that a create takes as its input image."""

from email import message_from_bytes

import pytest

from components.kie import (
    AuthenticationError,
    ConnectError,
    InsufficientCreditsError,
    KieClient,
    KieError,
    ServerError,
    UnavailableError,
    UploadedFile,
    ValidationError,
)
from tests.integration.kie.conftest import API_KEY, TIMEOUT_S, MakeClient, outcomes
from tests.support.hostile_server import HTML_PAGE, HostileServer, envelope, http_response

UPLOADED = {
    "success": True,
    "fileName": "a1b2.png",
    "filePath": "kieai/7/studio/a1b2.png",
    "downloadUrl": "https://files.example/kieai/7/studio/a1b2.png",
    "fileSize": 11,
    "mimeType": "image/png",
    "uploadedAt": "2025-11-22T21:00:00.000Z",
}


def upload(client: KieClient, data: bytes = b"\x89PNG\r\n\x00data") -> UploadedFile:
    return client.upload_file(
        data, file_name="a1b2.png", upload_path="/studio", mime_type="image/png"
    )


def test_upload_returns_the_url_and_facts_of_the_file(
    server: HostileServer, make_client: MakeClient
) -> None:
    client = make_client(server.url_answering(http_response(envelope(UPLOADED))))
    assert upload(client) == UploadedFile(
        download_url="https://files.example/kieai/7/studio/a1b2.png",
        file_name="a1b2.png",
        file_path="kieai/7/studio/a1b2.png",
        size_bytes=11,
        mime_type="image/png",
    )
    assert server.received[0].headers["authorization"] == f"Bearer {API_KEY}"


def test_upload_sends_a_multipart_form_with_unchanged_bytes(
    server: HostileServer, make_client: MakeClient
) -> None:
    upload(make_client(server.url_answering(http_response(envelope(UPLOADED)))))
    (request,) = server.received
    assert request.path.endswith("/api/file-stream-upload")
    header = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    parts = {
        part.get_param("name", header="content-disposition"): part
        for part in message_from_bytes(header + request.body).walk()
        if not part.is_multipart()
    }
    assert parts.keys() == {"file", "uploadPath", "fileName"}
    assert parts["uploadPath"].get_payload(decode=True) == b"studio"
    assert parts["fileName"].get_payload(decode=True) == b"a1b2.png"
    assert parts["file"].get_content_type() == "image/png"
    assert b"\x89PNG\r\n\x00data" in request.body


@pytest.mark.parametrize(
    "data", [None, {}, {"fileUrl": "https://x.example"}, {"downloadUrl": "kieai/7/a.png"}]
)
def test_upload_response_without_usable_url_is_unavailable_error(
    server: HostileServer, make_client: MakeClient, data: object
) -> None:
    with pytest.raises(UnavailableError):
        upload(make_client(server.url_answering(http_response(envelope(data)))))


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, b'{"success":false,"code":400,"msg":"bad file"}', ValidationError),
        (401, b'{"success":false,"code":401,"msg":"no"}', AuthenticationError),
        (402, b'{"success":false,"code":402,"msg":"no"}', InsufficientCreditsError),
        (500, b'{"success":false,"code":500,"msg":"no"}', ServerError),
        (503, HTML_PAGE, UnavailableError),
        (413, HTML_PAGE, ValidationError),
        (413, b"", ValidationError),
        (200, b'{"success":false,"code":413,"msg":"too large"}', ValidationError),
        (415, HTML_PAGE, ValidationError),
        (403, HTML_PAGE, UnavailableError),
    ],
)
def test_upload_error_class_fits_the_response(
    server: HostileServer, make_client: MakeClient, status: int, body: bytes, error: type[KieError]
) -> None:
    with pytest.raises(KieError) as raised:
        upload(make_client(server.url_answering(http_response(body, status=status))))
    assert type(raised.value) is error


def test_upload_without_response_is_unavailable_error(
    server: HostileServer, make_client: MakeClient
) -> None:
    told = outcomes(
        lambda route: upload(make_client(server.url_of(route), TIMEOUT_S)),
        ["reset_after_request", "never_answer", "drip_body"],
    )
    for route, error in told.items():
        assert isinstance(error, UnavailableError), route
        assert not isinstance(error, ConnectError), route


def test_large_upload_arrives_completely(server: HostileServer, make_client: MakeClient) -> None:
    data = bytes(range(256)) * 40_000
    upload(make_client(server.url_answering(http_response(envelope(UPLOADED)))), data)
    assert data in server.received[0].body


def test_upload_may_take_longer_than_the_connect_timeout(server: HostileServer) -> None:
    server.body_read_delay_s = 1.0
    base_url = server.url_answering(http_response(envelope(UPLOADED)))
    data = bytes(20_000_000)
    with KieClient(
        api_key=API_KEY, upload_base_url=base_url, connect_timeout_seconds=0.3
    ) as client:
        upload(client, data)
    assert len(server.received[0].body) > len(data)


def test_upload_refused_before_its_end_was_sent_says_that_it_is_too_large(
    server: HostileServer, make_client: MakeClient
) -> None:
    client = make_client(server.url_of("too_large_at_once"))
    with pytest.raises(ValidationError, match="too large, choose a smaller one"):
        upload(client, bytes(20_000_000))
