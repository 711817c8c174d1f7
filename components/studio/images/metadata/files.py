"""Metadata that travels in a picture's file, written and read without touching its pixels.

PNG: text chunks. JPEG: XMP and EXIF. Results come as no other kind (contract.md §2), and the
intake makes no other. The intake drops all of it: read a dropped file before it is taken in.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import islice

from components.studio.images.errors import UnusablePicture
from components.studio.images.file_type import Kind, sniff
from components.studio.images.metadata import jpeg, png
from components.studio.images.metadata.generation import (
    MOST_RECORDS,
    CarriesNothing,
    Provenance,
    from_json,
)

__all__ = ["CarriesNothing", "Provenance", "embed", "read"]


def embed(data: bytes, provenance: Provenance) -> bytes:
    """The same picture with its provenance inside, in place of ours that it had.

    All else in the file stays as it is, byte for byte; a signature over the whole file, such as
    C2PA's, no longer fits it. Raises CarriesNothing for other kinds and for damaged files.
    """
    try:
        match sniff(data):
            case Kind.JPEG:
                return jpeg.embed(data, provenance)
            case Kind.PNG:
                return png.embed(data, provenance)
            case kind:
                raise CarriesNothing(f"no provenance is put into a {kind}")
    except UnusablePicture as error:
        raise CarriesNothing(error.sentence) from error


def read(data: bytes) -> Provenance | None:
    """What a file says of its making, or None if it says nothing of use. Never raises.

    The words are a stranger's: escape them, and check that its source is the designer's own.
    """
    match sniff(data):
        case Kind.JPEG:
            records = jpeg.records_in(data)
        case Kind.PNG:
            records = png.records_in(data)
        case _:
            return None
    found = None
    # A file that is cut may have said enough before.
    with suppress(CarriesNothing, UnusablePicture):
        for record in islice(records, MOST_RECORDS):
            found = from_json(record) or found  # ours is the last: a foreign copy stands before it
    return found
