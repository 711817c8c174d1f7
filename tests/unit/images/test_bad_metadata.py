"""Reading metadata from hostile files never raises and returns only valid values."""

from __future__ import annotations

import json
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.kie import GenerationRequest
from components.studio.images.generation_metadata import (
    GenerationMetadata,
    embed_metadata,
    from_json,
    read_metadata,
)
from tests.support.image_corpus import chunk, encoded, good, jpeg_with, png_with, quarters

RECORD = GenerationMetadata(request=GenerationRequest(prompt="A fox"), lineage=("One", "Two"))
XMP = b"http://ns.adobe.com/xap/1.0/\0"
NAMESPACE = b'xmlns:k="urn:kontext-studio:provenance:"'
VALUES = {"prompt": "A fox"}


def png_with_record(values: object) -> bytes:
    text = values if isinstance(values, bytes) else json.dumps(values).encode()
    body = b"kontext-studio\0\0\0\0\0" + text
    return png_with(encoded(quarters(), "PNG"), chunk(b"iTXt", body))


def jpeg_with_xmp(packet: bytes) -> bytes:
    return jpeg_with(encoded(quarters(), "JPEG"), (0xE1, XMP + packet))


def read_record(values: object) -> GenerationMetadata:
    found = read_metadata(png_with_record(values))
    assert found is not None
    return found


@pytest.mark.parametrize(
    "values",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"null",
        b"[" * 100_000,
        b'{"prompt":' * 30_000,
        b'{"prompt": "a", "safety_tolerance": ' + b"9" * 10_000 + b"}",
        [],
        {},
        {"prompt": None},
        {"prompt": 5},
        {"prompt": ["A fox"]},
        {"prompt": ""},
        {"prompt": " \u200b\u0000\u0007 "},
        {"prompt": "\ud800"},
        {"prompt": "A fox", "lineage": ["x" * 300_000]},
    ],
)
def test_record_without_valid_prompt_is_ignored(values: object) -> None:
    assert read_metadata(png_with_record(values)) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model", "flux-kontext-ultra"),
        ("model", ["flux-kontext-max"]),
        ("aspect_ratio", "7:3"),
        ("aspect_ratio", {"16:9": 1}),
        ("output_format", "svg"),
        ("safety_tolerance", 7),
        ("safety_tolerance", True),
        ("safety_tolerance", 2.0),
        ("safety_tolerance", "2"),
        ("translate", 0),
        ("enhance", "yes"),
        ("watermark", "x" * 201),
        ("watermark", "two\nlines"),
        ("store_in_china", None),
        ("picture_id", "../../etc/passwd"),
        ("source_id", "2E" * 16),
        ("source_id", 5),
        ("asked_at", "soon"),
        ("asked_at", 10**400),
        ("finished_at", "0001-01-01T00:00:00+14:00"),
        ("finished_at", "9999-12-31T23:59:59-14:00"),
        ("lineage", "A fox"),
        ("lineage", {"0": "A fox"}),
        ("lineage", [None, 5, [], "\ud800"]),
        ("input_image", "http://127.0.0.1/secret"),
        ("callback_url", "http://127.0.0.1/secret"),
    ],
)
def test_invalid_value_is_dropped_and_the_rest_kept(name: str, value: object) -> None:
    plain = GenerationMetadata(
        request=GenerationRequest(prompt="A fox", enhance=name != "enhance"), app=""
    )
    values = {**VALUES, "enhance": name != "enhance", name: value}

    assert read_record(values) == plain


def test_safety_tolerance_of_edit_is_limited() -> None:
    values = {**VALUES, "safety_tolerance": 6}

    assert read_record(values).request.safety_tolerance == 6
    assert read_record({**values, "source_id": "2e" * 16}).request.safety_tolerance == 2


def test_long_texts_and_control_characters_are_cut() -> None:
    found = read_record(
        {
            "prompt": "A \x00fox\x1b[31m\ud800\r\n" + "x" * 9000,
            "lineage": ["y" * 9000] * 3 + ["z"] * 400,
            "app": "An\nother " + "app" * 100,
        }
    )

    assert found.request.prompt.startswith("A fox[31m\r\nxxx")
    assert len(found.request.prompt) <= 5000
    assert found.lineage == ("z",) * 100
    assert found.app.startswith("An other app")
    assert len(found.app) == 100


def test_compressed_text_is_not_read() -> None:
    compressed = zlib.compress(b'{"prompt":"A fox"}')
    packed = png_with(
        encoded(quarters(), "PNG"),
        chunk(b"zTXt", b"kontext-studio\0\0" + compressed),
        chunk(b"iTXt", b"kontext-studio\0\1\0\0\0" + compressed),
    )
    assert read_metadata(packed) is None


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        NAMESPACE,
        b"<a " + NAMESPACE + b"><k:record>",
        b"<a " + NAMESPACE + b"><k:record/></a>",
        b"<a " + NAMESPACE + b"><k:record>no json</k:record></a>",
        b'<?xml version="1.0" encoding="utf-7"?><a ' + NAMESPACE + b"/>",
        b"\xff<a " + NAMESPACE + b'><k:record>{"prompt":"A fox"}</k:record></a>',
        b'<!DOCTYPE a [<!ENTITY e "A fox">]><a '
        + NAMESPACE
        + b'><k:record>{"prompt":"&e;"}</k:record></a>',
        b"<a " + NAMESPACE + b">" + b"<b>" * 20_000,
        b"<a " + NAMESPACE + b">" + b"<b>" * 9_000 + b"</b>" * 9_000 + b"</a>",
        ("<a " + NAMESPACE.decode() + '><k:record>{"prompt":"A fox"}</k:record></a>').encode(
            "utf-16"
        ),
    ],
)
def test_invalid_xmp_packet_is_ignored(packet: bytes) -> None:
    assert read_metadata(jpeg_with_xmp(packet)) is None


def test_markup_in_xmp_is_read_as_text() -> None:
    words = b'{"prompt":"&lt;script&gt;alert(1)&lt;/script&gt;"}'
    found = read_metadata(
        jpeg_with_xmp(b"<a " + NAMESPACE + b"><k:record>" + words + b"</k:record></a>")
    )

    assert found is not None
    assert found.request.prompt == "<script>alert(1)</script>"


def test_only_the_first_eight_records_are_read() -> None:
    """Bounds the time for a file full of records."""
    useless, useful = b"<a " + NAMESPACE + b"/>", b'<k:record>{"prompt":"A fox"}</k:record></a>'
    packets = [XMP + useless] * 8 + [XMP + b"<a " + NAMESPACE + b">" + useful]
    texts = [b"{}"] * 8 + [b'{"prompt": "A fox"}']
    jpeg, png = encoded(quarters(), "JPEG"), encoded(quarters(), "PNG")
    for left_out, is_read in ((1, True), (0, False)):
        segments = [(0xE1, packet) for packet in packets[left_out:]]
        chunks = [chunk(b"iTXt", b"kontext-studio\0\0\0\0\0" + text) for text in texts[left_out:]]

        assert (read_metadata(jpeg_with(jpeg, *segments)) is not None) is is_read
        assert (read_metadata(png_with(png, *chunks)) is not None) is is_read


def test_record_before_the_cut_is_read() -> None:
    for form in ("JPEG", "PNG"):
        data = embed_metadata(encoded(quarters(), form), RECORD)
        mark = data.index(b"\xff\xdb" if form == "JPEG" else b"IDAT")

        assert read_metadata(data[: mark + 10]) == RECORD


def test_wrong_chunk_sizes_raise_nothing() -> None:
    png = png_with_record(VALUES)
    jpeg = embed_metadata(encoded(quarters(), "JPEG"), RECORD)
    for lie in (0, 1, 0x7FFFFFFF, 0xFFFFFFFF):
        read_metadata(png[:33] + struct.pack(">I", lie) + png[37:])
        assert read_metadata(png[:8] + struct.pack(">I", 0xFFFFFFFF) + png[12:]) is None
    for lie in (0, 1, 0xFFFF):
        assert read_metadata(jpeg[:4] + struct.pack(">H", lie) + jpeg[6:]) in (None, RECORD)


@settings(max_examples=75, deadline=None)
@given(st.data())
def test_damaged_file_raises_nothing(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(["JPEG", "PNG"]))
    file = bytearray(embed_metadata(good()[form.lower()], RECORD))
    for _ in range(data.draw(st.integers(1, 8))):
        file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    del file[data.draw(st.integers(0, len(file))) :]
    found = read_metadata(bytes(file))

    assert found is None or isinstance(found.request, GenerationRequest)


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_any_json_text_raises_nothing(text: str) -> None:
    found = from_json(text)

    assert found is None or found.request.prompt


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


_NAMES = ("model", "safety_tolerance", "source_id", "lineage", "asked_at", "app")
_RECORDS = st.fixed_dictionaries(
    {"prompt": st.text(min_size=1)}, optional=dict.fromkeys(_NAMES, _VALUES)
)


@settings(max_examples=100, deadline=None)
@given(_RECORDS)
def test_metadata_survives_another_round_trip(values: dict[str, object]) -> None:
    found = from_json(json.dumps(values))
    if found is not None:
        for form in ("jpeg", "png"):
            assert read_metadata(embed_metadata(good()[form], found)) == found
