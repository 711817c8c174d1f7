"""The aftermath: what follows from a change of a task, once it stands in the ledger."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from components.studio.events import Bell
from components.studio.tasks.models import FINAL, State, Task
from components.studio.worker.stats import Tally

log = logging.getLogger("kontext.engine")


@dataclass(kw_only=True)
class Aftermath:
    """Tells everybody who must know. Safe to call from any thread."""

    tally: Tally
    bell: Bell
    steady: Callable[[], float]
    """Seconds that never go back."""
    distrust: Callable[[Task], object]
    """An edit failed at the service, and its source may be why."""
    learn: Callable[[Task], object]
    """A picture is finished: its kind takes about as long as it did."""
    charged: Callable[[], object] = lambda: None
    """The service may have charged, or given back."""

    def note(self, before: Task, after: Task) -> None:
        """A task was changed."""
        if after.state is not before.state:
            log.info("state", extra={"task": after.id, "from": before.state, "to": after.state})
        match after.state:
            case State.STORING:
                self.tally.done(after.id, self.steady())
            case State.FAILED if after.is_edit and after.service_id:
                self.distrust(after)
            case State.DONE:
                self.tally.stored(after.id, self.steady())
                self.learn(after)
        if after.accepted_at != before.accepted_at or after.state in FINAL:
            self.charged()
        self.bell.ring(after.designer)
