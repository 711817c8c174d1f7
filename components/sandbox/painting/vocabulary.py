"""The words that prompts use, and what each of them stands for.

To teach the painter a word, add it to a row; to teach it a thing, add a `Thing`, a row here, and
its painter in `things.py`. Plurals are understood without being listed.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TypeVar

from components.sandbox.painting.palettes import Hour, Weather
from components.sandbox.painting.scene import Genre, Ground, Style, Thing

Kind = TypeVar("Kind", bound=StrEnum)
Lexicon = dict[tuple[str, ...], Kind]


def _forms(word: str) -> Iterator[str]:
    yield f"{word}s"
    if word.endswith(("s", "x", "ch", "sh", "o")):
        yield f"{word}es"
    if word.endswith("y"):
        yield f"{word[:-1]}ies"
    if word.endswith("f"):
        yield f"{word[:-1]}ves"


def _lexicon(rows: Mapping[Kind, str]) -> Lexicon[Kind]:
    """Turn rows of comma-separated phrases into a table from words to what they mean."""
    written: Lexicon[Kind] = {}
    plurals: Lexicon[Kind] = {}
    for meaning, phrases in rows.items():
        for phrase in phrases.split(","):
            *before, last = phrase.split()
            written[(*before, last)] = meaning
            for form in _forms(last):
                plurals[(*before, form)] = meaning
    # What is written out wins: "birds" are a flock, though "bird" has a plural too.
    return plurals | written


HOURS = _lexicon(
    {
        Hour.DAWN: "dawn, sunrise, daybreak, early morning, first light, morning",
        Hour.DAY: (
            "day, daytime, daylight, midday, noon, sunny, afternoon, bright day, summer day"
        ),
        Hour.GOLDEN: (
            "golden hour, sunset, sundown, evening light, golden light, late afternoon, "
            "golden evening, warm light, warm evening light"
        ),
        Hour.DUSK: "dusk, twilight, blue hour, nightfall, gloaming, evening",
        Hour.NIGHT: (
            "night, nighttime, midnight, nocturne, moonlight, moonlit, starry, starlit, "
            "starry night, night sky, night time, after dark"
        ),
    }
)

WEATHERS = _lexicon(
    {
        Weather.CLEAR: "clear sky, clear skies, cloudless",
        Weather.CLOUDY: "cloudy, overcast, grey sky, gray sky",
        Weather.RAIN: (
            "rain, rainy, raining, drizzle, downpour, rainfall, rain soaked, wet street"
        ),
        Weather.SNOW: "snowing, snowfall, snowy, snowflake, blizzard, winter, wintry, snow",
        Weather.FOG: "fog, foggy, mist, misty, haze, hazy",
        Weather.STORM: "storm, stormy, thunderstorm, thunder, tempest",
    }
)

GROUNDS = _lexicon(
    {
        Ground.MOUNTAINS: (
            "mountain, peak, alps, alpine, summit, mountain range, himalaya, fjord, volcano, "
            "matterhorn, mount, cliff, canyon, dolomite"
        ),
        Ground.HILLS: (
            "hill, hillside, rolling hills, highland, tuscany, countryside, valley, "
            "vineyard, moor, landscape, park"
        ),
        Ground.DESERT: "desert, dune, sahara, sand dune, wasteland, mars",
        Ground.CITY: (
            "city, skyline, cityscape, skyscraper, downtown, metropolis, town, rooftop, "
            "manhattan, new york, tokyo, harbour city, buildings"
        ),
        Ground.STREET: (
            "street, alley, avenue, boulevard, lane, crosswalk, city street, side street"
        ),
        Ground.FOREST: (
            "forest, woodland, pine forest, jungle, pine, redwood, grove, rainforest, woods"
        ),
        Ground.MEADOW: (
            "meadow, field, flower field, wildflower, lavender field, grassland, prairie, "
            "pasture, tulip field, sunflower field, garden, lawn, wheat field"
        ),
        Ground.SEA: (
            "sea, ocean, seascape, bay, coast, coastline, harbour, harbor, wave, horizon, "
            "regatta, island"
        ),
        Ground.LAKE: "lake, pond, reservoir, lagoon, lakeside, fjord, water, reflection",
        Ground.RIVER: "river, stream, creek, brook, canal",
        Ground.BEACH: "beach, shore, seaside, seashore, sandy, tropical, surf, shoreline",
        Ground.SNOWFIELD: (
            "snow, snowfield, glacier, arctic, antarctic, tundra, ski slope, winter, snowy, iceberg"
        ),
    }
)

THINGS = _lexicon(
    {
        Thing.SUN: "sun, sunbeam, sunlight",
        Thing.MOON: "moon, full moon, crescent moon, crescent",
        Thing.STARS: "star, starry, starry sky, milky way, night sky, stargazing, constellation",
        Thing.CLOUDS: "cloud, cumulus, cloudy, cloudscape",
        Thing.RAINBOW: "rainbow",
        Thing.AURORA: "aurora, northern lights, northern light, aurora borealis, polar lights",
        Thing.FIREWORKS: "firework, new year",
        Thing.LIGHTNING: "lightning, thunderbolt, thunderstorm, lightning bolt",
        Thing.BIRDS: "birds, flock of birds, seagull, gull, flock, swallows, flying birds",
        Thing.HOT_AIR_BALLOON: "hot air balloon, hotair balloon, air balloon, balloon ride",
        Thing.PARTY_BALLOON: "balloon, party balloon, birthday balloon, helium balloon",
        Thing.KITE: "kite",
        Thing.AIRPLANE: "airplane, plane, aeroplane, aircraft, jet, biplane",
        Thing.ROCKET: "rocket, spaceship, spacecraft, space shuttle, rocket ship",
        Thing.PLANET: "planet, saturn, jupiter, ringed planet",
        Thing.SAILBOAT: (
            "sailboat, sailing boat, yacht, sail, sailing ship, regatta, dhow, galleon"
        ),
        Thing.BOAT: (
            "boat, rowboat, rowing boat, canoe, kayak, fishing boat, ship, ferry, gondola"
        ),
        Thing.LIGHTHOUSE: "lighthouse, light house, beacon",
        Thing.CABIN: (
            "cabin, house, cottage, hut, chalet, farmhouse, home, barn, log cabin, lodge"
        ),
        Thing.CASTLE: "castle, fortress, palace, citadel, fairytale castle",
        Thing.WINDMILL: "windmill, mill, wind turbine",
        Thing.TEMPLE: "temple, pagoda, shrine, torii, torii gate, japan, japanese",
        Thing.TENT: "tent, campsite, camping, campfire, camp",
        Thing.BRIDGE: "bridge, golden gate, viaduct",
        Thing.TREE: (
            "tree, oak, oak tree, lone tree, cherry tree, cherry blossom, maple, apple tree, "
            "birch, sakura"
        ),
        Thing.PINE: "pine tree, fir, fir tree, spruce, christmas tree, evergreen",
        Thing.PALM: "palm, palm tree, coconut, coconut tree, tropical",
        Thing.CACTUS: "cactus, cacti, saguaro",
        Thing.CAR: "car, vintage car, convertible, van, campervan, taxi, automobile, sports car",
        Thing.PERSON: (
            "person, people, man, woman, girl, boy, hiker, traveler, traveller, surfer, "
            "child, couple, astronaut, figure, lady, samurai, wanderer, fisherman"
        ),
        Thing.CAT: "cat, kitten, kitty, feline",
        Thing.DOG: "dog, puppy, hound, retriever, corgi, wolf, labrador, terrier",
        Thing.FOX: "fox, vixen, red fox",
        Thing.DEER: "deer, stag, elk, reindeer, moose, doe, antelope",
        Thing.HORSE: "horse, stallion, mare, pony, unicorn",
        Thing.BIRD: "bird, owl, raven, crow, sparrow, robin, parrot, heron, hummingbird, eagle",
        Thing.WHALE: "whale, dolphin, humpback, orca",
        Thing.VASE: "vase, bouquet, jug, pitcher, flower arrangement",
        Thing.FLOWER: (
            "flower, rose, tulip, poppy, sunflower, daisy, wildflower, lotus, bloom, peony"
        ),
        Thing.FRUIT: (
            "fruit, apple, orange, pear, lemon, peach, fruit bowl, bowl of fruit, bowl, "
            "banana, cherry, avocado, tomato"
        ),
        Thing.CUP: (
            "cup, coffee, mug, espresso, cappuccino, tea, latte, teacup, cup of coffee, "
            "cup of tea, coffee cup"
        ),
        Thing.BOTTLE: (
            "bottle, perfume, wine bottle, flask, wine, packaging, skincare, "
            "cosmetic, jar, serum, perfume bottle, whisky"
        ),
        Thing.CANDLE: "candle, candlelight",
        Thing.BOOK: "book, notebook, magazine",
        Thing.PLANT: "plant, houseplant, potted plant, monstera, succulent, fern, pot",
        Thing.LAMP: "lamp, desk lamp, lantern, light bulb",
        Thing.CAKE: "cake, cupcake, birthday cake, dessert, cheesecake, pancake, pie",
        Thing.BURGER: "burger, hamburger, cheeseburger, sandwich",
        Thing.PIZZA: "pizza",
        Thing.ICE_CREAM: "ice cream, icecream, gelato, ice cream cone, sundae",
        Thing.NOODLES: (
            "noodle, ramen, soup, pasta, spaghetti, pho, curry, salad, bowl of ramen, "
            "bowl of soup, bowl of noodles, bowl of pasta, bowl of salad, rice bowl, poke bowl"
        ),
        Thing.SUSHI: "sushi, sashimi, nigiri, maki",
        Thing.SHOE: "shoe, sneaker, trainer, boot, footwear, running shoe",
        Thing.WATCH: "watch, wristwatch, smartwatch, timepiece",
        Thing.HEADPHONES: "headphone, headset, earphone, earbud",
        Thing.PHONE: "phone, smartphone, iphone, mobile phone, cell phone, tablet, app screen",
        Thing.LAPTOP: "laptop, computer, macbook, notebook computer, monitor",
        Thing.BAG: "bag, handbag, purse, backpack, tote bag, leather bag",
        Thing.SOFA: "sofa, couch, settee, loveseat, sectional",
        Thing.BED: "bed, double bed, four poster",
        Thing.ARMCHAIR: "armchair, chair, recliner, rocking chair, lounge chair",
        Thing.DINING_TABLE: "dining table, table and chairs, table with chairs",
        Thing.TOWER: "tower, clock tower, bell tower, church, cathedral, big ben, steeple",
        Thing.IRON_TOWER: "eiffel tower, eiffel, paris, tokyo tower, radio tower",
        Thing.WATERFALL: "waterfall, cascade, water fall",
        Thing.BICYCLE: "bicycle, bike, cyclist",
        Thing.MOTORCYCLE: "motorcycle, motorbike, scooter, vespa, chopper",
        Thing.TRAIN: "train, steam train, locomotive, railway, tram",
        Thing.ELEPHANT: "elephant, mammoth",
        Thing.LION: "lion, lioness, tiger",
        Thing.BEAR: "bear, polar bear, teddy bear, grizzly, panda, koala",
        Thing.RABBIT: "rabbit, bunny, hare",
        Thing.PENGUIN: "penguin",
        Thing.FISH: "fish, goldfish, koi, koi fish, shark, salmon",
        Thing.BUTTERFLY: "butterfly, butterflies, moth",
        Thing.ROBOT: "robot, android, cyborg, mech",
        Thing.DRAGON: "dragon, wyvern",
    }
)

GENRES = _lexicon(
    {
        Genre.PORTRAIT: (
            "portrait, face, headshot, bust, selfie, self portrait, close up portrait"
        ),
        Genre.STILL_LIFE: (
            "still life, tabletop, on a table, wooden table, product shot, product photo, "
            "product photography, packshot, studio shot, on a desk, kitchen, breakfast, table"
        ),
        Genre.ABSTRACT: (
            "abstract, geometric, pattern, geometry, shape, bauhaus, gradient, "
            "wallpaper, memphis, mandala, minimalist shape, swirl, texture, fluid art"
        ),
        Genre.LOGO: "logo, logotype, emblem, icon, app icon, badge, monogram, sticker, mascot",
        Genre.INTERIOR: (
            "interior, room, living room, bedroom, dining room, hotel room, empty room, lounge, "
            "cafe, café, coffee shop, restaurant, library, office, reading nook, nook, loft, "
            "apartment, hallway, kitchen interior, interior design, sofa, couch, bookshelf"
        ),
        Genre.SPACE: "outer space, galaxy, nebula, cosmos, cosmic, space, solar system, universe",
    }
)

STYLES = _lexicon(
    {
        Style.WATERCOLOUR: "watercolour, watercolor, aquarelle, gouache, water colour, ink wash",
        Style.POSTER: (
            "travel poster, flat, flat design, vector, screen print, risograph, flat colour, "
            "flat color, minimalist poster, vector art, poster, art deco, linocut, "
            "woodblock, paper cut"
        ),
        Style.SKETCH: (
            "sketch, line art, pencil, pencil drawing, drawing, line drawing, ink drawing, "
            "charcoal, etching, engraving, pen and ink, pencil sketch"
        ),
        Style.PIXEL: "pixel art, pixel, 8 bit, 16 bit, pixelated, retro game",
        Style.NOIR: (
            "noir, black and white, monochrome, film noir, greyscale, grayscale, black white"
        ),
        Style.VINTAGE: (
            "vintage, retro, film, polaroid, analog, analogue, sepia, old photo, kodak, "
            "35mm, nostalgic, faded, antique, 70s"
        ),
        Style.NEON: "synthwave, vaporwave, cyberpunk, retrowave, outrun, neon, 80s",
        Style.OIL: (
            "oil, oil painting, impressionist, impasto, van gogh, monet, impressionism, "
            "acrylic, expressionist"
        ),
    }
)

COUNTS: dict[str, int] = {
    "a": 1, "an": 1, "one": 1, "single": 1, "lone": 1, "two": 2, "couple": 2, "pair": 2, "both": 2,
    "three": 3, "few": 3, "trio": 3, "four": 4, "some": 4, "five": 5, "several": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "many": 9, "dozen": 12, "lots": 10,
    "hundreds": 16, "dozens": 16, "flock": 9, "countless": 16, "full": 9,
}  # fmt: skip
