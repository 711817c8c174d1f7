"""How an image was generated: as a value, as JSON, and in image files, without touching pixels.

What is read comes from strangers' files: each value must pass request validation or is dropped.

PNG: iTXt chunks. JPEG: XMP, plus a small EXIF block for programs that read no XMP. Results come
in no other format (docs/kie-api.md, Create). Ingest drops all metadata: read a file before it
is ingested.
"""

from __future__ import annotations

import json
import re
import struct
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from components.kie import MAX_PROMPT_CHARACTERS, GenerationRequest, ValidationError
from components.studio.images.file_type import FileType, InvalidImageError, detect
from components.studio.images.strip_metadata import (
    APP0,
    APP1,
    EOI,
    EXIF_PREFIX,
    SOS,
    Segment,
    build_chunk,
    build_segment,
    iter_chunks,
    iter_segments,
)
from components.version import VERSION

APP: Final = f"Kontext Studio {VERSION}"
MAX_JSON_BYTES: Final = 256 * 1024

MAX_LINEAGE: Final = 100
"""How many prompts of a lineage are kept: those of the nearest ancestors."""

_MAX_APP_CHARACTERS: Final = 100
_YEAR_2100: Final = 4_102_444_800.0  # epoch seconds
_LINEAGE_PROMPT_LIMITS: Final = (MAX_PROMPT_CHARACTERS, 500, 100)  # characters, tried in turn
_ID: Final = re.compile(r"[0-9a-f]{32}")
_SETTINGS: Final = (
    "model",
    "aspect_ratio",
    "output_format",
    "safety_tolerance",
    "translate",
    "enhance",
    "watermark",
    "store_in_china",
)

# In JSON these occur only inside strings. Escaped, the JSON is also valid text in XML 1.0.
_ESCAPES: Final = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\ufffe\uffff"}


class MetadataUnsupported(ValueError):
    """A file that cannot hold metadata: another format, or damaged."""


@dataclass(frozen=True, kw_only=True)
class GenerationMetadata:
    """How an image was generated. Times are epoch seconds.

    Holds no user, price or URL, because the file may go to strangers.
    """

    request: GenerationRequest
    """The prompt and its settings. When read from a file, invalid settings have their default."""
    image_id: str | None = None
    source_id: str | None = None
    """The image that was edited, or None if it was generated from text alone."""
    lineage: tuple[str, ...] = ()
    """The prompts of its ancestors, oldest first, without its own."""
    created_at: float | None = None
    finished_at: float | None = None
    changed_fraction: float | None = None
    """Of a kept version: how much of the source the edit changed, 0 to 1. The rest is its own."""
    map_settings: str = ""
    """Of a kept version: the settings of the change map, as JSON."""
    app: str = APP

    @property
    def is_edit(self) -> bool:
        """Whether an image was edited, not generated from text alone."""
        return self.source_id is not None


def to_json(metadata: GenerationMetadata, *, max_bytes: int = MAX_JSON_BYTES) -> str:
    """JSON of at most `max_bytes` in UTF-8, without characters that are special in XML.

    If the lineage is too long, its prompts are shortened, then the oldest are dropped. Raises
    MetadataUnsupported if the rest alone does not fit.
    """
    lineage = metadata.lineage[-MAX_LINEAGE:]
    for limit in _LINEAGE_PROMPT_LIMITS:
        prompts = [prompt[:limit] for prompt in lineage]
        text = _dump(metadata, prompts)
        if len(text.encode()) <= max_bytes:
            return text
    while prompts:
        prompts = prompts[(len(prompts) + 1) // 2 :]
        text = _dump(metadata, prompts)
        if len(text.encode()) <= max_bytes:
            return text
    raise MetadataUnsupported("no room for the metadata")


def from_json(text: str) -> GenerationMetadata | None:
    """Read what is valid. None without a valid prompt. Never raises."""
    if len(text) > MAX_JSON_BYTES:
        return None
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict):
        return None
    source_id = _read_id(values.get("source_id"))
    request = _read_request(values, is_edit=source_id is not None)
    if request is None:
        return None
    lineage = values.get("lineage")
    prompts = lineage[-MAX_LINEAGE:] if isinstance(lineage, list) else []
    return GenerationMetadata(
        request=request,
        image_id=_read_id(values.get("picture_id")),
        source_id=source_id,
        lineage=tuple(filter(None, map(_read_text, prompts))),
        created_at=_read_time(values.get("asked_at")),
        finished_at=_read_time(values.get("finished_at")),
        app=" ".join(_read_text(values.get("app")).split())[:_MAX_APP_CHARACTERS],
    )


def iso_time(epoch_seconds: float | None) -> str | None:
    """A time in UTC to the millisecond, such as `2026-11-22T21:51:46.250Z`."""
    if epoch_seconds is None:
        return None
    exact = datetime.fromtimestamp(epoch_seconds, UTC).isoformat(timespec="milliseconds")
    return exact.replace("+00:00", "Z")


def _dump(metadata: GenerationMetadata, lineage: list[str]) -> str:
    request = metadata.request
    values: dict[str, Any] = {
        "app": metadata.app,
        "prompt": request.prompt,
        **{name: getattr(request, name) for name in _SETTINGS},
        "picture_id": metadata.image_id,
        "source_id": metadata.source_id,
        "lineage": lineage,
        "asked_at": iso_time(metadata.created_at),
        "finished_at": iso_time(metadata.finished_at),
    }
    if metadata.changed_fraction is not None:
        values["source_pixels_kept"] = {
            "changed_fraction": round(metadata.changed_fraction, 6),
            # Many strokes are longer than a JPEG has room for.
            "change_map": metadata.map_settings if len(metadata.map_settings) <= 16_000 else "",
        }
    return json.dumps(values, ensure_ascii=False).translate(_ESCAPES)


def _read_request(values: dict[str, Any], *, is_edit: bool) -> GenerationRequest | None:
    try:
        request = GenerationRequest(prompt=_read_text(values.get("prompt")))
    except ValidationError:
        return None
    for name in _SETTINGS:
        setting: dict[str, Any] = {name: values.get(name)}
        with suppress(ValidationError):  # one invalid setting must not cost the others
            request = replace(request, **setting)
    try:
        if is_edit:
            request.validate_for_edit()
    except ValidationError:
        return replace(request, safety_tolerance=GenerationRequest.safety_tolerance)
    return request


def _read_text(value: object) -> str:
    """Text without control characters and lone surrogates, at most as long as a prompt."""
    if not isinstance(value, str):
        return ""
    return "".join(
        character
        for character in value[:MAX_PROMPT_CHARACTERS]
        if character in "\t\n\r" or unicodedata.category(character) not in {"Cc", "Cs"}
    )


def _read_id(value: object) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _read_time(value: object) -> float | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        epoch_seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return epoch_seconds if 0 <= epoch_seconds < _YEAR_2100 else None


# --- In image files ---

_MAX_RECORDS: Final = 8
"""How many records of one file are read. Our own files hold one."""


def embed_metadata(data: bytes, metadata: GenerationMetadata) -> bytes:
    """The same file with the metadata embedded. Our own metadata in it is replaced.

    All other bytes stay the same. A signature over the whole file, such as C2PA's, becomes
    invalid. Raises MetadataUnsupported for other formats and for damaged files.
    """
    try:
        match detect(data):
            case FileType.JPEG:
                return _embed_in_jpeg(data, metadata)
            case FileType.PNG:
                return _embed_in_png(data, metadata)
            case file_type:
                raise MetadataUnsupported(f"no metadata is embedded in a {file_type}")
    except InvalidImageError as error:
        raise MetadataUnsupported(error.message) from error


def read_metadata(data: bytes) -> GenerationMetadata | None:
    """The metadata embedded in a file, or None if there is none of use. Never raises.

    The text is untrusted: escape it, and check that `source_id` belongs to the user.
    """
    match detect(data):
        case FileType.JPEG:
            records = _find_jpeg_records(data)
        case FileType.PNG:
            records = _find_png_records(data)
        case _:
            return None
    found = None
    # A file that is cut can still hold records before the cut.
    with suppress(MetadataUnsupported, InvalidImageError):
        for record in islice(records, _MAX_RECORDS):
            found = from_json(record) or found  # ours comes last, after any foreign copy
    return found


# --- PNG: three iTXt chunks after the header (W3C PNG, third edition, 11.3.3) ---

_PNG_SIGNATURE_BYTES: Final = 8
_PNG_HEADER_END: Final = 33  # signature and IHDR
_RECORD_KEYWORD: Final = b"kontext-studio"
_OTHER_KEYWORDS: Final = (b"Description", b"Software")  # ours if right after the record


def _embed_in_png(data: bytes, metadata: GenerationMetadata) -> bytes:
    """Raises MetadataUnsupported or InvalidImageError for a file that is out of order or cut."""
    if data[_PNG_SIGNATURE_BYTES:16] != b"\x00\x00\x00\rIHDR":
        raise MetadataUnsupported("a PNG that does not begin with its header")
    texts = (
        (_RECORD_KEYWORD, to_json(metadata)),
        (_OTHER_KEYWORDS[0], metadata.request.prompt),
        (_OTHER_KEYWORDS[1], metadata.app),
    )
    kept: list[bytes | memoryview] = [data[:_PNG_HEADER_END]]
    kept.extend(build_chunk(b"iTXt", keyword + bytes(5) + text.encode()) for keyword, text in texts)
    expected: tuple[bytes, ...] = ()
    end = _PNG_HEADER_END
    for name, start, end in iter_chunks(data):
        keyword = _keyword(data[start + 8 : end]) if name == b"iTXt" else b""
        if keyword == _RECORD_KEYWORD:
            expected = _OTHER_KEYWORDS
        elif keyword and keyword in expected:
            expected = tuple(other for other in expected if other != keyword)
        else:
            expected = ()
            if start >= _PNG_HEADER_END:
                kept.append(memoryview(data)[start:end])
    kept.append(memoryview(data)[end:])
    return b"".join(kept)


def _find_png_records(data: bytes) -> Iterator[str]:
    """The JSON of each of our chunks. Compressed text is skipped, never inflated.

    Raises InvalidImageError where the file is cut.
    """
    for name, start, end in iter_chunks(data):
        if name != b"iTXt" or end - start > MAX_JSON_BYTES + 200:
            continue
        keyword, _, rest = data[start + 8 : end - 4].partition(b"\x00")
        if keyword == _RECORD_KEYWORD and rest[:1] == b"\x00":
            _language, _, rest = rest[2:].partition(b"\x00")
            _translated, _, text = rest.partition(b"\x00")
            yield text.decode("utf-8", "replace")


def _keyword(body: bytes) -> bytes:
    return body[:80].partition(b"\x00")[0]


# --- JPEG: XMP and EXIF in APP1 segments (CIPA DC-008 and ISO 16684-3) ---

_XMP_PREFIX: Final = b"http://ns.adobe.com/xap/1.0/\x00"
_MAX_SEGMENT_BODY_BYTES: Final = 0xFFFF - 2


def _embed_in_jpeg(data: bytes, metadata: GenerationMetadata) -> bytes:
    """Put our EXIF and XMP segments first, in place of those that the file had.

    A camera's EXIF stays and is then the only one. Another program's XMP stays before ours.
    Raises InvalidImageError or MetadataUnsupported for a file that is cut before its first scan.
    """
    head = list(_segments_before_scan(data))
    scans_at = head[-1].end if head else 2
    foreign = [segment for segment in head if not _written_by_us(segment)]
    after_jfif = _count_leading(foreign, APP0)
    after_app1 = after_jfif + _count_leading(foreign[after_jfif:], APP1)
    pieces: list[bytes | memoryview] = [data[each.start : each.end] for each in foreign]
    packet = _build_xmp_packet(metadata, max_bytes=_MAX_SEGMENT_BODY_BYTES - len(_XMP_PREFIX))
    pieces.insert(after_app1, build_segment(APP1, _XMP_PREFIX + packet))
    if not any(_is_exif(segment) for segment in foreign):
        exif = _build_exif(description=metadata.request.prompt, software=metadata.app)
        pieces.insert(after_jfif, build_segment(APP1, exif))
    return b"".join((data[:2], *pieces, memoryview(data)[scans_at:]))


def _find_jpeg_records(data: bytes) -> Iterator[str]:
    """The JSON of the first XMP packets that hold one. The number is limited to bound time.

    Raises InvalidImageError or MetadataUnsupported where the file is cut.
    """
    packets = (
        segment.body[len(_XMP_PREFIX) :]
        for segment in _segments_before_scan(data)
        if _is_xmp(segment)
    )
    for packet in islice(filter(_contains_our_namespace, packets), _MAX_RECORDS):
        record = _extract_xmp_record(packet)
        if record is not None:
            yield record


def _segments_before_scan(data: bytes) -> Iterator[Segment]:
    for segment in iter_segments(data):
        if segment.code == SOS:
            return
        if segment.code != EOI:
            yield segment
    raise MetadataUnsupported("a JPEG without a scan")


def _is_xmp(segment: Segment) -> bool:
    return segment.code == APP1 and segment.body.startswith(_XMP_PREFIX)


def _is_exif(segment: Segment) -> bool:
    return segment.code == APP1 and segment.body.startswith(EXIF_PREFIX)


def _written_by_us(segment: Segment) -> bool:
    """Whether we wrote the segment, so that nothing of others is lost with it."""
    if _is_xmp(segment):
        packet = segment.body[len(_XMP_PREFIX) :]
        return packet.startswith(_XMP_START) and _contains_our_namespace(packet)
    return (
        _is_exif(segment)
        and segment.body.startswith(_EXIF_START)
        and segment.body.startswith(b"Kontext Studio ", len(EXIF_PREFIX) + _SOFTWARE_AT)
    )


def _count_leading(segments: list[Segment], code: int) -> int:
    """How many segments with this code the list begins with."""
    others = (index for index, segment in enumerate(segments) if segment.code != code)
    return next(others, len(segments))


# --- XMP packet (ISO 16684-1) ---

_MAX_PACKET_BYTES: Final = 64 * 1024  # what a JPEG segment can hold
_NAMESPACE: Final = "urn:kontext-studio:provenance:"
_PROPERTY: Final = f"{{{_NAMESPACE}}}record"

_PACKET: Final = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:kontext="{namespace}">'
    '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{prompt}</rdf:li></rdf:Alt>'
    "</dc:description>"
    "<xmp:CreatorTool>{app}</xmp:CreatorTool>"
    "<kontext:record>{record}</kontext:record>"
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
    '<?xpacket end="w"?>'
)
_XMP_START: Final = _PACKET.partition("{")[0].encode()

# Forbidden in XML 1.0, or changed by every XML parser.
_XML_REPLACEMENTS: Final = {0xFFFE: "\ufffd", 0xFFFF: "\ufffd", 0x0D: "&#13;"}


def _build_xmp_packet(metadata: GenerationMetadata, *, max_bytes: int) -> bytes:
    """An XMP packet of at most `max_bytes`, in UTF-8. One property holds the full record.

    Raises MetadataUnsupported when there is no room for it.
    """

    def fill(record: str) -> bytes:
        return _PACKET.format(
            namespace=_NAMESPACE,
            prompt=escape(metadata.request.prompt).translate(_XML_REPLACEMENTS),
            app=escape(metadata.app),
            record=record,
        ).encode()

    return fill(to_json(metadata, max_bytes=max_bytes - len(fill(""))))


def _contains_our_namespace(packet: bytes) -> bool:
    return _NAMESPACE.encode() in packet


def _extract_xmp_record(packet: bytes) -> str | None:
    """The JSON in an XMP packet, also if another program rewrote it. Never raises.

    A packet that declares entities is not parsed: they can expand without limit.
    """
    if len(packet) > _MAX_PACKET_BYTES or b"<!DOCTYPE" in packet:
        return None
    try:
        # UTF-8 only, so that no other encoding hides a DOCTYPE from the line above.
        root = ElementTree.fromstring(packet.decode())  # noqa: S314 - short, without entities
    except (ElementTree.ParseError, ValueError):
        return None
    for element in root.iter():
        if element.tag == _PROPERTY and element.text:
            return element.text
        if _PROPERTY in element.attrib:
            return element.attrib[_PROPERTY]
    return None


# --- EXIF block (CIPA DC-008) ---

_TIFF_HEADER: Final = b"MM\x00*\x00\x00\x00\x08"  # big-endian; first directory at offset 8
_ASCII, _LONG, _UNDEFINED = 2, 4, 7
_DESCRIPTION, _SOFTWARE, _EXIF_DIRECTORY = 0x010E, 0x0131, 0x8769
_VERSION, _USER_COMMENT = 0x9000, 0x9286
_SOFTWARE_AT: Final = 8 + 2 + 3 * 12 + 4  # after the first directory and its three entries
_EXIF_START: Final = (
    EXIF_PREFIX + _TIFF_HEADER + struct.pack(">H", 3) + struct.pack(">HH", _DESCRIPTION, _ASCII)
)


def _build_exif(*, description: str, software: str) -> bytes:
    """EXIF with its prefix: ImageDescription (UTF-8), Software and UserComment (UTF-16).

    At most 45 kB for a prompt of 5,000 characters.
    """
    name = _pad(software.encode("ascii", "replace") + b"\x00")
    text = description.encode() + b"\x00"
    comment = b"UNICODE\x00" + description.encode("utf-16-be")
    inner_at = _SOFTWARE_AT + len(name)
    text_at = inner_at + 2 + 2 * 12 + 4
    comment_at = text_at + len(_pad(text))
    return b"".join(
        (
            EXIF_PREFIX,
            _TIFF_HEADER,
            _directory(
                (_DESCRIPTION, _ASCII, len(text), text_at),
                (_SOFTWARE, _ASCII, len(software) + 1, _SOFTWARE_AT),
                (_EXIF_DIRECTORY, _LONG, 1, inner_at),
            ),
            name,
            _directory(
                (_VERSION, _UNDEFINED, 4, int.from_bytes(b"0232", "big")),
                (_USER_COMMENT, _UNDEFINED, len(comment), comment_at),
            ),
            _pad(text),
            comment,
        )
    )


def _directory(*entries: tuple[int, int, int, int]) -> bytes:
    """A directory without a successor. Each entry is tag, type, count, and value or offset."""
    packed = b"".join(struct.pack(">HHII", *entry) for entry in entries)
    return struct.pack(">H", len(entries)) + packed + bytes(4)


def _pad(value: bytes) -> bytes:
    return value + bytes(len(value) % 2)
