"""The gate: whether anything may be sent on this account, and when to look again.

Closed by a refused key or an empty balance, so that one task meets the trouble and not ten.
"""

from __future__ import annotations

from components.studio.tasks.models import Trouble

FIRST_PROBE_SECONDS = 10.0
LONGEST_PROBE_SECONDS = 120.0
GROWTH = 1.5
MOST_DOUBTS = 4  # creates without a clear answer, one after the other


class Gate:
    """Open, closed, or on trial: one create at a time, until one is accepted.

    On trial after a closing, as a balance may look good and still not pay for the next picture;
    and after several lost answers, as each may be a picture that is paid and not seen.
    """

    def __init__(self) -> None:
        self.trouble: Trouble | None = None
        self._next_probe = 0.0
        self._pause = FIRST_PROBE_SECONDS
        self._on_trial = False
        self._doubts = 0

    def close(self, trouble: Trouble, now: float) -> None:
        """Send nothing until a probe of the account succeeds."""
        if self.trouble is None:
            if self._on_trial:
                self._pause = min(self._pause * GROWTH, LONGEST_PROBE_SECONDS)
            self._next_probe = now + self._pause
        self.trouble = trouble

    def open_on_trial(self) -> None:
        """A probe succeeded."""
        if self.trouble is not None:
            self.trouble = None
            self._on_trial = True

    def doubted(self) -> None:
        """A create had no clear answer."""
        self._doubts += 1
        if self._doubts >= MOST_DOUBTS:
            self._on_trial = True

    def proved(self) -> None:
        """A create was accepted: the account is as good as it ever was."""
        self._on_trial = False
        self._doubts = 0
        self._pause = FIRST_PROBE_SECONDS

    def may_send(self, sending: int) -> bool:
        """Whether one more create may be sent beside those that are being sent."""
        return self.trouble is None and not (self._on_trial and sending)

    def take_probe(self, now: float) -> bool:
        """Whether the account should be probed now; then not again until after the pause."""
        if self.trouble is None or now < self._next_probe:
            return False
        self._next_probe = now + self._pause
        return True

    def probe_failed(self, trouble: Trouble, now: float) -> None:
        """The account is not good yet: probe again, a little later each time."""
        if self.trouble is not None:
            self.trouble = trouble
            self._pause = min(self._pause * GROWTH, LONGEST_PROBE_SECONDS)
            self._next_probe = now + self._pause

    def probe_now(self, now: float) -> None:
        """Somebody says that the key or the credit is mended."""
        self._next_probe = now

    def seconds_until_probe(self, now: float) -> float | None:
        """How long until the account should be probed; None while it is open."""
        return None if self.trouble is None else self._next_probe - now
