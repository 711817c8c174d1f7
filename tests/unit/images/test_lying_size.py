"""Files that say they are small and decode large are refused before they are decoded."""

from __future__ import annotations

import base64
import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from components.studio.images.decode import parse_container
from components.studio.images.ingest import (
    ImageErrorCode,
    InvalidImageError,
    ingest_image,
    verify_result,
)
from tests.support.image_corpus import encoded, good, heic, heif_grid, quarters

ROOT = Path(__file__).parents[3]

# One grey, encoded by Pillow and pillow_heif, which takes half a minute.
_AVIF: str = (  # 16,000 × 12,000 pixels
    "c-muNU{FXasVqn=%S>Yc0uY^>nP!-qnV9D5Xy^nKdYzkElE?r7iWw<6MNl?FL1uCZ0~+8f$SlbPvlxL`E;A=T8N_"
    "h`@fjhajKT~IT=Ri!jm*rvG`LzRASaax%1bOWFm%q($p_n&m03_!0HnP$3zGAJv`A)gK`O*Ly9NdZy$3*sKtX0jC"
    "P;*tgM$M|@g$ZRIycJmfP{pT^K**wl5;A6Ci60|0ktrQXBOnb`~-9u3nNoA3(!@|b5jyagc!KE<-ga}@2*|MB*n{"
    "N)GI2$rhNF&yO+ymB_<~@Fa)1JrFnd+a<>)t^X=!@7<8EGuPoTzX6a_cS9<d9M~6W9ZuPL$yLjWQwr`0JZ9Z0#?-"
    "Rads?eXGKUJ+vV$c3nxqAJG%m*EXtuoaUPBbf7JYF7BtC%o!3=JaD&>|mUDG^=ES0Q<OAE~@tn&N+blGrW1qi4h?"
    "J%4-PgB9zlpH&H?K{^_wqd__vq@zJP8l<B^Iue4^m#Pk}7~IBDG5ikl000s5D}n"
)
_HEIC: str = (  # 12,000 × 9,000 pixels
    "c-rmQKWGzi6bJD4%cb#<)U;HaTB`Psm12lma8PI^XmNI|gK+63AwRrJju<p83K0}1!GD8_LJ-kG!QfV>RB&<Z)G?"
    "EY70Dpjp&H*M(V=_LN53yW^85EL`P}0|av`FTOmWf6rnOBRuFg#RV^=3LL~7nm7n9VEv24mIbjIXqyGUDNTs!&Ji"
    "_9fR@q<HMZTCdhU4EL-I+tlp{nb4@Ne4Q!>}7k}AMWyW(fymUroDp4{j&D#JoihSc19Wg(w$b)YJ)a^Zfp=m42zE"
    "#N~o}EHvI&{&oKP9`Yw=2@@D+BQd@Q^bm2XjAJ6BW-+TP2K31ufiNa-n>&5~fv13lH6sijeexm_9?-X*jQ{v@b3U"
    "LnY)|b3=`|OU?`Q)Z}(C6ur_E!wkG`Wjv&;3(Cu1WBEzzA|N9=WL`*U!2=rQQVl`kx*B`r3)Dzq;6tSnTkZe;4)5"
    "#S`nz#_Y`7D^Je;S~>Z2U+u-<A*)le|GugC%g^6J)`wXsV4~sb{odm>IbMUV)ow}Rl3^^#@~X5bZ@eOjt0pCBduA"
    "kQBSVt3Bj+S(Pt_%9Z<Zx#m&^Ee=o0paq~8gHa<IXa9Ba=5Io8m3Iac$b9P7@K9BX(@jx{nb$J*bJV;vA=jUJO@-"
    "7CmCT$N*$bThMG&^2&C&~4YKpg&^9EjiYSQCPcT74+FUSb-H*SYd^=8*LI+SYd?~R#;($6;@bbg%ws<VTBb|SYd?"
    "~R#;($6;@bbg%ws<VTBb|SYd?~R#;($6;@bbg%ws<VTBb|SYd?~R#;($6;@bbg%ws<VcquDZQi2ZZ-gP5j{"
)


def unpacked(text: str) -> bytes:
    return zlib.decompress(base64.b85decode(text))


def saying(data: bytes, width: int, height: int) -> bytes:
    """A HEIC or AVIF whose boxes claim another size."""
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", width, height) + data[at + 8 :]


def with_frame_of(data: bytes, large: bytes) -> bytes:
    """The boxes of one small AVIF or HEIC file around the pixels of a large one."""
    small_size = len(data) - data.index(b"mdat") - 4
    pixels = large[large.index(b"mdat") + 4 :]
    if b"hvcC" in large:  # the small file's header stays, and the pixels bring their own
        pixels = parameter_sets(large) + pixels
    head = data[: data.index(b"mdat") - 4]
    located = head.replace(struct.pack(">I", small_size), struct.pack(">I", len(pixels)))
    assert located != head
    return located + struct.pack(">I", len(pixels) + 8) + b"mdat" + pixels


def parameter_sets(data: bytes) -> bytes:
    """The parameter sets of a HEIC's header, as they stand in front of pixels."""
    at = data.index(b"hvcC") + 4 + 22
    count, at, sets = data[at], at + 1, b""
    for _ in range(count):
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        sets += struct.pack(">I", size) + data[at + 5 : at + 5 + size]
        at += 5 + size
    return sets


def animated_avif_with_frame_of(large: bytes) -> bytes:
    """An animation of small frames, whose first one is replaced."""
    frames = [Image.effect_noise((96, 64), 90).convert("RGB") for _ in range(2)]
    data = encoded(frames[0], "AVIF", save_all=True, append_images=frames[1:], quality=100)
    pixels = large[large.index(b"mdat") + 4 :]
    first = data.index(b"mdat") + 4
    assert len(pixels) < len(data) - first
    return data[:first] + pixels + data[first + len(pixels) :]


def webp_with_frame_of(large: bytes) -> bytes:
    """An extended WebP whose canvas is 96×64 and whose frame is larger."""
    canvas = struct.pack("<I", 0) + (95).to_bytes(3, "little") + (63).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas + large[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


# Each file is read in a fork of one process that has imported everything; a peak starts anew there.
READ_EACH = r"""
import json, os, pathlib, re, sys
from components.studio.images.ingest import InvalidImageError, ingest_image

def peak():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024

def outcome(data):
    before = peak()
    try:
        code = ingest_image(data).format
    except InvalidImageError as error:
        code = error.code
    return {"code": code, "megabytes": peak() - before}

for name in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        print(json.dumps(outcome(pathlib.Path(name).read_bytes())), flush=True)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, name
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """What ingest makes of each of LIARS, and the memory that it takes."""
    folder = tmp_path_factory.mktemp("liars")
    for name, make in LIARS.items():
        (folder / name).write_bytes(make())
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", READ_EACH, *(str(folder / name) for name in LIARS)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return dict(zip(LIARS, map(json.loads, done.stdout.splitlines()), strict=True))


LIARS = {
    "avif": lambda: saying(unpacked(_AVIF), 96, 64),
    "avif with the pixels of another": lambda: with_frame_of(good()["avif"], unpacked(_AVIF)),
    "avif animated": lambda: animated_avif_with_frame_of(unpacked(_AVIF)),
    "avif grid": lambda: heif_grid("AVIF", size=(16_000, 10_000), says=(192, 128)),
    "heic grid": lambda: heif_grid("HEIC", size=(16_000, 10_000), says=(192, 128)),
    "heic": lambda: saying(unpacked(_HEIC), 96, 64),
    "heic with the pixels of another": lambda: with_frame_of(heic(quarters()), unpacked(_HEIC)),
    "webp": lambda: webp_with_frame_of(encoded(Image.new("RGB", (5_000, 4_000)), "WEBP")),
    "webp lossless": lambda: webp_with_frame_of(
        encoded(Image.new("RGB", (5_000, 4_000)), "WEBP", lossless=True)
    ),
}


@pytest.mark.parametrize("name", LIARS)
def test_file_that_decodes_larger_than_it_says_is_refused(
    name: str, outcomes: dict[str, dict[str, object]]
) -> None:
    outcome = outcomes[name]
    assert outcome["code"] in {"too_many_pixels", "damaged"}
    assert float(str(outcome["megabytes"])) < 40


def test_size_of_av1_frames_is_read_before_decoding() -> None:
    for name in ("avif", "avif with the pixels of another", "avif animated"):
        with pytest.raises(InvalidImageError, match="16000×12000") as caught:
            parse_container(LIARS[name]())  # decodes nothing
        assert caught.value.code is ImageErrorCode.TOO_MANY_PIXELS


def test_avif_that_decodes_five_times_larger_than_it_says_is_damaged() -> None:
    data = encoded(Image.new("RGB", (1200, 1000)), "AVIF")
    assert ingest_image(data).width_px == 1200
    with pytest.raises(InvalidImageError) as caught:
        verify_result(saying(data, 400, 500))
    assert caught.value.code is ImageErrorCode.DAMAGED


def bits(*fields: tuple[int, int]) -> bytes:
    """Numbers of so many bits, filled up with zeros to 40 bytes."""
    text = "".join(f"{number:0{width}b}" for number, width in fields).ljust(320, "0")
    return int(text, 2).to_bytes(40, "big")


def test_av1_frame_that_chooses_its_own_size_counts_as_the_largest_possible() -> None:
    size = ((15, 4), (15, 4), (95, 16), (63, 16))  # 96×64 in fields of 16 bits
    sequence = bits((0, 12), (0, 12), (0, 5), *size)  # no timing, one operating point

    def avif_whose_frame(chooses: int) -> bytes:
        frame = bits((0, 3), (1, 1), (0, 1), (chooses, 1))  # a key frame, shown
        stream = b"\x0a\x28" + sequence + b"\x32\x28" + frame
        return with_frame_of(good()["avif"], b"mdat" + stream)

    assert parse_container(avif_whose_frame(0)).coded_size_px == (96, 64)
    with pytest.raises(InvalidImageError, match="65536×65536"):
        parse_container(avif_whose_frame(1))


def test_avif_items_with_more_bytes_than_the_file_are_refused() -> None:
    """A list of them would take hours to read."""
    data = good()["avif"]
    at = data.index(b"iloc") + 4
    count_at = at + 6  # after version, flags and widths: one item of one part
    assert data[at : count_at + 2] == b"\0\0\0\0\x44\0\0\x01"
    part = data[count_at + 8 : count_at + 16]
    bomb = data[: count_at + 6] + struct.pack(">H", 200) + part * 200
    with pytest.raises(InvalidImageError) as caught:
        parse_container(grown(data, bomb, count_at + 16))
    assert caught.value.code is ImageErrorCode.DAMAGED
    assert "overlap" in str(caught.value.__cause__), "refused before libavif reads it"


def grown(data: bytes, head: bytes, rest_at: int) -> bytes:
    """A file with a longer `iloc` box in its `meta` box."""
    extra = len(head) - rest_at
    for name in (b"meta", b"iloc"):
        at = head.index(name) - 4
        size = int.from_bytes(head[at : at + 4], "big") + extra
        head = head[:at] + struct.pack(">I", size) + head[at + 4 :]
    return head + data[rest_at:]
