"""Brings any decoded picture to 8-bit RGB or RGBA in sRGB."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image, ImageChops, ImageCms

_PLAIN_MODES: Final = frozenset({"L", "LA", "RGB", "RGBA", "CMYK"})
_PROFILE_SPACES: Final = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
_SAME_COLOUR: Final = 2  # levels of 255 that nobody sees


def to_8bit(image: Image.Image) -> Image.Image:
    """The same picture as 8-bit L, LA, RGB, RGBA or CMYK, which can be scaled.

    Palettes are looked up, one see-through colour becomes an alpha channel, 1 and 16 bits
    become 8. An alpha channel that hides nothing is dropped.
    """
    mode = image.mode
    if mode == "I;16":
        image = _eight_bits(image)
    elif mode == "1":
        image = image.convert("RGBA" if "transparency" in image.info else "L")
    elif "transparency" in image.info or mode in {"PA", "RGBa", "La"}:
        image = image.convert("LA" if mode == "La" else "RGBA")
    elif mode not in _PLAIN_MODES:
        image = image.convert("RGB")
    if image.mode in {"RGBA", "LA"} and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert(image.mode[:-1])
    return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit grey as L, or as LA where the PNG names one grey level as see-through.

    By way of "I" and a table: Pillow 13.0 clips where it converts I;16 to L directly.
    """
    wide = image.convert("I")
    grey = wide.point([level >> 8 for level in range(65_536)], "L")
    clear = image.info.get("transparency")
    if not isinstance(clear, int):
        return grey
    alpha = wide.point([0 if level == clear else 255 for level in range(65_536)], "L")
    return Image.merge("LA", (grey, alpha))


def to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, tuple[str, ...]]:
    """Bring a plain picture to RGB or RGBA in sRGB; return it with what was changed, in words.

    A profile that is broken or belongs to other colours is left out of account.
    """
    alpha = image.getchannel("A") if image.mode in {"LA", "RGBA"} else None
    colour = image if alpha is None else image.convert(image.mode[:-1])
    colour, notes = _through_profile(colour, profile)
    if alpha is not None:
        colour.putalpha(alpha)
    return colour, notes


def _through_profile(
    colour: Image.Image, profile: bytes | None
) -> tuple[Image.Image, tuple[str, ...]]:
    notes: list[str] = ["Converted from CMYK."] if colour.mode == "CMYK" else []
    if profile is not None:
        try:
            transform = _transform(colour.mode, profile)
            if transform is None:
                notes.append("Its colour profile does not fit and was ignored.")
            elif colour.mode != "RGB" or _changes_colours(transform):
                converted = ImageCms.applyTransform(colour, transform)
                if converted is not None:
                    if colour.mode == "RGB":
                        notes.append("Colours converted to sRGB.")
                    return converted, tuple(notes)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            notes.append("Its colour profile is damaged and was ignored.")
    return (colour if colour.mode == "RGB" else colour.convert("RGB")), tuple(notes)


def _transform(mode: str, profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """The way from `profile` to sRGB, or None if the profile is for another kind of colour."""
    source = ImageCms.ImageCmsProfile(BytesIO(profile))
    if source.profile.xcolor_space.strip() != _PROFILE_SPACES[mode]:
        return None
    return ImageCms.buildTransform(
        source,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def _changes_colours(transform: ImageCms.ImageCmsTransform) -> bool:
    """Whether an RGB transform does more than nothing, as most embedded sRGB profiles do."""
    probe = Image.frombytes(
        "RGB",
        (36, 6),
        bytes(
            level
            for red in range(0, 256, 51)
            for green in range(0, 256, 51)
            for blue in range(0, 256, 51)
            for level in (red, green, blue)
        ),
    )
    converted = ImageCms.applyTransform(probe, transform)
    if converted is None:
        return False
    difference = ImageChops.difference(probe, converted).tobytes()
    return max(difference) > _SAME_COLOUR
