"""Generate, from the empty page to the finished image."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components import bootstrap
from components.bootstrap import open_studio
from components.sandbox import SandboxServer
from components.ui.session import TabState
from tests.integration.pages.page_driver import (
    ROOT,
    cards,
    error_texts,
    grid_data,
    newest_tasks,
    open_page,
    rerun,
    submit,
    trigger,
    type_prompt,
    unescape,
    user_id_of,
    wait_for_card,
    wait_for_state,
    widget_data,
)

LABELS = {
    *("Prompt", "Model", "Aspect ratio", "Output format", "Variants", "Safety tolerance"),
    *("Translate prompt", "Enhance prompt", "Store in China", "Watermark"),
}
HOSTILE = (
    "**bold** _it_ `code` # heading\n- list\n1. one\n[a](javascript:alert(1)) ![b](http://x/y.png)",
    "<script>alert(1)</script><img src=x onerror=alert(2)> &amp; </div>",
    ":red[x] :material/delete: :rainbow[y] :blue-background[z] :smile:",
    "$x$ and $$y$$ cost \\$5 \\(z\\)",
    "قطة تجلس على النافذة \u202e gnp.exe \u202c עברית",
    "🦊👩‍👩‍👧‍👦🏳️‍🌈 e\u0301 ﷽ 𝔘𝔫𝔦",
    "  two spaces,\ttab,\n\n  an empty line, and one space at the end ",
    "'; DROP TABLE tasks; -- \" \\ %s {0} {{x}}",
)


def settings_of(at: AppTest) -> dict[str, object]:
    widgets = [
        *at.text_area,
        *at.text_input,
        *at.slider,
        *at.toggle,
        *at.button_group,
    ]
    return {str(widget.key): widget.value for widget in widgets}


@pytest.mark.parametrize("file", ["app.py", "pages/generate.py"])
def test_generate_shows_the_whole_form(file: str) -> None:
    at = open_page(file)

    fields = (*at.text_area, *at.button_group, *at.slider, *at.toggle, *at.text_input)
    assert {field.label for field in fields} == LABELS
    assert at.button(key="generate-submit").label == "Generate · 5 credits"


def test_empty_page_offers_example_prompts(
    sandbox: SandboxServer,
) -> None:
    at = open_page()
    example = next(button for button in at.button if str(button.key).startswith("example-"))

    example.click()
    rerun(at)

    assert wait_for_state(at, "Done")["prompt"] == example.label
    assert [task["prompt"] for task in sandbox.usage_report()["tasks"]] == [example.label]


def test_sandbox_banner_says_how_to_add_a_key() -> None:
    [notice] = [block for block in open_page().markdown if "Sandbox" in block.value]

    assert "KIE_API_KEY" in notice.proto.help


def test_sandbox_banner_stays_hidden_on_other_pages_and_after_a_reload() -> None:
    at = open_page()
    user_id = user_id_of(at)

    at.button(key="sandbox-hide").click().run()

    assert not any("Sandbox" in block.value for block in at.markdown)
    at.switch_page("pages/edit.py").run()
    assert not any("Sandbox" in block.value for block in at.markdown)
    in_another_tab = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    in_another_tab.session_state["kontext.session"] = TabState(user_id)
    assert not any("Sandbox" in block.value for block in rerun(in_another_tab).markdown)


def test_no_sandbox_banner_with_a_key(sandbox: SandboxServer) -> None:
    assert not any("andbox" in block.value for block in open_page().markdown)


def test_finished_card_shows_prompt_details_and_actions(
    sandbox: SandboxServer,
) -> None:
    at = submit(type_prompt(open_page(), "A quiet harbour"))
    card = wait_for_state(at, "Done")

    assert card["prompt"] == "A quiet harbour"
    assert card["alt"].startswith("A quiet harbour")
    assert card["details"] == ["Pro", "16:9", "JPEG", "348×188"]
    assert card["file_name"].startswith("kontext-a-quiet-harbour-")
    assert card["file_name"].endswith(".jpg")
    assert "1 done" in [caption.value for caption in at.caption]


def test_variants_stand_under_one_heading(sandbox: SandboxServer) -> None:
    at = open_page()
    at.button_group(key="generate-variants").set_value(2)
    at = submit(type_prompt(at, "A quiet harbour"))
    at = submit(type_prompt(at, "A fox"))

    grid = grid_data(at)
    assert [heading["prompt"] for heading in grid["submissions"]] == ["A fox", "A quiet harbour"]
    fox, harbour = (heading["id"] for heading in grid["submissions"])
    assert [card["group"] for card in grid["cards"]] == [fox, fox, harbour, harbour]


def test_folded_settings_are_named_and_stay_unfolded(sandbox: SandboxServer) -> None:
    at = open_page()
    assert at.expander[0].label.endswith("JPEG · safety 2 · translated")
    at.toggle(key="generate-enhance").set_value(True)
    at.button_group(key="generate-output_format").set_value("png").run()
    assert at.expander[0].label.endswith("PNG · safety 2 · translated · enhanced")

    assert not at.expander[0].proto.expanded
    at.session_state["generate-shows_more"] = True
    assert rerun(at).expander[0].proto.expanded
    assert json.loads(at.session_state["kontext.session"].drafts["generate-settings"])["shows_more"]


def test_form_keeps_values_after_submit(sandbox: SandboxServer) -> None:
    at = open_page()
    at.button_group(key="generate-model").set_value("flux-kontext-max")
    at.button_group(key="generate-ratio").set_value("9:16")
    at.button_group(key="generate-output_format").set_value("png")
    at.button_group(key="generate-variants").set_value(2)
    at.slider[0].set_value(5)
    at.toggle(key="generate-translate").set_value(False)
    at.toggle(key="generate-enhance").set_value(True)
    at.toggle(key="generate-store_in_china").set_value(True)
    at.text_input(key="generate-watermark").set_value("studio-7")
    before = settings_of(type_prompt(at, "A tower"))

    assert settings_of(submit(at)) == before
    wait_for_state(at, "Done")
    assert settings_of(at) == before
    assert {task["prompt"] for task in sandbox.usage_report()["tasks"]} == {"A tower"}
    assert sandbox.usage_report()["tasks"][0]["params"] == {
        "prompt": "A tower",
        "model": "flux-kontext-max",
        "aspectRatio": "9:16",
        "outputFormat": "png",
        "enableTranslation": False,
        "promptUpsampling": True,
        "safetyTolerance": 5,
        "uploadCn": True,
        "watermark": "studio-7",
    }


def test_missing_values_are_the_defaults_also_in_the_draft(sandbox: SandboxServer) -> None:
    at = type_prompt(open_page(), "A tower")
    untouched = settings_of(at)
    for field in ("model", "ratio", "output_format", "variants"):
        at.session_state[f"generate-{field}"] = None

    assert settings_of(rerun(at)) == untouched
    draft = json.loads(open_studio().drafts.load(user_id_of(at), "generate-settings").text)
    assert (draft["model"], draft["safety_tolerance"]) == ("flux-kontext-pro", 2)
    assert (draft["translate"], draft["variants"]) == (True, 1)
    assert wait_for_state(submit(at), "Done")["details"][:3] == ["Pro", "16:9", "JPEG"]
    assert sandbox.usage_report()["tasks"][0]["params"]["safetyTolerance"] == 2


def test_each_setting_is_drawn_with_its_value_as_default() -> None:
    at = open_page()
    at.slider[0].set_value(5)
    at.toggle(key="generate-enhance").set_value(True)
    rerun(at)

    # What a browser shows of a widget that it has torn down and draws again.
    assert list(at.slider[0].proto.default) == [5]
    assert at.toggle(key="generate-translate").proto.default is True
    assert at.toggle(key="generate-enhance").proto.default is True


def test_form_keeps_values_over_page_change(sandbox: SandboxServer) -> None:
    at = open_page()
    at.slider[0].set_value(0)
    before = settings_of(type_prompt(at, "A tower"))

    at.switch_page("pages/gallery.py")
    rerun(at)
    at.switch_page("pages/generate.py")

    assert settings_of(rerun(at)) == before


def test_prompts_are_sent_stored_and_shown_as_typed(sandbox: SandboxServer) -> None:
    at = open_page()
    for prompt in HOSTILE:
        submit(type_prompt(at, prompt))
        assert at.text_area(key="generate-prompt").value == prompt
    newest_first = list(reversed(HOSTILE))

    wait_for_card(at, lambda _: all(card["state"] == "done" for card in cards(at)), "not all done")
    assert [card["prompt"] for card in cards(at)] == newest_first
    assert {task["prompt"] for task in sandbox.usage_report()["tasks"]} == set(HOSTILE)
    stored = open_studio().tasks.recent(user_id_of(at), limit=99)
    assert [entry.task.request.prompt for entry in stored] == newest_first


INVALID_PROMPTS = {
    "": "Prompt is empty",
    " \n\t ": "Prompt is empty",
    "\u200b\u2060": "Prompt is empty",
    "x" * 5500: "5,500 characters",
    "a bell \x07 rings": "U+0007",
    "a null \x00": "U+0000",
}


def test_invalid_prompt_shows_message(sandbox: SandboxServer) -> None:
    at = open_page()
    for prompt, message in INVALID_PROMPTS.items():
        at.session_state["generate-prompt"] = prompt
        submit(rerun(at))

        assert [message in text for text in error_texts(at)] == [True], repr(prompt[:20])
        assert at.session_state["generate-prompt"] == prompt
        assert cards(at) == []
    assert sandbox.usage_report()["creates"] == 0


def test_message_disappears_after_valid_submit(sandbox: SandboxServer) -> None:
    at = submit(open_page())
    assert len(error_texts(at)) == 1

    submit(type_prompt(at, "A hill"))

    assert error_texts(at) == []
    assert wait_for_state(at, "Done")["prompt"] == "A hill"


def test_message_stays_with_its_form() -> None:
    at = submit(open_page())
    assert len(error_texts(at)) == 1

    at.switch_page("pages/edit.py")
    assert error_texts(rerun(at)) == []

    at.switch_page("pages/generate.py")
    assert len(error_texts(rerun(at))) == 1


def test_button_price_follows_model_and_variants(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KONTEXT_CREDITS_PRO", "4.5")
    monkeypatch.setenv("KONTEXT_CREDITS_MAX", "11")
    at = open_page()

    def label(model: str, variants: int) -> str:
        at.button_group(key="generate-model").set_value(model)
        at.button_group(key="generate-variants").set_value(variants)
        return str(rerun(at).button(key="generate-submit").label)

    assert label("flux-kontext-pro", 1) == "Generate · 4.5 credits"
    assert label("flux-kontext-pro", 4) == "Generate · 18 credits"
    assert label("flux-kontext-max", 3) == "Generate · 33 credits"


def test_double_submit_makes_one_task(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()  # stands still: the second click comes within a second
    monkeypatch.setattr(bootstrap, "SteadyClock", lambda: lambda: now)
    at = submit(submit(type_prompt(open_page(), "A bridge")))

    wait_for_state(at, "Done")
    assert len(cards(at)) == 1
    assert sandbox.usage_report()["creates"] == 1


def test_each_variant_is_a_task(sandbox: SandboxServer) -> None:
    at = type_prompt(open_page(), "A bridge")
    at.button_group(key="generate-variants").set_value(4)
    submit(rerun(at))

    wait_for_state(at, "Done")
    assert len(cards(at)) == 4
    assert len({card["id"] for card in cards(at)}) == 4


@pytest.mark.parametrize("character", ["x", "🦊"])
def test_prompt_of_20_mb_is_cut_by_the_server(character: str, sandbox: SandboxServer) -> None:
    """A browser cuts it in the box; a client of one's own would send it all."""
    at = type_prompt(open_page(), character * 5_000_000)

    assert at.session_state["generate-prompt"] == character * 100_000


def press_with_both(prompt: str, *, variants: int = 1) -> AppTest:
    at = type_prompt(open_page(), prompt)
    at.button_group(key="generate-model").set_value("both")
    at.button_group(key="generate-variants").set_value(variants)
    return submit(rerun(at))


def wait_for_all(at: AppTest) -> list[dict[str, Any]]:
    """All cards, once none is waiting."""
    ended = {"done", "refused", "failed"}
    wait_for_card(
        at, lambda _: all(card["state"] in ended for card in cards(at)), "some never ended"
    )
    return cards(at)


def act_on_heading(at: AppTest, verb: str) -> AppTest:
    action = {"verb": verb, "ids": [cards(at)[0]["id"]], "nonce": time.time_ns()}
    return trigger(at, "feed", "action", action)


def test_both_models_make_a_pair_at_one_press(sandbox: SandboxServer) -> None:
    at = press_with_both("A quiet harbour")
    assert at.button(key="generate-submit").label == "Generate · 15 credits"
    by_pro, by_max = wait_for_all(at)

    [heading] = grid_data(at)["submissions"]
    assert heading["details"][0] == "Pro + Max"
    assert (by_pro["caption"], by_pro["details"][0]) == ("Pro", "Pro")
    assert (by_max["caption"], by_max["details"][0]) == ("Max", "Max")
    sent = [task["params"]["model"] for task in sandbox.usage_report()["tasks"]]
    assert sorted(sent) == ["flux-kontext-max", "flux-kontext-pro"]

    at = act_on_heading(at, "compare_models")
    shown = widget_data(at, "props")
    assert (shown["before"]["label"], shown["after"]["label"]) == ("Pro", "Max")
    assert shown["before"]["url"].endswith(by_pro["picture_url"].rsplit("/", 1)[1])
    assert grid_data(at)["dialog_open"]

    at.button(key="compare-share").click()
    at = rerun(at)
    assert "compare-share" not in {button.key for button in at.button}
    assert "share-make" in {button.key for button in at.button}


def test_every_pair_of_several_variants_can_be_compared(sandbox: SandboxServer) -> None:
    at = press_with_both("A quiet harbour", variants=2)
    pictures = [card["picture_url"].rsplit("/", 1)[1] for card in wait_for_all(at)]
    assert [card["caption"] for card in cards(at)] == ["Pro", "Max"] * 2

    at = act_on_heading(at, "compare_models")
    at.button_group(key="compare-variant").set_value(2)
    shown = widget_data(rerun(at), "props")
    assert [shown[side]["url"].rsplit("/", 1)[1] for side in ("before", "after")] == pictures[2:]


def test_too_many_pictures_are_said_before_the_press(sandbox: SandboxServer) -> None:
    at = type_prompt(open_page(), "A hill")
    at.button_group(key="generate-model").set_value("both")
    at.button_group(key="generate-variants").set_value(3)
    submit(at)  # before the button was drawn anew
    message = "6 pictures; a press makes 4 at most: choose 2 variants."

    assert message in [unescape(caption.value) for caption in at.caption]
    assert at.button(key="generate-submit").label == "Generate"
    assert at.button(key="generate-submit").disabled
    assert error_texts(at) == [message]
    assert sandbox.usage_report()["creates"] == 0

    at.button_group(key="generate-variants").set_value(2)
    assert rerun(at).button(key="generate-submit").label == "Generate · 30 credits"


def test_refused_model_is_tried_again_alone(sandbox: SandboxServer) -> None:
    at = press_with_both("A hill [refused]")
    by_max = wait_for_all(at)[1]
    [heading] = grid_data(at)["submissions"]
    assert heading["actions"][0]["disabled_reason"].startswith("Needs a picture by Pro and Max")

    action = {"verb": "retry", "ids": [by_max["id"]], "nonce": time.time_ns()}
    at = trigger(at, "feed", "action", action)
    assert [card["caption"] for card in wait_for_all(rerun(at))] == ["Pro", "Max"]
    sent = [task["params"]["model"] for task in sandbox.usage_report()["tasks"]]
    assert sorted(sent) == ["flux-kontext-max"] * 2 + ["flux-kontext-pro"]


@pytest.mark.parametrize(
    ("prompt", "verb", "model"),
    [
        ("A hill", "remix_both", "both"),
        ("A hill", "remix", "flux-kontext-pro"),
        ("A hill [refused]", "remix", "both"),  # "Rewrite"
    ],
)
def test_remix_brings_both_models_back_where_it_is_of_the_press(
    prompt: str, verb: str, model: str, sandbox: SandboxServer
) -> None:
    at = press_with_both(prompt)
    wait_for_all(at)
    at.button_group(key="generate-model").set_value("flux-kontext-max")

    at = rerun(act_on_heading(rerun(at), verb))

    assert at.button_group(key="generate-model").value == model
    assert at.text_area(key="generate-prompt").value == prompt


def test_both_models_are_kept_in_the_draft_but_in_no_task(sandbox: SandboxServer) -> None:
    at = press_with_both("A hill")
    wait_for_all(at)

    draft = json.loads(open_studio().drafts.load(user_id_of(at), "generate-settings").text)
    assert draft["model"] == "both"
    assert {task.request.model for task in newest_tasks(at)} == {
        "flux-kontext-pro",
        "flux-kontext-max",
    }
