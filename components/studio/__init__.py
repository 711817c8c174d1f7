"""The application without Streamlit: tasks, worker, database, images.

It also re-exports the values of kie that a page may name, so that no page imports the client.
"""

from components.kie import (
    ASPECT_RATIOS,
    MAX_PROMPT_CHARACTERS,
    MAX_PROMPT_TOKENS,
    OUTPUT_SIZES,
    TRAINED_SIZES,
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
    "MAX_PROMPT_TOKENS",
    "OUTPUT_SIZES",
    "TRAINED_SIZES",
    "GenerationRequest",
    "KieError",
    "Model",
    "OutputFormat",
    "ValidationError",
    "safety_range",
]
