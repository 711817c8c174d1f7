"""The form of Generate and Edit: everything an image is requested with.

Not an `st.form`: there a slider whose range depends on the mode keeps the old range until
submit (Streamlit 1.67). Every widget keeps its value over a change of page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

import streamlit as st

from components.studio import (
    ASPECT_RATIOS,
    GenerationRequest,
    Model,
    OutputFormat,
    safety_range,
)
from components.studio.user_tasks import MAX_VARIANTS
from components.ui.messages import MATCH_INPUT, MODEL_LABELS, format_credits, format_models

Mode = Literal["generate", "edit"]

BOTH = "both"
"""The choice of both models. A value of the form and its drafts: a task has one model."""
# Streamlit drops a longer text without a word. A request may have far less, and says so.
MAX_BOX_CHARACTERS = 100_000
MAX_WATERMARK_BOX_CHARACTERS = 300
_UNRELIABLE_RATIO = "16:21"
_MODEL_CHOICES = (*(model.value for model in Model), BOTH)


@dataclass(frozen=True)
class FormValues:
    """The current values of the form, unchecked."""

    prompt: str
    model: str
    """A `Model`, or `BOTH`."""
    ratio: str
    output_format: str
    safety_tolerance: int
    translate: bool
    enhance: bool
    variants: int
    watermark: str
    store_in_china: bool
    shows_more: bool
    """Whether the settings that are rarely touched are unfolded."""

    @property
    def models(self) -> tuple[Model, ...]:
        """The models that each variant is made by."""
        return tuple(Model) if self.model == BOTH else (Model(self.model),)

    def price(self, price_of: Callable[[Model], Decimal]) -> Decimal:
        """Credits for all pictures of a press; `price_of` is that of one picture."""
        return self.variants * sum(map(price_of, self.models), Decimal(0))

    def request(self) -> GenerationRequest:
        """The request with these values, for the first of the models.

        Raises ValidationError with a message for the user.
        """
        return GenerationRequest(
            prompt=self.prompt,
            model=self.models[0],
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

    @property
    def loads(self) -> int:
        """How often a request was put into the form in this session."""
        return int(st.session_state.get(self.key("loads"), 0))

    def values(self) -> FormValues:
        """The current values. One that is missing or does not fit is its default.

        A widget may be None: of a page that Streamlit (1.67) has torn down.
        """
        values: dict[str, Any] = {
            field: value if self._fits(field, value) else default
            for field, default in vars(self.defaults()).items()
            for value in [st.session_state.get(self.key(field))]
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
            shows_more=False,
        )

    def settings(self) -> str:
        """All values but the prompt, as text for `restore`."""
        return json.dumps({**vars(self.values()), "prompt": None})

    def restore(self, settings: str) -> None:
        """Restore settings before the form is rendered; what no longer fits is left out."""
        stored = json.loads(settings) if settings else {}
        for field in vars(self.defaults()):
            value = stored.get(field)
            if self._fits(field, value):
                st.session_state[self.key(field)] = value

    def _fits(self, field: str, value: object) -> bool:
        """Whether a field can have this value."""
        is_of_type = type(value) is type(getattr(self.defaults(), field))
        return is_of_type and value in self._choices().get(field, (value,))

    def _ratios(self) -> list[str]:
        return [*((MATCH_INPUT,) if self.mode == "edit" else ()), *ASPECT_RATIOS]

    def _choices(self) -> dict[str, Collection[object]]:
        return {
            "model": _MODEL_CHOICES,
            "ratio": self._ratios(),
            "output_format": {choice.value for choice in OutputFormat},
            "safety_tolerance": safety_range(editing=self.mode == "edit"),
            "variants": range(1, MAX_VARIANTS + 1),
        }

    def load_request(self, request: GenerationRequest, *, both_models: bool = False) -> None:
        """Put a request's values into the form. Call it before the form is rendered.

        `both_models` chooses both instead of the request's. A value that can no longer be
        requested is its default.
        """
        values = replace(
            self.defaults(),
            prompt=request.prompt,
            model=BOTH if both_models else str(request.model),
            ratio=request.aspect_ratio or self.defaults().ratio,
            output_format=str(request.output_format),
            safety_tolerance=request.safety_tolerance,
            translate=request.translate,
            enhance=request.enhance,
            watermark=request.watermark or "",
            store_in_china=request.store_in_china,
            shows_more=self.values().shows_more,
        )
        for field, default in vars(self.defaults()).items():
            value = getattr(values, field)
            st.session_state[self.key(field)] = value if self._fits(field, value) else default
        st.session_state[self.key("loads")] = self.loads + 1

    def render_prompt(self, *, placeholder: str) -> None:
        """The prompt's text box."""
        st.text_area(
            "Prompt",
            key=self.key("prompt"),
            height=148,
            max_chars=MAX_BOX_CHARACTERS,
            placeholder=placeholder,
            persist_state="session",
        )

    def render_settings(self, price: Callable[[Model], Decimal]) -> None:
        """Model, ratio, format, safety and the rest; `price` is in credits."""
        # Each widget's default is its current value: a widget that a browser draws again after a
        # torn page shows its default (Streamlit 1.67), which must not be 0 or off.
        values = self.values()
        for field, value in vars(values).items():
            if st.session_state.get(self.key(field), value) != value:
                st.session_state[self.key(field)] = value  # it was missing
        st.segmented_control(
            "Model",
            _MODEL_CHOICES,
            default=values.model,
            format_func=lambda model: _model_label(replace(values, model=model, variants=1), price),
            key=self.key("model"),
            required=True,
            width="stretch",
            help="Pro is quick. Max follows long instructions and lettering more closely. "
            "Both makes each picture twice, once with each, to compare them.",
            persist_state="session",
        )
        st.pills(
            "Aspect ratio",
            self._ratios(),
            default=values.ratio,
            key=self.key("ratio"),
            required=True,
            width="stretch",
            help=f"{_UNRELIABLE_RATIO} is documented in one place and missing in another; "
            "what comes back may be 3:4.",
            persist_state="session",
        )
        st.segmented_control(
            "Variants",
            list(range(1, MAX_VARIANTS + 1)),
            default=values.variants,
            key=self.key("variants"),
            required=True,
            width="stretch",
            persist_state="session",
        )
        # The value of an expander is lost with its page, that of another key is not.
        with st.expander(
            _fold_label(values),
            key=self.key("more"),
            expanded=values.shows_more,
            on_change=self._remember_fold,
        ):
            self._render_more(values)

    def _remember_fold(self) -> None:
        st.session_state[self.key("shows_more")] = bool(st.session_state.get(self.key("more")))

    def _render_more(self, values: FormValues) -> None:
        """The settings that are rarely touched."""
        st.segmented_control(
            "Output format",
            [choice.value for choice in OutputFormat],
            default=values.output_format,
            format_func=str.upper,
            key=self.key("output_format"),
            required=True,
            width="stretch",
            persist_state="session",
        )
        self._render_safety(values.safety_tolerance)
        st.toggle(
            "Translate prompt",
            value=values.translate,
            key=self.key("translate"),
            help="Turns a prompt in another language into English, the model's own.",
            persist_state="session",
        )
        st.toggle(
            "Enhance prompt",
            value=values.enhance,
            key=self.key("enhance"),
            help="The model rewrites the prompt before it paints. The new text is not shown.",
            persist_state="session",
        )
        st.text_input(
            "Watermark",
            value=values.watermark,
            key=self.key("watermark"),
            placeholder="None",
            max_chars=MAX_WATERMARK_BOX_CHARACTERS,
            help="An identifier that the service puts on the picture.",
            persist_state="session",
        )
        st.toggle(
            "Store in China",
            value=values.store_in_china,
            key=self.key("store_in_china"),
            help="Keeps the result on servers in China.",
            persist_state="session",
        )

    def _render_safety(self, current: int) -> None:
        allowed = safety_range(editing=self.mode == "edit")
        with st.container(key=f"{self.mode}-safety"):
            st.slider(
                "Safety tolerance",
                allowed[0],
                allowed[-1],
                current,
                key=self.key("safety_tolerance"),
                help="How much the content filter lets pass: up to 2 for edits, 6 for others.",
                persist_state="session",
            )
            strict, relaxed = st.columns(2, wrap=False)
            strict.caption("Strict")
            relaxed.caption("Permissive", text_alignment="right")


def _model_label(choice: FormValues, price: Callable[[Model], Decimal]) -> str:
    label = "Both" if choice.model == BOTH else MODEL_LABELS[Model(choice.model)]
    return f"{label} · {format_credits(choice.price(price))}"


def _fold_label(values: FormValues) -> str:
    """The values behind the fold in one line; those above it come first, for narrow screens."""
    ratio = values.ratio.lower() if values.ratio == MATCH_INPUT else values.ratio
    pictures = values.variants * len(values.models)
    above = [format_models(values.models), ratio.replace(":", "\\:")]
    above += [f"{pictures} pictures"] if pictures > 1 else []
    behind = [values.output_format.upper(), f"safety {values.safety_tolerance}"]
    behind += ["translated"] if values.translate else []
    behind += ["enhanced"] if values.enhance else []
    behind += ["watermark"] if values.watermark else []
    behind += ["stored in China"] if values.store_in_china else []
    return f":gray[{' · '.join(above)} ·] {' · '.join(behind)}"
