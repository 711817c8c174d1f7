"""Putting a picture where the model can fetch it: what is sent, and what comes back.

The files live on another host and vanish after a day (contract.md §6).
"""

import base64
from dataclasses import dataclass
from typing import Final

from components.kie import parsing

STREAM_PATH: Final = "/api/file-stream-upload"
BASE64_PATH: Final = "/api/file-base64-upload"
URL_PATH: Final = "/api/file-url-upload"


@dataclass(frozen=True)
class UploadedFile:
    """A file on the upload host. `download_url`: what a create takes as its `input_image`.

    `size_bytes` is None and the texts are empty where the host did not say.
    """

    download_url: str
    file_name: str
    file_path: str
    size_bytes: int | None
    mime_type: str


def upload_fields(*, file_name: str, upload_path: str) -> dict[str, str]:
    """The two fields every upload has; a path with a leading slash is not what the host wants."""
    return {"uploadPath": upload_path.lstrip("/"), "fileName": file_name}


def data_uri(data: bytes, *, mime_type: str) -> str:
    """The bytes as a data URI."""
    return f"data:{mime_type};base64,{base64.b64encode(data).decode('ascii')}"


def parse_uploaded_file(data: object, *, hide: str) -> UploadedFile | None:
    """The file in an upload's `data`; None without a usable `downloadUrl`.

    The vendor's sample calls it `fileUrl`, which does not exist (contract.md §6).
    """
    record = parsing.parse_object(data) or {}
    download_url = parsing.parse_url(record.get("downloadUrl"))
    if download_url is None:
        return None
    return UploadedFile(
        download_url=download_url,
        file_name=parsing.parse_message(record.get("fileName"), hide=hide),
        file_path=parsing.parse_message(record.get("filePath"), hide=hide),
        size_bytes=parsing.parse_int(record.get("fileSize")),
        mime_type=parsing.parse_message(record.get("mimeType"), hide=hide),
    )
