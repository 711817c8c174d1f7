"""The before/after viewer in a real browser, served by a real Streamlit, under a strict CSP."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.ui.pages import serving

pytestmark = pytest.mark.browser

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

APP = """
import sys
import streamlit as st
from components.ui.compare import Side, compare

st.set_page_config(layout="wide")
st.title("Pair")  # the bar of the app would stand here
asked = st.query_params
width, height = (int(side) for side in asked.get("size", "1184x880").split("x"))
if st.toggle("Show", value=True):
    compare(
        Side("/app/static/before.png", 1600, 1200, "Before", "Green hills"),
        Side("/app/static/" + asked.get("after", "same.png"), width, height, "After", "A blue hut"),
        key="pair",
        mode=asked.get("mode", "slider"),
    )
again = st.button("Again")
heavy = [name for name in ("pandas", "pyarrow") if name in sys.modules]
st.text(f"Loaded for the viewer: {heavy}")
if again:
    st.text("Ran again")
"""


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


@dataclass(frozen=True)
class Served:
    """The running app: its address and the folder of its pictures."""

    url: str
    pictures: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("compare")
    pictures = home / "static"
    pictures.mkdir()
    scene(LIME).save(pictures / "before.png")
    covered(scene(BLUE), (1184, 880)).save(pictures / "same.png")
    covered(scene(BLUE), (1392, 752)).save(pictures / "cropped.png")
    padded(scene(BLUE), (1392, 752)).save(pictures / "padded.png")
    covered(scene(LIME), (1184, 880)).save(pictures / "untouched.jpg", quality=80)
    (home / "app.py").write_text(APP)
    with serving("page_server", home, PAGE=str(home / "app.py")) as url:
        yield Served(url, pictures)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def desk(browser: Browser) -> Iterator[BrowserContext]:
    """A designer's usual window, shared so that Streamlit's own scripts load once."""
    with browser.new_context(viewport=SCREEN, color_scheme="light") as context:
        yield context


Visit = Callable[..., Page]


@pytest.fixture
def visit(served: Served, browser: Browser, desk: BrowserContext) -> Iterator[Visit]:
    """Opens the app; at the end of the test nothing may have gone wrong in the console."""
    wrong: list[str] = []
    opened: list[Page | BrowserContext] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            wrong.append(f"{message.text} @ {message.location}")

    def open_page(query: str = "", *, ready: bool = True, **options: object) -> Page:
        context = browser.new_context(**{"viewport": SCREEN, **options}) if options else desk
        page = context.new_page()
        opened.append(context if options else page)
        page.set_default_timeout(15_000)
        page.on("console", note)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.add_init_script(STRICT)
        page.goto(f"{served.url}/?{query}")
        if ready:
            page.wait_for_selector(".kx-stage[data-status=ready]")
        return page

    yield open_page
    for window in opened:
        window.close()
    assert wrong == []


def divider(page: Page) -> int:
    return int(page.locator(".kx-handle").get_attribute("aria-valuenow") or -1)


def middle(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def frames(page: Page) -> list[list[float]]:
    """Each picture's left, top and width on the screen, from the corner of its own pane."""
    found = page.evaluate(
        """[...document.querySelectorAll(".kx-pane")].map((pane) => {
            const [outer, inner] = [pane, pane.querySelector(".kx-frame")]
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
    box = mask.getbbox()
    assert box is not None
    return box


@pytest.mark.parametrize(
    ("query", "fit"),
    [
        ("after=same.png&size=1184x880", None),
        ("after=cropped.png&size=1392x752", "Crop"),
        ("after=padded.png&size=1392x752", "Pad"),
    ],
)
def test_one_point_of_the_scene_is_under_one_pixel_of_the_screen(
    visit: Visit, query: str, fit: str | None
) -> None:
    page = visit(query)
    if fit:
        page.get_by_role("radio", name=fit).click()
    page.mouse.move(0, 0)

    for _ in ("fitted", "zoomed"):
        page.locator(".kx-handle").focus()
        page.keyboard.press("End")
        before = mark_on_screen(page, LIME)
        page.keyboard.press("Home")
        after = mark_on_screen(page, BLUE)

        assert before == pytest.approx(after, abs=1.5)
        page.keyboard.press("+")
        settle(page)


def test_the_divider_answers_the_keyboard_and_says_where_it_stands(visit: Visit) -> None:
    page = visit()
    handle = page.get_by_role("slider", name="Divider between Before and After")
    handle.focus()

    for key, share in [
        ("ArrowRight", 51),
        ("Shift+ArrowLeft", 41),
        ("End", 100),
        ("ArrowRight", 100),
        ("Home", 0),
    ]:
        page.keyboard.press(key)
        assert divider(page) == share
    expect(handle).to_have_attribute("aria-valuetext", "Before 0 %, After 100 %")


def test_the_divider_follows_the_mouse_and_a_zoomed_picture_pans_instead(visit: Visit) -> None:
    page = visit()
    x, y = middle(page, ".kx-grip")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y, steps=4)
    page.mouse.up()
    assert middle(page, ".kx-grip")[0] == pytest.approx(x + 150, abs=1)

    page.mouse.click(x - 200, y - 100)
    assert middle(page, ".kx-grip")[0] == pytest.approx(x - 200, abs=1)

    page.keyboard.press("+")
    page.keyboard.press("+")
    settle(page)
    stood, lay = divider(page), frames(page)[0]
    page.mouse.move(x, y + 120)
    page.mouse.down()
    page.mouse.move(x + 60, y + 90, steps=4)
    page.mouse.up()
    assert divider(page) == stood
    assert frames(page)[0] == pytest.approx([lay[0] + 60, lay[1] - 30, lay[2]], abs=1)


def test_side_by_side_zooms_and_pans_both_pictures_as_one(visit: Visit) -> None:
    page = visit("mode=side")
    pane = page.locator("[data-side=after]").bounding_box()
    assert pane is not None
    cursor = (pane["x"] + pane["width"] * 0.4, pane["y"] + pane["height"] * 0.45)
    _, fitted = frames(page)

    page.mouse.move(*cursor)
    page.mouse.wheel(0, -400)
    page.wait_for_function("document.querySelector('.kx-stage').hasAttribute('data-zoomed')")
    before, after = frames(page)
    at = (cursor[0] - pane["x"], cursor[1] - pane["y"])
    assert after[2] > fitted[2] * 1.5
    assert before == pytest.approx(after, abs=0.5)
    under = [(at[0] - frame[0]) / frame[2] for frame in (fitted, after)]
    assert under[0] == pytest.approx(under[1], abs=0.002)

    page.mouse.dblclick(*cursor)
    page.wait_for_function("!document.querySelector('.kx-stage').hasAttribute('data-zoomed')")
    settle(page)
    assert frames(page)[1] == pytest.approx(fitted, abs=0.5)


def test_two_fingers_zoom_and_the_buttons_bring_the_picture_back(visit: Visit) -> None:
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    fitted = frames(page)[0]
    x, y = middle(page, ".kx-stage")
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, apart: float) -> None:
        points = [{"x": x - apart, "y": y + 60, "id": 0}, {"x": x + apart, "y": y + 60, "id": 1}]
        held = [] if kind == "touchEnd" else points
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": held})

    fingers("touchStart", 30)
    for apart in (45, 60, 75, 90):
        fingers("touchMove", apart)
    fingers("touchEnd", 0)
    assert frames(page)[0][2] == pytest.approx(fitted[2] * 3, rel=0.1)
    page.get_by_role("button", name=re.compile("^Fit, now")).click()
    settle(page)
    assert frames(page)[0] == pytest.approx(fitted, abs=0.5)


def test_a_rerun_and_a_return_keep_mode_divider_and_zoom(visit: Visit) -> None:
    page = visit()
    page.locator(".kx-handle").focus()
    for key in ("Shift+ArrowRight", "+", "+"):
        page.keyboard.press(key)
    settle(page)
    lay = frames(page)
    page.evaluate("document.querySelector('.kx-stage').dataset.witness = 'first'")

    page.get_by_role("button", name="Again").click()
    expect(page.get_by_text("Ran again")).to_be_visible()
    settle(page)
    assert page.locator(".kx-stage").get_attribute("data-witness") == "first"
    assert divider(page) == 60
    assert frames(page) == lay

    page.get_by_text("Show", exact=True).click()
    page.wait_for_selector(".kx-stage", state="detached")
    page.get_by_text("Show", exact=True).click()
    page.wait_for_selector(".kx-stage[data-status=ready]")
    assert page.locator(".kx-stage").get_attribute("data-witness") is None
    assert divider(page) == 60
    for now, then in zip(frames(page), lay, strict=True):
        assert now == pytest.approx(then, abs=0.5)


@pytest.mark.parametrize("allowed", [True, False])
def test_escape_leaves_full_screen_also_where_the_browser_refuses_it(
    visit: Visit, allowed: bool
) -> None:
    page = visit()
    if not allowed:
        page.evaluate("Object.defineProperty(document, 'fullscreenEnabled', {get: () => false})")
    root = page.locator(".kx-compare")
    page.locator(".kx-handle").focus()

    page.keyboard.press("f")
    expect(root).to_have_class(re.compile("kx-full"))
    expect(page.get_by_role("button", name="Leave full screen")).to_be_visible()
    box = root.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (1360, 860)
    on_top = page.evaluate("document.elementFromPoint(680, 4)?.closest('.kx-compare') !== null")
    assert on_top

    page.keyboard.press("Escape")
    expect(root).not_to_have_class(re.compile("kx-full"))
    assert page.evaluate("document.fullscreenElement") is None


def test_pictures_modes_and_what_is_shown_are_named_for_a_screen_reader(visit: Visit) -> None:
    page = visit(reduced_motion="reduce")
    alts = [image.get_attribute("alt") for image in page.locator(".kx-compare img").all()]
    assert alts == ["Green hills (Before)", "A blue hut (After)"]
    assert page.locator(".kx-label").all_inner_texts() == ["Before", "After"]
    expect(page.get_by_role("group", name="Before and After", exact=True)).to_be_visible()

    modes = page.get_by_role("radiogroup", name="Way of comparing")
    modes.get_by_role("radio", name="Slider").focus()
    page.keyboard.press("ArrowRight")
    expect(modes.get_by_role("radio", name="Side by side")).to_be_checked()
    expect(modes.get_by_role("radio", name="Side by side")).to_be_focused()

    page.keyboard.press("3")
    expect(modes.get_by_role("radio", name="Blink")).to_be_checked()
    after = page.get_by_alt_text("A blue hut (After)")
    page.wait_for_timeout(1000)
    expect(after).to_be_visible()  # still: this visitor asked for less motion
    page.get_by_role("button", name="Swap").click()
    expect(after).to_be_hidden()


def test_holding_b_shows_the_before_and_the_keys_keep_working_through_every_mode(
    visit: Visit,
) -> None:
    page = visit("mode=blink")
    page.get_by_role("button", name="Swap").click()
    page.keyboard.press("1")
    page.keyboard.press("2")
    page.keyboard.press("1")

    page.keyboard.down("b")
    peek = page.locator(".kx-compare[data-peek] [data-side=before]")
    expect(peek).to_have_css("clip-path", "none")
    page.keyboard.up("b")
    expect(peek).to_have_count(0)
    page.keyboard.press("End")
    assert divider(page) == 100


@pytest.mark.parametrize(
    ("query", "verdict"),
    [
        # The square is 200×200 of the 1184×880 that the after shows of 1600×1200.
        ("after=same.png", "2 % of the picture changed"),
        ("after=untouched.jpg", "No visible change in the picture"),
        ("after=padded.png&size=1392x752", "less than the whole"),
    ],
)
def test_the_difference_says_how_much_changed(visit: Visit, query: str, verdict: str) -> None:
    page = visit(f"mode=difference&{query}")
    said = page.get_by_role("status").filter(has_text="change")

    if verdict == "less than the whole":
        page.get_by_role("radio", name="Pad").click()
        verdict = "2 % of the shared part changed"
    expect(said).to_have_text(verdict)
    expect(
        page.get_by_role("img", name=re.compile(f"Map of what changed. {verdict}"))
    ).to_be_visible()


def test_the_place_is_kept_while_loading_and_a_lost_picture_can_be_asked_for_again(
    visit: Visit, served: Served
) -> None:
    late = served.pictures / "late.png"
    page = visit("after=late.png", ready=False)
    lost = page.get_by_text("The picture could not be loaded.")
    expect(lost).to_be_visible()
    reserved = page.locator(".kx-stage").bounding_box()

    covered(scene(BLUE), (1184, 880)).save(late)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".kx-stage")).to_have_attribute("data-status", "ready")
    expect(lost).to_be_hidden()
    assert page.locator(".kx-stage").bounding_box() == reserved


def test_broken_sizes_are_drawn_and_the_viewer_loads_no_tables_library(visit: Visit) -> None:
    page = visit("size=0x-3&mode=side")

    expect(page.get_by_text("Both are 1600×1200")).to_be_visible()
    expect(page.get_by_text("Loaded for the viewer: []")).to_be_visible()
    assert all(frame[2] > 100 for frame in frames(page))
