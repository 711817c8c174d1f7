"""Generation requests: every field is validated, and the payload has the provider's names."""

from dataclasses import replace
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.kie import (
    ASPECT_RATIOS,
    OUTPUT_SIZES,
    GenerationRequest,
    Model,
    OutputFormat,
    ValidationError,
    safety_range,
)


def validation_error(**fields: Any) -> ValidationError:
    """The error for a request with these fields."""
    with pytest.raises(ValidationError) as raised:
        GenerationRequest(**{"prompt": "a kite", **fields})
    return raised.value


def test_payload_of_a_bare_prompt_has_defaults_and_omits_none() -> None:
    assert GenerationRequest(prompt="a kite").to_payload() == {
        "prompt": "a kite",
        "model": "flux-kontext-pro",
        "outputFormat": "jpeg",
        "enableTranslation": True,
        "promptUpsampling": False,
        "safetyTolerance": 2,
        "uploadCn": False,
    }


def test_payload_has_every_field_and_keeps_zero_and_false() -> None:
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
    assert request.to_payload() == {
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
    assert {type(value) for value in request.to_payload().values()} == {str, bool, int}


@pytest.mark.parametrize("prompt", ["  a kite\n", "a\tb\r\nc", "🪁", "سلام", "x" * 5000, "\ufdd0"])
def test_prompt_is_sent_exactly_as_typed(prompt: str) -> None:
    assert GenerationRequest(prompt=prompt).to_payload()["prompt"] == prompt


@pytest.mark.parametrize(
    "prompt", ["", " ", "\n\t ", "\u200b\u200d", "\u3164", "\u2800", "\ufe0f", "\u2028", "\xad"]
)
def test_invisible_prompt_is_rejected(prompt: str) -> None:
    error = validation_error(prompt=prompt)
    assert error.field == "prompt"
    assert error.message == "Prompt is empty: write at least one visible character."


@pytest.mark.parametrize(
    ("prompt", "reason"),
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
def test_invalid_prompt_is_rejected_with_the_reason(prompt: object, reason: str) -> None:
    error = validation_error(prompt=prompt)
    assert error.field == "prompt"
    assert error.message.startswith("Prompt ")
    assert reason in error.message


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
def test_invalid_field_is_rejected_by_its_label(field: str, label: str, value: object) -> None:
    error = validation_error(**{field: value})
    assert error.field == field
    assert error.message.startswith(f"{label} ")
    assert str(error) == error.message


@pytest.mark.parametrize("editing", [False, True])
def test_safety_range_is_narrower_for_an_edit(editing: bool) -> None:
    input_image = "https://example.com/in.png" if editing else None
    allowed = safety_range(editing=editing)
    assert list(allowed) == ([0, 1, 2] if editing else [0, 1, 2, 3, 4, 5, 6])
    for value in allowed:
        GenerationRequest(prompt="a kite", input_image=input_image, safety_tolerance=value)
    error = validation_error(input_image=input_image, safety_tolerance=allowed.stop)
    assert f"from 0 to {allowed[-1]}" in error.message


def test_validate_for_edit_needs_no_input_image() -> None:
    GenerationRequest(prompt="a kite", safety_tolerance=2).validate_for_edit()
    with pytest.raises(ValidationError, match="0 to 2"):
        GenerationRequest(prompt="a kite", safety_tolerance=3).validate_for_edit()


def test_model_of_a_reloaded_module_is_accepted() -> None:
    class OldModel(StrEnum):
        MAX = "flux-kontext-max"

    old: Any = OldModel.MAX
    request = GenerationRequest(prompt="a kite", model=old)
    assert request.model is Model.MAX
    assert type(request.to_payload()["model"]) is str


def test_stored_request_is_read_as_it_is_and_validated_when_it_is_sent() -> None:
    valid = GenerationRequest(prompt="a hill", aspect_ratio="4:3")
    stored = GenerationRequest.from_storage(prompt="a hill", aspect_ratio="2:1")

    assert stored.aspect_ratio == "2:1"
    assert GenerationRequest.from_storage(prompt="a hill", aspect_ratio="4:3") == valid
    with pytest.raises(ValidationError, match="Aspect ratio"):
        replace(stored, callback_url="https://studio.example/callback")


def test_repr_hides_the_callback_url() -> None:
    request = GenerationRequest(prompt="a kite", callback_url="https://example.com/secret-token")
    assert "secret-token" not in repr(request)


def test_aspect_ratios_and_output_sizes_are_as_documented() -> None:
    assert ASPECT_RATIOS == ("21:9", "16:9", "4:3", "1:1", "3:4", "9:16", "16:21")
    assert OUTPUT_SIZES["21:9"] == (1568, 672)
    assert OUTPUT_SIZES["16:21"] == OUTPUT_SIZES["3:4"] == (880, 1184)


@settings(deadline=None)  # the machine may be busy
@given(st.text(st.characters(exclude_categories=[])))
def test_any_prompt_is_rejected_or_can_be_sent(text: str) -> None:
    try:
        request = GenerationRequest(prompt=text)
    except ValidationError as error:
        assert error.field == "prompt"  # noqa: PT017 -- most texts are valid
    else:
        assert len(text) <= 5000
        assert str(request.to_payload()["prompt"]).encode().decode() == text
