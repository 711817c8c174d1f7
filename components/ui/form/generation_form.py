"""The form of Generate and Edit: everything an image is requested with.

Not an `st.form`: there a slider whose range depends on the mode keeps the old range until
submit (Streamlit 1.67). Every widget keeps its value over a change of page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

import streamlit as st

from components.studio import (
    ASPECT_RATIOS,
    GenerationRequest,
    Model,
    OutputFormat,
    safety_range,
)
from components.ui.messages import MATCH_INPUT, MODEL_LABELS, format_credits

Mode = Literal["generate", "edit"]

MAX_VARIANTS = 4
_UNRELIABLE_RATIO = "16:21"


@dataclass(frozen=True)
class FormValues:
    """The current values of the form, unchecked."""

    prompt: str
    model: str
    ratio: str
    output_format: str
    safety_tolerance: int
    translate: bool
    enhance: bool
    variants: int
    watermark: str
    store_in_china: bool

    def request(self) -> GenerationRequest:
        """The request with these values. Raises ValidationError with a message for the user."""
        return GenerationRequest(
            prompt=self.prompt,
            model=Model(self.model),
            aspect_ratio=None if self.ratio == MATCH_INPUT else self.ratio,
            output_format=OutputFormat(self.output_format),
            safety_tolerance=self.safety_tolerance,
            translate=self.translate,
            enhance=self.enhance,
            watermark=self.watermark or None,
            store_in_china=self.store_in_china,
        )


@dataclass(frozen=True)
class GenerationForm:
    """One form and the keys of its widgets."""

    mode: Mode

    def key(self, field: str) -> str:
        """The widget key of a field."""
        return f"{self.mode}-{field}"

    def values(self) -> FormValues:
        """The current values; a widget that was never drawn has its default."""
        defaults = self.defaults()
        values = {
            field: st.session_state.get(self.key(field), default)
            for field, default in vars(defaults).items()
        }
        return FormValues(**values)

    def defaults(self) -> FormValues:
        """The values of an untouched form."""
        return FormValues(
            prompt="",
            model=Model.PRO.value,
            ratio=MATCH_INPUT if self.mode == "edit" else "16:9",
            output_format=OutputFormat.JPEG.value,
            safety_tolerance=2,
            translate=True,
            enhance=False,
            variants=1,
            watermark="",
            store_in_china=False,
        )

    def settings(self) -> str:
        """All values but the prompt, as text for `restore`."""
        return json.dumps({**vars(self.values()), "prompt": None})

    def restore(self, settings: str) -> None:
        """Restore settings before the form is rendered; what no longer fits is left out."""
        stored = json.loads(settings) if settings else {}
        choices = self._choices()
        for field, default in vars(self.defaults()).items():
            value = stored.get(field)
            if type(value) is type(default) and value in choices.get(field, (value,)):
                st.session_state[self.key(field)] = value

    def _ratios(self) -> list[str]:
        return [*((MATCH_INPUT,) if self.mode == "edit" else ()), *ASPECT_RATIOS]

    def _choices(self) -> dict[str, Collection[object]]:
        return {
            "model": {model.value for model in Model},
            "ratio": self._ratios(),
            "output_format": {choice.value for choice in OutputFormat},
            "safety_tolerance": safety_range(editing=self.mode == "edit"),
            "variants": range(1, MAX_VARIANTS + 1),
        }

    def load_request(self, request: GenerationRequest) -> None:
        """Put a request's values into the form. Call it before the form is rendered."""
        values = replace(
            self.defaults(),
            prompt=request.prompt,
            model=request.model.value,
            ratio=request.aspect_ratio or self.defaults().ratio,
            output_format=request.output_format.value,
            safety_tolerance=request.safety_tolerance,
            translate=request.translate,
            enhance=request.enhance,
            watermark=request.watermark or "",
            store_in_china=request.store_in_china,
        )
        for field, value in vars(values).items():
            st.session_state[self.key(field)] = value

    def render_prompt(self, *, placeholder: str) -> None:
        """The prompt's text box."""
        st.text_area(
            "Prompt",
            key=self.key("prompt"),
            height=148,
            placeholder=placeholder,
            persist_state="session",
        )

    def render_settings(self, price: Callable[[Model], Decimal]) -> None:
        """Model, ratio, format, safety and the rest; `price` is in credits."""
        defaults = self.defaults()
        for field, value in vars(defaults).items():
            # Not the widget's default: Streamlit would warn about a value that `load_request` set.
            st.session_state.setdefault(self.key(field), value)
        st.segmented_control(
            "Model",
            [model.value for model in Model],
            format_func=lambda model: (
                f"{MODEL_LABELS[Model(model)]} · {format_credits(price(Model(model)))}"
            ),
            key=self.key("model"),
            required=True,
            width="stretch",
            help="Pro is quick. Max follows long instructions and lettering more closely.",
            persist_state="session",
        )
        st.pills(
            "Aspect ratio",
            self._ratios(),
            key=self.key("ratio"),
            required=True,
            width="stretch",
            help=f"{_UNRELIABLE_RATIO} is documented in one place and missing in another; "
            "what comes back may be 3:4.",
            persist_state="session",
        )
        left, right = st.columns(2, wrap=False)
        left.segmented_control(
            "Output format",
            [choice.value for choice in OutputFormat],
            format_func=str.upper,
            key=self.key("output_format"),
            required=True,
            width="stretch",
            persist_state="session",
        )
        right.segmented_control(
            "Variants",
            list(range(1, MAX_VARIANTS + 1)),
            key=self.key("variants"),
            required=True,
            width="stretch",
            persist_state="session",
        )
        self._render_safety()
        left, right = st.columns(2)
        left.toggle(
            "Translate prompt",
            key=self.key("translate"),
            help="Turns a prompt in another language into English, the model's own.",
            persist_state="session",
        )
        right.toggle(
            "Enhance prompt",
            key=self.key("enhance"),
            help="The model rewrites the prompt before it paints. The new text is not shown.",
            persist_state="session",
        )
        with st.expander("Advanced"):
            st.text_input(
                "Watermark",
                key=self.key("watermark"),
                placeholder="None",
                help="An identifier that the service puts on the picture.",
                persist_state="session",
            )
            st.toggle(
                "Store in China",
                key=self.key("store_in_china"),
                help="Keeps the result on servers in China.",
                persist_state="session",
            )

    def _render_safety(self) -> None:
        allowed = safety_range(editing=self.mode == "edit")
        with st.container(key=f"{self.mode}-safety"):
            st.slider(
                "Safety tolerance",
                allowed[0],
                allowed[-1],
                key=self.key("safety_tolerance"),
                help="How much the content filter lets pass: up to 2 for edits, 6 for others.",
                persist_state="session",
            )
            strict, relaxed = st.columns(2, wrap=False)
            strict.caption("Strict")
            relaxed.caption("Permissive", text_alignment="right")
