"""The gate: whether anything may be sent on this account, and when to look again.

Closed by a refused key or an empty balance, so that one task meets the trouble and not ten.
"""

from __future__ import annotations

from components.studio.tasks.models import FailureReason

FIRST_PROBE_DELAY_S = 10.0
MAX_PROBE_DELAY_S = 120.0
PROBE_BACKOFF_FACTOR = 1.5
MAX_UNKNOWN_OUTCOMES = 4  # creates without a clear answer, one after the other


class CircuitBreaker:
    """Open, closed, or on trial: one create at a time, until one is accepted.

    On trial after a closing, as a balance may look good and still not pay for the next picture;
    and after several lost answers, as each may be a picture that is paid and not seen.
    """

    def __init__(self) -> None:
        self.reason: FailureReason | None = None
        self._next_probe_at = 0.0
        self._probe_delay = FIRST_PROBE_DELAY_S
        self._is_half_open = False
        self._unknown_outcomes = 0

    def open(self, trouble: FailureReason, now: float) -> None:
        """Send nothing until a probe of the account succeeds."""
        if self.reason is None:
            if self._is_half_open:
                self._probe_delay = min(self._probe_delay * PROBE_BACKOFF_FACTOR, MAX_PROBE_DELAY_S)
            self._next_probe_at = now + self._probe_delay
        self.reason = trouble

    def half_open(self) -> None:
        """A probe succeeded."""
        if self.reason is not None:
            self.reason = None
            self._is_half_open = True

    def record_unknown(self) -> None:
        """A create had no clear answer."""
        self._unknown_outcomes += 1
        if self._unknown_outcomes >= MAX_UNKNOWN_OUTCOMES:
            self._is_half_open = True

    def record_success(self) -> None:
        """A create was accepted: the account is as good as it ever was."""
        self._is_half_open = False
        self._unknown_outcomes = 0
        self._probe_delay = FIRST_PROBE_DELAY_S

    def may_send(self, sending: int) -> bool:
        """Whether one more create may be sent beside those that are being sent."""
        return self.reason is None and not (self._is_half_open and sending)

    def take_probe(self, now: float) -> bool:
        """Whether the account should be probed now; then not again until after the pause."""
        if self.reason is None or now < self._next_probe_at:
            return False
        self._next_probe_at = now + self._probe_delay
        return True

    def probe_failed(self, trouble: FailureReason, now: float) -> None:
        """The account is not good yet: probe again, a little later each time."""
        if self.reason is not None:
            self.reason = trouble
            self._probe_delay = min(self._probe_delay * PROBE_BACKOFF_FACTOR, MAX_PROBE_DELAY_S)
            self._next_probe_at = now + self._probe_delay

    def probe_now(self, now: float) -> None:
        """Somebody says that the key or the credit is mended."""
        self._next_probe_at = now

    def seconds_until_probe(self, now: float) -> float | None:
        """How long until the account should be probed; None while it is open."""
        return None if self.reason is None else self._next_probe_at - now
