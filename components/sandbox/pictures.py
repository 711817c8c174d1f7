"""From an order to the bytes of a picture, in the size and format the service would return."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from components.sandbox.faults import without_asking
from components.sandbox.painting import fit, paint_scene, retouch, translated
from components.sandbox.sizes import size_of
from components.sandbox.tasks import Task

MOST_INPUT_BYTES = 20_000_000
"""Largest input picture (contract.md §2)."""
_MOST_INPUT_PIXELS = 20_000_000
_JPEG_QUALITY = 90
_MAGIC = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


class UnusableInput(Exception):
    """The input is no picture that the service takes; the message says why."""


@dataclass(frozen=True)
class Picture:
    """An encoded picture and its media type."""

    content: bytes
    mime: str


def picture_mime(content: bytes) -> str | None:
    """The media type of a JPEG, PNG, GIF or WebP by its first bytes; None for anything else."""
    for magic, mime in _MAGIC:
        if content.startswith(magic):
            return mime
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def make_picture(task: Task, source: bytes | None) -> Picture:
    """Paint what the task asks, or retouch its source; RGB. Raises UnusableInput."""
    # Half a surrogate pair is valid JSON and no character: nothing can be drawn for it.
    words = without_asking(task.prompt).encode("utf-8", "ignore").decode()
    if task.params.get("enableTranslation") is not False:
        words = translated(words)
    if source is None:
        size = size_of(task.aspect_ratio, None)
        return _encode(paint_scene(words, size, task.seed), task.output_format)
    picture = _decode(source)
    size = size_of(task.aspect_ratio, picture.size)
    return _encode(retouch(fit(picture, size), words, task.seed), task.output_format)


def _decode(source: bytes) -> Image.Image:
    """The picture as stored: no turning by its EXIF orientation, the first frame, RGB."""
    if len(source) > MOST_INPUT_BYTES:
        raise UnusableInput("the input picture is larger than 20 MB")
    if picture_mime(source) is None:
        raise UnusableInput("the input is not a JPEG, PNG, GIF or WebP")
    try:
        with Image.open(BytesIO(source), formats=("JPEG", "PNG", "GIF", "WEBP")) as picture:
            if picture.width * picture.height > _MOST_INPUT_PIXELS:
                raise UnusableInput("the input picture has more than 20 megapixels")
            return _flat(picture)
    except (
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as problem:
        raise UnusableInput(f"the input picture cannot be read: {problem}") from problem


def _flat(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    opaque = Image.new("RGBA", picture.size, "white")
    opaque.alpha_composite(picture.convert("RGBA"))
    return opaque.convert("RGB")


def _encode(picture: Image.Image, output_format: str) -> Picture:
    encoded = BytesIO()
    if output_format == "png":
        picture.save(encoded, "PNG")
    else:
        picture.save(encoded, "JPEG", quality=_JPEG_QUALITY)
    return Picture(encoded.getvalue(), f"image/{output_format}")
