"""The pair by mouse, wheel and fingers: both pictures lie, zoom and pan as one."""

from __future__ import annotations

import re

import pytest

from tests.browser.widgets.compare_fixtures import (
    BLUE,
    LIME,
    Visit,
    box,
    divider,
    frames,
    mark_on_screen,
    middle,
    settle,
)

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("query", "fit"),
    [
        ("after=same.png&size=1184x880", None),
        ("after=cropped.png&size=1392x752", "Crop"),
        ("after=padded.png&size=1392x752", "Pad"),
    ],
    ids=["same ratio", "cropped", "padded"],
)
def test_one_point_of_the_scene_is_under_one_pixel_of_the_screen(
    visit: Visit, query: str, fit: str | None
) -> None:
    page = visit(query)
    if fit:
        page.get_by_role("radio", name=fit).click()
    page.mouse.move(0, 0)

    for _ in ("fitted", "zoomed"):
        page.locator(".kx-compare-handle").focus()
        page.keyboard.press("End")
        before = mark_on_screen(page, LIME)
        page.keyboard.press("Home")
        after = mark_on_screen(page, BLUE)

        assert before == pytest.approx(after, abs=1.5)
        page.keyboard.press("+")
        settle(page)


def test_the_divider_follows_the_mouse_and_a_zoomed_picture_pans_instead(visit: Visit) -> None:
    page = visit()
    x, y = middle(page, ".kx-compare-grip")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y, steps=4)
    page.mouse.up()
    assert middle(page, ".kx-compare-grip")[0] == pytest.approx(x + 150, abs=1)

    page.mouse.click(x - 200, y - 100)
    assert middle(page, ".kx-compare-grip")[0] == pytest.approx(x - 200, abs=1)

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
    pane = box(page, "[data-side=after]")
    cursor = (pane["x"] + pane["width"] * 0.4, pane["y"] + pane["height"] * 0.45)
    _, fitted = frames(page)

    page.mouse.move(*cursor)
    page.mouse.wheel(0, -400)
    page.wait_for_function(
        "document.querySelector('.kx-compare-viewport').hasAttribute('data-zoomed')"
    )
    before, after = frames(page)
    at = (cursor[0] - pane["x"], cursor[1] - pane["y"])
    assert after[2] > fitted[2] * 1.5
    assert before == pytest.approx(after, abs=0.5)
    under = [(at[0] - frame[0]) / frame[2] for frame in (fitted, after)]
    assert under[0] == pytest.approx(under[1], abs=0.002)

    page.mouse.dblclick(*cursor)
    page.wait_for_function(
        "!document.querySelector('.kx-compare-viewport').hasAttribute('data-zoomed')"
    )
    settle(page)
    assert frames(page)[1] == pytest.approx(fitted, abs=0.5)


def test_two_fingers_zoom_and_the_buttons_bring_the_picture_back(visit: Visit) -> None:
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    fitted = frames(page)[0]
    x, y = middle(page, ".kx-compare-viewport")
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
