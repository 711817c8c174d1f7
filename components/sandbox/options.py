"""What can be set about the sandbox before it starts."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class SandboxOptions:
    """How one sandbox behaves; every value has a default that suits a demo.

    `options.txt` explains those that the command line takes too.
    """

    host: str = "127.0.0.1"
    port: int = 0
    data_dir: Path | None = None
    seconds: float = 6.0
    credits: Decimal | float = 1000
    pro_credits: Decimal | float = 5  # prices (docs/kie-api.md, Codes)
    max_credits: Decimal | float = 10
    key: str | None = field(default=None, repr=False)
    webhook_key: str | None = field(default=None, repr=False)
    faults: Mapping[str, float] = field(default_factory=dict)
    faults_on_request: bool = True  # whether a prompt and `PUT /sandbox/faults` may ask for faults
    only_own_links: bool = False
    creates_per_10s: int = 20
    queries_per_s: int = 10
    running_tasks: int = 100  # that an account may have at once (docs/kie-api.md, Codes)
    hold_seconds: float = 120.0
    callback_retry_seconds: float = 1.0  # before a failed callback is sent again
    answers: Path | None = None
    drift: bool = False
    seed: int | None = None
    clock: Callable[[], float] = time.time  # unix seconds: running times, limits, lives of links
