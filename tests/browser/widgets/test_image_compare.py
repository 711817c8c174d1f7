"""What only a browser shows of the before/after viewer: pixels, gestures and full screen."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import FloatRect, Page, expect

from tests.browser.widgets.conftest import SCREEN, OpenWidget
from tests.browser.widgets.widget_server import WidgetServer

pytestmark = pytest.mark.browser

LIME, BLUE, GREY = (20, 230, 20), (20, 20, 230), (110, 120, 110)


def scene(mark: tuple[int, int, int]) -> Image.Image:
    """A plain scene of 1600×1200 pixels with a marked square, off centre."""
    image = Image.new("RGB", (1600, 1200), GREY)
    ImageDraw.Draw(image).rectangle((700, 500, 899, 699), fill=mark)
    return image


def cropped(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Fill `size` at one scale and cut the rest, as a service does that crops."""
    scale = max(size[0] / image.width, size[1] / image.height)
    whole = image.resize((round(image.width * scale), round(image.height * scale)))
    left, top = (whole.width - size[0]) // 2, (whole.height - size[1]) // 2
    return whole.crop((left, top, left + size[0], top + size[1]))


def padded(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Fit into `size` and add space around, as a service does that pads."""
    scale = min(size[0] / image.width, size[1] / image.height)
    whole = image.resize((round(image.width * scale), round(image.height * scale)))
    canvas = Image.new("RGB", size, GREY)
    canvas.paste(whole, ((size[0] - whole.width) // 2, (size[1] - whole.height) // 2))
    return canvas


@pytest.fixture(scope="module", autouse=True)
def _images(widgets: WidgetServer) -> None:
    scene(LIME).save(widgets.images / "before.png")
    cropped(scene(BLUE), (1184, 880)).save(widgets.images / "same.png")
    cropped(scene(BLUE), (1392, 752)).save(widgets.images / "cropped.png")
    padded(scene(BLUE), (1392, 752)).save(widgets.images / "padded.png")


def wait_until_ready(page: Page) -> Page:
    expect(page.locator(".kx-compare-viewport")).to_have_attribute("data-status", "ready")
    return page


def box(page: Page, selector: str) -> FloatRect:
    found = page.locator(selector).bounding_box()
    assert found is not None
    return found


def middle(page: Page, selector: str) -> tuple[float, float]:
    found = box(page, selector)
    return found["x"] + found["width"] / 2, found["y"] + found["height"] / 2


def divider(page: Page) -> int:
    """The divider's place in per cent."""
    return int(page.locator(".kx-compare-handle").get_attribute("aria-valuenow") or -1)


def frames(page: Page) -> list[list[float]]:
    """Left, top and width of each image on the screen, from the corner of its own pane."""
    found = page.evaluate(
        """[...document.querySelectorAll(".kx-compare-pane")].map((pane) => {
            const [outer, inner] = [pane, pane.querySelector(".kx-compare-frame")]
                .map((node) => node.getBoundingClientRect());
            return [inner.left - outer.left, inner.top - outer.top, inner.width];
        })"""
    )
    return [[float(value) for value in frame] for frame in found]


def settle(page: Page) -> None:
    """Wait for the end of all animations and transitions."""
    page.evaluate(
        """async () => {
            const root = document.querySelector(".kx-compare");
            root.getBoundingClientRect(); // a transition starts when its style is read
            const moving = root.getAnimations({ subtree: true })
                .filter((motion) => motion.effect.getComputedTiming().iterations !== Infinity);
            await Promise.allSettled(moving.map((motion) => motion.finished));
        }"""
    )


def mark_on_screen(page: Page, colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the marked square on the screen, CSS pixels."""
    shot = Image.open(io.BytesIO(page.locator(".kx-compare-viewport").screenshot())).convert("RGB")
    strongest = max(range(3), key=lambda channel: colour[channel])
    mask = shot.getchannel(strongest).point(lambda value: 255 if value > 150 else 0)
    for other in {0, 1, 2} - {strongest}:
        dark = shot.getchannel(other).point(lambda value: 255 if value < 80 else 0)
        mask = Image.composite(mask, Image.new("L", mask.size), dark)
    found = mask.getbbox()
    assert found is not None
    return found


def retry_the_lost_image(widgets: WidgetServer, page: Page) -> None:
    lost = page.get_by_text("The picture could not be loaded.")
    expect(lost).to_be_visible()
    reserved = box(page, ".kx-compare-viewport")
    cropped(scene(BLUE), (1184, 880)).save(widgets.images / "late.png")
    page.get_by_role("button", name="Try again").click()
    wait_until_ready(page)
    expect(lost).to_be_hidden()
    assert box(page, ".kx-compare-viewport") == reserved


def expect_difference_of_the_pixels(page: Page) -> None:
    # The square is 200×200 of the 1600×1200 pixels that the after shows.
    summary = "2 % of the picture changed"
    expect(page.get_by_role("img", name=f"Map of what changed. {summary}")).to_be_visible()


def expect_marks_at_one_place(page: Page) -> None:
    """Fitted and zoomed, the square is at one place of the screen in both images."""
    page.mouse.move(0, 0)
    for _ in ("fitted", "zoomed"):
        page.locator(".kx-compare-handle").focus()
        page.keyboard.press("End")
        before = mark_on_screen(page, LIME)
        page.keyboard.press("Home")
        assert before == pytest.approx(mark_on_screen(page, BLUE), abs=1.5)
        page.keyboard.press("+")
        settle(page)


def test_both_images_are_compared_pixel_by_pixel_whatever_their_shape(
    widgets: WidgetServer, open_widget: OpenWidget
) -> None:
    page = open_widget("/compare?mode=difference&after=late.png")
    retry_the_lost_image(widgets, page)
    expect_difference_of_the_pixels(page)
    page.keyboard.press("1")
    page.get_by_role("radio", name="Slider").click()
    expect_marks_at_one_place(page)

    for file, fit in (("cropped.png", "Crop"), ("padded.png", "Pad")):
        page = wait_until_ready(open_widget(f"/compare?after={file}&size=1392x752"))
        page.get_by_role("radio", name=fit).click()
        expect_marks_at_one_place(page)


def drag_the_divider_and_pan(page: Page) -> None:
    x, y = middle(page, ".kx-compare-grip")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y, steps=4)
    page.mouse.up()
    assert middle(page, ".kx-compare-grip")[0] == pytest.approx(x + 150, abs=1)
    page.keyboard.press("+")
    page.keyboard.press("+")
    settle(page)
    place, lay = divider(page), frames(page)[0]
    page.mouse.move(x - 100, y + 100)
    page.mouse.down()
    page.mouse.move(x - 40, y + 70, steps=4)
    page.mouse.up()
    assert divider(page) == place  # a zoomed image pans instead
    assert frames(page)[0] == pytest.approx([lay[0] + 60, lay[1] - 30, lay[2]], abs=1)


def zoom_one_side_by_wheel(page: Page) -> None:
    """The other side follows."""
    page.keyboard.press("0")
    page.keyboard.press("2")
    settle(page)
    fitted = frames(page)[1]
    pane = box(page, "[data-side=after]")
    page.mouse.move(pane["x"] + pane["width"] * 0.4, pane["y"] + pane["height"] * 0.45)
    page.mouse.wheel(0, -400)
    expect(page.locator(".kx-compare-viewport[data-zoomed]")).to_be_attached()
    before, after = frames(page)
    assert after[2] > fitted[2] * 1.5
    assert before == pytest.approx(after, abs=0.5)
    page.keyboard.press("0")
    page.keyboard.press("1")
    settle(page)


def pinch(page: Page) -> None:
    fitted = frames(page)[0]
    x, y = middle(page, ".kx-compare-viewport")
    touch = page.context.new_cdp_session(page)
    for kind, apart in [
        ("touchStart", 30),
        *(("touchMove", apart) for apart in (45, 60, 75, 90)),
        ("touchEnd", 0),
    ]:
        points = [{"x": x - apart, "y": y + 60, "id": 0}, {"x": x + apart, "y": y + 60, "id": 1}]
        held = [] if kind == "touchEnd" else points
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": held})
    assert frames(page)[0][2] == pytest.approx(fitted[2] * 3, rel=0.1)
    page.keyboard.press("0")
    settle(page)


def keep_the_view_over_rerun_and_return(page: Page) -> None:
    page.locator(".kx-compare-handle").focus()
    page.keyboard.press("Home")
    for key in ("Shift+ArrowRight", "+", "+"):
        page.keyboard.press(key)
    settle(page)
    place, lay = divider(page), frames(page)
    assert place > 0
    page.evaluate("document.querySelector('.kx-compare-viewport').dataset.witness = 'first'")

    page.get_by_role("button", name="Again").click()
    expect(page.get_by_text("Ran again")).to_be_visible()
    settle(page)
    assert page.locator(".kx-compare-viewport").get_attribute("data-witness") == "first"
    assert (divider(page), frames(page)) == (place, lay)

    page.get_by_text("Show", exact=True).click()
    expect(page.locator(".kx-compare-viewport")).to_have_count(0)
    page.get_by_text("Show", exact=True).click()
    wait_until_ready(page)
    assert page.locator(".kx-compare-viewport").get_attribute("data-witness") is None
    assert divider(page) == place
    for now, then in zip(frames(page), lay, strict=True):
        assert now == pytest.approx(then, abs=0.5)


def reach_the_controls_by_keyboard(page: Page) -> None:
    alts = [image.get_attribute("alt") for image in page.locator(".kx-compare img").all()]
    assert alts == ["Green hills (Before)", "A blue hut (After)"]
    modes = page.get_by_role("radiogroup", name="Way of comparing")
    modes.get_by_role("radio", name="Slider").focus()
    page.keyboard.press("ArrowRight")
    expect(modes.get_by_role("radio", name="Side by side")).to_be_focused()
    expect(modes.get_by_role("radio", name="Side by side")).to_be_checked()

    # A control that hides with its mode hands the focus to the images: the keys keep working.
    page.keyboard.press("3")
    page.get_by_role("button", name="Swap").click()
    page.keyboard.press("1")
    page.keyboard.down("b")
    peek = page.locator(".kx-compare[data-peek] [data-side=before]")
    expect(peek).to_have_css("clip-path", "none")
    page.keyboard.up("b")
    expect(peek).to_have_count(0)


def fill_the_screen(page: Page) -> None:
    """Also where the browser refuses full screen."""
    root = page.locator(".kx-compare")
    for refuses in (False, True):
        if refuses:
            page.evaluate(
                "Object.defineProperty(document, 'fullscreenEnabled', {get: () => false})"
            )
        page.keyboard.press("f")
        expect(root).to_have_class(re.compile("kx-compare-full"))
        expect(page.get_by_role("button", name="Leave full screen")).to_be_visible()
        whole = box(page, ".kx-compare")
        assert (whole["width"], whole["height"]) == (SCREEN["width"], SCREEN["height"])
        assert page.evaluate("document.elementFromPoint(680, 4)?.closest('.kx-compare') !== null")
        page.keyboard.press("Escape")
        expect(root).not_to_have_class(re.compile("kx-compare-full"))
        assert page.evaluate("document.fullscreenElement") is None


def test_mouse_fingers_and_keys_move_both_images_as_one_and_the_view_is_kept(
    open_widget: OpenWidget,
) -> None:
    page = wait_until_ready(open_widget("/compare", has_touch=True))
    drag_the_divider_and_pan(page)
    zoom_one_side_by_wheel(page)
    pinch(page)
    keep_the_view_over_rerun_and_return(page)
    reach_the_controls_by_keyboard(page)
    fill_the_screen(page)
