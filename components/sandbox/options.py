"""What can be set about the sandbox before it starts."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any


def _set(default: Any, text: str = "", kind: str = "") -> Any:
    how = {"default_factory": dict} if default == {} else {"default": default}
    return field(**how, repr="key" not in text, metadata={"help": text, "kind": kind})


@dataclass(frozen=True, kw_only=True)
class SandboxOptions:
    """How one sandbox behaves; every value has a default that suits a demo."""

    host: str = _set("127.0.0.1", "address to listen on")
    port: int = _set(0, "port to listen on, 0 for a free one", "port")
    data_dir: Path | None = _set(None, "folder that keeps everything over a restart", "path")
    seconds: float = _set(6.0, "how long a pro picture takes; max takes twice as long", "number")
    credits: Decimal | float = _set(1000, "starting balance", "number")
    pro_credits: Decimal | float = 5  # prices (docs/kie-api.md, Codes)
    max_credits: Decimal | float = 10
    key: str | None = _set(
        None, "the one accepted key; none accepts any that does not begin with 'wrong'"
    )
    webhook_key: str | None = _set(None, "key that signs callbacks (docs/kie-api.md, Callbacks)")
    faults: Mapping[str, float] = _set({}, "let a fault happen at a rate of 0 to 1", "fault")
    faults_on_request: bool = True
    """Whether a prompt and `PUT /sandbox/faults` may ask for faults."""
    only_own_links: bool = _set(False, "fetch and call back nothing off this machine", "switch")
    creates_per_10s: int = _set(20, "creates in 10 s (docs/kie-api.md, Codes)", "whole")
    queries_per_s: int = _set(10, "queries in 1 s (docs/kie-api.md, Codes)", "whole")
    running_tasks: int = 100  # that an account may have at once (docs/kie-api.md, Codes)
    hold_seconds: float = _set(120.0, "how long create-timeout holds", "number")
    callback_retry_seconds: float = 1.0  # before a failed callback is sent again
    answers: Path | None = _set(
        None, "folder of NAME_source and NAME_edit pictures: real edits", "path"
    )
    drift: bool = _set(False, "shift, stretch, recolour and soften edits, as the model", "switch")
    seed: int | None = _set(None, "makes pictures, durations and faults repeatable", "any")
    clock: Callable[[], float] = time.time  # unix seconds: running times, limits, lives of links
