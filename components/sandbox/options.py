"""What can be set about the sandbox before it starts."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated as Set


@dataclass(frozen=True, kw_only=True)
class SandboxOptions:
    """How one sandbox behaves; every value has a default that suits a demo.

    The command line takes what has a text for `--help`, read as the kind that follows it.
    """

    host: Set[str, "address to listen on", "text"] = "127.0.0.1"
    port: Set[int, "port to listen on, 0 for a free one", "port"] = 0
    data_dir: Set[Path | None, "folder that keeps everything over a restart", "path"] = None
    seconds: Set[float, "how long a pro picture takes; max takes twice as long", "number"] = 6.0
    credits: Set[Decimal | float, "starting balance", "number"] = 1000
    pro_credits: Decimal | float = 5  # prices (docs/kie-api.md, Codes)
    max_credits: Decimal | float = 10
    key: Set[str | None, "the one accepted key; else any but wrong...", "text"] = field(
        default=None, repr=False
    )
    webhook_key: Set[str | None, "key that signs callbacks", "text"] = field(
        default=None, repr=False
    )
    faults: Set[Mapping[str, float], "let a fault happen at a rate of 0 to 1", "fault"] = field(
        default_factory=dict
    )
    faults_on_request: bool = True  # whether a prompt and `PUT /sandbox/faults` may ask for faults
    only_own_links: Set[bool, "fetch and call back nothing off this machine", "switch"] = False
    creates_per_10s: Set[int, "creates in 10 s (docs/kie-api.md, Codes)", "whole"] = 20
    queries_per_s: Set[int, "queries in 1 s (docs/kie-api.md, Codes)", "whole"] = 10
    running_tasks: int = 100  # that an account may have at once (docs/kie-api.md, Codes)
    hold_seconds: Set[float, "how long create-timeout holds", "number"] = 120.0
    callback_retry_seconds: float = 1.0  # before a failed callback is sent again
    answers: Set[Path | None, "folder of NAME_source and NAME_edit pictures", "path"] = None
    drift: Set[bool, "shift, stretch, recolour and soften edits, as the model", "switch"] = False
    seed: Set[int | None, "makes pictures, durations and faults repeatable", "any"] = None
    clock: Callable[[], float] = time.time  # unix seconds: running times, limits, lives of links
