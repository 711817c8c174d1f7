"""Provenance in the application segments of a JPEG file; its scans are never touched.

Segments: ITU-T T.81, annex B. EXIF and XMP in APP1: CIPA DC-008 and ISO 16684-3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from components.studio.intake.envelope import MAX_PARTS
from components.studio.provenance import exif, xmp
from components.studio.provenance.provenance import MOST_RECORDS, CarriesNothing, Provenance

_APP0, _APP1, _SOS, _EOI = 0xE0, 0xE1, 0xDA, 0xD9
_EXIF: Final = b"Exif\x00\x00"
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\x00"
_MOST_BODY_BYTES: Final = 0xFFFF - 2


@dataclass(frozen=True)
class _Segment:
    code: int
    start: int
    end: int
    body: bytes

    @property
    def is_exif(self) -> bool:
        return self.code == _APP1 and self.body.startswith(_EXIF)

    @property
    def is_xmp(self) -> bool:
        return self.code == _APP1 and self.body.startswith(_XMP)

    @property
    def is_ours(self) -> bool:
        if self.is_xmp:
            return xmp.is_ours(self.body[len(_XMP) :])
        return self.is_exif and exif.is_ours(self.body)


def embed(data: bytes, provenance: Provenance) -> bytes:
    """The file with our EXIF and XMP segments in front, in place of those it had.

    A camera's EXIF stays and is the only one; another program's XMP stays in front of ours.
    Raises CarriesNothing for a file that is cut before its first scan.
    """
    head = list(_head(data))
    scans_at = head[-1].end if head else 2
    foreign = [segment for segment in head if not segment.is_ours]
    after_jfif = _leading(foreign, _APP0)
    after_notes = after_jfif + _leading(foreign[after_jfif:], _APP1)
    pieces: list[bytes | memoryview] = [data[each.start : each.end] for each in foreign]
    packet = xmp.packet(provenance, most_bytes=_MOST_BODY_BYTES - len(_XMP))
    pieces.insert(after_notes, _segment(_XMP + packet))
    if not any(segment.is_exif for segment in foreign):
        words, software = provenance.request.prompt, provenance.app
        pieces.insert(after_jfif, _segment(exif.block(description=words, software=software)))
    return b"".join((data[:2], *pieces, memoryview(data)[scans_at:]))


def records_in(data: bytes) -> Iterator[str]:
    """The JSON of the first packets that hold one, few enough to be read in a moment.

    Raises CarriesNothing where the file breaks off.
    """
    packets = (segment.body[len(_XMP) :] for segment in _head(data) if segment.is_xmp)
    for packet in islice(filter(xmp.mentions_us, packets), MOST_RECORDS):
        record = xmp.record_in(packet)
        if record is not None:
            yield record


def _head(data: bytes) -> Iterator[_Segment]:
    """Every segment in front of the first scan, fill bytes included."""
    start = 2
    for _ in range(MAX_PARTS):
        at = start
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        marker, length = data[at : at + 2], int.from_bytes(data[at + 2 : at + 4], "big")
        end = at + 2 + length
        if marker[:1] != b"\xff" or len(marker) < 2 or marker[1] == _EOI:
            break
        if marker[1] == _SOS:
            return
        if length < 2 or end > len(data):
            break
        yield _Segment(marker[1], start, end, data[at + 4 : end])
        start = end
    raise CarriesNothing("a JPEG that is cut short or out of order")


def _leading(segments: list[_Segment], code: int) -> int:
    """How many segments of this sort stand in front."""
    others = (place for place, segment in enumerate(segments) if segment.code != code)
    return next(others, len(segments))


def _segment(body: bytes) -> bytes:
    return bytes((0xFF, _APP1)) + (len(body) + 2).to_bytes(2, "big") + body
