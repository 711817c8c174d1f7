"""The names of things: what prompts call whatever can stand, float or fly in a picture.

To teach the painter a word, add it to a row; to teach it a thing, add a `Thing`, a row here, and
its painter in `things.py`, or in `tabletop.py` if it belongs on a table.
"""

from components.sandbox.painting.lexicon import lexicon
from components.sandbox.painting.scene import Thing

THINGS = lexicon(
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
        Thing.TEMPLE: (
            "temple, pagoda, tea house, teahouse, shrine, torii, torii gate, japan, japanese"
        ),
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
            "child, couple, astronaut, figure, lady, samurai, wanderer, fisherman, bride, groom, "
            "friend, family, dancer, basketball player, football player, soccer player, king, "
            "queen, wizard, knight, warrior, doctor, chef, santa, santa claus, businessman, "
            "businesswoman, children, men, women"
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
            "banana, cherry, avocado, tomato, strawberry, strawberries, grape, mango, blueberry"
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
        Thing.BURGER: "burger, hamburger, cheeseburger, sandwich, hot dog, hotdog",
        Thing.PIZZA: "pizza",
        Thing.ICE_CREAM: "ice cream, icecream, gelato, ice cream cone, sundae",
        Thing.NOODLES: (
            "noodle, ramen, soup, pasta, spaghetti, pho, curry, salad, bowl of ramen, "
            "bowl of soup, bowl of noodles, bowl of pasta, bowl of salad, rice bowl, poke bowl"
        ),
        Thing.SUSHI: "sushi, sashimi, nigiri, maki",
        Thing.SHOE: "shoe, sneaker, trainer, boot, footwear, running shoe",
        Thing.WATCH: "watch, wristwatch, smartwatch, timepiece, apple watch",
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
        Thing.CAMERA: "camera, polaroid camera, film camera, vintage camera",
        Thing.SHIRT: "shirt, t shirt, tshirt, tee, hoodie, sweater, jersey",
        Thing.GLASS: (
            "drinking glass, juice, orange juice, cocktail, lemonade, smoothie, milkshake, soda, "
            "glass of water, glass of juice, iced tea, iced coffee, beer, drink"
        ),
        Thing.GUITAR: "guitar, ukulele, violin, cello",
        Thing.SPECTACLES: "spectacles, glasses, sunglasses, eyeglasses, eyewear",
        Thing.CARDS: "business card, stationery, visiting card, greeting card, credit card",
        Thing.BREAD: "bread, loaf, baguette, croissant, sourdough, pastry",
        Thing.DONUT: "donut, doughnut, bagel, cookie, macaron",
        Thing.COW: "cow, bull, cattle, calf, highland cow",
        Thing.SHEEP: "sheep, lamb, goat",
        Thing.SNOWMAN: "snowman, snowmen",
        Thing.PUMPKIN: "pumpkin, jack o lantern, halloween",
        Thing.BUS: "bus, school bus, truck, fire truck, lorry, double decker",
        Thing.PYRAMID: "pyramid, egypt, giza",
    }
)
