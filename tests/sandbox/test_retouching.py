"""What the sandbox's retoucher promises about a picture changed by words."""

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from components.sandbox.painting import paint_scene, retouch
from components.sandbox.painting.colour import NAMED
from components.sandbox.painting.instructions import Kind, Tone, changes
from components.sandbox.painting.mark import is_signed, unsign
from components.sandbox.painting.palettes import Hour, Weather
from components.sandbox.painting.regions import sky_mask
from components.sandbox.painting.scene import Style, Thing

SIZE = (480, 320)


@pytest.fixture(scope="module")
def sea() -> Image.Image:
    return paint_scene("a sailboat on the sea, noon", SIZE, 1)


@pytest.fixture(scope="module")
def valley() -> Image.Image:
    return paint_scene("a red hot air balloon over green hills, noon", SIZE, 3)


def share_changed(before: Image.Image, after: Image.Image) -> float:
    """Return the share of pixels that differ at all."""
    difference = ImageChops.difference(before.convert("RGB"), after.convert("RGB"))
    red, green, blue = difference.split()
    worst = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return 1 - worst.histogram()[0] / (before.width * before.height)


def mean_colour(picture: Image.Image) -> list[float]:
    return ImageStat.Stat(picture.convert("RGB")).mean


EVERYTHING = [
    "black and white",
    "make it sepia",
    "warmer",
    "cooler",
    "brighter",
    "darker",
    "more contrast",
    "make it night",
    "change the lighting to golden hour",
    "blur the background",
    "turn it into a pencil sketch",
    "as a flat poster",
    "restyle as watercolour",
    "flip it horizontally",
    "add a rainbow",
    "add two balloons",
    "add birds",
    "make it snow",
    "add rain",
    "add stars",
    "add a sun",
    "add a moon",
    "add clouds",
    "add fog",
    "add fireworks",
    "remove the boat",
    "make the sky purple",
    "change the boat to green",
    "replace 'A' with 'B'",
    "change the background to a desert",
    "give it more soul",
]


@pytest.mark.parametrize("instruction", EVERYTHING)
def test_every_wish_changes_the_picture_and_keeps_its_size(
    sea: Image.Image, instruction: str
) -> None:
    changed = retouch(sea, instruction, 1)
    assert (changed.mode, changed.size) == ("RGB", SIZE)
    assert share_changed(sea, changed) > 0.001
    assert is_signed(changed)


@pytest.mark.parametrize(
    "instruction",
    [
        "make the sky purple",
        "add two red balloons",
        "add a moon",
        "remove the boat",
        "replace 'A' with 'B'",
        "make the boat red",
        "blur the background",
        "give it more soul",
    ],
)
def test_a_local_wish_leaves_the_other_pixels_exactly_as_they_were(
    sea: Image.Image, instruction: str
) -> None:
    assert share_changed(sea, retouch(sea, instruction, 1)) < 0.86


def test_a_new_sky_leaves_the_foot_of_the_picture_alone(sea: Image.Image) -> None:
    changed = retouch(sea, "make the sky purple", 1)
    foot = (0, 240, 400, 320)
    assert changed.crop(foot).tobytes() == sea.crop(foot).tobytes()
    red, green, blue = mean_colour(changed.crop((0, 0, 480, 60)))
    assert min(red, blue) > green


@pytest.mark.parametrize(
    "wish", ["add a rainbow", "add a sun", "add a moon", "add stars", "make it snow", "add clouds"]
)
def test_what_is_light_is_seen_on_white_too(wish: str) -> None:
    white = Image.new("RGB", SIZE, "white")
    after = unsign(retouch(white, wish, 1)).convert("L").crop((0, 0, SIZE[0], SIZE[1] * 3 // 4))
    lightest, darkest = after.getextrema()[1], after.getextrema()[0]
    assert lightest - darkest > 24, "there is something to be seen"


@pytest.mark.parametrize("wish", ["add a laptop", "add a pizza", "put a sofa here", "add sneakers"])
def test_what_belongs_indoors_is_added_as_itself_and_not_as_a_tree(wish: str) -> None:
    plain = Image.new("RGB", SIZE, (150, 160, 170))
    difference = ImageChops.difference(unsign(plain), unsign(retouch(plain, wish, 1)))
    left, top, right, foot = difference.getbbox() or (0, 0, 0, 0)
    assert right - left > foot - top, "such things are wider than tall, and trees are not"


def test_the_given_picture_is_not_touched(sea: Image.Image) -> None:
    before = sea.tobytes()
    retouch(sea, "make it night and add stars", 1)
    assert sea.tobytes() == before


def test_the_same_wish_and_seed_give_the_same_picture(sea: Image.Image) -> None:
    first, again = (retouch(sea, "add three birds and a rainbow", 4) for _ in range(2))
    assert first.tobytes() == again.tobytes()


def test_transparency_is_kept(sea: Image.Image) -> None:
    alpha = Image.linear_gradient("L").resize(SIZE)
    picture = sea.copy()
    picture.putalpha(alpha)
    changed = retouch(picture, "make it warmer", 1)
    assert changed.mode == "RGBA"
    top = (0, 0, 480, 280)
    assert changed.getchannel("A").crop(top).tobytes() == alpha.crop(top).tobytes()


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "1"])
def test_any_other_mode_comes_back_as_rgb(sea: Image.Image, mode: str) -> None:
    assert retouch(sea.convert(mode), "warmer", 1).mode == "RGB"


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 3), (40, 40)])
@pytest.mark.parametrize(
    "wish", ["make it night", "remove the cat", "make the sky red", "add birds"]
)
def test_even_a_tiny_picture_can_be_changed(size: tuple[int, int], wish: str) -> None:
    assert retouch(Image.new("RGB", size, "teal"), wish, 1).size == size


def test_the_mark_stays_in_its_corner_when_a_picture_is_mirrored(sea: Image.Image) -> None:
    changed = retouch(sea, "mirror it", 1)
    assert is_signed(changed)
    assert not is_signed(ImageOps.mirror(changed))
    assert retouch(changed, "mirror it", 1).crop((60, 0, 420, 290)).tobytes() == (
        sea.crop((60, 0, 420, 290)).tobytes()
    )


def test_night_is_dark_and_golden_hour_is_warm(sea: Image.Image) -> None:
    noon, night = mean_colour(sea), mean_colour(retouch(sea, "make it night", 1))
    golden = mean_colour(retouch(sea, "change the lighting to golden hour", 1))
    assert sum(night) < sum(noon) * 0.5
    assert golden[0] - golden[2] > noon[0] - noon[2] + 40


def test_a_red_balloon_made_blue_has_no_red_left(valley: Image.Image) -> None:
    def reds(picture: Image.Image) -> int:
        plain = unsign(picture).convert("RGB").tobytes()
        triples = zip(plain[::3], plain[1::3], plain[2::3], strict=True)
        return sum(red > green + 70 and red > blue + 70 for red, green, blue in triples)

    assert reds(valley) > 300
    assert reds(retouch(valley, "make the red balloon blue", 1)) < reds(valley) / 10


def test_the_sky_is_found_above_the_land_and_nowhere_below(valley: Image.Image) -> None:
    mask = sky_mask(valley)
    assert ImageStat.Stat(mask.crop((0, 0, 480, 40))).mean[0] > 200
    assert mask.crop((0, 250, 480, 320)).getbbox() is None


def test_steps_are_taken_in_the_order_they_are_written_in() -> None:
    steps = changes("Make it night and add stars, then blur the background.")
    assert [step.kind for step in steps] == [Kind.HOUR, Kind.ADD, Kind.BLUR]


@pytest.mark.parametrize(
    "instruction",
    [
        "Make the sky teal, keep the boat, the sun and the clouds unchanged",
        "Make the sky teal while keeping everything else in black and white the same",
        "make the sky teal, but not the stars",
        "Keep the lighthouse exactly as it is. Make the sky teal.",
    ],
)
def test_what_is_to_be_kept_is_no_command(instruction: str) -> None:
    (step,) = changes(instruction)
    assert (step.kind, step.target) == (Kind.SKY, NAMED["teal"])


def test_a_command_after_what_is_kept_is_still_heard() -> None:
    kinds = [step.kind for step in changes("keep the face unchanged and add a rainbow")]
    assert kinds == [Kind.ADD]


def test_what_is_refused_is_not_added() -> None:
    (step,) = changes("add a rainbow, no birds")
    assert [order.thing for order in step.wanted] == [Thing.RAINBOW]


@pytest.mark.parametrize(
    ("instruction", "kind"),
    [
        ("Remove the man on the left and fill the area with sand", Kind.REMOVE),
        ("Change the background to a snowy forest", Kind.BACKGROUND),
        ("Make the car's paint green", Kind.RECOLOUR),
        ("Replace 'SALE' with 'SOLD', keep the same font", Kind.LETTERS),
        ("Restyle as an oil painting with thick strokes", Kind.STYLE),
        ("make it foggy", Kind.WEATHER),
        ("change the lighting to golden hour", Kind.HOUR),
        ("do something lovely", Kind.GENTLE),
        ("", Kind.GENTLE),
    ],
)
def test_each_wish_is_read_as_its_kind_of_change(instruction: str, kind: Kind) -> None:
    assert changes(instruction)[0].kind is kind


def test_tones_styles_hours_and_weathers_are_told_apart() -> None:
    assert changes("convert to black and white")[0].tone is Tone.GREY
    assert changes("convert to film noir")[0].style is Style.NOIR
    assert changes("make it sunset")[0].hour is Hour.GOLDEN
    assert changes("add falling snow")[0].weather is Weather.SNOW


def test_added_things_bring_their_number_and_colour() -> None:
    (step,) = changes("add three yellow balloons to the sky")
    (order,) = step.wanted
    assert (order.thing, order.count, order.colour) == (
        Thing.PARTY_BALLOON,
        3,
        NAMED["yellow"],
    )
