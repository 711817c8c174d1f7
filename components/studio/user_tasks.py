"""A person's tasks: submits, retries, withdraws and polls them again.

Presses of a submit button for the same wish make one submission.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from decimal import Decimal
from threading import Lock

from components.kie import GenerationRequest, Model, ValidationError, WebhookEvent
from components.studio.db.database import DatabaseError, DatabaseErrorKind, NotFoundError
from components.studio.db.tables import TaskWithImage
from components.studio.db.tasks import DuplicateTaskId, TaskRepository
from components.studio.storage import Storage
from components.studio.tasks.models import Task, new_token
from components.studio.tasks.transitions import (
    apply_webhook,
    can_retry,
    recheck,
    requeue,
    stop_watching,
    withdraw,
)
from components.studio.worker.worker import TaskWorker

log = logging.getLogger("kontext.studio")

MAX_VARIANTS = 4  # pictures of one submission, of all its models together
REPEATED_PRESS_S = 1.0


def check_picture_count(variants: int, models: int) -> None:
    """Raise ValidationError if one press would make too many pictures."""
    if variants * models > MAX_VARIANTS:
        raise ValidationError(
            "variants",
            f"{variants * models} pictures; a press makes {MAX_VARIANTS} at most: "
            f"choose {MAX_VARIANTS // models} variants.",
        )


@dataclass(kw_only=True)
class UserTasks:
    """What people do with their tasks. Every method raises DatabaseError.

    Those that take a `task_id` raise NotFoundError for a task of another user.
    """

    repository: TaskRepository
    worker: TaskWorker
    storage: Storage
    price: Callable[[Model], Decimal]
    """Credits that a picture of a model is expected to cost."""
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        self._presses = RepeatedPresses(self.clock)

    def submit(
        self,
        user_id: str,
        request: GenerationRequest,
        *,
        source_id: str | None = None,
        variants: int = 1,
        models: Sequence[Model] = (),
    ) -> list[Task]:
        """Insert one task per variant, at most four, and return at once; the worker sends them.

        With `models` each variant is made by each of them instead of by the request's model.
        The same values while the first submission is under way, or within a second after it,
        have its outcome: tasks that are older than this call, or its error. Raises
        ValidationError, OverBudget, and NotFoundError for a source of another user. Raises
        DatabaseError, too, when the data folder could not keep the images; nothing is stored later
        then.
        """
        requests = [replace(request, model=model) for model in models] or [request]
        variants = min(max(variants, 1), MAX_VARIANTS)
        check_picture_count(variants, len(requests))
        return self._presses.run(
            (user_id, tuple(requests), source_id, variants),
            lambda: self._submit(user_id, requests * variants, source_id),
        )

    def _submit(
        self, user_id: str, requests: Sequence[GenerationRequest], source_id: str | None
    ) -> list[Task]:
        self.storage.check()
        if source_id is not None:
            requests[0].validate_for_edit()
            self.repository.own_image(user_id, source_id)
        batch, now = uuid.uuid4().hex, self.clock()
        new = [
            replace(self.new(user_id, request, source_id, batch=batch), created_at=now)
            for request in requests
        ]
        # The database knows the presses of other processes as well.
        stored = self.repository.add_tasks(new, unless_since=now - REPEATED_PRESS_S)
        if stored[0].batch == batch:
            for task in stored:
                self.worker.enqueue(task)
        return stored

    def new(
        self,
        user_id: str,
        request: GenerationRequest,
        source_id: str | None,
        *,
        batch: str | None = None,
    ) -> Task:
        """A task that is not stored; without `batch` a submission of its own."""
        return Task(
            id=uuid.uuid4().hex,
            user_id=user_id,
            batch=batch or uuid.uuid4().hex,
            request=request,
            source_id=source_id,
            token=new_token(),
            price=self.price(request.model),
            created_at=self.clock(),
        )

    def resubmit(self, user_id: str, task_id: str) -> Task:
        """Send a withdrawn task, or an unconfirmed one whose user knows that no image was made.

        Raises OverBudget.
        """
        self.storage.check()
        return self.change(user_id, task_id, requeue)

    def retry(self, user_id: str, task_id: str) -> Task | None:
        """Submit a failed or refused task once more, in its place among its variants.

        A second press does nothing and returns None: the first has replaced it. Raises
        OverBudget, and NotFoundError, also for an edit whose source is gone.
        """
        self.storage.check()
        failed = self.repository.own_task(user_id, task_id)
        if failed.source_id is not None:
            self.repository.own_image(user_id, failed.source_id)
        new = self.new(user_id, failed.request, failed.source_id, batch=failed.batch)
        if not can_retry(failed) or not self.repository.replace_failed_task(task_id, new):
            return None
        self.worker.enqueue(new)
        return new

    def withdraw(self, user_id: str, task_id: str) -> Task:
        """Do not send a task. One that has been sent by now is returned unchanged."""
        return self.change(user_id, task_id, lambda task: withdraw(task, self.clock()))

    def withdraw_waiting(self, user_id: str) -> None:
        """Do not send what this user has in the queue. What is being sent meanwhile is sent."""
        for task in self.waiting(user_id):
            self.withdraw(user_id, task.id)

    def waiting(self, user_id: str) -> list[Task]:
        """This user's tasks that wait to be sent, in order."""
        return [task for task in self.worker.queue() if task.user_id == user_id]

    def stop_watching(self, user_id: str, task_id: str) -> Task:
        """Poll a running task no more, until `recheck`. It stays paid for."""
        return self.change(user_id, task_id, lambda task: stop_watching(task, self.clock()))

    def recent(self, user_id: str, *, limit: int, offset: int = 0) -> list[TaskWithImage]:
        """A user's tasks, newest first, each with its image if it has one."""
        return self.repository.recent_tasks(user_id, limit=limit, offset=offset)

    def with_images(self, user_id: str, task_ids: Sequence[str]) -> list[TaskWithImage]:
        """These tasks with their images, in this order; unknown ids are left out."""
        return self.repository.tasks_with_images(user_id, task_ids)

    def recheck(self, user_id: str, task_id: str) -> Task:
        """Poll a task again whose result may still be at the provider."""
        return self.change(user_id, task_id, lambda task: recheck(task, self.clock()))

    def handle_webhook(self, token: str, event: WebhookEvent) -> None:
        """Poll the task that has this token now. An unknown token is ignored.

        The body is not signed: only the id of a task that has lost its own is taken from it.
        """
        try:
            changed = self.worker.update_task_by_token(
                token, lambda task: apply_webhook(task, event.task_id, self.clock())
            )
        except DuplicateTaskId as duplicate:
            task_id, matches = duplicate.task.id, False
        else:
            if changed is None:
                return
            task_id, matches = changed[1].id, changed[1].provider_id == event.task_id
        if not matches:
            # It may be a paid image: with its id in the log a person can import it.
            log.warning(
                "webhook names another task",
                extra={"task_id": task_id, "provider_id": event.task_id},
            )
        self.worker.poll_now(task_id)

    def queue_positions(self) -> dict[str, int]:
        """For each task that waits to be sent, its position: 1 goes first."""
        return {task.id: position for position, task in enumerate(self.worker.queue(), start=1)}

    def expected_seconds(self, task: Task) -> float | None:
        """How long such a task usually takes, in seconds; None before the first one."""
        return self.worker.typical_seconds(task)

    def change(self, user_id: str, task_id: str, rule: Callable[[Task], Task]) -> Task:
        """Apply a rule of `tasks.transitions` to a task."""
        self.repository.own_task(user_id, task_id)
        changed = self.worker.update_task(task_id, rule)
        if changed is None:
            raise NotFoundError
        return changed[1]


@dataclass
class _Press:
    """A press of a submit button: what came of it, and when in epoch seconds."""

    outcome: Future[list[Task]] = field(default_factory=Future)
    ended_at: float | None = None


class RepeatedPresses:
    """Makes one submission of presses for the same wish that come while the first is under way.

    Streamlit runs presses of a page side by side, and those of a fragment one after the other.
    So a press counts as under way for a second longer, also one that found the database busy.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._presses: dict[Hashable, _Press] = {}

    def run(self, wish: Hashable, submit: Callable[[], list[Task]]) -> list[Task]:
        """The outcome of `submit`, or of the press for the same wish; raises what that raised."""
        with self._lock:
            self._presses = {
                known: press for known, press in self._presses.items() if self._is_recent(press)
            }
            first = self._presses.get(wish)
            if first is None:
                press = self._presses[wish] = _Press()
        if first is not None:
            return first.outcome.result()
        try:
            press.outcome.set_result(submit())
        except BaseException as error:  # raised again; a press that waits for it must end as well
            is_busy = isinstance(error, DatabaseError) and error.kind is DatabaseErrorKind.BUSY
            self._end(wish, press, is_kept=is_busy)
            press.outcome.set_exception(error)
            raise
        self._end(wish, press, is_kept=True)
        return press.outcome.result()

    def _end(self, wish: Hashable, press: _Press, *, is_kept: bool) -> None:
        with self._lock:
            press.ended_at = self._clock()
            if not is_kept:
                self._presses.pop(wish)

    def _is_recent(self, press: _Press) -> bool:
        # A clock that was set back must not make a press recent for hours.
        return press.ended_at is None or abs(self._clock() - press.ended_at) <= REPEATED_PRESS_S
