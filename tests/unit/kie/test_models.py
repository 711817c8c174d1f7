"""A request that exists can be sent: every field is checked, and written in wire names."""

from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.kie import (
    ASPECT_RATIOS,
    SIZES,
    GenerationRequest,
    InvalidRequest,
    Model,
    OutputFormat,
    safety_range,
)


def refused(**fields: Any) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        GenerationRequest(**{"prompt": "a kite", **fields})
    return caught.value


def test_the_shortest_request_sends_every_default_and_leaves_out_what_is_not_set() -> None:
    assert GenerationRequest(prompt="a kite").body() == {
        "prompt": "a kite",
        "model": "flux-kontext-pro",
        "outputFormat": "jpeg",
        "enableTranslation": True,
        "promptUpsampling": False,
        "safetyTolerance": 2,
        "uploadCn": False,
    }


def test_every_field_has_its_wire_name_and_zero_and_false_are_sent() -> None:
    request = GenerationRequest(
        prompt="a kite",
        model=Model.MAX,
        aspect_ratio="16:21",
        output_format=OutputFormat.PNG,
        input_image="https://example.com/in.png",
        translate=False,
        enhance=True,
        safety_tolerance=0,
        callback_url="https://example.com/callbacks/kontext/secret",
        store_in_china=True,
        watermark="studio-7",
    )
    assert request.body() == {
        "prompt": "a kite",
        "model": "flux-kontext-max",
        "aspectRatio": "16:21",
        "outputFormat": "png",
        "inputImage": "https://example.com/in.png",
        "enableTranslation": False,
        "promptUpsampling": True,
        "safetyTolerance": 0,
        "callBackUrl": "https://example.com/callbacks/kontext/secret",
        "uploadCn": True,
        "watermark": "studio-7",
    }
    assert {type(value) for value in request.body().values()} == {str, bool, int}


@pytest.mark.parametrize("prompt", ["  a kite\n", "a\tb\r\nc", "🪁", "سلام", "x" * 5000, "\ufdd0"])
def test_a_prompt_is_sent_exactly_as_typed(prompt: str) -> None:
    assert GenerationRequest(prompt=prompt).body()["prompt"] == prompt


@pytest.mark.parametrize(
    "prompt", ["", " ", "\n\t ", "\u200b\u200d", "\u3164", "\u2800", "\ufe0f", "\u2028", "\xad"]
)
def test_a_prompt_nobody_can_see_is_refused(prompt: str) -> None:
    error = refused(prompt=prompt)
    assert error.field == "prompt"
    assert error.sentence == "Prompt is empty: write at least one visible character."


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        ("a\x00b", "U+0000"),
        ("ab\x1b", "position 3"),
        ("\x7f kite", "U+007F"),
        ("\x85", "U+0085"),
        ("kite \ud83e", "position 6"),
        ("x" * 5001, "5,001"),
        (7, "text"),
        (None, "text"),
    ],
)
def test_a_prompt_that_cannot_be_sent_is_refused_saying_why(prompt: object, says: str) -> None:
    error = refused(prompt=prompt)
    assert error.field == "prompt"
    assert error.sentence.startswith("Prompt ")
    assert says in error.sentence


@pytest.mark.parametrize(
    ("field", "label", "value"),
    [
        ("model", "Model", "flux-kontext-ultra"),
        ("model", "Model", None),
        ("output_format", "Output format", "webp"),
        ("aspect_ratio", "Aspect ratio", "2:1"),
        ("aspect_ratio", "Aspect ratio", ""),
        ("input_image", "Picture URL", "data:image/png;base64,AAAA"),
        ("input_image", "Picture URL", "ftp://example.com/a.png"),
        ("input_image", "Picture URL", "https://"),
        ("input_image", "Picture URL", "https://[::1/a.png"),
        ("input_image", "Picture URL", "https://example.com/a b.png"),
        ("input_image", "Picture URL", "https://example.com:port/"),
        ("input_image", "Picture URL", "https://example.com/" + "a" * 2048),
        ("callback_url", "Callback URL", "example.com/callback"),
        ("translate", "Translate prompt", "yes"),
        ("enhance", "Enhance prompt", 1),
        ("store_in_china", "Store in China", None),
        ("safety_tolerance", "Safety tolerance", 7),
        ("safety_tolerance", "Safety tolerance", -1),
        ("safety_tolerance", "Safety tolerance", True),
        ("safety_tolerance", "Safety tolerance", 2.0),
        ("safety_tolerance", "Safety tolerance", "2"),
        ("watermark", "Watermark", " "),
        ("watermark", "Watermark", "w" * 201),
        ("watermark", "Watermark", "a\x08"),
        ("watermark", "Watermark", "a\nb"),
    ],
)
def test_a_field_out_of_its_range_is_refused_by_its_label(
    field: str, label: str, value: object
) -> None:
    error = refused(**{field: value})
    assert error.field == field
    assert error.sentence.startswith(f"{label} ")
    assert error.message == str(error) == error.sentence


@pytest.mark.parametrize("editing", [False, True])
def test_the_safety_range_of_an_edit_is_narrower(editing: bool) -> None:
    picture = "https://example.com/in.png" if editing else None
    allowed = safety_range(editing=editing)
    assert list(allowed) == ([0, 1, 2] if editing else [0, 1, 2, 3, 4, 5, 6])
    for value in allowed:
        GenerationRequest(prompt="a kite", input_image=picture, safety_tolerance=value)
    error = refused(input_image=picture, safety_tolerance=allowed.stop)
    assert f"from 0 to {allowed[-1]}" in error.sentence


def test_a_request_can_be_checked_as_an_edit_before_its_picture_has_an_address() -> None:
    GenerationRequest(prompt="a kite", safety_tolerance=2).check_as_edit()
    with pytest.raises(InvalidRequest, match="0 to 2"):
        GenerationRequest(prompt="a kite", safety_tolerance=3).check_as_edit()


def test_a_model_of_a_reloaded_module_is_still_that_model() -> None:
    class OldModel(StrEnum):
        MAX = "flux-kontext-max"

    old: Any = OldModel.MAX
    request = GenerationRequest(prompt="a kite", model=old)
    assert request.model is Model.MAX
    assert type(request.body()["model"]) is str


def test_the_address_of_a_callback_is_not_shown() -> None:
    request = GenerationRequest(prompt="a kite", callback_url="https://example.com/secret-token")
    assert "secret-token" not in repr(request)


def test_the_ratios_and_sizes_are_those_of_the_contract() -> None:
    assert ASPECT_RATIOS == ("21:9", "16:9", "4:3", "1:1", "3:4", "9:16", "16:21")
    assert SIZES["21:9"] == (1568, 672)
    assert SIZES["16:21"] == SIZES["3:4"] == (880, 1184)


@settings(deadline=None)  # other work shares the machine
@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_is_either_refused_or_can_be_sent(text: str) -> None:
    try:
        request = GenerationRequest(prompt=text)
    except InvalidRequest as error:
        assert error.field == "prompt"  # noqa: PT017 -- most texts are not refused
    else:
        assert len(text) <= 5000
        assert str(request.body()["prompt"]).encode().decode() == text
