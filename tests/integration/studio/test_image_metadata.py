"""What a file says of its own making: written without touching a pixel, read back the same."""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import replace

import pytest
from PIL import Image

from components.kie import GenerationRequest, Model, OutputFormat
from components.studio.images.decode import open_envelope
from components.studio.images.ingest import take_in
from components.studio.images.metadata.files import CarriesNothing, Provenance, embed, read
from tests.support.image_corpus import chunk, encoded, exif, good, jpeg_with, png_with, quarters

FULL = Provenance(
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
    picture_id="1f" * 16,
    source_id="2e" * 16,
    lineage=("A fox", "Make it run"),
    asked_at=1_795_000_000.25,
    finished_at=1_795_000_012.5,
)
PLAIN = Provenance(request=GenerationRequest(prompt="A hill"))
FILES = {name: data for name, data in good().items() if name.startswith(("jpeg", "png"))}
XMP = b"http://ns.adobe.com/xap/1.0/\0"


def pixels(data: bytes) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the corpus holds broken EXIF, of which Pillow warns
        with Image.open(io.BytesIO(data)) as image:
            return image.tobytes()


def picture(form: str) -> bytes:
    return encoded(quarters(), form)


@pytest.mark.parametrize("name", sorted(FILES))
def test_no_byte_that_makes_pixels_changes(name: str) -> None:
    before, after = FILES[name], embed(FILES[name], FULL)

    assert open_envelope(after).pixels == open_envelope(before).pixels
    assert pixels(after) == pixels(before)
    assert read(after) == FULL


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_jpeg_is_the_same_from_its_first_table_to_its_last_byte(name: str) -> None:
    before, after = FILES[name], embed(FILES[name], FULL)
    first = b"\xff\xdb" if before.startswith(b"\xff\xd8") else b"IDAT"

    assert after[after.index(first) :].endswith(before[before.index(first) :])


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize("ratio", [None, "21:9", "16:9", "4:3", "1:1", "3:4", "9:16", "16:21"])
def test_every_setting_comes_back(form: str, ratio: str | None) -> None:
    request = replace(FULL.request, aspect_ratio=ratio, safety_tolerance=6, enhance=False)
    made = replace(FULL, request=request, source_id=None)

    assert read(embed(picture(form), made)) == made
    assert not made.is_edit


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_second_provenance_takes_the_place_of_the_first(name: str) -> None:
    once = embed(FILES[name], PLAIN)

    assert embed(embed(FILES[name], FULL), PLAIN) == once
    assert read(once) == PLAIN


def test_other_programs_find_the_prompt_in_a_png() -> None:
    with Image.open(io.BytesIO(embed(picture("PNG"), FULL))) as image:
        image.load()

    assert image.info["Description"] == FULL.request.prompt
    assert image.info["Software"] == FULL.app


def test_other_programs_find_the_prompt_in_a_jpeg() -> None:
    with Image.open(io.BytesIO(embed(picture("JPEG"), FULL))) as image:
        tags = image.getexif()
        comment = tags.get_ifd(0x8769)[0x9286]
        packet = image.info["xmp"].decode()

    assert tags[0x010E].encode("latin-1").decode() == FULL.request.prompt
    assert tags[0x0131] == FULL.app
    assert comment == b"UNICODE\0" + FULL.request.prompt.encode("utf-16-be")
    assert f"<xmp:CreatorTool>{FULL.app}</xmp:CreatorTool>" in packet
    assert "Ein roter Fuchs, &lt;grün&gt; &amp; »schön«\n🦊 \ufffd קטה</rdf:li>" in packet


def test_a_cameras_exif_stays_the_only_one() -> None:
    data = encoded(quarters(), "JPEG", exif=exif(6, location=True))
    with Image.open(io.BytesIO(embed(data, FULL))) as image:
        tags = image.getexif()

    assert tags[0x010F] == "SECRET-CAMERA"
    assert tags[0x0112] == 6
    assert 0x0131 not in tags
    assert embed(data, FULL).count(b"Exif\0\0") == 1


def test_what_others_wrote_into_a_file_stays() -> None:
    foreign = {
        0xE1: XMP + b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
        0xEB: b"JP\0\1 content credentials",
        0xED: b"Photoshop 3.0\0 a caption",
        0xFE: b"a comment",
    }
    jpeg = jpeg_with(picture("JPEG"), *foreign.items())
    png = png_with(
        picture("PNG"),
        chunk(b"iTXt", b"Description\0\0\0\0\0not ours"),
        chunk(b"tEXt", b"Software\0not ours"),
        chunk(b"caBX", b"content credentials"),
    )
    twice = embed(embed(jpeg, FULL), PLAIN)

    assert all(body in twice for body in foreign.values())
    assert read(twice) == PLAIN
    for name in (b"not ours", b"caBX"):
        assert embed(embed(png, FULL), PLAIN).count(name) == png.count(name)


def test_what_stands_between_the_segments_of_a_jpeg_stays() -> None:
    plain = picture("JPEG")
    odd = plain.replace(b"\xff\xdb", b"no segment\xff\xff\xff\xdb", 1)
    data = embed(odd, FULL)

    assert data.endswith(odd[odd.index(b"no segment") :])
    assert read(data) == FULL
    assert pixels(data) == pixels(plain)


def test_a_packet_that_another_program_wrote_anew_is_still_read() -> None:
    record = embed(picture("PNG"), FULL).partition(b"kontext-studio\0\0\0\0\0")[2]
    json_text = record[: record.index(b"}") + 1].replace(b'"', b"&quot;")
    packet = (
        b'<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:n="urn:kontext-studio:provenance:" n:record="%s"/></rdf:RDF>'
    ) % json_text
    jpeg = jpeg_with(picture("JPEG"), (0xE1, XMP + packet))

    assert read(jpeg) == FULL
    assert read(embed(jpeg, PLAIN)) == PLAIN


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize("sign", ["x", "&", "<", '"', "\n", "字", "🦊", "\ufffe"])
def test_the_longest_prompts_and_lineage_never_break_a_file(form: str, sign: str) -> None:
    endless = Provenance(
        request=GenerationRequest(prompt="a" + sign * 4999, watermark="&" * 200),
        lineage=tuple(f"{number} {sign * 4000}" for number in range(150)),
    )
    data = embed(picture(form), endless)
    found = read(data)

    assert pixels(data) == pixels(picture(form))
    assert found is not None
    assert found.request == endless.request
    assert 1 <= len(found.lineage) <= 100
    assert found.lineage[-1].startswith("149 ")
    assert embed(embed(data, endless), PLAIN) == embed(picture(form), PLAIN)


def test_a_lineage_that_fits_is_whole() -> None:
    steps = tuple(f"Step {number}: {'words ' * 30}" for number in range(60))

    for form in ("JPEG", "PNG"):
        found = read(embed(picture(form), replace(PLAIN, lineage=steps)))
        assert found is not None
        assert found.lineage == steps


def test_nothing_of_it_survives_the_intake() -> None:
    for form in ("JPEG", "PNG"):
        taken = take_in(embed(picture(form), FULL)).data

        assert read(taken) is None
        assert b"Fuchs" not in taken


@pytest.mark.parametrize("name", ["webp", "gif", "heic", "avif"])
def test_other_kinds_are_refused_plainly_and_say_nothing(name: str) -> None:
    with pytest.raises(CarriesNothing):
        embed(good()[name], FULL)

    assert read(good()[name]) is None


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_damaged_file_is_refused_and_not_made_worse(form: str) -> None:
    whole = picture(form)
    head = whole.index(b"\xff\xda" if form == "JPEG" else b"IDAT")
    for length in (0, 4, 12, 40, head - 8):
        with pytest.raises(CarriesNothing):
            embed(whole[:length], FULL)


def test_a_png_whose_header_is_not_first_is_refused() -> None:
    odd = picture("PNG")[:8] + chunk(b"gAMA", struct.pack(">I", 45455)) + picture("PNG")[8:]
    with pytest.raises(CarriesNothing):
        embed(odd, FULL)
