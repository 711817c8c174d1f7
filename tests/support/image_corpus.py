"""Pictures of every sort that people send, all made here in code."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from typing import Any

import pillow_heif
from PIL import Image, ImageCms, ImageDraw

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 180, 30), (30, 30, 220), (255, 255, 255)
CORNERS = (RED, GREEN, BLUE, WHITE)  # top left, top right, bottom left, bottom right


def quarters(width: int = 96, height: int = 64) -> Image.Image:
    """Four coloured quarters, so that every turn and mirror can be told from every other."""
    image = Image.new("RGB", (width, height), WHITE)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 2 - 1, height // 2 - 1), RED)
    draw.rectangle((width // 2, 0, width, height // 2 - 1), GREEN)
    draw.rectangle((0, height // 2, width // 2 - 1, height), BLUE)
    return image


def see_through(mode: str = "RGBA") -> Image.Image:
    """The quarters with the top left one clear."""
    image = quarters().convert(mode)
    alpha = Image.new("L", image.size, 255)
    alpha.paste(0, (0, 0, image.width // 2, image.height // 2))
    image.putalpha(alpha)
    return image


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def exif(orientation: int = 1, *, location: bool = False) -> bytes:
    """EXIF data that names a camera, an orientation and perhaps a place."""
    tags = Image.Exif()
    tags[0x010F] = "SECRET-CAMERA"
    tags[0x0112] = orientation
    if location:
        tags.get_ifd(0x8825)[1] = "N"
    return tags.tobytes()


def upright_source(orientation: int) -> Image.Image:
    """Pixels stored so that `orientation` shows the quarters upright."""
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = quarters()
    return image if orientation == 1 else image.transpose(back[orientation])


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(
    width: int, height: int, depth: int, colour: int, row: bytes, *extra: bytes, lace: int = 0
) -> bytes:
    """A PNG whose rows are all `row`, with `extra` chunks in front of its pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, lace)
    pixels = zlib.compress((b"\0" + row) * height)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + b"".join(extra)
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


def png_with(data: bytes, *chunks: bytes) -> bytes:
    """A PNG with more chunks right behind its header."""
    return data[:33] + b"".join(chunks) + data[33:]


def jpeg_with(data: bytes, *segments: tuple[int, bytes]) -> bytes:
    """A JPEG with more segments right behind its start."""
    packed = b"".join(
        bytes([0xFF, code]) + struct.pack(">H", len(body) + 2) + body for code, body in segments
    )
    return data[:2] + packed + data[2:]


def heic(image: Image.Image, **options: Any) -> bytes:
    out = BytesIO()
    pillow_heif.from_pillow(image).save(out, **options)
    return out.getvalue()


def icc(name: str) -> bytes:
    """An ICC profile: "sRGB", or a swapped-primaries RGB one for "odd", or "LAB"."""
    if name == "odd":
        profile = bytearray(icc("sRGB"))
        red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
        profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
        return bytes(profile)
    colour: Any = name
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(colour)).tobytes()


def _frames(form: str, **options: Any) -> bytes:
    others = [Image.new("RGB", (96, 64), colour) for colour in (BLUE, GREEN)]
    return encoded(quarters(), form, save_all=True, append_images=others, duration=90, **options)


def _misled(data: bytes) -> bytes:
    """The same file with its EXIF directory said to lie far behind its end."""
    return data.replace(b"MM\0*\0\0\0\x08", b"MM\0*\xff\xff\xff\xff").replace(
        b"II*\0\x08\0\0\0", b"II*\0\xff\xff\xff\xff"
    )


def grey16(*extra: bytes) -> bytes:
    """48 columns of 16-bit middle grey and 48 of white, 64 rows."""
    return png(96, 64, 16, 0, struct.pack(">H", 0x8000) * 48 + b"\xff\xff" * 48, *extra)


@lru_cache(maxsize=1)
def good() -> dict[str, bytes]:
    """Pictures that the intake must read, by what is special about them."""
    plain = quarters()
    grey = plain.convert("L")
    palette = plain.quantize(16)
    base = encoded(plain, "JPEG", quality=90)
    base_png = encoded(plain, "PNG")
    long_text = chunk(b"zTXt", b"note\0\0" + zlib.compress(b"SECRET" * 1000))
    makers: dict[str, Callable[[], bytes]] = {
        "jpeg": lambda: base,
        "jpeg progressive": lambda: encoded(plain, "JPEG", progressive=True),
        "jpeg 4:4:4": lambda: encoded(plain, "JPEG", subsampling=0),
        "jpeg restart markers": lambda: encoded(plain, "JPEG", restart_marker_rows=1),
        "jpeg grey": lambda: encoded(grey, "JPEG"),
        "jpeg cmyk": lambda: encoded(plain.convert("CMYK"), "JPEG", quality=95),
        "jpeg rgb stored": lambda: encoded(plain, "JPEG", keep_rgb=True),
        "jpeg with profile": lambda: encoded(plain, "JPEG", icc_profile=icc("sRGB")),
        "jpeg odd profile": lambda: encoded(plain, "JPEG", icc_profile=icc("odd")),
        "jpeg lab profile": lambda: encoded(plain, "JPEG", icc_profile=icc("LAB")),
        "jpeg broken profile": lambda: encoded(plain, "JPEG", icc_profile=b"SECRET" * 40),
        "jpeg comment": lambda: encoded(plain, "JPEG", comment=b"SECRET"),
        "jpeg location": lambda: encoded(plain, "JPEG", exif=exif(location=True)),
        "jpeg broken exif": lambda: jpeg_with(base, (0xE1, b"Exif\0\0II*\0\xff\xff\xff\xffSECRET")),
        "jpeg xmp": lambda: jpeg_with(base, (0xE1, b"http://ns.adobe.com/xap/1.0/\0SECRET")),
        "jpeg iptc": lambda: jpeg_with(base, (0xED, b"Photoshop 3.0\0SECRET")),
        "jpeg trailer": lambda: base + b"SECRET" * 99,
        "jpeg fill bytes": lambda: base[:2] + b"\xff\xff\xff" + base[2:],
        "jpeg mpo": lambda: encoded(plain, "MPO", save_all=True, append_images=[grey]),
        "png": lambda: base_png,
        "png grey": lambda: encoded(grey, "PNG"),
        "png alpha": lambda: encoded(see_through(), "PNG"),
        "png grey alpha": lambda: encoded(see_through("L"), "PNG"),
        "png opaque alpha": lambda: encoded(plain.convert("RGBA"), "PNG"),
        "png palette": lambda: encoded(palette, "PNG"),
        "png palette clear": lambda: encoded(palette, "PNG", transparency=0),
        "png palette alphas": lambda: encoded(palette, "PNG", transparency=b"\0\x80" + b"\xff" * 9),
        "png 1 bit": lambda: encoded(plain.convert("1"), "PNG"),
        "png 1 bit clear": lambda: encoded(plain.convert("1"), "PNG", transparency=1),
        "png 2 bit": lambda: png(64, 64, 2, 0, b"\x1b" * 16),
        "png 2 bit clear": lambda: png(64, 64, 2, 0, b"\x1b" * 16, chunk(b"tRNS", b"\0\x01")),
        "png 4 bit": lambda: png(64, 64, 4, 0, b"\x1b" * 32),
        "png 16 bit grey": grey16,
        "png 16 bit grey clear": lambda: grey16(chunk(b"tRNS", b"\x80\0")),
        "png 16 bit grey alpha": lambda: png(32, 32, 16, 4, b"\x80\0\x40\0" * 32),
        "png 16 bit rgb": lambda: png(32, 32, 16, 2, b"\x80\0\x40\0\x20\0" * 32),
        "png 16 bit rgb clear": lambda: png(
            32,
            32,
            16,
            2,
            b"\x80\0\x40\0\x20\0" * 16 + b"\xff" * 96,
            chunk(b"tRNS", b"\x80\0\x40\0\x20\0"),
        ),
        "png 16 bit rgba": lambda: png(32, 32, 16, 6, b"\x80\0\x40\0\x20\0\x10\0" * 32),
        "png rgb clear": lambda: encoded(plain, "PNG", transparency=RED),
        "png text": lambda: png_with(base_png, chunk(b"tEXt", b"note\0SECRET"), long_text),
        "png location": lambda: encoded(plain, "PNG", exif=exif(location=True)),
        "png profile": lambda: encoded(plain, "PNG", icc_profile=icc("odd")),
        "png broken profile": lambda: png_with(base_png, chunk(b"iCCP", b"x\0\0not zlib")),
        "png animated": lambda: _frames("PNG"),
        "png trailer": lambda: base_png + b"SECRET" * 99,
        "gif": lambda: encoded(palette, "GIF"),
        "gif clear": lambda: encoded(palette, "GIF", transparency=0),
        "gif animated": lambda: _frames("GIF"),
        "gif looping": lambda: _frames("GIF", loop=0),
        "gif comment": lambda: encoded(palette, "GIF", comment=b"SECRET"),
        "gif interlaced": lambda: encoded(palette, "GIF", interlace=1),
        "webp": lambda: encoded(plain, "WEBP"),
        "webp lossless": lambda: encoded(plain, "WEBP", lossless=True),
        "webp alpha": lambda: encoded(see_through(), "WEBP"),
        "webp lossless alpha": lambda: encoded(see_through(), "WEBP", lossless=True),
        "webp animated": lambda: _frames("WEBP"),
        "webp location": lambda: encoded(plain, "WEBP", exif=exif(location=True)),
        "webp profile": lambda: encoded(plain, "WEBP", icc_profile=icc("odd")),
        "webp xmp": lambda: encoded(plain, "WEBP", xmp=b"SECRET"),
        "avif": lambda: encoded(plain, "AVIF"),
        "avif alpha": lambda: encoded(see_through(), "AVIF"),
        "avif camera": lambda: encoded(plain, "AVIF", exif=exif()),
        "avif broken exif": lambda: _misled(encoded(plain, "AVIF", exif=exif())),
        "avif animated": lambda: _frames("AVIF"),
        "heic": lambda: heic(plain),
        "heic alpha": lambda: heic(see_through()),
        "heic location": lambda: heic(plain, exif=exif(location=True)),
        "heic profile": lambda: heic(plain, icc_profile=icc("odd")),
    }
    for orientation in range(1, 9):
        turned = upright_source(orientation)
        for form in ("JPEG", "PNG", "WEBP"):
            makers[f"{form.lower()} orientation {orientation}"] = (
                lambda turned=turned, form=form, orientation=orientation: encoded(  # type: ignore[misc]  # the defaults bind the loop's values
                    turned, form, exif=exif(orientation)
                )
            )
    return {name: make() for name, make in makers.items()}


def refused_kinds() -> dict[str, tuple[bytes, str]]:
    """Files that are no picture we read: bytes, and the words that must name them."""
    plain = quarters()
    return {
        "tiff": (encoded(plain, "TIFF"), "a TIFF"),
        "raw": (b"II*\0\x10\0\0\0CR\x02\0" + bytes(99), "a camera RAW file"),
        "raw cr3": (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "a camera RAW file"),
        "bmp": (encoded(plain, "BMP"), "a BMP"),
        "icon": (encoded(plain, "ICO"), "an icon file"),
        "svg": (b'<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="x"/>', "an SVG"),
        "psd": (b"8BPS\0\1" + bytes(99), "a Photoshop file"),
        "pdf": (b"%PDF-1.7\n", "a PDF"),
        "eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "a PostScript or EPS file"),
        "jpeg xl": (b"\xff\x0a" + bytes(99), "a JPEG XL"),
        "jpeg 2000": (encoded(plain, "JPEG2000"), "a JPEG 2000"),
        "portable map": (encoded(plain, "PPM"), "picture format that few programs read"),
        "mp4": (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "a video"),
        "mov": (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "a video"),
        "webm": (b"\x1aE\xdf\xa3" + bytes(99), "a video"),
        "avi": (b"RIFF\x99\0\0\0AVI LIST", "a video"),
        "zip": (b"PK\x03\x04" + bytes(99), "a ZIP or other archive"),
        "html": (b"\xef\xbb\xbf\n <!DOCTYPE html><html><svg></svg></html>", "a web page"),
        "text": ("Ein Text, grün.".encode(), "a text file"),
        "json": (b'{"code": 200}', "a text file"),
        "utf-16 html": ("\ufeff<html><body>".encode("utf-16-le"), "a web page"),
    }
