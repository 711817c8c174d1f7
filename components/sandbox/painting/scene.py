"""What a prompt asks for, as values: the kind of picture, the place, the things, the style."""

from dataclasses import dataclass
from enum import StrEnum

from components.sandbox.painting.colour import RGB
from components.sandbox.painting.palettes import Hour, Weather


class Genre(StrEnum):
    """The kind of picture."""

    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"
    STILL_LIFE = "still life"
    ABSTRACT = "abstract"
    SPACE = "space"
    INTERIOR = "interior"
    LOGO = "logo"


class Ground(StrEnum):
    """What the land is made of."""

    MOUNTAINS = "mountains"
    HILLS = "hills"
    DESERT = "desert"
    CITY = "city"
    STREET = "street"
    FOREST = "forest"
    MEADOW = "meadow"
    SEA = "sea"
    LAKE = "lake"
    RIVER = "river"
    BEACH = "beach"
    SNOWFIELD = "snowfield"


class Thing(StrEnum):
    """What can stand, float or fly in a picture."""

    SUN = "sun"
    MOON = "moon"
    STARS = "stars"
    CLOUDS = "clouds"
    RAINBOW = "rainbow"
    AURORA = "aurora"
    FIREWORKS = "fireworks"
    LIGHTNING = "lightning"
    BIRDS = "birds"
    HOT_AIR_BALLOON = "hot-air balloon"
    PARTY_BALLOON = "party balloon"
    KITE = "kite"
    AIRPLANE = "airplane"
    ROCKET = "rocket"
    PLANET = "planet"
    SAILBOAT = "sailboat"
    BOAT = "boat"
    LIGHTHOUSE = "lighthouse"
    CABIN = "cabin"
    CASTLE = "castle"
    WINDMILL = "windmill"
    TEMPLE = "temple"
    TENT = "tent"
    BRIDGE = "bridge"
    TREE = "tree"
    PINE = "pine tree"
    PALM = "palm"
    CACTUS = "cactus"
    CAR = "car"
    PERSON = "person"
    CAT = "cat"
    DOG = "dog"
    FOX = "fox"
    DEER = "deer"
    HORSE = "horse"
    BIRD = "bird"
    WHALE = "whale"
    VASE = "vase"
    FLOWER = "flower"
    FRUIT = "fruit"
    CUP = "cup"
    BOTTLE = "bottle"
    CANDLE = "candle"
    BOOK = "book"
    PLANT = "plant"
    LAMP = "lamp"
    CAKE = "cake"
    BURGER = "burger"
    PIZZA = "pizza"
    ICE_CREAM = "ice cream"
    NOODLES = "noodles"
    SUSHI = "sushi"
    SHOE = "shoe"
    WATCH = "watch"
    HEADPHONES = "headphones"
    PHONE = "phone"
    LAPTOP = "laptop"
    BAG = "bag"
    SOFA = "sofa"
    BED = "bed"
    ARMCHAIR = "armchair"
    DINING_TABLE = "dining table"
    TOWER = "tower"
    IRON_TOWER = "eiffel tower"
    WATERFALL = "waterfall"
    BICYCLE = "bicycle"
    MOTORCYCLE = "motorcycle"
    TRAIN = "train"
    ELEPHANT = "elephant"
    LION = "lion"
    BEAR = "bear"
    RABBIT = "rabbit"
    PENGUIN = "penguin"
    FISH = "fish"
    BUTTERFLY = "butterfly"
    ROBOT = "robot"
    DRAGON = "dragon"
    CAMERA = "camera"
    SHIRT = "shirt"
    GLASS = "drinking glass"
    GUITAR = "guitar"
    SPECTACLES = "spectacles"
    CARDS = "business card"
    BREAD = "bread"
    DONUT = "donut"
    COW = "cow"
    SHEEP = "sheep"
    SNOWMAN = "snowman"
    PUMPKIN = "pumpkin"
    BUS = "bus"
    PYRAMID = "pyramid"


class Style(StrEnum):
    """How the picture is made."""

    PLAIN = "plain"
    WATERCOLOUR = "watercolour"
    POSTER = "poster"
    SKETCH = "sketch"
    PIXEL = "pixel"
    NOIR = "noir"
    VINTAGE = "vintage"
    NEON = "neon"
    OIL = "oil"


class Letters(StrEnum):
    """What quoted words are written on."""

    SIGN = "sign"
    NEON = "neon"
    POSTER = "poster"


@dataclass(frozen=True)
class Wanted:
    """One thing that was asked for: how many, and in which colour if one was named."""

    thing: Thing
    count: int = 1
    colour: RGB | None = None


@dataclass(frozen=True)
class Scene:
    """Everything the painter needs to know about a prompt; `hour` is None where none was named."""

    genre: Genre
    hour: Hour | None
    weather: Weather
    grounds: frozenset[Ground]
    wanted: tuple[Wanted, ...]
    sky: RGB | None
    colours: tuple[RGB, ...]
    style: Style
    text: str
    letters: Letters
    traits: frozenset[str]

    def has(self, *grounds: Ground) -> bool:
        """Return whether any of `grounds` was asked for."""
        return not self.grounds.isdisjoint(grounds)

    def find(self, thing: Thing) -> Wanted | None:
        """Return the first order for `thing`, or None."""
        return next((wanted for wanted in self.wanted if wanted.thing is thing), None)
