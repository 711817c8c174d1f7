"""The sitter of a portrait: what the words of a prompt say about a person."""

from dataclasses import dataclass
from random import Random

from components.sandbox.painting.colour import NAMED, RGB
from components.sandbox.painting.scene import Scene, Thing

_SKIN: tuple[RGB, ...] = (
    (246, 208, 178),
    (228, 178, 140),
    (196, 140, 102),
    (150, 98, 70),
    (108, 70, 52),
)


_HAIR: dict[str, RGB] = {
    "blonde": (226, 186, 116), "blond": (226, 186, 116), "ginger": (190, 94, 46),
    "redhead": (178, 78, 42), "brunette": (88, 58, 44), "grey": (170, 170, 172),
    "gray": (170, 170, 172), "silver": (196, 198, 202), "old": (206, 204, 202),
    "elderly": (206, 204, 202), "black": (38, 34, 40), "brown": (92, 60, 44),
    "red": (168, 66, 44), "pink": (232, 132, 164), "blue": (64, 104, 170),
    "purple": (118, 80, 156), "white": (222, 220, 218),
}  # fmt: skip


_CLOTHES: tuple[RGB, ...] = (
    (44, 62, 92),
    (176, 66, 58),
    (50, 96, 92),
    (224, 170, 84),
    (72, 56, 84),
)


_MALE = frozenset(
    {
        "man",
        "boy",
        "gentleman",
        "king",
        "he",
        "male",
        "father",
        "grandfather",
        "fisherman",
        "samurai",
        "businessman",
        "beard",
        "bearded",
    }
)


_BARE = frozenset({"bald", "shaved"})


@dataclass(frozen=True)
class Sitter:
    """How the person of a portrait looks."""

    skin: RGB
    hair: RGB
    clothes: RGB
    long_hair: bool
    bald: bool
    beard: bool
    glasses: bool
    hat: bool
    helmet: bool


def read_sitter(scene: Scene, rng: Random) -> Sitter:
    """Return the person that the words of `scene` describe, chance filling the gaps."""
    traits = scene.traits
    man = bool(traits & _MALE) or (
        not traits & {"woman", "girl", "lady", "queen", "she", "female", "mother"}
        and rng.random() < 0.4
    )
    person = scene.find(Thing.PERSON)
    dressed = [tone for tone in scene.colours if person is None or tone != person.colour]
    named_hair = "hair" in traits or "haired" in traits
    hair = next(
        (
            tone
            for word, tone in _HAIR.items()
            if word in traits and (named_hair or word not in NAMED)
        ),
        None,
    )
    return Sitter(
        skin=rng.choice(_SKIN),
        hair=hair or rng.choice(((40, 34, 40), (92, 60, 44), (64, 44, 40), (168, 104, 60))),
        clothes=dressed[-1]
        if dressed and not (named_hair and len(dressed) == 1)
        else rng.choice(_CLOTHES),
        long_hair=not man and "short" not in traits,
        bald=bool(traits & _BARE),
        beard=bool(traits & {"beard", "bearded", "moustache"}) or (man and rng.random() < 0.25),
        glasses=bool(traits & {"glasses", "spectacles", "sunglasses"}),
        hat=bool(traits & {"hat", "cap", "beanie", "fedora"}),
        helmet="astronaut" in traits,
    )
