"""GenerationMetadata in the text chunks of a PNG file (W3C PNG, third edition, 11.3.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from components.studio.images.metadata.generation import (
    MAX_JSON_BYTES,
    GenerationMetadata,
    MetadataUnsupported,
    to_json,
)
from components.studio.images.png import build_chunk, iter_chunks

_SIGNATURE_BYTES: Final = 8
_HEADER_END: Final = 33  # signature and IHDR
_RECORD: Final = b"kontext-studio"
_COMPANIONS: Final = (b"Description", b"Software")  # they stand right behind the record


def embed_metadata(data: bytes, metadata: GenerationMetadata) -> bytes:
    """The file with our three chunks behind its header, in place of those it had.

    Raises MetadataUnsupported or InvalidImageError for a file out of order or cut.
    """
    if data[_SIGNATURE_BYTES:16] != b"\x00\x00\x00\rIHDR":
        raise MetadataUnsupported("a PNG that does not begin with its header")
    texts = (
        (_RECORD, to_json(metadata)),
        (_COMPANIONS[0], metadata.request.prompt),
        (_COMPANIONS[1], metadata.app),
    )
    kept: list[bytes | memoryview] = [data[:_HEADER_END]]
    kept.extend(build_chunk(b"iTXt", keyword + bytes(5) + text.encode()) for keyword, text in texts)
    companions: tuple[bytes, ...] = ()
    end = _HEADER_END
    for name, start, end in iter_chunks(data):
        keyword = _keyword(data[start + 8 : end]) if name == b"iTXt" else b""
        if keyword == _RECORD:
            companions = _COMPANIONS
        elif keyword and keyword in companions:
            companions = tuple(other for other in companions if other != keyword)
        else:
            companions = ()
            if start >= _HEADER_END:
                kept.append(memoryview(data)[start:end])
    kept.append(memoryview(data)[end:])
    return b"".join(kept)


def find_records(data: bytes) -> Iterator[str]:
    """The JSON of each chunk of ours. Compressed text is passed over, never unpacked.

    Raises InvalidImageError where the file breaks off.
    """
    for name, start, end in iter_chunks(data):
        if name != b"iTXt" or end - start > MAX_JSON_BYTES + 200:
            continue
        keyword, _, rest = data[start + 8 : end - 4].partition(b"\x00")
        if keyword == _RECORD and rest[:1] == b"\x00":
            _language, _, rest = rest[2:].partition(b"\x00")
            _translated, _, text = rest.partition(b"\x00")
            yield text.decode("utf-8", "replace")


def _keyword(body: bytes) -> bytes:
    return body[:80].partition(b"\x00")[0]
