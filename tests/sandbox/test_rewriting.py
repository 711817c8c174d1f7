"""What the painter wrote can be replaced, in its place and its way."""

from io import BytesIO

import pytest
from PIL import Image, ImageChops

from components.sandbox.painting import paint_scene, retouch
from components.sandbox.painting.rewriting import found
from components.sandbox.painting.scene import Letters

SIZE = (720, 480)
PROMPTS = [
    ('a house by a lake with a sign that says "OPEN"', Letters.SIGN),
    ('a bottle with a label "OPEN"', Letters.SIGN),
    ('neon sign that says "OPEN" on a brick wall', Letters.NEON),
    ('poster with the title "Open"', Letters.POSTER),
    ('logo with the text "OPEN" in blue', Letters.POSTER),
]


def served(prompt: str) -> Image.Image:
    """A picture as its viewer gets it: a JPEG."""
    encoded = BytesIO()
    paint_scene(prompt, SIZE, 3).save(encoded, "JPEG", quality=90)
    return Image.open(encoded).convert("RGB")


@pytest.mark.parametrize(("prompt", "letters"), PROMPTS)
def test_the_old_words_give_way_to_the_new(prompt: str, letters: Letters) -> None:
    before = served(prompt)
    old = found(before, "open")
    assert old is not None
    assert old.letters is letters
    after = retouch(before, "Replace 'Open' with 'CLOSED'", 1)
    assert found(after, "open") is None
    new = found(after, "closed")
    assert new is not None
    assert (new.letters, new.middle) == (old.letters, old.middle)


def test_what_is_far_from_the_words_stays_as_it_was() -> None:
    before = served(PROMPTS[0][0])
    after = retouch(before, "Replace 'OPEN' with 'CLOSED'", 1)
    sky = (0, 0, SIZE[0], SIZE[1] // 3)
    assert ImageChops.difference(before.crop(sky), after.crop(sky)).getbbox() is None


@pytest.mark.parametrize("prompt", ["a lake", "a city at night", "abstract geometric pattern"])
def test_words_that_are_not_there_are_not_found(prompt: str) -> None:
    picture = served(prompt)
    assert all(found(picture, words) is None for words in ("OPEN", "A", "IIII", "", "東"))
