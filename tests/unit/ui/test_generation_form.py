"""The form as values: what it asks for, and how a picture's settings come back into it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from components.studio import GenerationRequest, InvalidRequest, Model, OutputFormat
from components.ui.form.generation_form import Form

EVERYTHING = GenerationRequest(
    prompt="A **red** fox\nand a hill",
    model=Model.MAX,
    aspect_ratio="21:9",
    output_format=OutputFormat.PNG,
    safety_tolerance=0,
    translate=False,
    enhance=True,
    watermark="studio-7",
    store_in_china=True,
)


def test_an_untouched_form_has_the_services_own_defaults() -> None:
    asked = replace(Form("generate").defaults(), prompt="A hill").request()

    assert asked == GenerationRequest(prompt="A hill", aspect_ratio="16:9")


def test_match_input_leaves_the_ratio_to_the_service() -> None:
    asked = replace(Form("edit").defaults(), prompt="Make it night").request()

    assert asked.aspect_ratio is None
    assert "aspectRatio" not in asked.body()


def test_a_strict_safety_of_zero_stays_zero() -> None:
    draft = replace(Form("generate").defaults(), prompt="A hill", safety_tolerance=0)

    assert draft.request().body()["safetyTolerance"] == 0


def test_no_watermark_is_no_field() -> None:
    assert "watermark" not in replace(Form("generate").defaults(), prompt="x").request().body()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"prompt": " "}, "Prompt"),
        ({"safety_tolerance": 7}, "Safety tolerance"),
        ({"ratio": "2:1"}, "Aspect ratio"),
        ({"watermark": "x" * 201}, "Watermark"),
    ],
)
def test_a_draft_that_cannot_be_sent_names_its_field(change: dict[str, object], named: str) -> None:
    draft = replace(Form("generate").defaults(), **{"prompt": "A hill", **change})  # type: ignore[arg-type]  # one value of each type

    with pytest.raises(InvalidRequest, match=named):
        draft.request()


def test_the_two_forms_do_not_share_a_field() -> None:
    fields = vars(Form("generate").defaults())

    assert not {Form("generate").key(name) for name in fields} & {
        Form("edit").key(name) for name in fields
    }


def refilled() -> AppTest:
    def page() -> None:
        from decimal import Decimal

        import streamlit as st

        from components.ui.form.generation_form import Form
        from tests.unit.ui.test_generation_form import EVERYTHING

        form = Form("generate")
        st.button("Remix", on_click=form.fill, args=(EVERYTHING,))
        form.draw_prompt(placeholder="")
        form.draw_settings(lambda _: Decimal(5))

    return AppTest.from_function(page, default_timeout=20).run()


def test_remix_puts_every_setting_back_where_it_was() -> None:
    at = refilled()
    at.button[0].click().run()

    assert not at.exception
    assert at.text_area(key="generate-prompt").value == EVERYTHING.prompt
    assert at.button_group(key="generate-model").value == EVERYTHING.model.value
    assert at.button_group(key="generate-ratio").value == "21:9"
    assert at.button_group(key="generate-output_format").value == "png"
    assert at.slider(key="generate-safety_tolerance").value == 0
    assert at.toggle(key="generate-translate").value is False
    assert at.toggle(key="generate-enhance").value is True
    assert at.toggle(key="generate-store_in_china").value is True
    assert at.text_input(key="generate-watermark").value == "studio-7"
    assert at.button_group(key="generate-variants").value == 1


def test_every_documented_ratio_is_offered_and_edits_may_match_their_input() -> None:
    at = refilled()

    assert at.button_group(key="generate-ratio").options == [
        "21:9",
        "16:9",
        "4:3",
        "1:1",
        "3:4",
        "9:16",
        "16:21",
    ]
    assert at.button_group(key="generate-ratio").options[-1] == "16:21"
    assert "Match input" not in at.button_group(key="generate-ratio").options


def restored(settings: str) -> AppTest:
    """The form of an edit after settings from before a reload were put back."""

    def page(settings: str) -> None:
        from decimal import Decimal

        from components.ui.form.generation_form import Form

        form = Form("edit")
        form.restore(settings)
        form.draw_settings(lambda _: Decimal(5))

    at = AppTest.from_function(page, default_timeout=20, args=(settings,)).run()
    assert not at.exception
    return at


def test_settings_come_back_as_they_were() -> None:
    at = restored(json.dumps({"model": Model.MAX.value, "ratio": "3:4", "variants": 3}))

    assert at.button_group(key="edit-model").value == Model.MAX.value
    assert at.button_group(key="edit-ratio").value == "3:4"
    assert at.button_group(key="edit-variants").value == 3
    assert at.button_group(key="edit-output_format").value == "jpeg"


@pytest.mark.parametrize(
    "settings",
    [
        "",
        "{}",
        json.dumps({"model": "flux-of-yesterday", "ratio": "5:1", "output_format": 7}),
        json.dumps({"safety_tolerance": 6, "variants": 99, "translate": "yes", "prompt": "x"}),
        json.dumps({"safety_tolerance": True, "variants": None, "unheard of": 1}),
    ],
)
def test_settings_that_make_no_sense_any_more_are_left_out(settings: str) -> None:
    at = restored(settings)

    assert at.button_group(key="edit-model").value == Model.PRO.value
    assert at.button_group(key="edit-ratio").value == "Match input"
    assert at.slider(key="edit-safety_tolerance").value == 2
    assert at.button_group(key="edit-variants").value == 1
    assert at.toggle(key="edit-translate").value is True
