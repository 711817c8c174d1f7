"""Fault injection: faults of the sandbox that a user may switch on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass
class FaultControls:
    """The sandbox's faults by name with their descriptions, and the active rates.

    `apply` raises ValueError for an unknown fault or a rate outside 0 to 1.
    """

    faults: Mapping[str, str]
    apply: Callable[[Mapping[str, float]], None] = field(repr=False)
    rates: Mapping[str, float] = field(default_factory=dict)

    def set_faults(self, rates: Mapping[str, float]) -> None:
        """Activate these faults at these rates, and no others. Raises ValueError."""
        self.apply(rates)
        self.rates = {name: rate for name, rate in rates.items() if rate}
