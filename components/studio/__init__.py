"""What the studio knows: tasks, ledger, engine, pictures. No Streamlit in here.

Beside its own modules it hands on those values of the service that a screen may name, so that
no screen needs the client's room.
"""

from components.kie import (
    ASPECT_RATIOS,
    MAX_PROMPT_CHARACTERS,
    OUTPUT_SIZES,
    GenerationRequest,
    KieError,
    Model,
    OutputFormat,
    ValidationError,
    safety_range,
)

__all__ = [
    "ASPECT_RATIOS",
    "MAX_PROMPT_CHARACTERS",
    "OUTPUT_SIZES",
    "GenerationRequest",
    "KieError",
    "Model",
    "OutputFormat",
    "ValidationError",
    "safety_range",
]
