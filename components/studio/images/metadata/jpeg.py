"""GenerationMetadata in the application segments of a JPEG file; its scans are never touched.

Segments: ITU-T T.81, annex B. EXIF and XMP in APP1: CIPA DC-008 and ISO 16684-3.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from components.studio.images.jpeg import APP0, APP1, EOI, EXIF, SOS, Segment, iter_segments
from components.studio.images.metadata import exif, xmp
from components.studio.images.metadata.generation import (
    MAX_RECORDS,
    GenerationMetadata,
    MetadataUnsupported,
)

_XMP: Final = b"http://ns.adobe.com/xap/1.0/\x00"
_MOST_BODY_BYTES: Final = 0xFFFF - 2


def _is_xmp(segment: Segment) -> bool:
    return segment.code == APP1 and segment.body.startswith(_XMP)


def _is_exif(segment: Segment) -> bool:
    return segment.code == APP1 and segment.body.startswith(EXIF)


def _is_ours(segment: Segment) -> bool:
    if _is_xmp(segment):
        return xmp.written_by_us(segment.body[len(_XMP) :])
    return _is_exif(segment) and exif.written_by_us(segment.body)


def embed_metadata(data: bytes, metadata: GenerationMetadata) -> bytes:
    """The file with our EXIF and XMP segments in front, in place of those it had.

    A camera's EXIF stays and is the only one; another program's XMP stays in front of ours.
    Raises InvalidImageError or MetadataUnsupported for a file that is cut before its first scan.
    """
    head = list(_head(data))
    scans_at = head[-1].end if head else 2
    foreign = [segment for segment in head if not _is_ours(segment)]
    after_jfif = _leading(foreign, APP0)
    after_notes = after_jfif + _leading(foreign[after_jfif:], APP1)
    pieces: list[bytes | memoryview] = [data[each.start : each.end] for each in foreign]
    packet = xmp.build_packet(metadata, max_bytes=_MOST_BODY_BYTES - len(_XMP))
    pieces.insert(after_notes, _segment(_XMP + packet))
    if not any(_is_exif(segment) for segment in foreign):
        words, software = metadata.request.prompt, metadata.app
        pieces.insert(after_jfif, _segment(exif.build_exif(description=words, software=software)))
    return b"".join((data[:2], *pieces, memoryview(data)[scans_at:]))


def find_records(data: bytes) -> Iterator[str]:
    """The JSON of the first packets that hold one, few enough to be read in a moment.

    Raises InvalidImageError or MetadataUnsupported where the file breaks off.
    """
    packets = (segment.body[len(_XMP) :] for segment in _head(data) if _is_xmp(segment))
    for packet in islice(filter(xmp.contains_our_namespace, packets), MAX_RECORDS):
        record = xmp.extract_record(packet)
        if record is not None:
            yield record


def _head(data: bytes) -> Iterator[Segment]:
    """Every segment in front of the first scan."""
    for segment in iter_segments(data):
        if segment.code == SOS:
            return
        if segment.code != EOI:
            yield segment
    raise MetadataUnsupported("a JPEG without a scan")


def _leading(segments: list[Segment], code: int) -> int:
    """How many segments of this sort stand in front."""
    others = (place for place, segment in enumerate(segments) if segment.code != code)
    return next(others, len(segments))


def _segment(body: bytes) -> bytes:
    return bytes((0xFF, APP1)) + (len(body) + 2).to_bytes(2, "big") + body
