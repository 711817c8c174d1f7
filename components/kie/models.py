"""What one picture is asked for with: checked when it is made, then written in wire names.

A request that exists can be sent; the service is never paid to find a mistake (contract.md §2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from components.kie import parsing, validation
from components.kie.errors import ValidationError

OUTPUT_SIZES: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "21:9": (1568, 672),
        "16:9": (1392, 752),
        "4:3": (1184, 880),
        "1:1": (1024, 1024),
        "3:4": (880, 1184),
        "9:16": (752, 1392),
        "16:21": (880, 1184),
    }
)
"""Width and height in pixels that each aspect ratio returns (contract.md §8)."""

ASPECT_RATIOS: Final[tuple[str, ...]] = tuple(OUTPUT_SIZES)
"""The ratios that can be asked for, widest first; 16:21 is last, as only the quickstart lists it
(contract.md §2)."""


MAX_PROMPT_CHARACTERS: Final = 5000
"""Where other sellers of the model stop; the vendor names no limit (contract.md §2)."""

MAX_PROMPT_TOKENS: Final = 512
"""What the model reads of a prompt; the rest is ignored, not refused (contract.md §2)."""

MAX_WATERMARK_CHARACTERS: Final = 200
"""Our own limit: the service documents the watermark as "an identifier" and no more."""


class Model(StrEnum):
    """The two models of the service."""

    PRO = "flux-kontext-pro"
    MAX = "flux-kontext-max"


class OutputFormat(StrEnum):
    """The file formats a result can have."""

    JPEG = "jpeg"
    PNG = "png"


def safety_range(*, editing: bool) -> range:
    """The safety tolerances allowed: 0–2 with an input picture, else 0–6 (contract.md §2)."""
    return range(3) if editing else range(7)


@dataclass(frozen=True, kw_only=True)
class GenerationRequest:
    """One create call. An `input_image` makes it an edit.

    `prompt` is sent exactly as typed. `aspect_ratio` None leaves the choice to the service: an
    edit then keeps the ratio of its input. `input_image` is a public http(s) URL.
    Raises InvalidRequest, with the attribute's name and a sentence for its author.
    """

    prompt: str
    model: Model = Model.PRO
    aspect_ratio: str | None = None
    output_format: OutputFormat = OutputFormat.JPEG
    input_image: str | None = None
    translate: bool = True
    enhance: bool = False
    safety_tolerance: int = 2
    callback_url: str | None = field(default=None, repr=False)  # its path is a secret of the task
    store_in_china: bool = False
    watermark: str | None = None

    def __post_init__(self) -> None:
        """Check every field; a model or format given as text becomes its member."""
        validation.validate_text(
            "prompt",
            "Prompt",
            self.prompt,
            max_characters=MAX_PROMPT_CHARACTERS,
            allowed_controls=validation.LINE_BREAKS_AND_TABS,
        )
        # Via text, because Streamlit re-imports modules: a member may be of an older class.
        model = validation.validate_choice("model", "Model", self.model, tuple(map(str, Model)))
        object.__setattr__(self, "model", Model(model))
        image = validation.validate_choice(
            "output_format", "Output format", self.output_format, tuple(map(str, OutputFormat))
        )
        object.__setattr__(self, "output_format", OutputFormat(image))
        if self.aspect_ratio is not None:
            validation.validate_choice(
                "aspect_ratio", "Aspect ratio", self.aspect_ratio, ASPECT_RATIOS
            )
        if self.input_image is not None:
            validation.validate_url("input_image", "Picture URL", self.input_image)
        if self.callback_url is not None:
            validation.validate_url("callback_url", "Callback URL", self.callback_url)
        validation.validate_bool("translate", "Translate prompt", self.translate)
        validation.validate_bool("enhance", "Enhance prompt", self.enhance)
        validation.validate_bool("store_in_china", "Store in China", self.store_in_china)
        self._validate_safety(editing=self.input_image is not None)
        if self.watermark is not None:
            validation.validate_text(
                "watermark", "Watermark", self.watermark, max_characters=MAX_WATERMARK_CHARACTERS
            )

    def validate_for_edit(self) -> None:
        """Raise InvalidRequest if this could not be an edit, before its picture has a URL."""
        self._validate_safety(editing=True)

    def to_payload(self) -> dict[str, object]:
        """The JSON of the create call, in wire names; what is None is left out, 0 and False stay.

        A ratio is left out rather than sent as null: only then does an edit keep its input's
        ratio (contract.md §2).
        """
        wire: dict[str, object] = {
            "prompt": self.prompt,
            "model": str(self.model),
            "aspectRatio": self.aspect_ratio,
            "outputFormat": str(self.output_format),
            "inputImage": self.input_image,
            "enableTranslation": self.translate,
            "promptUpsampling": self.enhance,
            "safetyTolerance": self.safety_tolerance,
            "callBackUrl": self.callback_url,
            "uploadCn": self.store_in_china,
            "watermark": self.watermark,
        }
        return {name: value for name, value in wire.items() if value is not None}

    def _validate_safety(self, *, editing: bool) -> None:
        allowed = safety_range(editing=editing)
        value = self.safety_tolerance
        # True is an int to Python, and would be sent as `true`.
        if type(value) is not int or value not in allowed:
            purpose = "an edit" if editing else "a new picture"
            raise ValidationError(
                "safety_tolerance",
                f"Safety tolerance must be a whole number from {allowed[0]} to {allowed[-1]} "
                f"for {purpose}: choose one in that range.",
            )


class ProviderState(StrEnum):
    """How far a task has come: the service's `successFlag` (contract.md §3)."""

    GENERATING = "generating"
    SUCCEEDED = "succeeded"
    CREATE_FAILED = "create failed"
    GENERATE_FAILED = "generate failed"
    UNKNOWN = "unknown"
    """A flag nobody documented: keep asking."""


@dataclass(frozen=True)
class TaskStatus:
    """One answer of record-info (contract.md §3).

    `result_url`: the service's copy, good for 14 days; may be missing even on a success.
    `origin_url`: the same picture at the upstream, good for 10 minutes.
    `created_at_ms`, `completed_at_ms`: epoch milliseconds, UTC.
    `parameters`: the request as the service wrote it down, under its wire names.
    """

    task_id: str
    state: ProviderState
    result_url: str | None
    origin_url: str | None
    error_code: int | None
    error_message: str | None
    created_at_ms: int | None
    completed_at_ms: int | None
    parameters: Mapping[str, object] | None


_STATE_BY_FLAG = {
    0: ProviderState.GENERATING,
    1: ProviderState.SUCCEEDED,
    2: ProviderState.CREATE_FAILED,
    3: ProviderState.GENERATE_FAILED,
}


def parse_task_status(data: object, *, task_id: str, hide: str) -> TaskStatus | None:
    """The report in a query's `data`; None if it is of another task or of another shape.

    `hide`: the key, masked in the service's words.
    """
    record = parsing.parse_object(data)
    if record is None or record.get("taskId") not in (None, task_id):
        return None
    flag = parsing.parse_int(record.get("successFlag"))
    if flag is None:
        return None
    links = parsing.parse_object(record.get("response")) or {}
    return TaskStatus(
        task_id=task_id,
        state=_STATE_BY_FLAG.get(flag, ProviderState.UNKNOWN),
        result_url=parsing.parse_url(links.get("resultImageUrl")),
        origin_url=parsing.parse_url(links.get("originImageUrl")),
        error_code=parsing.parse_int(record.get("errorCode")),
        error_message=parsing.parse_message(record.get("errorMessage"), hide=hide) or None,
        created_at_ms=parsing.parse_timestamp_ms(record.get("createTime")),
        completed_at_ms=parsing.parse_timestamp_ms(record.get("completeTime")),
        parameters=parsing.parse_object(record.get("paramJson")),
    )
