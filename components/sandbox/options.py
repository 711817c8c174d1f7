"""What can be set about the sandbox before it starts."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class SandboxOptions:
    """How one sandbox behaves; every value has a default that suits a demo."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = 0
    """Port to listen on; 0 takes a free one."""
    data_dir: Path | None = None
    """Folder that keeps tasks, files and balances over a restart; None forgets them."""
    seconds: float = 6.0
    """Mean running time of a pro picture in seconds; max takes twice as long."""
    credits: Decimal | float = 1000
    """Balance that a key begins with, in credits."""
    pro_credits: Decimal | float = 5
    """Price of a flux-kontext-pro picture, in credits (docs/kie-api.md, Codes)."""
    max_credits: Decimal | float = 10
    """Price of a flux-kontext-max picture, in credits (docs/kie-api.md, Codes)."""
    key: str | None = field(default=None, repr=False)
    """The one accepted key; None accepts any that does not begin with "wrong"."""
    webhook_key: str | None = field(default=None, repr=False)
    """Signs callbacks when set (docs/kie-api.md, Callbacks)."""
    faults: Mapping[str, float] = field(default_factory=dict)
    """Fault name to the rate (0 to 1) at which it strikes; names in faults.py."""
    faults_on_request: bool = True
    """Whether a prompt and `PUT /sandbox/faults` may ask for faults."""
    only_own_links: bool = False
    """Fetch no input but the sandbox's own files, call back no host but loopback."""
    creates_per_10s: int = 20
    """Creates an account may send in 10 seconds (docs/kie-api.md, Codes)."""
    queries_per_s: int = 10
    """Queries a key may send in one second (docs/kie-api.md, Codes)."""
    running_tasks: int = 100
    """Tasks an account may have running at once (docs/kie-api.md, Codes)."""
    hold_seconds: float = 120.0
    """How long the fault "create-timeout" keeps its answer back, in seconds."""
    callback_retry_seconds: float = 1.0
    """Pause before a failed callback is sent again, in seconds."""
    answers: Path | None = None
    """Folder of real pairs, NAME_source.EXT and NAME_edit.EXT, that answer edits of the source."""
    drift: bool = False
    """Whether edits come back shifted, stretched, recoloured and softened, as the model's do."""
    seed: int | None = None
    """Makes pictures, durations and faults repeatable; task ids stay random."""
    clock: Callable[[], float] = time.time
    """Unix seconds; drives running times, limits and the life of links."""
