"""Generation requests and task statuses as typed values.

A request is validated when it is created, so that no paid call finds a mistake.
See docs/kie-api.md, Create and Query.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Self

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
"""Width and height in pixels of a result, by aspect ratio (docs/kie-api.md, Sizes)."""

TRAINED_SIZES: Final[tuple[tuple[int, int], ...]] = (
    *((672, 1568), (688, 1504), (720, 1456), (752, 1392), (800, 1328), (832, 1248)),
    *((880, 1184), (944, 1104), (1024, 1024), (1104, 944), (1184, 880), (1248, 832)),
    *((1328, 800), (1392, 752), (1456, 720), (1504, 688), (1568, 672)),
)
"""Width and height in pixels that the model was trained on. An edit without a ratio comes in the
one whose ratio is nearest to its source (docs/kie-api.md, Sizes)."""

ASPECT_RATIOS: Final[tuple[str, ...]] = tuple(OUTPUT_SIZES)
"""The aspect ratios of a request, widest first. Only the quickstart lists 16:21, so it is last
(docs/kie-api.md, Create)."""

MAX_PROMPT_CHARACTERS: Final = 5000
"""The limit of other sellers of the model. The vendor names none (docs/kie-api.md, Create)."""

MAX_PROMPT_TOKENS: Final = 512
"""The model reads this many tokens of a prompt and ignores the rest (docs/kie-api.md, Create)."""

MAX_WATERMARK_CHARACTERS: Final = 200
"""A limit of this client. The vendor documents only that a watermark is "an identifier"."""


class Model(StrEnum):
    """The two models of the provider."""

    PRO = "flux-kontext-pro"
    MAX = "flux-kontext-max"


class OutputFormat(StrEnum):
    """The file formats of a result."""

    JPEG = "jpeg"
    PNG = "png"


def safety_range(*, editing: bool) -> range:
    """Return the allowed safety tolerances: 0–2 for an edit, else 0–6 (docs/kie-api.md, Create)."""
    return range(3) if editing else range(7)


@dataclass(frozen=True, kw_only=True)
class GenerationRequest:
    """The parameters of a create call.

    `prompt` is sent exactly as typed.
    `input_image` is a public http(s) URL, and makes the request an edit.
    `aspect_ratio` None lets the provider choose: an edit then keeps the ratio of its input.
    Raises ValidationError with the attribute's name and a sentence for the user.
    """

    prompt: str
    model: Model = Model.PRO
    aspect_ratio: str | None = None
    output_format: OutputFormat = OutputFormat.JPEG
    input_image: str | None = None
    translate: bool = True
    enhance: bool = False
    safety_tolerance: int = 2
    callback_url: str | None = field(default=None, repr=False)  # its path holds a secret token
    store_in_china: bool = False
    watermark: str | None = None

    def __post_init__(self) -> None:
        """Validate every field, and convert a model or format given as text."""
        validation.validate_text(
            "prompt",
            "Prompt",
            self.prompt,
            max_characters=MAX_PROMPT_CHARACTERS,
            allowed_controls=validation.LINE_BREAKS_AND_TABS,
        )
        # As text, because Streamlit re-imports modules: the member may belong to an older class.
        model = validation.validate_choice("model", "Model", self.model, tuple(map(str, Model)))
        object.__setattr__(self, "model", Model(model))
        output_format = validation.validate_choice(
            "output_format", "Output format", self.output_format, tuple(map(str, OutputFormat))
        )
        object.__setattr__(self, "output_format", OutputFormat(output_format))
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

    @classmethod
    def from_storage(cls, **values: Any) -> Self:
        """Return a request with these values as they were stored, without validating them.

        Rules may have changed since. What is sent is a copy, and that is validated.
        A field that is not given has its default.
        """
        request = object.__new__(cls)
        vars(request).update(values)
        return request

    def validate_for_edit(self) -> None:
        """Raise ValidationError if an edit could not have these values. Needs no `input_image`."""
        self._validate_safety(editing=True)

    def to_payload(self) -> dict[str, object]:
        """Return the JSON body of the create call. It omits None, and keeps 0 and False.

        An edit keeps its input's ratio only without the key `aspectRatio`
        (docs/kie-api.md, Create).
        """
        payload: dict[str, object] = {
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
        return {name: value for name, value in payload.items() if value is not None}

    def _validate_safety(self, *, editing: bool) -> None:
        allowed = safety_range(editing=editing)
        value = self.safety_tolerance
        # True is an int in Python, and would be sent as `true`.
        if type(value) is not int or value not in allowed:
            purpose = "an edit" if editing else "a new picture"
            raise ValidationError(
                "safety_tolerance",
                f"Safety tolerance must be a whole number from {allowed[0]} to {allowed[-1]} "
                f"for {purpose}: choose one in that range.",
            )


class ProviderState(StrEnum):
    """The state of a task at the provider: `successFlag` (docs/kie-api.md, Query)."""

    GENERATING = "generating"
    SUCCEEDED = "succeeded"
    CREATE_FAILED = "create failed"
    GENERATE_FAILED = "generate failed"
    UNKNOWN = "unknown"
    """An undocumented flag: keep polling."""


@dataclass(frozen=True)
class TaskStatus:
    """The response to a query (docs/kie-api.md, Query).

    `result_url`: the provider's copy, valid for 14 days. May be missing even on a success.
    `origin_url`: the same image at the upstream provider, valid for 10 minutes.
    `created_at_ms`, `completed_at_ms`: epoch milliseconds, UTC.
    `parameters`: the request as the provider stored it, with the names of `to_payload`.
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


def parse_task_status(data: object, *, task_id: str, secret: str) -> TaskStatus | None:
    """Return the status in the `data` of a query response; None if unusable.

    Unusable: the data of another task, or without a readable flag. `secret` is masked in texts.
    """
    record = parsing.parse_object(data)
    if record is None or record.get("taskId") not in (None, task_id):
        return None
    flag = record.get("successFlag")
    flag = int(flag) if isinstance(flag, bool) else parsing.parse_int(flag)
    if flag is None:
        return None
    urls = parsing.parse_object(record.get("response")) or {}
    return TaskStatus(
        task_id=task_id,
        state=_STATE_BY_FLAG.get(flag, ProviderState.UNKNOWN),
        result_url=parsing.parse_url(urls.get("resultImageUrl")),
        origin_url=parsing.parse_url(urls.get("originImageUrl")),
        error_code=parsing.parse_int(record.get("errorCode")),
        error_message=parsing.parse_message(record.get("errorMessage"), secret=secret) or None,
        created_at_ms=parsing.parse_timestamp_ms(record.get("createTime")),
        completed_at_ms=parsing.parse_timestamp_ms(record.get("completeTime")),
        parameters=parsing.parse_object(record.get("paramJson")),
    )
