"""Edit, as far as it can be tried without a browser: the press, the range, the fresh page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from components.sandbox import RunningSandbox
from tests.pages.reading import drawn, errors, page_at


def edit(file: str = "pages/edit.py") -> AppTest:
    at = page_at(file)
    if file == "app.py":
        at.switch_page("pages/edit.py")
        drawn(at)
    return at


def begun() -> AppTest:
    """With the first of the offered pictures on the desk."""
    at = edit()
    next(button for button in at.button if str(button.key).startswith("starter-")).click()
    return drawn(at)


@pytest.mark.parametrize("file", ["app.py", "pages/edit.py"])
def test_edit_shows_its_form_whichever_way_it_is_opened(file: str) -> None:
    at = edit(file)

    assert at.text_area(key="edit-prompt").label == "Prompt"
    assert at.button_group(key="edit-ratio").value == "Match input"
    assert at.button(key="edit-submit").label == "Edit · 5 credits"


def test_safety_goes_only_as_far_as_edits_allow() -> None:
    slider = edit().slider(key="edit-safety_tolerance")

    assert (slider.min, slider.max) == (0, 2)


def test_without_a_picture_a_press_says_what_is_missing(service: RunningSandbox) -> None:
    at = edit()
    at.text_area(key="edit-prompt").set_value("Make it night")
    drawn(at)
    at.button(key="edit-submit").click()

    assert [error.startswith("Choose a picture first") for error in errors(drawn(at))] == [True]
    assert at.text_area(key="edit-prompt").value == "Make it night"
    assert service.book()["creates"] == 0


def test_an_edit_that_matches_its_input_sends_no_ratio(service: RunningSandbox) -> None:
    at = begun()
    wanted = at.text_area(key="edit-prompt").value
    at.button(key="edit-submit").click()
    drawn(at)
    for _ in range(200):
        if service.book()["tasks"]:
            break
        drawn(at)

    (task,) = service.book()["tasks"]
    assert task["prompt"] == wanted != ""
    assert "aspectRatio" not in task["params"]
    assert task["params"]["inputImage"].startswith(f"{service.url}/")
    assert errors(at) == []
