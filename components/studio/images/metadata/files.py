"""Metadata that travels in a picture's file, written and read without touching its pixels.

PNG: text chunks. JPEG: XMP and EXIF. Results come as no other kind (contract.md §2), and the
intake makes no other. The intake drops all of it: read a dropped file before it is taken in.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import islice

from components.studio.images.errors import InvalidImageError
from components.studio.images.file_type import FileType, detect
from components.studio.images.metadata import jpeg, png
from components.studio.images.metadata.generation import (
    MAX_RECORDS,
    GenerationMetadata,
    MetadataUnsupported,
    from_json,
)

__all__ = ["GenerationMetadata", "MetadataUnsupported", "embed_metadata", "read_metadata"]


def embed_metadata(data: bytes, metadata: GenerationMetadata) -> bytes:
    """The same picture with its metadata inside, in place of ours that it had.

    All else in the file stays as it is, byte for byte; a signature over the whole file, such as
    C2PA's, no longer fits it. Raises MetadataUnsupported for other kinds and for damaged files.
    """
    try:
        match detect(data):
            case FileType.JPEG:
                return jpeg.embed_metadata(data, metadata)
            case FileType.PNG:
                return png.embed_metadata(data, metadata)
            case kind:
                raise MetadataUnsupported(f"no metadata is put into a {kind}")
    except InvalidImageError as error:
        raise MetadataUnsupported(error.message) from error


def read_metadata(data: bytes) -> GenerationMetadata | None:
    """What a file says of its making, or None if it says nothing of use. Never raises.

    The words are a stranger's: escape them, and check that its source is the designer's own.
    """
    match detect(data):
        case FileType.JPEG:
            records = jpeg.find_records(data)
        case FileType.PNG:
            records = png.find_records(data)
        case _:
            return None
    found = None
    # A file that is cut may have said enough before.
    with suppress(MetadataUnsupported, InvalidImageError):
        for record in islice(records, MAX_RECORDS):
            found = from_json(record) or found  # ours is the last: a foreign copy stands before it
    return found
