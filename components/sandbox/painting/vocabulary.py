"""The words that prompts use for hours, weathers, grounds, kinds of picture, styles and numbers.

Those for things are in `names.py`.
"""

from components.sandbox.painting.lexicon import lexicon
from components.sandbox.painting.palettes import Hour, Weather
from components.sandbox.painting.scene import Genre, Ground, Style

HOURS = lexicon(
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

WEATHERS = lexicon(
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

GROUNDS = lexicon(
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

GENRES = lexicon(
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
            "apartment, hallway, kitchen interior, interior design, bookshelf"
        ),
        Genre.SPACE: "outer space, galaxy, nebula, cosmos, cosmic, space, solar system, universe",
    }
)

STYLES = lexicon(
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
