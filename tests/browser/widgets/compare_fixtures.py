"""Pairs for the before/after viewer, and what is seen of them on the screen."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import FloatRect, Page, ViewportSize

STRICT = """
document.addEventListener("readystatechange", () => {
    const policy = document.createElement("meta");
    policy.httpEquiv = "Content-Security-Policy";
    policy.content = "script-src 'self' blob:; style-src 'self' 'unsafe-inline'";
    document.head.append(policy);
}, {once: true});
"""  # as strict as the app's own header, from the moment that Streamlit's page is parsed
SCREEN = ViewportSize(width=1360, height=860)
BEFORE = (1600, 1200)
LIME, BLUE, GREY = (20, 230, 20), (20, 20, 230), (110, 120, 110)
LATE = "late.png"  # the one picture that is missing until its test puts it there

Visit = Callable[..., Page]
"""Opens the page of the pair; takes its query, and options of a window of its own."""


@dataclass(frozen=True)
class Served:
    """The running app: its address and the folder of its pictures."""

    url: str
    pictures: Path


def scene(mark: tuple[int, int, int]) -> Image.Image:
    """A plain before-sized scene with one marked square, off centre."""
    picture = Image.new("RGB", BEFORE, GREY)
    ImageDraw.Draw(picture).rectangle((700, 500, 899, 699), fill=mark)
    return picture


def covered(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """What a service does that crops: fills `size` at one scale and cuts the rest."""
    scale = max(size[0] / picture.width, size[1] / picture.height)
    whole = picture.resize((round(picture.width * scale), round(picture.height * scale)))
    left, top = (whole.width - size[0]) // 2, (whole.height - size[1]) // 2
    return whole.crop((left, top, left + size[0], top + size[1]))


def padded(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """What a service does that pads: fits into `size` and adds room around."""
    scale = min(size[0] / picture.width, size[1] / picture.height)
    whole = picture.resize((round(picture.width * scale), round(picture.height * scale)))
    canvas = Image.new("RGB", size, GREY)
    canvas.paste(whole, ((size[0] - whole.width) // 2, (size[1] - whole.height) // 2))
    return canvas


def divider(page: Page) -> int:
    """The share of the before that shows, in per cent."""
    return int(page.locator(".kx-compare-handle").get_attribute("aria-valuenow") or -1)


def box(page: Page, selector: str) -> FloatRect:
    """Where an element stands, in CSS pixels."""
    placed = page.locator(selector).bounding_box()
    assert placed is not None
    return placed


def middle(page: Page, selector: str) -> tuple[float, float]:
    placed = box(page, selector)
    return placed["x"] + placed["width"] / 2, placed["y"] + placed["height"] / 2


def frames(page: Page) -> list[list[float]]:
    """Each picture's left, top and width on the screen, from the corner of its own pane."""
    found = page.evaluate(
        """[...document.querySelectorAll(".kx-compare-pane")].map((pane) => {
            const [outer, inner] = [pane, pane.querySelector(".kx-compare-frame")]
                .map((node) => node.getBoundingClientRect());
            return [inner.left - outer.left, inner.top - outer.top, inner.width];
        })"""
    )
    return [[float(value) for value in frame] for frame in found]


def settle(page: Page) -> None:
    """Wait for the end of whatever the last press has set in motion."""
    page.evaluate(
        """async () => {
            const root = document.querySelector(".kx-compare");
            root.getBoundingClientRect(); // a change of style begins its motion when it is read
            const moving = root.getAnimations({ subtree: true })
                .filter((motion) => motion.effect.getComputedTiming().iterations !== Infinity);
            await Promise.allSettled(moving.map((motion) => motion.finished));
        }"""
    )


def mark_on_screen(page: Page, colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """Where the screen shows the marked square: left, top, right, bottom in CSS pixels."""
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    loud = max(range(3), key=lambda channel: colour[channel])
    mask = shot.getchannel(loud).point(lambda value: 255 if value > 150 else 0)
    for quiet in {0, 1, 2} - {loud}:
        low = shot.getchannel(quiet).point(lambda value: 255 if value < 80 else 0)
        mask = Image.composite(mask, Image.new("L", mask.size), low)
    found = mask.getbbox()
    assert found is not None
    return found
