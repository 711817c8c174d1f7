"""A gallery of a thousand pictures in a real Chromium: found, opened, picked, deleted, in step."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from components.studio.identity import COOKIE, new_token
from components.studio.ledger.ledger import Ledger
from tests.browsing import visiting
from tests.journeys.doing import go_to
from tests.server.seeding import name_of
from tests.serving import ServedApp
from tests.studio.archiving import Seed, sow

pytestmark = pytest.mark.browser

COUNT = 1000
SHAPES = ((1392, 752), (1184, 880), (1024, 1024), (880, 1184))
PATIENCE_MS = 20_000


@dataclass(frozen=True)
class Ground:
    """The app, Anna with her thousand pictures, and Ben with one."""

    app: ServedApp
    anna: str
    ben: str


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    expect.set_options(timeout=PATIENCE_MS)
    app = ServedApp(tmp_path_factory.mktemp("gallery") / "data")
    ground = Ground(app, new_token(), new_token())
    anna = name_of(ground.anna)
    ledger = Ledger.in_folder(app.folder)
    seeds = [
        Seed(f"Picture {number:04}", hours=1 + number / 4, designer=anna, size=SHAPES[number % 4])
        for number in range(COUNT)
    ]
    ids = sow(app.folder, ledger, seeds)
    press = [Seed("A fox on a press", 0.5, designer=anna, batch="press") for _ in range(3)]
    sow(app.folder, ledger, press)
    (step,) = sow(
        app.folder,
        ledger,
        [Seed("Make it night", 0.4, designer=anna, source_id=ids[0], size=(1184, 880))],
    )
    sow(app.folder, ledger, [Seed("Add rain", 0.3, designer=anna, source_id=step)])
    sow(app.folder, ledger, [Seed("Add snow", 0.2, designer=anna, source_id=ids[0])])
    sow(app.folder, ledger, [Seed("Ben's own", designer=name_of(ground.ben))])
    ledger.close()
    with app:
        yield ground


@contextmanager
def gallery(
    browser: Browser, ground: Ground, token: str, path: str = "/gallery", **options: Any
) -> Iterator[Page]:
    """The gallery of the designer who has this cookie, once its first picture is seen."""
    cookie = {"name": COOKIE, "value": token, "domain": "127.0.0.1", "path": "/"}
    state = {"cookies": [{**cookie, "expires": -1, "httpOnly": True, "sameSite": "Lax"}]}
    with visiting(browser, ground.app.url, path, storage_state=state, **options) as page:
        expect(page.locator(".kx-sheet-loaded").first).to_be_visible()
        yield page


def card(page: Page, prompt: str) -> Locator:
    # By attribute: among a thousand cards, a search by role takes seconds.
    return page.locator(f'article[aria-label="Done: {prompt}"]')


def place(page: Page, number: int) -> Locator:
    return page.locator("article").nth(number)


def find(page: Page, text: str) -> None:
    page.get_by_role("searchbox", name="Search").fill(text)


def press_on(button: Locator) -> None:
    """Press a button that shows when its card is pointed at."""
    button.page.mouse.move(0, 0)
    card = button.locator("xpath=ancestor::article")
    card.hover()
    button.click()


def total(page: Page, words: str) -> None:
    expect(page.get_by_text(words, exact=True)).to_be_visible()


def test_a_thousand_pictures_have_their_places_and_fill_where_one_looks(
    browser: Browser, ground: Ground
) -> None:
    with gallery(browser, ground, ground.anna) as page:
        expect(page.locator("article")).to_have_count(COUNT + 4)
        total(page, f"{COUNT + 6:,} pictures")
        assert page.locator('article[aria-label^="Done"]').count() < COUNT / 2
        expect(card(page, "Picture 0999")).to_have_count(0)

        height = page.locator(".kx-sheet").evaluate("sheet => sheet.offsetHeight")
        place(page, 0).focus()
        page.keyboard.press("End")
        expect(card(page, "Picture 0999")).to_be_in_viewport()
        expect(card(page, "Picture 0999")).to_be_focused()
        assert page.locator(".kx-sheet").evaluate("sheet => sheet.offsetHeight") == height


def test_a_search_narrows_as_it_is_typed_stands_in_the_address_and_survives_a_reload(
    browser: Browser, ground: Ground
) -> None:
    with gallery(browser, ground, ground.anna) as page:
        find(page, "picture 077")
        expect(page.locator("article")).to_have_count(11)
        expect(page).to_have_url(re.compile("find=picture"))
        page.reload()
        expect(page.locator("article")).to_have_count(11)
        expect(page.get_by_role("searchbox", name="Search")).to_have_value("picture 077")

        find(page, "no such thing")
        expect(page.get_by_text("Nothing matches “no such thing”.")).to_be_visible()
        page.get_by_role("button", name="Clear the filter").click()
        expect(page.locator("article")).to_have_count(COUNT + 4)


def test_the_lightbox_goes_by_keyboard_alone_from_picture_to_picture_and_back(
    browser: Browser, ground: Ground
) -> None:
    with gallery(browser, ground, ground.anna, "/gallery?find=add") as page:
        expect(page.locator("article")).to_have_count(2)
        card(page, "Add snow").focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        prompt = dialog.locator(".kx-sheet-view-prompt")
        expect(prompt).to_have_text("Add snow")
        steps = dialog.get_by_role("navigation", name="Steps and variants")
        expect(steps.get_by_role("button")).to_have_text(["Original", "Step 1", "Add rain"])

        page.keyboard.press("ArrowRight")
        expect(prompt).to_have_text("Add rain")
        expect(steps.get_by_role("button")).to_have_text(
            ["Original", "Step 1", "Step 2", "Add snow"]
        )
        page.keyboard.press("s")
        star = dialog.get_by_role("button", name="Star")
        expect(star).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("s")
        expect(star).to_have_attribute("aria-pressed", "false")
        steps.get_by_role("button", name="Original").click()
        expect(prompt).to_have_text("Picture 0000")
        page.keyboard.press("ArrowLeft")
        expect(prompt).to_have_text("Add snow")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(card(page, "Add snow")).to_be_focused()


def test_the_back_button_closes_the_lightbox_and_leaves_the_search_as_it_was(
    browser: Browser, ground: Ground
) -> None:
    with gallery(browser, ground, ground.anna, "/gallery?find=add") as page:
        lightbox = page.get_by_role("dialog", name="Picture")
        for close in (page.go_back, lambda: page.keyboard.press("Escape")):
            card(page, "Add rain").click()
            expect(lightbox).to_be_visible()
            close()
            expect(lightbox).to_be_hidden()
            expect(page).to_have_url(re.compile("find=add"))
            expect(page.locator("article")).to_have_count(2)
        go_to(page, "Generate")
        page.go_back()
        expect(page.get_by_placeholder("Search prompts")).to_be_visible()


def test_variants_stand_behind_the_one_that_was_put_in_front(
    browser: Browser, ground: Ground
) -> None:
    with gallery(browser, ground, ground.anna, "/gallery?find=press") as page:
        stack = page.locator("article")
        expect(stack).to_have_count(1)
        expect(stack.get_by_title("3 variants")).to_have_text("3")
        before = stack.get_attribute("data-id")
        stack.focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        variants = dialog.get_by_role("button", name=re.compile("^Variant"))
        expect(variants).to_have_count(3)
        current = dialog.locator("[aria-current]")
        expect(current).to_be_visible()
        page.keyboard.press("ArrowUp" if "3" in current.inner_text() else "ArrowDown")
        dialog.get_by_role("button", name="Put in front").click()
        expect(stack).not_to_have_attribute("data-id", str(before))
        page.keyboard.press("Escape")
        expect(stack).to_have_count(1)


def test_what_is_done_with_a_selected_stack_is_done_with_every_picture_of_it(
    browser: Browser, ground: Ground
) -> None:
    with gallery(browser, ground, ground.anna, "/gallery?find=press") as page:
        page.locator("article").click(modifiers=["Control"])
        bar = page.get_by_role("toolbar", name="Selected pictures")
        expect(bar.get_by_text("3 selected")).to_be_visible()
        expect(page.locator(".kx-sheet-count")).to_have_text("3")
        with page.expect_download() as coming:
            bar.get_by_role("button", name="Download").click()
        with zipfile.ZipFile(coming.value.path()) as archive:
            assert len([name for name in archive.namelist() if name.endswith(".jpg")]) == 3
        bar.get_by_role("button", name="Delete").click()
        expect(page.locator("article")).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        total(page, "3 pictures")


def test_what_is_deleted_can_be_undone_at_once_and_found_in_the_trash(
    browser: Browser, ground: Ground
) -> None:
    with gallery(browser, ground, ground.anna, "/gallery?find=picture+055") as page:
        expect(page.locator("article")).to_have_count(11)
        card(page, "Picture 0055").focus()
        page.keyboard.press("Delete")
        expect(card(page, "Picture 0055")).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(card(page, "Picture 0055")).to_be_visible()

        card(page, "Picture 0055").focus()
        page.keyboard.press("Delete")
        expect(card(page, "Picture 0055")).to_have_count(0)
        page.get_by_text("Trash", exact=True).click()
        expect(page.locator("article")).to_have_count(1)
        expect(card(page, "Picture 0055").get_by_text("14 days left")).to_be_visible()
        expect(page.locator(".kx-sheet-loaded")).to_have_count(1)
        press_on(card(page, "Picture 0055").get_by_role("button", name="Restore"))
        expect(page.locator("article")).to_have_count(0)
        page.get_by_text("All", exact=True).click()
        expect(card(page, "Picture 0055")).to_be_visible()


def test_several_are_picked_by_click_by_range_and_all_shown(
    browser: Browser, ground: Ground
) -> None:
    with gallery(browser, ground, ground.anna, "/gallery?find=picture+033") as page:
        expect(page.locator("article")).to_have_count(11)
        bar = page.get_by_role("toolbar", name="Selected pictures")
        place(page, 1).click(modifiers=["Control"])
        expect(bar.get_by_text("1 selected")).to_be_visible()
        expect(bar.get_by_role("button", name="Compare")).to_be_disabled()
        place(page, 4).click(modifiers=["Shift"])
        expect(bar.get_by_text("4 selected")).to_be_visible()
        place(page, 4).click()
        place(page, 3).click()
        expect(bar.get_by_role("button", name="Compare")).to_be_enabled()
        bar.get_by_role("button", name="All 11 shown").click()
        expect(bar.get_by_text("11 selected")).to_be_visible()

        bar.get_by_role("button", name="Star").click()
        expect(page.locator(".kx-sheet-starred")).to_have_count(11)
        page.keyboard.press("Escape")
        page.get_by_text("Starred", exact=True).click()
        expect(page.locator("article")).to_have_count(11)
        place(page, 0).focus()
        page.keyboard.press("Control+a")
        bar.get_by_role("button", name="Delete").click()
        expect(page.locator("article")).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("article")).to_have_count(11)


def test_two_pictures_lie_beside_each_other_and_the_tree_shows_every_branch(
    browser: Browser, ground: Ground
) -> None:
    with gallery(browser, ground, ground.anna, "/gallery?find=picture+088") as page:
        expect(page.locator("article")).to_have_count(11)
        place(page, 1).click(modifiers=["Control"])
        place(page, 4).click(modifiers=["Control"])
        page.locator(".kx-sheet-chosen").get_by_role("button", name="Compare").click()
        expect(page.get_by_role("dialog", name="Compare").locator(".kx-compare")).to_be_visible()
        page.get_by_role("dialog", name="Compare").get_by_role("button", name="Close").click()

        find(page, "add rain")
        expect(page.locator("article")).to_have_count(1)
        card(page, "Add rain").focus()
        page.keyboard.press("l")
        lineage = page.get_by_role("dialog", name="Lineage")
        nodes = lineage.locator(".kx-tree-node")
        expect(nodes).to_have_count(4)
        expect(lineage.locator(".kx-tree-lines path")).to_have_count(3)
        expect(lineage.locator("[data-role=after]")).to_contain_text("Add rain")
        expect(lineage.locator("[data-role=before]")).to_contain_text("Make it night")
        nodes.filter(has_text="Add snow").click()
        expect(lineage.locator("[data-role=after]")).to_contain_text("Add snow")
        expect(lineage.locator("[data-role=before]")).to_contain_text("Add rain")


def test_who_goes_from_the_lightbox_to_the_tree_or_to_a_pair_comes_back_to_it(
    browser: Browser, ground: Ground
) -> None:
    with gallery(browser, ground, ground.anna, "/gallery?find=add") as page:
        card(page, "Add rain").focus()
        page.keyboard.press("Enter")
        lightbox = page.get_by_role("dialog", name="Picture")
        for verb, table in (("Lineage", "Lineage"), ("Compare with its source", "Compare")):
            lightbox.get_by_role("button", name=verb).click()
            over = page.get_by_role("dialog", name=table)
            expect(over.locator(".kx-compare")).to_be_visible()
            expect(over).to_be_focused()
            expect(lightbox).to_be_hidden()
            over.get_by_role("button", name="Close").click()
            expect(lightbox).to_be_visible()
            expect(lightbox.locator(".kx-sheet-view-prompt")).to_have_text("Add rain")
        page.keyboard.press("Escape")
        expect(lightbox).to_be_hidden()
        expect(card(page, "Add rain")).to_be_focused()


def test_a_prompt_and_a_picture_are_copied(browser: Browser, ground: Ground) -> None:
    granted = ["clipboard-read", "clipboard-write"]
    with gallery(browser, ground, ground.anna, "/gallery?find=add", permissions=granted) as page:
        page.locator("article", has_text="Add rain").click()
        lightbox = page.get_by_role("dialog", name="Picture")
        lightbox.get_by_role("button", name="Copy prompt").click()
        expect(page.get_by_text("Prompt copied")).to_be_visible()
        assert page.evaluate("() => navigator.clipboard.readText()") == "Add rain"

        lightbox.get_by_role("button", name="Copy picture").click()
        expect(page.get_by_text("Picture copied")).to_be_visible()
        size = page.evaluate(
            """async () => {
                const [copied] = await navigator.clipboard.read();
                const picture = await createImageBitmap(await copied.getType("image/png"));
                return [picture.width, picture.height];
            }"""
        )
        shown = lightbox.locator(".kx-sheet-view-picture")
        assert size == shown.evaluate("picture => [picture.naturalWidth, picture.naturalHeight]")


def test_the_lightbox_zooms_by_wheel_and_double_click_and_a_drag_pans(
    browser: Browser, ground: Ground
) -> None:
    with gallery(browser, ground, ground.anna, "/gallery?find=add") as page:
        card(page, "Add rain").click()
        picture = page.locator(".kx-sheet-view-picture")
        expect(page.get_by_role("navigation", name="Steps and variants")).to_be_visible()
        expect(picture).to_have_js_property("complete", value=True)
        fitted = box_of(picture)
        x, y = fitted["x"] + fitted["width"] * 0.3, fitted["y"] + fitted["height"] * 0.4
        page.mouse.move(x, y)
        for _ in range(4):  # until it is larger than its stage, and can be moved in it
            page.mouse.wheel(0, -300)
        expect(page.locator(".kx-sheet-view-scale")).to_have_text(re.compile(r"\d+ %"))
        zoomed = box_of(picture)
        assert zoomed["width"] > fitted["width"] * 3

        page.mouse.down()
        page.mouse.move(x + 50, y + 20, steps=3)
        page.mouse.up()
        moved = box_of(picture)
        assert (moved["x"] - zoomed["x"], moved["y"] - zoomed["y"]) == pytest.approx(
            (50, 20), abs=1
        )

        page.mouse.dblclick(x, y)
        expect(page.locator(".kx-sheet-view-scale")).to_be_empty()


def test_on_a_phone_a_pinch_zooms_and_a_swipe_goes_to_the_next(
    browser: Browser, ground: Ground
) -> None:
    phone: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    with gallery(browser, ground, ground.anna, "/gallery?find=add", **phone) as page:
        card(page, "Add snow").locator(".kx-sheet-frame").tap(position={"x": 20, "y": 20})
        prompt = page.locator(".kx-sheet-view-prompt")
        expect(prompt).to_have_text("Add snow")
        swipe(page, (300, 300), (120, 310))
        expect(prompt).to_have_text("Add rain")
        swipe(page, (120, 300), (300, 310))
        expect(prompt).to_have_text("Add snow")
        swipe(page, (180, 300), (80, 300), (210, 300), (310, 300))
        expect(page.locator(".kx-sheet-view-scale")).to_have_text(re.compile(r"\d+ %"))
        swipe(page, (300, 300), (120, 310))  # a zoomed picture pans instead
        expect(prompt).to_have_text("Add snow")


Point = tuple[float, float]


def swipe(page: Page, start: Point, end: Point, other: Point = (), other_end: Point = ()) -> None:
    """Move one finger over the screen, or two."""
    touch = page.context.new_cdp_session(page)
    for kind, share in (("touchStart", 0.0), ("touchMove", 0.5), ("touchMove", 1.0)):
        points = [
            {"x": a[0] + (b[0] - a[0]) * share, "y": a[1] + (b[1] - a[1]) * share, "id": number}
            for number, (a, b) in enumerate(((start, end), (other, other_end)))
            if a
        ]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def box_of(picture: Locator) -> dict[str, float]:
    box = picture.bounding_box()
    assert box is not None
    return dict(box)


def test_two_windows_of_a_designer_are_in_step_and_another_designer_sees_nothing(
    browser: Browser, ground: Ground
) -> None:
    path = "/gallery?find=picture+066"
    with (
        gallery(browser, ground, ground.anna, path) as left,
        gallery(browser, ground, ground.anna, path) as right,
        gallery(browser, ground, ground.ben) as other,
    ):
        expect(right.locator("article")).to_have_count(11)
        card(left, "Picture 0066").focus()
        left.keyboard.press("s")
        expect(card(right, "Picture 0066")).to_have_class(re.compile("kx-sheet-starred"))
        left.keyboard.press("Delete")
        expect(right.locator("article")).to_have_count(10)
        left.keyboard.press("Control+z")
        expect(right.locator("article")).to_have_count(11)
        expect(other.locator("article")).to_have_count(1)
        expect(card(other, "Ben's own")).to_be_visible()


def test_the_selected_come_as_one_zip_with_a_manifest(browser: Browser, ground: Ground) -> None:
    with gallery(browser, ground, ground.anna, "/gallery?find=picture+044") as page:
        expect(page.locator("article")).to_have_count(11)
        place(page, 0).focus()
        page.keyboard.press("Control+a")
        bar = page.get_by_role("toolbar", name="Selected pictures")
        with page.expect_download() as coming:
            bar.get_by_role("button", name="Download").click()
        with zipfile.ZipFile(coming.value.path()) as archive:
            assert archive.testzip() is None
            names = archive.namelist()
            pictures = [name for name in names if name.endswith(".jpg")]
            assert len(set(pictures)) == 11
            assert {"manifest.csv", "manifest.json"} <= set(names)
            assert "Picture 0044" in archive.read("manifest.json").decode()
        expect(bar.get_by_text("11 selected")).to_be_visible()
