"""docs/kie-api.md, Uploads: three ways to hand in a file, with real HTTP errors."""

import base64
import socket
from contextlib import ExitStack
from datetime import datetime
from typing import Any

import pytest
import requests

from tests.integration.sandbox.conftest import Caller, Open, Stranger, opened, picture

FIELDS = {
    "success",
    "fileName",
    "filePath",
    "downloadUrl",
    "fileSize",
    "mimeType",
    "uploadedAt",
}

FIRST_WAY = "file-stream-upload"


def data_of(answer: requests.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    envelope = answer.json()
    assert (envelope["success"], envelope["code"]) == (True, 200)
    assert envelope["msg"] == "File uploaded successfully"
    data: dict[str, Any] = envelope["data"]
    return data


def refusal_of(answer: requests.Response) -> tuple[int, str]:
    envelope = answer.json()
    assert set(envelope) == {"success", "code", "msg"}
    assert envelope["success"] is False
    assert envelope["code"] == answer.status_code
    return answer.status_code, envelope["msg"]


def test_a_multipart_upload_answers_with_the_recorded_fields(caller: Caller) -> None:
    content = picture((30, 20))
    data = data_of(caller.upload(content, uploadPath="/my/inputs/", fileName="a b ä.png"))
    assert set(data) == FIELDS
    assert data["success"] is True
    assert data["fileName"] == "a b ä.png"
    kieai, user, path = data["filePath"].split("/", 2)
    assert (kieai, path) == ("kieai", "my/inputs/a b ä.png")
    assert user
    assert (data["fileSize"], data["mimeType"]) == (len(content), "image/png")
    assert datetime.fromisoformat(data["uploadedAt"])
    assert data["uploadedAt"].endswith("Z")
    assert requests.get(data["downloadUrl"], timeout=60).content == content


def test_missing_file_name_is_invented_even_for_a_named_part(caller: Caller) -> None:
    names = [data_of(caller.upload(b"text", uploadPath="a"))["fileName"] for _ in range(2)]
    assert len(set(names)) == 2
    assert all(name.endswith(".png") and name != "photo.png" for name in names)


def test_base64_is_taken_bare_or_as_a_data_uri(caller: Caller) -> None:
    content = picture((30, 20), "JPEG")
    bare = base64.b64encode(content).decode()
    for text in (bare, f"data:image/jpeg;base64,{bare}"):
        body = {"base64Data": text, "uploadPath": "a"}
        data = data_of(caller.post("/api/file-base64-upload", json=body))
        assert set(data) == FIELDS
        assert data["fileName"].endswith(".jpg")
        assert opened(data["downloadUrl"]).size == (30, 20)


def test_a_url_upload_fetches_the_file(caller: Caller, stranger: Stranger) -> None:
    body = {"fileUrl": f"{stranger.url}/x", "uploadPath": "a", "fileName": "b.png"}
    data = data_of(caller.post("/api/file-url-upload", json=body))
    assert opened(data["downloadUrl"]).size == (900, 600)


def test_a_url_upload_that_finds_nothing_is_a_500(caller: Caller, stranger: Stranger) -> None:
    body = {"fileUrl": f"{stranger.url}/missing", "uploadPath": "a"}
    assert refusal_of(caller.post("/api/file-url-upload", json=body))[0] == 500


def test_the_same_name_overwrites(caller: Caller) -> None:
    first = caller.uploaded(picture((30, 20)), "same.png")
    second = caller.uploaded(picture((50, 40)), "same.png")
    assert first == second
    assert opened(first).size == (50, 40)


def test_an_upload_without_a_key_is_a_real_401(caller: Caller) -> None:
    caller.key = "wrong"
    assert refusal_of(caller.upload(b"x", uploadPath="a"))[0] == 401


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"uploadPath": ""},
        {"uploadPath": "a/../../b"},
        {"uploadPath": "a", "fileName": "../b.png"},
        {"uploadPath": "a", "fileName": "a\nb.png"},
    ],
)
def test_a_missing_path_or_an_escaping_one_is_a_real_400(
    caller: Caller, fields: dict[str, str]
) -> None:
    assert refusal_of(caller.upload(b"x", **fields))[0] == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/file-stream-upload", b"no form"),
        ("/api/file-base64-upload", b"{"),
        ("/api/file-base64-upload", b"[]"),
        ("/api/file-base64-upload", b'{"uploadPath": "a"}'),
        ("/api/file-base64-upload", b'{"uploadPath": "a", "base64Data": "%%%"}'),
        ("/api/file-base64-upload", b'{"uploadPath": "a", "base64Data": "data:,"}'),
        ("/api/file-url-upload", b'{"uploadPath": "a", "fileUrl": "file:///etc/passwd"}'),
    ],
)
def test_a_malformed_upload_is_a_real_400(caller: Caller, path: str, body: bytes) -> None:
    assert refusal_of(caller.post(path, data=body))[0] == 400


def test_a_form_that_breaks_off_is_a_real_400(caller: Caller) -> None:
    headers = {**caller.headers, "Content-Type": "multipart/form-data; boundary=x"}
    url = caller.url + "/api/file-stream-upload"
    answer = requests.post(url, data=b"--y\r\n", headers=headers, timeout=60)
    assert refusal_of(answer)[0] == 400


def test_a_body_over_the_limit_is_a_real_400(caller: Caller) -> None:
    answer = caller.post("/api/file-base64-upload", data=b" " * 30_000_001)
    status, words = refusal_of(answer)
    assert status == 400
    assert "larger" in words


def test_an_uploaded_page_cannot_run_as_one(caller: Caller) -> None:
    answer = requests.get(caller.uploaded(b"<script>1</script>", "a.html"), timeout=60)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")


@pytest.mark.parametrize(("method", "path"), [("POST", "file-ftp-upload"), ("GET", FIRST_WAY)])
def test_a_path_or_method_nobody_knows_is_refused_in_this_hosts_way(
    caller: Caller, method: str, path: str
) -> None:
    answer = requests.request(method, f"{caller.url}/api/{path}", timeout=60)
    assert refusal_of(answer)[0] in (404, 405)


def test_callers_who_are_slow_to_send_keep_nobody_out(open_sandbox: Open) -> None:
    caller = open_sandbox()
    host, _, port = caller.url.removeprefix("http://").partition(":")
    begun = (
        f"POST /api/{FIRST_WAY} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer a-key\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b"
    )
    with ExitStack() as slow:
        for _ in range(8):
            sent = slow.enter_context(socket.create_connection((host, int(port)), timeout=60))
            sent.sendall(begun.encode())
        data_of(caller.upload(picture((30, 20)), uploadPath="inputs"))
