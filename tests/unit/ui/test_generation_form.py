"""The values of the form: the request they make, and how settings are restored."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from components.studio import GenerationRequest, Model, OutputFormat, ValidationError
from components.ui.form.generation_form import GenerationForm

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


def test_untouched_form_has_provider_defaults() -> None:
    request = replace(GenerationForm("generate").defaults(), prompt="A hill").request()

    assert request == GenerationRequest(prompt="A hill", aspect_ratio="16:9")


def test_match_input_omits_the_ratio() -> None:
    request = replace(GenerationForm("edit").defaults(), prompt="Make it night").request()

    assert request.aspect_ratio is None
    assert "aspectRatio" not in request.to_payload()


def test_safety_zero_stays_zero() -> None:
    values = replace(GenerationForm("generate").defaults(), prompt="A hill", safety_tolerance=0)

    assert values.request().to_payload()["safetyTolerance"] == 0


def test_empty_watermark_is_omitted() -> None:
    assert (
        "watermark"
        not in replace(GenerationForm("generate").defaults(), prompt="x").request().to_payload()
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"prompt": " "}, "Prompt"),
        ({"safety_tolerance": 7}, "Safety tolerance"),
        ({"ratio": "2:1"}, "Aspect ratio"),
        ({"watermark": "x" * 201}, "Watermark"),
    ],
)
def test_invalid_values_name_their_field(change: dict[str, object], field: str) -> None:
    values = replace(GenerationForm("generate").defaults(), **{"prompt": "A hill", **change})  # type: ignore[arg-type]  # one value of each type

    with pytest.raises(ValidationError, match=field):
        values.request()


def test_forms_share_no_field() -> None:
    fields = vars(GenerationForm("generate").defaults())

    assert not {GenerationForm("generate").key(name) for name in fields} & {
        GenerationForm("edit").key(name) for name in fields
    }


def open_form() -> AppTest:
    """A page with the form of Generate and a button that loads a request."""

    def page() -> None:
        from decimal import Decimal

        import streamlit as st

        from components.ui.form.generation_form import GenerationForm
        from tests.unit.ui.test_generation_form import EVERYTHING

        form = GenerationForm("generate")
        st.button("Remix", on_click=form.load_request, args=(EVERYTHING,))
        form.render_prompt(placeholder="")
        form.render_settings(lambda _: Decimal(5))

    return AppTest.from_function(page, default_timeout=60).run()


def test_remix_restores_every_setting() -> None:
    at = open_form()
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


def test_remix_of_what_can_no_longer_be_requested_is_the_default() -> None:
    def page() -> None:
        from decimal import Decimal

        from components.studio import GenerationRequest
        from components.ui.form.generation_form import GenerationForm

        form = GenerationForm("generate")
        stored = GenerationRequest.from_storage(
            prompt="A hill", model="flux-kontext-ultra", aspect_ratio="2:1", safety_tolerance=9
        )
        form.load_request(stored)
        form.render_prompt(placeholder="")
        form.render_settings(lambda _: Decimal(5))

    at = AppTest.from_function(page, default_timeout=20).run()

    assert not at.exception
    assert at.text_area(key="generate-prompt").value == "A hill"
    assert at.button_group(key="generate-model").value == "flux-kontext-pro"
    assert at.button_group(key="generate-ratio").value == "16:9"
    assert at.slider(key="generate-safety_tolerance").value == 2


def test_every_ratio_is_offered_and_match_input_for_edits() -> None:
    ratios = ["21:9", "16:9", "4:3", "1:1", "3:4", "9:16", "16:21"]

    assert open_form().button_group(key="generate-ratio").options == ratios
    assert open_restored_form("").button_group(key="edit-ratio").options == [
        "Match input",
        *ratios,
    ]


def open_restored_form(settings: str) -> AppTest:
    """A page with the form of Edit, after stored settings were restored."""

    def page(settings: str) -> None:
        from decimal import Decimal

        from components.ui.form.generation_form import GenerationForm

        form = GenerationForm("edit")
        form.restore(settings)
        form.render_settings(lambda _: Decimal(5))

    at = AppTest.from_function(page, default_timeout=60, args=(settings,)).run()
    assert not at.exception
    return at


def test_settings_are_restored() -> None:
    at = open_restored_form(json.dumps({"model": Model.MAX.value, "ratio": "3:4", "variants": 3}))

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
def test_invalid_settings_are_not_restored(settings: str) -> None:
    at = open_restored_form(settings)

    assert at.button_group(key="edit-model").value == Model.PRO.value
    assert at.button_group(key="edit-ratio").value == "Match input"
    assert at.slider(key="edit-safety_tolerance").value == 2
    assert at.button_group(key="edit-variants").value == 1
    assert at.toggle(key="edit-translate").value is True


def test_every_missing_value_is_its_default() -> None:
    def page() -> None:
        from decimal import Decimal

        import streamlit as st

        from components.ui.form.generation_form import GenerationForm

        form = GenerationForm("generate")
        for field in vars(form.defaults()):
            st.session_state[form.key(field)] = None
        assert form.values() == form.defaults()
        form.render_settings(lambda _: Decimal(5))
        assert form.values() == form.defaults()

    at = AppTest.from_function(page, default_timeout=60).run()

    assert not at.exception
    assert at.slider(key="generate-safety_tolerance").value == 2
    assert at.toggle(key="generate-translate").value is True


def test_both_models_share_one_request_and_cost_the_sum() -> None:
    values = replace(
        GenerationForm("generate").defaults(), prompt="A hill", model="both", variants=2
    )
    prices = {Model.PRO: Decimal("4.5"), Model.MAX: Decimal(11)}

    assert values.models == (Model.PRO, Model.MAX)
    assert values.price(prices.__getitem__) == Decimal(31)
    assert values.request() == GenerationRequest(prompt="A hill", aspect_ratio="16:9")
    assert replace(values, model="flux-kontext-max").price(prices.__getitem__) == Decimal(22)


def test_both_models_are_restored_and_named_in_the_fold() -> None:
    at = open_restored_form(json.dumps({"model": "both", "variants": 2}))

    assert at.button_group(key="edit-model").value == "both"
    assert at.button_group(key="edit-model").options[2] == "Both · 10 credits"
    assert at.expander[0].label.startswith(":gray[Pro + Max · match input · 4 pictures")
