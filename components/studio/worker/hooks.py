"""The aftermath: what follows from a change of a task, once it stands in the ledger."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from components.studio.events import EventBus
from components.studio.tasks.models import FINAL, Task, TaskState
from components.studio.worker.stats import WorkerStats

log = logging.getLogger("kontext.engine")


@dataclass(kw_only=True)
class StateChangeHooks:
    """Tells everybody who must know. Safe to call from any thread."""

    stats: WorkerStats
    events: EventBus
    monotonic: Callable[[], float]
    """Seconds that never go back."""
    on_edit_failed: Callable[[Task], object]
    """An edit failed at the service, and its source may be why."""
    on_finished: Callable[[Task], object]
    """A picture is finished: its kind takes about as long as it did."""
    on_charge: Callable[[], object] = lambda: None
    """The service may have charged, or given back."""

    def run(self, before: Task, after: Task) -> None:
        """A task was changed."""
        if after.state is not before.state:
            log.info("state", extra={"task": after.id, "from": before.state, "to": after.state})
        match after.state:
            case TaskState.STORING:
                self.stats.mark_done(after.id, self.monotonic())
            case TaskState.FAILED if after.is_edit and after.provider_id:
                self.on_edit_failed(after)
            case TaskState.DONE:
                self.stats.mark_stored(after.id, self.monotonic())
                self.on_finished(after)
        if after.accepted_at != before.accepted_at or after.state in FINAL:
            self.on_charge()
        self.events.publish(after.user_id)
