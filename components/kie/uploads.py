"""Uploads of source images: the form fields to send and the response to parse.

The model fetches the file by its URL. Files are deleted after a day (docs/kie-api.md, Uploads).
"""

from dataclasses import dataclass

from components.kie import parsing


@dataclass(frozen=True)
class UploadedFile:
    """A file on the upload host.

    `download_url`: the value for `GenerationRequest.input_image`.
    `size_bytes` is None and the texts are empty if the host did not name them.
    """

    download_url: str
    file_name: str
    file_path: str
    size_bytes: int | None
    mime_type: str


def upload_fields(*, file_name: str, upload_path: str) -> dict[str, str]:
    """Return the form fields of an upload. The host accepts no leading slash in the path."""
    return {"uploadPath": upload_path.lstrip("/"), "fileName": file_name}


def parse_uploaded_file(data: object, *, secret: str) -> UploadedFile | None:
    """Return the file in the `data` of an upload response; None without a usable `downloadUrl`.

    `secret` is masked in the texts. The `fileUrl` of the vendor's sample does not exist
    (docs/kie-api.md, Uploads).
    """
    record = parsing.parse_object(data) or {}
    download_url = parsing.parse_url(record.get("downloadUrl"))
    if download_url is None:
        return None
    return UploadedFile(
        download_url=download_url,
        file_name=parsing.parse_message(record.get("fileName"), secret=secret),
        file_path=parsing.parse_message(record.get("filePath"), secret=secret),
        size_bytes=parsing.parse_int(record.get("fileSize")),
        mime_type=parsing.parse_message(record.get("mimeType"), secret=secret),
    )
