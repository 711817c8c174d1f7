"""An image with embedded settings: they are offered, and restored only on request."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from components.studio import GenerationRequest, Model, OutputFormat
from components.studio.images.generation_metadata import GenerationMetadata, embed_metadata
from tests.integration.pages.edit_page_driver import image_bytes, open_edit, upload
from tests.integration.pages.page_driver import rerun

PROMPT = "Make the sky teal, **keep** :red[the boats]"


def open_with_exported_file() -> AppTest:
    """The Edit page after the upload of a file that this app wrote for an edit."""
    metadata = GenerationMetadata(
        request=GenerationRequest(
            prompt=PROMPT,
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
    return upload(open_edit(), embed_metadata(image_bytes(), metadata))


def offer_texts(at: AppTest) -> list[str]:
    return [caption.value for caption in at.caption if "how it was made" in caption.value]


def test_exported_file_offers_settings_and_becomes_source() -> None:
    at = open_with_exported_file()

    assert "Make the sky teal" in offer_texts(at)[0]
    assert ":red[" not in offer_texts(at)[0]  # escaped, so shown as typed
    assert at.text_area(key="edit-prompt").value == ""


def test_restore_fills_every_field() -> None:
    at = open_with_exported_file()
    at.button(key="embedded-settings-use").click()
    rerun(at)

    assert at.text_area(key="edit-prompt").value == PROMPT
    assert at.button_group(key="edit-model").value == Model.MAX
    assert at.button_group(key="edit-ratio").value == "3:4"
    assert at.button_group(key="edit-output_format").value == "png"
    assert at.slider(key="edit-safety_tolerance").value == 0
    assert at.toggle(key="edit-translate").value is False
    assert offer_texts(at) == []


def test_declined_offer_leaves_the_form() -> None:
    at = open_with_exported_file()
    at.button(key="embedded-settings-dismiss").click()
    rerun(at)

    assert at.text_area(key="edit-prompt").value == ""
    assert offer_texts(at) == []


def test_file_without_metadata_offers_nothing() -> None:
    assert offer_texts(upload(open_edit(), image_bytes())) == []


def test_offer_goes_with_its_picture() -> None:
    at = open_with_exported_file()
    first = at.session_state["kontext.session"].source_id
    upload(at, image_bytes())
    assert offer_texts(at) == []

    at.session_state["kontext.session"].source_id = first

    assert len(offer_texts(rerun(at))) == 1
