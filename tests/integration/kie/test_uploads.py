"""Uploads go to their own host and come back as a link a create can use."""

import base64
from collections.abc import Callable
from email import message_from_bytes
from typing import Any

import pytest

from components.kie import (
    InvalidRequest,
    KeyRejected,
    KontextClient,
    KontextError,
    NeverSent,
    OutOfCredit,
    ServiceFailed,
    ServiceUnavailable,
    UploadedFile,
)
from tests.integration.kie.conftest import IMPATIENT_SECONDS, KEY, ClientAt
from tests.support.hostile_server import PAGE, HostileServer, envelope, http_response

STORED = {
    "success": True,
    "fileName": "a1b2.png",
    "filePath": "kieai/7/studio/a1b2.png",
    "downloadUrl": "https://files.example/kieai/7/studio/a1b2.png",
    "fileSize": 11,
    "mimeType": "image/png",
    "uploadedAt": "2025-11-22T21:00:00.000Z",
}
PLACE: dict[str, Any] = {"file_name": "a1b2.png", "upload_path": "/studio"}

Upload = Callable[[KontextClient], UploadedFile]
EVERY_WAY: list[Upload] = [
    lambda client: client.upload_file(b"\x89PNG\r\n\x00data", mime_type="image/png", **PLACE),
    lambda client: client.upload_base64(b"\x89PNG\r\n\x00data", mime_type="image/png", **PLACE),
    lambda client: client.upload_from_url("https://example.com/a.png", **PLACE),
]
every_way = pytest.mark.parametrize("upload", EVERY_WAY, ids=["file", "base64", "url"])


@every_way
def test_an_upload_returns_its_link_and_what_the_host_says_of_it(
    server: HostileServer, client_at: ClientAt, upload: Upload
) -> None:
    assert upload(client_at(server.url_answering(http_response(envelope(STORED))))) == UploadedFile(
        download_url="https://files.example/kieai/7/studio/a1b2.png",
        file_name="a1b2.png",
        file_path="kieai/7/studio/a1b2.png",
        size_bytes=11,
        mime_type="image/png",
    )
    assert server.received[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_file_is_sent_as_a_form_with_its_bytes_untouched(
    server: HostileServer, client_at: ClientAt
) -> None:
    EVERY_WAY[0](client_at(server.url_answering(http_response(envelope(STORED)))))
    (seen,) = server.received
    assert seen.path.endswith("/api/file-stream-upload")
    kind = f"Content-Type: {seen.headers['content-type']}\r\n\r\n".encode()
    parts = {
        part.get_param("name", header="content-disposition"): part
        for part in message_from_bytes(kind + seen.body).walk()
        if not part.is_multipart()
    }
    assert parts.keys() == {"file", "uploadPath", "fileName"}
    assert parts["uploadPath"].get_payload(decode=True) == b"studio"
    assert parts["fileName"].get_payload(decode=True) == b"a1b2.png"
    assert parts["file"].get_content_type() == "image/png"
    assert b"\x89PNG\r\n\x00data" in seen.body


def test_base64_is_sent_as_a_data_uri(server: HostileServer, client_at: ClientAt) -> None:
    EVERY_WAY[1](client_at(server.url_answering(http_response(envelope(STORED)))))
    (seen,) = server.received
    assert seen.path.endswith("/api/file-base64-upload")
    sent = seen.json
    kind, _, text = str(sent.pop("base64Data")).partition(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(text) == b"\x89PNG\r\n\x00data"
    assert sent == {"uploadPath": "studio", "fileName": "a1b2.png"}


def test_an_address_is_sent_for_the_host_to_fetch(
    server: HostileServer, client_at: ClientAt
) -> None:
    EVERY_WAY[2](client_at(server.url_answering(http_response(envelope(STORED)))))
    (seen,) = server.received
    assert seen.path.endswith("/api/file-url-upload")
    assert seen.json == {
        "fileUrl": "https://example.com/a.png",
        "uploadPath": "studio",
        "fileName": "a1b2.png",
    }


@every_way
@pytest.mark.parametrize(
    "data", [None, {}, {"fileUrl": "https://x.example"}, {"downloadUrl": "kieai/7/a.png"}]
)
def test_an_upload_without_a_usable_link_may_be_repeated(
    server: HostileServer, client_at: ClientAt, upload: Upload, data: object
) -> None:
    with pytest.raises(ServiceUnavailable):
        upload(client_at(server.url_answering(http_response(envelope(data)))))


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, b'{"success":false,"code":400,"msg":"bad file"}', InvalidRequest),
        (401, b'{"success":false,"code":401,"msg":"no"}', KeyRejected),
        (402, b'{"success":false,"code":402,"msg":"no"}', OutOfCredit),
        (500, b'{"success":false,"code":500,"msg":"no"}', ServiceFailed),
        (503, PAGE, ServiceUnavailable),
        (413, PAGE, ServiceUnavailable),
    ],
)
def test_the_hosts_real_http_errors_are_told_apart(
    server: HostileServer, client_at: ClientAt, status: int, body: bytes, error: type[KontextError]
) -> None:
    with pytest.raises(KontextError) as caught:
        EVERY_WAY[0](client_at(server.url_answering(http_response(body, status=status))))
    assert type(caught.value) is error


@pytest.mark.parametrize("route", ["reset_after_request", "never_answer", "drip_body"])
def test_an_upload_without_an_answer_may_be_repeated(
    server: HostileServer, client_at: ClientAt, route: str
) -> None:
    with pytest.raises(ServiceUnavailable) as caught:
        EVERY_WAY[0](client_at(server.url_of(route), IMPATIENT_SECONDS))
    assert not isinstance(caught.value, NeverSent)


def test_a_large_upload_arrives_whole(server: HostileServer, client_at: ClientAt) -> None:
    client = client_at(server.url_answering(http_response(envelope(STORED))))
    data = bytes(range(256)) * 40_000
    client.upload_file(data, mime_type="image/png", **PLACE)
    assert data in server.received[0].body


def test_an_upload_may_take_longer_than_connecting(server: HostileServer) -> None:
    server.body_read_delay_s = 1.0
    base_url = server.url_answering(http_response(envelope(STORED)))
    data = bytes(20_000_000)
    with KontextClient(
        api_key=KEY, upload_base_url=base_url, connect_timeout_seconds=0.3
    ) as client:
        client.upload_file(data, mime_type="image/png", **PLACE)
    assert len(server.received[0].body) > len(data)
