"""Other languages: the commonest words of prompts, told in English (contract.md §2, translation).

A row of the table holds one English word and what eight languages say for it, alternatives parted
by a slash. Latin words are compared without their accents, Russian ones by their stem.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from components.sandbox.painting.colour import NAMED
from components.sandbox.painting.names import THINGS
from components.sandbox.painting.vocabulary import GENRES, GROUNDS

_LATIN = ("es", "fr", "de", "it", "pt")
_ROMANCE = ("es", "fr", "it", "pt")
_ROWS = """
cat|gato/gata|chat/chatte|katze/kater|gatto/gatta/gatti|gato/gata|кот/кошк|猫|猫
dog|perro|chien|hund|cane/cani|cachorro/cao|собак/пёс|狗|犬
fox|zorro|renard|fuchs|volpe|raposa|лис|狐狸|狐/キツネ
horse|caballo|cheval/chevaux|pferd|cavallo|cavalo|лошад/кон|马|馬
bird|pajaro|oiseau|vogel|uccello|passaro|птиц|鸟|鳥
fish|pez/pescado|poisson|fisch|pesce|peixe|рыб|鱼|魚
lion|leon|lion|lowe|leone|leao|лев/льв|狮子|ライオン
house|casa|maison|haus|casa|casa|дом|房子|家
castle|castillo|chateau|schloss/burg|castello|castelo|замок/замк|城堡|城
tower|torre|tour|turm|torre|torre|башн|塔|塔
bridge|puente|pont|brucke|ponte|ponte|мост|桥|橋
lighthouse|faro|phare|leuchtturm|faro|farol|маяк|灯塔|灯台
car|coche/carro|voiture|auto|macchina|carro|машин/автомобил|汽车|車
bicycle|bicicleta|velo|fahrrad|bicicletta|bicicleta|велосипед|自行车|自転車
train|tren|train|zug|treno|trem|поезд|火车|電車
boat|barco|bateau|boot/schiff|barca|barco|лодк/корабл|船|船
tree|arbol|arbre|baum/baume|albero|arvore|дерев|树|木
flower|flor|fleur|blume|fiore/fiori|flor|цвет|花|花
cherry blossom|cerezo|cerisier|kirschblute|ciliegio|cerejeira|сакур|樱花|桜
mountain|montana|montagne|berg|montagna|montanha|гор|山|山
sea|mar|mer|meer|mare|mar|мор|海|海
lake|lago|lac|see|lago|lago|озер|湖|湖
river|rio|riviere|fluss|fiume|rio|рек|河|川
beach|playa|plage|strand|spiaggia|praia|пляж|沙滩|ビーチ
forest|bosque|foret|wald|foresta/bosco|floresta|лес|森林|森
desert|desierto|desert|wuste|deserto|deserto|пустын|沙漠|砂漠
city|ciudad|ville|stadt|citta|cidade|город|城市|街
street|calle|rue|strasse|strada|rua|улиц|街道|通り
room|habitacion|chambre|zimmer|stanza|quarto|комнат|房间|部屋
living room|salon|salon|wohnzimmer|soggiorno|sala|гостин|客厅|リビング
sky|cielo|ciel|himmel|cielo|ceu|неб|天空|空
sun|sol|soleil|sonne|sole|sol|солнц|太阳|太陽
moon|luna|lune|mond|luna|lua|лун|月亮|月
stars|estrella|etoile|stern|stella/stelle|estrela|звезд|星星|星
cloud|nube|nuage|wolke|nuvola|nuvem|облак|云|雲
rainbow|arcoiris/arco iris|arc en ciel|regenbogen|arcobaleno|arco iris|радуг|彩虹|虹
rain|lluvia|pluie|regen|pioggia|chuva|дожд|雨|雨
snow|nieve|neige|schnee|neve|neve|снег|雪|雪
sunset|atardecer||sonnenuntergang|tramonto||закат|日落|夕焼け/夕日
sunset|puesta de sol|coucher de soleil|||por do sol|||
sunrise|amanecer|lever de soleil|sonnenaufgang|alba|amanhecer|рассвет|日出|朝日
night|noche|nuit|nacht|notte|noite|ноч|夜晚/夜|夜
balloon|globo|ballon|ballon/luftballon|palloncino|balao|шар|气球|風船
woman|mujer|femme|frau|donna|mulher|женщин|女人|女性
man|hombre|homme|mann|uomo|homem|мужчин|男人|男性
girl|chica/nina|fille|madchen|ragazza|menina|девушк/девочк|女孩|少女
child|nino|enfant|kind|bambino|crianca|реб|孩子|子供
portrait|retrato|portrait|portrat|ritratto|retrato|портрет|肖像|肖像
coffee|cafe|cafe|kaffee|caffe|cafe|коф|咖啡|コーヒー
cake|pastel/tarta|gateau|kuchen/torte|torta|bolo|торт|蛋糕|ケーキ
bottle|botella|bouteille|flasche|bottiglia|garrafa|бутыл|瓶子|ボトル
table|mesa|table|tisch|tavolo|mesa|стол|桌子|テーブル
robot|robot|robot|roboter|robot|robo|робот|机器人|ロボット
dragon|dragon|dragon|drache|drago|dragao|дракон|龙|竜/ドラゴン
black and white|blanco y negro|noir et blanc|schwarz weiss||||黑白|白黒
black and white||||bianco e nero|preto e branco|черно-бел||
red|rojo/roja|rouge|rot|rosso/rossa|vermelho|красн|红色/红|赤い/赤
blue|azul|bleu|blau|blu|azul|син/голуб|蓝色/蓝|青い/青
green|verde|vert|grun|verde|verde|зелен/зелён|绿色/绿|緑
yellow|amarillo|jaune|gelb|giallo|amarelo|жёлт/желт|黄色|黄色
black|negro/negra|noir|schwarz|nero/nera|preto|чёрн/черн|黑色/黑|黒い/黒
white|blanco/blanca|blanc|weiss|bianco/bianca|branco|бел|白色/白|白い/白
pink|rosado|rose|rosa|rosa|rosa|розов|粉色|ピンク
two|dos|deux|zwei|due|dois|два/две|两|二つ
three|tres|trois|drei|tre|tres|три|三|三つ
add|anade/agrega|ajoute/ajouter|fuge/hinzufugen|aggiungi|adicione|добав|添加|追加
remove|elimina/quita|enleve/supprime|entferne|rimuovi|remova|убер/удал|删除|削除
change|cambia|change|andere/andern|cambia|mude|измени|更改/改变|変えて
background|fondo|fond|hintergrund|sfondo|fundo|фон|背景|背景
watercolour|acuarela|aquarelle|aquarell|acquerello|aquarela|акварел|水彩|水彩
mirror|espejo|miroir|spiegel|specchio|espelho|зеркал|镜像|鏡
with|con|avec|mit|con|com|с|和|と
without|sin|sans|ohne|senza|sem|без|没有|なし
"""
_SMALL_WORDS = {
    "es": "un una el la los las en sobre del de por haz hazlo al y",
    "fr": "un une le la les des dans sur au du de et fais",
    "de": "ein eine einen einem einer der die das im am auf uber und den dem mach es",
    "it": "un una il lo la gli nel nella sul sulla di del della e al",
    "pt": "um uma o os as no na em sobre do da de ao e",
}
_ENGLISH = frozenset(
    ("the", "of", "with", "and", "an", "at", "on", "to", "by", "make", "add", "change", "turn",
     "is", "for", "from", "into", "its", "it")
)  # fmt: skip
_SUBJECTS = frozenset(NAMED).union(
    phrase[0] for phrase in (*THINGS, *GROUNDS, *GENRES) if len(phrase) == 1
)
"""English words that the painter knows; some mean something else elsewhere: rose, mare, boot."""
_READ = 5_000
"""Letters of a prompt that are looked at; the model itself reads no more (contract.md §2)."""
_WORD = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r"(\"[^\"]{1,60}\"|“[^”]{1,60}”|(?<!\w)['‘][^'’]{1,60}['’](?!\w))")
_CYRILLIC = re.compile(r"[а-яё]+(?:-[а-яё]+)*")


def _columns() -> Iterator[tuple[str, list[list[str]]]]:
    for line in _ROWS.strip().splitlines():
        english, *others = line.split("|")
        yield english, [words.split("/") for words in others]


_LEXICONS: dict[str, dict[str, str]] = {
    tongue: {
        word: english
        for english, others in reversed([*_columns()])
        for word in others[column]
        if word
    }
    for column, tongue in enumerate((*_LATIN, "ru", "zh", "ja"))
}


def translated(text: str) -> str:
    """Return `text` with what it says in another language told in English; quotations stay.

    English, and whatever is in no known language, comes back as it was.
    """
    text, rest = text[:_READ], text[_READ:]
    return _told(text) + rest


def _told(text: str) -> str:
    parts = _QUOTED.split(text)
    plain = " ".join(parts[::2])
    if any("\u3040" <= letter <= "\u30ff" for letter in plain):
        return "".join(_ideographs(part, "ja", n) for n, part in enumerate(parts))
    if any("\u4e00" <= letter <= "\u9fff" for letter in plain):
        return "".join(_ideographs(part, "zh", n) for n, part in enumerate(parts))
    if _CYRILLIC.search(plain.lower()):
        return "".join(part if n % 2 else _stems(part) for n, part in enumerate(parts))
    tongue = _tongue(plain)
    if tongue is None:
        return text
    return "".join(part if n % 2 else _latin(part, tongue) for n, part in enumerate(parts))


def _ideographs(part: str, tongue: str, number: int) -> str:
    """Replace the longest known signs first; a quotation, of odd `number`, stays."""
    if number % 2:
        return part
    # A Japanese text may write a word as a Chinese one does.
    lexicon = {**_LEXICONS["zh"], **_LEXICONS[tongue]}
    for word in sorted(lexicon, key=len, reverse=True):
        part = part.replace(word, f" {lexicon[word]} ")
    return part


def _stems(part: str) -> str:
    lexicon = _LEXICONS["ru"]

    def told(match: re.Match[str]) -> str:
        word = match[0]
        stems = [stem for stem in lexicon if word.startswith(stem) and len(word) - len(stem) <= 4]
        exact = [stem for stem in stems if len(stem) > 1 or stem == word]
        return lexicon[max(exact, key=len)] if exact else word

    return _CYRILLIC.sub(told, part.lower())


def _plain(text: str) -> str:
    """Return `text` in lower case and without accents, ß as ss."""
    bare = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def _meaning(word: str, tongue: str) -> str | None:
    """Return what a word means, also with an ending of one or two letters."""
    lexicon = _LEXICONS[tongue]
    for ending in (0, 1, 2):
        stem = word[: len(word) - ending]
        known = lexicon.get(stem)
        if known and (ending == 0 or len(stem) > 3 or word[len(stem) :] in ("s", "es", "er", "e")):
            plural = ending and word.endswith("s") and known not in NAMED
            return f"{known}s" if plural and not known.endswith("s") else known
    return None


def _tongue(text: str) -> str | None:
    """Return the language with the most known words, if there are enough and more than English."""
    words = _WORD.findall(_plain(text))
    scores = {
        tongue: sum(
            word in _SMALL_WORDS[tongue].split() or _meaning(word, tongue) is not None
            for word in words
        )
        for tongue in _LATIN
    }
    best = max(_LATIN, key=lambda tongue: scores[tongue])
    english = sum(
        2 if word in _ENGLISH else word in _SUBJECTS and _meaning(word, best) != word
        for word in words
    )
    enough = scores[best] >= 2 or scores[best] * 2 >= len(words)
    nouns = any(_meaning(word, best) for word in words)
    return best if nouns and enough and scores[best] > english else None


def _latin(part: str, tongue: str) -> str:
    text = _plain(part)
    for phrase, english in _LEXICONS[tongue].items():
        if " " in phrase:
            text = re.sub(rf"\b{phrase.replace(' ', '[ -]')}\b", english, text)
    known = set(_LEXICONS[tongue].values())
    # Small words go: "no lago" is "in the lake", and must not be read as a refusal.
    small = _SMALL_WORDS[tongue].split()
    words = [
        piece if piece in known else _meaning(piece, tongue) or piece
        for piece in re.findall(r"[^\W_]+|[^\w\s]+", text)
        if piece not in small
    ]
    if tongue in _ROMANCE:  # "a balloon red" is "a red balloon" there
        for place, (noun, colour) in enumerate(pairwise(words)):
            if colour in NAMED and noun not in NAMED and noun.rstrip("s") in known:
                words[place], words[place + 1] = colour, noun
    return " ".join(words)
