"""A picture that says how it was made: its settings are offered, and come only when asked for."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from components.studio import GenerationRequest, Model, OutputFormat
from components.studio.images.metadata import GenerationMetadata, embed_metadata
from tests.integration.pages.edit_page import bring, edit, picture
from tests.integration.pages.page_text import drawn

PROMPT = "Make the sky teal, **keep** :red[the boats]"


def dropped(prompt: str = PROMPT) -> AppTest:
    """The Edit page with a file on it that this studio wrote for an edit."""
    made = GenerationMetadata(
        request=GenerationRequest(
            prompt=prompt,
            model=Model.MAX,
            aspect_ratio="3:4",
            output_format=OutputFormat.PNG,
            safety_tolerance=0,
            translate=False,
        ),
        image_id="a" * 32,
        source_id="b" * 32,
        lineage=(),
        created_at=1_760_000_000.0,
        finished_at=1_760_000_009.0,
    )
    return bring(edit(), embed_metadata(picture(), made))


def offers(at: AppTest) -> list[str]:
    return [caption.value for caption in at.caption if "how it was made" in caption.value]


def test_exported_file_offers_settings_and_becomes_source() -> None:
    at = dropped()

    assert "Make the sky teal" in offers(at)[0]
    assert ":red[" not in offers(at)[0]  # escaped: shown as typed, and not as red
    assert at.text_area(key="edit-prompt").value == ""


def test_restore_fills_every_field() -> None:
    at = dropped()
    at.button(key="carried-restore").click()
    drawn(at)

    assert at.text_area(key="edit-prompt").value == PROMPT
    assert at.button_group(key="edit-model").value == Model.MAX
    assert at.button_group(key="edit-ratio").value == "3:4"
    assert at.button_group(key="edit-output_format").value == "png"
    assert at.slider(key="edit-safety_tolerance").value == 0
    assert at.toggle(key="edit-translate").value is False
    assert offers(at) == []


def test_declined_offer_leaves_the_form() -> None:
    at = dropped()
    at.button(key="carried-leave").click()
    drawn(at)

    assert at.text_area(key="edit-prompt").value == ""
    assert offers(at) == []


def test_file_without_metadata_offers_nothing() -> None:
    assert offers(bring(edit(), picture())) == []
