"""Colours: their names in prompts, and the few sums that painters do with them."""

RGB = tuple[int, int, int]

NAMED: dict[str, RGB] = {
    "red": (206, 58, 54),
    "crimson": (170, 32, 52),
    "scarlet": (214, 52, 40),
    "orange": (234, 128, 52),
    "coral": (240, 124, 104),
    "amber": (238, 166, 58),
    "yellow": (244, 200, 76),
    "gold": (220, 172, 74),
    "golden": (226, 176, 82),
    "green": (78, 146, 92),
    "emerald": (34, 140, 104),
    "olive": (122, 128, 66),
    "lime": (160, 200, 74),
    "mint": (160, 214, 188),
    "teal": (40, 134, 138),
    "turquoise": (66, 184, 180),
    "cyan": (84, 190, 208),
    "blue": (58, 110, 184),
    "navy": (32, 50, 98),
    "indigo": (66, 62, 138),
    "purple": (122, 82, 160),
    "violet": (138, 92, 184),
    "lavender": (180, 164, 214),
    "magenta": (198, 62, 132),
    "pink": (236, 150, 170),
    "rose": (222, 118, 136),
    "brown": (122, 82, 56),
    "beige": (222, 204, 174),
    "cream": (244, 232, 208),
    "tan": (204, 168, 126),
    "white": (244, 242, 236),
    "silver": (186, 192, 198),
    "grey": (130, 134, 140),
    "gray": (130, 134, 140),
    "black": (34, 34, 38),
}

NATURAL: dict[str, RGB] = {
    "cherry": NAMED["pink"],
    "sakura": NAMED["pink"],
    "blossom": NAMED["pink"],
    "maple": NAMED["orange"],
    "autumn": NAMED["orange"],
    "golden": NAMED["golden"],
}
"""Words that bring a colour along without naming one."""


def rgb(hexadecimal: str) -> RGB:
    """Return the colour written as six hexadecimal digits, such as `f2955f`."""
    value = int(hexadecimal, 16)
    return value >> 16, value >> 8 & 255, value & 255


def mix(first: RGB, second: RGB, share: float) -> RGB:
    """Return `first` with `share` (0 to 1) of `second` stirred in."""
    share = min(1.0, max(0.0, share))
    return (
        round(first[0] + (second[0] - first[0]) * share),
        round(first[1] + (second[1] - first[1]) * share),
        round(first[2] + (second[2] - first[2]) * share),
    )


def under(colour: RGB, light: RGB) -> RGB:
    """Return how `colour` looks under a `light` of that colour."""
    return (
        colour[0] * light[0] // 255,
        colour[1] * light[1] // 255,
        colour[2] * light[2] // 255,
    )


def brightness(colour: RGB) -> float:
    """Return how light `colour` looks, 0 to 1, by the weights of Rec. 601."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255
