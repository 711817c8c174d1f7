"""Circuit breaker: whether creates may be sent with this key, and when to check again.

Opened by a rejected key, an empty balance, a provider that cannot be reached or one that asks for a
long pause, so that one task fails and not ten.
"""

from __future__ import annotations

from components.studio.tasks.models import FailureReason

FIRST_PROBE_DELAY_S = 10.0
MAX_PROBE_DELAY_S = 120.0
PROBE_BACKOFF_FACTOR = 1.5
MAX_UNKNOWN_OUTCOMES = 4  # creates without a clear answer in a row


class CircuitBreaker:
    """Closed, open, or half-open: one create at a time until one is accepted.

    Half-open after a check that succeeded: a good balance may still not pay for the next image.
    Half-open, too, after several unknown outcomes: each may be a paid image that nobody sees.
    """

    def __init__(self) -> None:
        self.reason: FailureReason | None = None
        self._next_probe_at = 0.0
        self._probe_delay = FIRST_PROBE_DELAY_S
        self._is_half_open = False
        self._unknown_outcomes = 0

    def open(self, reason: FailureReason, now: float, first_delay: float | None = None) -> None:
        """Send nothing until a check of the account succeeds.

        `first_delay`: seconds until the first check, unless one succeeded in vain.
        """
        if self.reason is None:
            if self._is_half_open:
                self._probe_delay = min(self._probe_delay * PROBE_BACKOFF_FACTOR, MAX_PROBE_DELAY_S)
            delays = [first_delay or 0.0]
            if first_delay is None or self._is_half_open:
                delays.append(self._probe_delay)
            self._next_probe_at = now + max(delays)
        elif first_delay is not None:
            self._next_probe_at = max(self._next_probe_at, now + first_delay)
        self.reason = reason

    def half_open(self) -> None:
        """A check of the account succeeded."""
        if self.reason is not None:
            self.reason = None
            self._is_half_open = True

    def record_unknown(self) -> None:
        """Count a create without a clear answer."""
        self._unknown_outcomes += 1
        if self._unknown_outcomes >= MAX_UNKNOWN_OUTCOMES:
            self._is_half_open = True

    def record_success(self) -> None:
        """Record a successful create and reset the breaker."""
        self._is_half_open = False
        self._unknown_outcomes = 0
        self._probe_delay = FIRST_PROBE_DELAY_S

    def may_send(self, sending: int) -> bool:
        """Whether one more create may be sent beside those in flight."""
        return self.reason is None and not (self._is_half_open and sending)

    def take_probe(self, now: float) -> bool:
        """Whether the account should be checked now; then not again until after the delay."""
        if self.reason is None or now < self._next_probe_at:
            return False
        self._next_probe_at = now + self._probe_delay
        return True

    def probe_failed(self, reason: FailureReason, now: float) -> None:
        """The account is still not usable: check again, later each time."""
        if self.reason is not None:
            self.reason = reason
            self._probe_delay = min(self._probe_delay * PROBE_BACKOFF_FACTOR, MAX_PROBE_DELAY_S)
            self._next_probe_at = now + self._probe_delay

    def probe_now(self, now: float) -> None:
        """Check at the next opportunity: the user says that key or credits are fixed."""
        self._next_probe_at = now

    def seconds_until_probe(self, now: float) -> float | None:
        """Seconds until the next check; None while the breaker is closed."""
        return None if self.reason is None else self._next_probe_at - now
