"""The retoucher: changes a picture as an instruction asks."""

from PIL import Image, ImageEnhance, ImageOps

from components.sandbox.painting.mark import sign


def retouch(picture: Image.Image, instruction: str, seed: int) -> Image.Image:
    """Return `picture` changed as `instruction` asks, the same size, marked in the corner."""
    changed = picture.convert("RGB")
    if "black and white" in instruction.lower():
        changed = ImageOps.grayscale(changed).convert("RGB")
    else:
        changed = ImageEnhance.Color(changed).enhance(1.2 + seed % 3 / 10)
    sign(changed)
    return changed
