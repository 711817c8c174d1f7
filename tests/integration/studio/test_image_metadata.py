"""Metadata is embedded without touching pixels and read back unchanged."""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import replace

import pytest
from PIL import Image

from components.kie import ASPECT_RATIOS, GenerationRequest, Model, OutputFormat
from components.studio.images.decode import parse_container
from components.studio.images.generation_metadata import (
    GenerationMetadata,
    MetadataUnsupported,
    embed_metadata,
    read_metadata,
)
from components.studio.images.ingest import ingest_image
from tests.support.image_corpus import chunk, encoded, exif, good, jpeg_with, png_with, quarters

FULL = GenerationMetadata(
    request=GenerationRequest(
        prompt="Ein roter Fuchs, <grün> & »schön«\n🦊 \ufffe קטה",
        model=Model.MAX,
        aspect_ratio="21:9",
        output_format=OutputFormat.PNG,
        translate=False,
        enhance=True,
        safety_tolerance=0,
        watermark="studio",
        store_in_china=True,
    ),
    image_id="1f" * 16,
    source_id="2e" * 16,
    lineage=("A fox", "Make it run"),
    created_at=1_795_000_000.25,
    finished_at=1_795_000_012.5,
)
PLAIN = GenerationMetadata(request=GenerationRequest(prompt="A hill"))
FILES = {name: data for name, data in good().items() if name.startswith(("jpeg", "png"))}
XMP = b"http://ns.adobe.com/xap/1.0/\0"


def pixels(data: bytes) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the corpus holds broken EXIF, of which Pillow warns
        with Image.open(io.BytesIO(data)) as image:
            return image.tobytes()


def image_file(form: str) -> bytes:
    return encoded(quarters(), form)


@pytest.mark.parametrize("name", sorted(FILES))
def test_embedding_changes_no_pixel_data(name: str) -> None:
    before, after = FILES[name], embed_metadata(FILES[name], FULL)

    assert parse_container(after).pixels == parse_container(before).pixels
    assert pixels(after) == pixels(before)
    assert read_metadata(after) == FULL


@pytest.mark.parametrize("name", sorted(FILES))
def test_file_is_identical_from_first_table_to_end(name: str) -> None:
    before, after = FILES[name], embed_metadata(FILES[name], FULL)
    first = b"\xff\xdb" if before.startswith(b"\xff\xd8") else b"IDAT"

    assert after[after.index(first) :].endswith(before[before.index(first) :])


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize("ratio", [None, *ASPECT_RATIOS])
def test_every_setting_is_read_back(form: str, ratio: str | None) -> None:
    request = replace(FULL.request, aspect_ratio=ratio, safety_tolerance=6, enhance=False)
    metadata = replace(FULL, request=request, source_id=None)

    assert read_metadata(embed_metadata(image_file(form), metadata)) == metadata
    assert not metadata.is_edit


@pytest.mark.parametrize("name", sorted(FILES))
def test_embedding_twice_replaces_metadata(name: str) -> None:
    once = embed_metadata(FILES[name], PLAIN)

    assert embed_metadata(embed_metadata(FILES[name], FULL), PLAIN) == once
    assert read_metadata(once) == PLAIN


def test_other_programs_read_prompt_from_png() -> None:
    with Image.open(io.BytesIO(embed_metadata(image_file("PNG"), FULL))) as image:
        image.load()

    assert image.info["Description"] == FULL.request.prompt
    assert image.info["Software"] == FULL.app


def test_other_programs_read_prompt_from_jpeg() -> None:
    with Image.open(io.BytesIO(embed_metadata(image_file("JPEG"), FULL))) as image:
        tags = image.getexif()
        comment = tags.get_ifd(0x8769)[0x9286]
        packet = image.info["xmp"].decode()

    assert tags[0x010E].encode("latin-1").decode() == FULL.request.prompt
    assert tags[0x0131] == FULL.app
    assert comment == b"UNICODE\0" + FULL.request.prompt.encode("utf-16-be")
    assert f"<xmp:CreatorTool>{FULL.app}</xmp:CreatorTool>" in packet
    assert "Ein roter Fuchs, &lt;grün&gt; &amp; »schön«\n🦊 \ufffd קטה</rdf:li>" in packet


def test_camera_exif_stays_the_only_exif() -> None:
    data = encoded(quarters(), "JPEG", exif=exif(6, location=True))
    with Image.open(io.BytesIO(embed_metadata(data, FULL))) as image:
        tags = image.getexif()

    assert tags[0x010F] == "SECRET-CAMERA"
    assert tags[0x0112] == 6
    assert 0x0131 not in tags
    assert embed_metadata(data, FULL).count(b"Exif\0\0") == 1


def test_foreign_metadata_is_kept() -> None:
    foreign = {
        0xE1: XMP + b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
        0xEB: b"JP\0\1 content credentials",
        0xED: b"Photoshop 3.0\0 a caption",
        0xFE: b"a comment",
    }
    jpeg = jpeg_with(image_file("JPEG"), *foreign.items())
    png = png_with(
        image_file("PNG"),
        chunk(b"iTXt", b"Description\0\0\0\0\0not ours"),
        chunk(b"tEXt", b"Software\0not ours"),
        chunk(b"caBX", b"content credentials"),
    )
    twice = embed_metadata(embed_metadata(jpeg, FULL), PLAIN)

    assert all(body in twice for body in foreign.values())
    assert read_metadata(twice) == PLAIN
    for name in (b"not ours", b"caBX"):
        assert embed_metadata(embed_metadata(png, FULL), PLAIN).count(name) == png.count(name)


def test_bytes_between_jpeg_segments_are_kept() -> None:
    plain = image_file("JPEG")
    odd = plain.replace(b"\xff\xdb", b"no segment\xff\xff\xff\xdb", 1)
    data = embed_metadata(odd, FULL)

    assert data.endswith(odd[odd.index(b"no segment") :])
    assert read_metadata(data) == FULL
    assert pixels(data) == pixels(plain)


def test_xmp_rewritten_by_another_program_is_read() -> None:
    record = embed_metadata(image_file("PNG"), FULL).partition(b"kontext-studio\0\0\0\0\0")[2]
    json_text = record[: record.index(b"}") + 1].replace(b'"', b"&quot;")
    packet = (
        b'<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:n="urn:kontext-studio:provenance:" n:record="%s"/></rdf:RDF>'
    ) % json_text
    jpeg = jpeg_with(image_file("JPEG"), (0xE1, XMP + packet))

    assert read_metadata(jpeg) == FULL
    assert read_metadata(embed_metadata(jpeg, PLAIN)) == PLAIN


STORED_RECORD = (
    b'{"app": "Kontext Studio 0.1.0", "prompt": "A fox \\u0026 a hare", '
    b'"model": "flux-kontext-max", "aspect_ratio": "21:9", "output_format": "png", '
    b'"safety_tolerance": 0, "translate": false, "enhance": true, "watermark": "studio", '
    b'"store_in_china": true, "picture_id": "%b", "source_id": "%b", '
    b'"lineage": ["A fox", "Make it run"], "asked_at": "2026-11-18T11:06:40.250Z", '
    b'"finished_at": "2026-11-18T11:06:52.500Z"}'
) % (b"1f" * 16, b"2e" * 16)


@pytest.mark.parametrize(
    "data",
    [
        png_with(image_file("PNG"), chunk(b"iTXt", b"kontext-studio\0\0\0\0\0" + STORED_RECORD)),
        jpeg_with(
            image_file("JPEG"),
            (
                0xE1,
                XMP
                + b'<a xmlns:kontext="urn:kontext-studio:provenance:"><kontext:record>'
                + STORED_RECORD
                + b"</kontext:record></a>",
            ),
        ),
    ],
    ids=["png", "jpeg"],
)
def test_files_of_version_0_1_0_are_read(data: bytes) -> None:
    found = read_metadata(data)

    assert found == replace(
        FULL,
        request=replace(FULL.request, prompt="A fox & a hare"),
        created_at=1_795_000_000.25,
        app="Kontext Studio 0.1.0",
    )


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize("character", ["x", "&", "<", '"', "\n", "字", "🦊", "\ufffe"])
def test_longest_prompt_and_lineage_fit(form: str, character: str) -> None:
    endless = GenerationMetadata(
        request=GenerationRequest(prompt="a" + character * 4999, watermark="&" * 200),
        lineage=tuple(f"{number} {character * 4000}" for number in range(150)),
    )
    data = embed_metadata(image_file(form), endless)
    found = read_metadata(data)

    assert pixels(data) == pixels(image_file(form))
    assert found is not None
    assert found.request == endless.request
    assert 1 <= len(found.lineage) <= 100
    assert found.lineage[-1].startswith("149 ")
    assert embed_metadata(embed_metadata(data, endless), PLAIN) == embed_metadata(
        image_file(form), PLAIN
    )


def test_lineage_that_fits_is_complete() -> None:
    steps = tuple(f"Step {number}: {'words ' * 30}" for number in range(60))

    for form in ("JPEG", "PNG"):
        found = read_metadata(embed_metadata(image_file(form), replace(PLAIN, lineage=steps)))
        assert found is not None
        assert found.lineage == steps


def test_ingest_removes_metadata() -> None:
    for form in ("JPEG", "PNG"):
        taken = ingest_image(embed_metadata(image_file(form), FULL)).data

        assert read_metadata(taken) is None
        assert b"Fuchs" not in taken


@pytest.mark.parametrize("name", ["webp", "gif", "heic", "avif"])
def test_other_formats_raise_metadata_unsupported(name: str) -> None:
    with pytest.raises(MetadataUnsupported):
        embed_metadata(good()[name], FULL)

    assert read_metadata(good()[name]) is None


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_damaged_file_raises_metadata_unsupported(form: str) -> None:
    whole = image_file(form)
    head = whole.index(b"\xff\xda" if form == "JPEG" else b"IDAT")
    for length in (0, 4, 12, 40, head - 8):
        with pytest.raises(MetadataUnsupported):
            embed_metadata(whole[:length], FULL)


def test_png_without_leading_header_raises_metadata_unsupported() -> None:
    odd = image_file("PNG")[:8] + chunk(b"gAMA", struct.pack(">I", 45455)) + image_file("PNG")[8:]
    with pytest.raises(MetadataUnsupported):
        embed_metadata(odd, FULL)
