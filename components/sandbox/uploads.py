"""The upload host: three endpoints that store a file (docs/kie-api.md, Uploads).

Unlike the task API it answers errors with real HTTP statuses.
"""

import asyncio
import base64
import binascii
import mimetypes
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial, wraps
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from components.sandbox.create_request import is_link
from components.sandbox.envelope import ApiError, json_response
from components.sandbox.fault_responses import apply_fault
from components.sandbox.faults import FaultPoint
from components.sandbox.fetching import CannotFetch, fetch, run_in_daemon_thread
from components.sandbox.links import UPLOAD_SECONDS, address, own_path
from components.sandbox.rendering import picture_mime
from components.sandbox.request_body import limit_body, read_json
from components.sandbox.service import service_of
from components.sandbox.store import StoredFile

_MOST_FILE_BYTES = 100_000_000
_MOST_JSON_BYTES = 30_000_000


_Read = Callable[[Request, Any], Awaitable[tuple[bytes, str]]]
"""Reads the bytes of an upload, and the name that tells the type of what is no picture."""


def _endpoint(read: _Read) -> Callable[[Request], Awaitable[Response]]:

    @wraps(read)
    async def upload(request: Request) -> Response:
        service = service_of(request)
        account = service.account(request)
        if fault := service.faults.choose(FaultPoint.UPLOAD):
            return await apply_fault(fault, json_response(None), service.sleeper)
        # A slot is taken once the body has come: a slow sender must not keep others out.
        async with _received(request) as fields, service.upload_slots:
            folder, name = _folder(fields.get("uploadPath")), _name(fields.get("fileName") or "")
            content, told = await read(request, fields)
            return await _keep(request, content, f"kieai/{account}/{folder}", name, told)

    return upload


@asynccontextmanager
async def _received(request: Request) -> AsyncIterator[Any]:
    if request.url.path.endswith("stream-upload"):
        async with limit_body(request, _MOST_FILE_BYTES + 100_000).form(max_files=1) as form:
            yield form
        return
    fields = await read_json(request, _MOST_JSON_BYTES)
    if not isinstance(fields, dict):
        raise ApiError(400, "the body must be a JSON object")
    yield fields


async def _keep(request: Request, content: bytes, folder: str, name: str, told: str) -> Response:
    if not content:
        raise ApiError(400, "the file is empty")
    mime = picture_mime(content) or mimetypes.guess_type(name or told)[0]
    mime = mime or "application/octet-stream"
    name = name or secrets.token_hex(8) + (mimetypes.guess_extension(mime) or "")
    service, path = service_of(request), f"{folder}/{name}"
    now = service.options.clock()
    uploaded_at = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
    links = [(f"/{path}", now + UPLOAD_SECONDS)]
    await asyncio.to_thread(service.store.save_file, StoredFile(content, mime), links)
    data = {
        "success": True,
        "fileName": name,
        "filePath": path,
        "downloadUrl": address(str(request.base_url).rstrip("/"), f"/{path}"),
        "fileSize": len(content),
        "mimeType": mime,
        "uploadedAt": uploaded_at.replace("+00:00", "Z"),
    }
    envelope = {"success": True, "code": 200, "msg": "File uploaded successfully", "data": data}
    return json_response(envelope).to_http()


@_endpoint
async def stream_upload(_request: Request, form: FormData) -> tuple[bytes, str]:
    """`POST /api/file-stream-upload`, multipart; at most 100 MB."""
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise ApiError(400, "file is required")
    # The service does not call the file as its part (docs/kie-api.md, Uploads).
    return await file.read(), file.filename or ""


@_endpoint
async def base64_upload(_request: Request, fields: dict[str, Any]) -> tuple[bytes, str]:
    """`POST /api/file-base64-upload`, JSON of at most 30 MB, bare or a data URI."""
    text = fields.get("base64Data")
    if not isinstance(text, str) or not text:
        raise ApiError(400, "base64Data is required")
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return base64.b64decode("".join(text.split()), validate=True), ""
    except (binascii.Error, ValueError) as problem:
        raise ApiError(400, "base64Data is no base64 text") from problem


@_endpoint
async def url_upload(request: Request, fields: dict[str, Any]) -> tuple[bytes, str]:
    """`POST /api/file-url-upload`, JSON; the sandbox fetches the file within 30 s."""
    service = service_of(request)
    url = fields.get("fileUrl")
    if not isinstance(url, str) or not is_link(url):
        raise ApiError(400, "fileUrl must be an http(s) URL")
    path = own_path(url, str(request.base_url))
    if file := service.store.file(path, service.options.clock()):
        return file.content, ""
    if service.options.only_own_links:
        raise ApiError(400, "fileUrl could not be downloaded: only the sandbox's own links are")
    try:
        return await run_in_daemon_thread(partial(fetch, url, _MOST_FILE_BYTES)), ""
    except CannotFetch as problem:
        raise ApiError(500, f"fileUrl could not be downloaded: {problem}") from problem


def _folder(value: object) -> str:
    folder = value.strip("/") if isinstance(value, str) else ""
    if not folder:
        raise ApiError(400, "uploadPath is required")
    if not folder.isprintable() or any(part in ("", ".", "..") for part in folder.split("/")):
        raise ApiError(400, "uploadPath is no path of plain folders")
    return folder


def _name(value: object) -> str:
    if not isinstance(value, str) or "/" in value or value in (".", ".."):
        raise ApiError(400, "fileName is no plain file name")
    if not value.isprintable():
        raise ApiError(400, "fileName has characters that cannot be shown")
    return value
