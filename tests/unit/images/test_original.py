"""The original that is kept has the pixels of the file that was brought, and no metadata."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from components.studio.images.decode import parse_container
from components.studio.images.ingest import OriginalImage, ingest_image
from components.studio.images.original import keep_original
from components.studio.images.store import ImageStore
from tests.support.image_asserts import shown
from tests.support.image_corpus import (
    box,
    chunk,
    encoded,
    exif,
    full_box,
    good,
    heic,
    heif_grid,
    icc,
    jpeg_with,
    png_with,
    quarters,
    see_through,
    upright_source,
)

FORMS = ("JPEG", "PNG", "WEBP", "HEIC", "AVIF")
PIXELS_ALREADY_SENT = {
    *("jpeg", "jpeg 4:4:4", "jpeg rgb stored", "jpeg comment", "jpeg location", "jpeg place alone"),
    *("jpeg artist", "jpeg broken exif", "jpeg xmp", "jpeg iptc", "jpeg trailer", "jpeg mpo"),
    *("jpeg fill bytes", "jpeg with profile", "jpeg lab profile", "jpeg broken profile"),
    *("png", "png text", "png location", "png broken profile", "png trailer"),
    *("jpeg orientation 1", "png orientation 1"),
}
ID = "1f" * 16
PHOTO = Image.effect_noise((331, 257), 60).convert("RGB")


def original_of(data: bytes) -> OriginalImage:
    original = ingest_image(data).original
    assert original is not None
    return original


def is_heic(data: bytes) -> bool:
    return data[8:12] == b"heic"


def opened(data: bytes) -> Image.Image:
    """The image with its `info`, as another program reads it."""
    if is_heic(data):
        return pillow_heif.open_heif(data).to_pillow()
    return shown(data)


def frames(data: bytes) -> list[tuple[Any, ...]]:
    """Size, mode, pixels and duration of each frame."""
    if is_heic(data):
        images = [opened(data)]
    else:
        images = [frame.copy() for frame in ImageSequence.Iterator(Image.open(BytesIO(data)))]
    return [(each.size, each.mode, each.tobytes(), each.info.get("duration")) for each in images]


def camera_exif(orientation: int) -> tuple[bytes, list[bytes]]:
    """EXIF of a phone, and the bytes in it that say where and who."""
    tags = Image.Exif()
    tags[0x010F], tags[0x0112], tags[0x013B] = "SECRET-CAMERA", orientation, "SECRET-ARTIST"
    tags.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0SECRET-COMMENT"
    gps = tags.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (47.0, 22.0, 7177.0), "E", (8.0, 32.0, 6173.0)
    packed = [struct.pack(order + "I", seconds) for seconds in (7177, 6173) for order in "<>"]
    data = tags.tobytes()
    return data, [b"SECRET", *(number for number in packed if number in data)]


def photo(form: str, orientation: int = 6) -> tuple[bytes, list[bytes]]:
    """A photo with all the metadata that its format can hold, and the bytes to be removed."""
    tags, secrets = camera_exif(orientation)
    options: dict[str, Any] = {"exif": tags, "icc_profile": icc("odd")}
    if form != "PNG":
        options["xmp"] = b"<x:xmpmeta>SECRET-XMP</x:xmpmeta>"
    image = upright_source(orientation)
    data = heic(image, **options) if form == "HEIC" else encoded(image, form, **options)
    if form == "JPEG":
        data = jpeg_with(data, (0xFE, b"SECRET-COMMENT"), (0xED, b"Photoshop 3.0\0SECRET-IPTC"))
    if form == "PNG":
        data = png_with(data, chunk(b"tEXt", b"Comment\0SECRET"), chunk(b"tIME", b"SECRET!"))
    assert len(secrets) == 3
    assert all(secret in data for secret in secrets)
    return data, secrets


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_original_has_pixels_profile_and_orientation_but_no_metadata(
    form: str, orientation: int
) -> None:
    data, secrets = photo(form, orientation)
    original = original_of(data)
    assert original.format == form.lower()
    assert (original.width_px, original.height_px) == (96, 64)
    assert not original.has_transparency
    for secret in secrets:
        assert secret not in original.data
    assert frames(original.data) == frames(data)
    image = opened(original.data)
    assert image.info["icc_profile"] == opened(data).info["icc_profile"]
    assert "xmp" not in image.info or not image.info["xmp"]
    tags = image.getexif()
    assert set(tags) <= {0x0112}
    assert not tags.get_ifd(0x8825)
    if form != "HEIC":  # where the container says it
        assert tags.get(0x0112, 1) == orientation


@pytest.mark.parametrize("name", good())
def test_original_of_every_kind_decodes_to_the_same_frames(name: str) -> None:
    data = good()[name]
    ingested = ingest_image(data)
    original = ingested.original
    if original is None:
        assert name in PIXELS_ALREADY_SENT | {"avif animated"}
        return
    assert name not in PIXELS_ALREADY_SENT
    assert b"SECRET" not in original.data
    if name == "avif broken exif":  # of which Pillow warns
        data = good()["avif camera"]
    assert frames(original.data) == frames(data)
    assert opened(original.data).info.get("icc_profile") == opened(data).info.get("icc_profile")
    assert opened(original.data).info.get("loop") == opened(data).info.get("loop")
    assert (original.width_px, original.height_px) == (ingested.width_px, ingested.height_px)
    assert original.format == parse_container(data).file_type.lower()
    filled = "Transparent parts filled with white." in ingested.notes
    assert original.has_transparency == filled


@pytest.mark.parametrize("name", good())
def test_original_can_be_brought_again(name: str) -> None:
    original = ingest_image(good()[name]).original
    if original is not None:
        again = ingest_image(original.data)
        assert again.data == ingest_image(good()[name]).data
        assert again.original == original
        assert not [note for note in again.notes if "removed" in note]


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_original_keeps_all_pixels_of_a_large_picture(form: str) -> None:
    ingested = ingest_image(encoded(Image.new("L", (6000, 4000), 99), form))
    assert ingested.width_px * ingested.height_px <= 20_000_000
    assert ingested.original is not None
    assert (ingested.original.width_px, ingested.original.height_px) == (6000, 4000)
    assert opened(ingested.original.data).size == (6000, 4000)


def test_profile_of_many_segments_is_kept() -> None:
    profile = bytearray(icc("odd") + bytes(range(256)) * 900)
    profile[:4] = struct.pack(">I", len(profile))
    data = encoded(quarters(), "JPEG", icc_profile=bytes(profile))
    assert opened(original_of(data).data).info["icc_profile"] == bytes(profile)


def test_cmyk_original_keeps_its_ink_and_profile() -> None:
    tags, _ = camera_exif(1)
    ink = PHOTO.convert("CMYK")
    data = encoded(ink, "JPEG", exif=tags, icc_profile=b"no profile, but as brought" * 9)
    original = original_of(data)
    assert frames(original.data) == frames(data)
    assert original.data.count(b"no profile, but as brought") == 9
    assert b"SECRET" not in original.data


# --- Data in places that are no metadata ---


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    packed = b"".join(
        name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2) for name, body in chunks
    )
    return b"RIFF" + struct.pack("<I", 4 + len(packed)) + b"WEBP" + packed


def hidden_in_webp_frame() -> bytes:
    frame = encoded(quarters(), "WEBP", lossless=True)[12:]
    numbers = ((0, 3), (0, 3), (95, 3), (63, 3), (90, 3), (0, 1))
    head = b"".join(number.to_bytes(size, "little") for number, size in numbers)
    canvas = struct.pack("<I", 2) + (95).to_bytes(3, "little") + (63).to_bytes(3, "little")
    secret = b"SECR\x06\0\0\0SECRET"
    return webp((b"VP8X", canvas), (b"ANIM", bytes(6)), (b"ANMF", head + frame + secret))


def hidden_in_mdat(data: bytes) -> bytes:
    """A HEIC whose last box holds more than its items."""
    at = data.index(b"mdat") - 4
    size = int.from_bytes(data[at : at + 4], "big")
    assert at + size == len(data)
    return data[:at] + struct.pack(">I", size + 6) + data[at + 4 :] + b"SECRET"


def described_heic() -> bytes:
    """A HEIC with a property that describes it in words."""
    data = heic(quarters())
    at = data.index(b"pixi")
    assert data[at - 4 : at] == b"\0\0\0\x10"
    return data[:at] + b"udesSECRET" + data[at + 10 :]


HIDDEN: dict[str, Callable[[], bytes]] = {
    "jpeg thumbnail": lambda: jpeg_with(
        good()["jpeg cmyk"], (0xE0, b"JFXX\0\x10SECRET"), (0xEE, b"Adobe\0\x64\0\0\0\0\2SECRET")
    ),
    "jpeg unknown segment": lambda: jpeg_with(good()["jpeg grey"], (0xE7, b"SECRET")),
    "jpeg trailer": lambda: good()["jpeg grey"] + b"SECRET",
    "png unknown chunk": lambda: png_with(good()["png alpha"], chunk(b"seCr", b"SECRET")),
    "png name of profile": lambda: png_with(
        good()["png alpha"], chunk(b"iCCP", b"SECRET\0\0" + zlib.compress(icc("odd")))
    ),
    "png long color": lambda: png_with(good()["png alpha"], chunk(b"gAMA", b"SECRET")),
    "png trailer": lambda: good()["png alpha"] + b"SECRET",
    "webp unknown chunk": lambda: webp(
        (b"VP8L", encoded(quarters(), "WEBP", lossless=True)[20:]), (b"SECR", b"SECRET")
    ),
    "webp trailer": lambda: good()["webp"] + b"SECRET",
    "webp frame": hidden_in_webp_frame,
    "gif trailer": lambda: good()["gif"] + b"SECRET",
    "gif application": lambda: good()["gif"][:-1] + b"!\xff\x0bSECRETSTUDY\x06SECRET\0;",
    "gif loop": lambda: good()["gif looping"][:-1] + b"!\xff\x0bNETSCAPE2.0\x03\1\0\0\6SECRET\0;",
    "gif plain text": lambda: good()["gif"][:-1] + b"!\1\x0c" + bytes(12) + b"\6SECRET\0;",
    "gif unknown extension": lambda: good()["gif"][:-1] + b"!\x99\6SECRET\0;",
    "heic box at the end": lambda: good()["heic"] + box(b"mpvd", b"SECRET"),
    "heic free space": lambda: heif_grid("HEIC", extra=box(b"free", b"SECRET")),
    "heic own box": lambda: heif_grid("HEIC", extra=box(b"uuid", bytes(16), b"SECRET")),
    "heic between items": lambda: hidden_in_mdat(good()["heic"]),
    "heic beside the grid": lambda: heif_grid("HEIC", idat=b"SECRET"),
    "heic description": described_heic,
    "avif name of item": lambda: good()["avif"].replace(b"Color", b"SECRE"),
    "avif own box": lambda: heif_grid("AVIF", extra=box(b"uuid", bytes(16), b"SECRET")),
    "avif beside the grid": lambda: heif_grid("AVIF", idat=b"SECRET"),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_data_beside_the_picture_is_removed(name: str) -> None:
    data = HIDDEN[name]()
    assert b"SECRE" in data
    original = original_of(data)
    assert b"SECRE" not in original.data
    assert frames(original.data) == frames(data)


# --- What cannot be stripped with certainty ---


def patched(data: bytes, old: bytes, new: bytes) -> bytes:
    assert data.count(old) == 1
    return data.replace(old, new)


def with_exif_over_pixels() -> bytes:
    """A HEIC whose EXIF item is a part of its pixels."""
    data = heic(quarters(), exif=exif(location=True))
    iloc = data.index(b"iloc")
    items = [struct.unpack_from(">HHIHII", data, iloc + 12 + 18 * at) for at in range(2)]
    assert [item[0] for item in items] == [1, 2]
    at = iloc + 12 + 18 + 4
    return data[:at] + struct.pack(">I", items[0][2]) + data[at + 4 :]


UNCERTAIN: dict[str, Callable[[], bytes]] = {
    "heic bytes behind its boxes": lambda: good()["heic"] + b"SECRET",
    "heic unknown item": lambda: patched(
        heic(quarters(), exif=exif()), b"\0\2\0\0Exif", b"\0\2\0\0seCr"
    ),
    "heic exif among the pixels": with_exif_over_pixels,
    "heic tracks": lambda: good()["heic"] + box(b"moov", b"SECRET"),
    "heic encryption": lambda: heif_grid("HEIC", extra=full_box(b"ipro", bytes(2))),
    "avif animated": lambda: good()["avif animated"],
    "gif cut": lambda: good()["gif animated"][:-30],
    "gif long control": lambda: good()["gif"][:-1] + b"!\xf9\6SECRET\0;",
}


@pytest.mark.parametrize("name", UNCERTAIN)
def test_file_that_is_built_otherwise_is_not_kept(name: str) -> None:
    assert ingest_image(UNCERTAIN[name]()).original is None


@pytest.mark.parametrize(
    "data",
    [
        good()["gif animated"][:-1] + b"!\xfe" + b"\1x" * 3_000_000 + b"\0;",
        good()["gif animated"][:-1] + b"!\xfe\0" * 3_000_000 + b";",
        webp(
            (b"VP8L", encoded(quarters(), "WEBP", lossless=True)[20:]), *[(b"SECR", b"")] * 60_000
        ),
        good()["heic"] + box(b"free") * 60_000,
        heif_grid("AVIF", extra=box(b"free") * 60_000),
    ],
    ids=["gif blocks", "gif extensions", "webp chunks", "heic boxes", "avif boxes inside"],
)
def test_file_of_countless_parts_is_not_kept(data: bytes) -> None:
    container = parse_container(data)
    assert keep_original(data, container, has_transparency=False) is None


_NAMES = sorted(name for name in good() if "orientation" not in name)


@settings(max_examples=200, deadline=None)
@given(
    name=st.sampled_from(_NAMES),
    hits=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6
    ),
    cut=st.floats(0, 0.2),
)
def test_stripping_a_damaged_file_raises_nothing(
    name: str, hits: list[tuple[float, int]], cut: float
) -> None:
    data = bytearray(good()[name])
    container = parse_container(bytes(data))
    for place, value in hits:
        data[int(place * len(data))] = value
    del data[len(data) - int(cut * len(data)) :]
    damaged = bytes(data)
    if container.file_type == "JPEG":  # of which the parsed pixels are used
        container = replace(container, pixels=damaged)
    original = keep_original(damaged, container, has_transparency=False)
    assert original is None or original.format == container.file_type.lower()


# --- In the store ---


def test_original_is_stored_and_removed_with_its_image(tmp_path: Path) -> None:
    store = ImageStore(tmp_path)
    ingested = ingest_image(good()["heic alpha"])
    store.save(ID, ingested.format, ingested.data, ingested.original)
    path = store.original_file(ID, "heic").path
    assert path == tmp_path / "originals" / "1f" / f"{ID}.heic"
    assert ingested.original is not None
    assert path.read_bytes() == ingested.original.data
    store.remove(ID, ingested.format, "heic")
    store.remove(ID, ingested.format, "heic")
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


def test_image_without_original_has_no_file_for_it(tmp_path: Path) -> None:
    store = ImageStore(tmp_path)
    ingested = ingest_image(encoded(quarters(), "JPEG"))
    assert ingested.original is None
    store.save(ID, ingested.format, ingested.data, ingested.original)
    assert not (tmp_path / "originals").exists()
    store.remove(ID, ingested.format)
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


def test_partial_original_is_removed_at_start(tmp_path: Path) -> None:
    partial = tmp_path / "originals" / "1f" / f".{ID}.heic.0011.part"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(b"half")
    ImageStore(tmp_path).remove_partial_files()
    assert not partial.exists()


@pytest.mark.parametrize(("image_id", "form"), [("../x", "heic"), (ID, "tiff"), (ID, "heic/../x")])
def test_original_has_no_path_outside_its_folder(image_id: str, form: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="invalid"):
        ImageStore(tmp_path).original_file(image_id, form)


def test_transparent_parts_are_remembered() -> None:
    for form in ("PNG", "WEBP"):
        assert original_of(encoded(see_through(), form)).has_transparency
