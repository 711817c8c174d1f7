"""Imports a task that kie.ai knows and the database does not: made elsewhere, or lost.

All that is known of such a task is its record (docs/kie-api.md, Query).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from components.kie import (
    ASPECT_RATIOS,
    GenerationRequest,
    Model,
    OutputFormat,
    TaskNotFoundError,
    TaskStatus,
    ValidationError,
    safety_range,
)
from components.studio.db.tasks import (
    DuplicateTaskId,
    get_or_create_by_provider_id,
    image_id_by_upload_url,
)
from components.studio.tasks.models import Task, TaskState, new_token
from components.studio.tasks.transitions import Accepted, apply_event, reject_claimed_id
from components.studio.user_tasks import UserTasks

NOT_FOUND_MESSAGE = (
    "There is nothing to bring home under this id. "
    "Check it; if it is less than two minutes old, try again soon."
)


@dataclass(frozen=True)
class ImportResult:
    """A stored task, and whether it was inserted now."""

    task: Task
    is_new: bool


class TaskImporter:
    """Imports tasks by their ids at kie.ai. `query` is record-info and raises KieError."""

    def __init__(self, tasks: UserTasks, *, query: Callable[[str], TaskStatus]) -> None:
        self._tasks = tasks
        self._repository = tasks.repository
        self._query = query

    def import_task(self, user_id: str, provider_id: str) -> ImportResult:
        """Import a task by its id at kie.ai; may take 15 seconds.

        A task that is stored already is polled again. An unconfirmed task of the user with the
        same prompt and model counts as this one. Raises ValidationError for an unknown id, with
        the same message for an id of another user. Raises KieError when kie.ai cannot be asked,
        and DatabaseError.
        """
        result = self._import_by_id(user_id, validate_task_id(provider_id))
        if result.is_new:
            self._tasks.worker.enqueue(result.task)
            return result
        if result.task.state is TaskState.UNCONFIRMED:
            return replace(result, task=self.assign_task_id(user_id, result.task.id, provider_id))
        return replace(result, task=self._tasks.recheck(user_id, result.task.id))

    def assign_task_id(self, user_id: str, task_id: str, provider_id: str) -> Task:
        """Set the provider id of an unconfirmed task.

        Raises ValidationError for a malformed id and for the id of another task of this user.
        An id that kie.ai does not know, that has another prompt or that is another user's
        leaves the task unconfirmed.
        """
        accepted = Accepted(validate_task_id(provider_id), confirmed=False)
        try:
            return self._tasks.change(
                user_id, task_id, lambda task: apply_event(task, accepted, self._tasks.clock())
            )
        except DuplicateTaskId as duplicate:
            if duplicate.holder.user_id == user_id:
                raise ValidationError(
                    "task_id", "This task id belongs to another picture here: copy the right one."
                ) from duplicate
        return self._tasks.change(user_id, task_id, reject_claimed_id)

    def _import_by_id(self, user_id: str, provider_id: str) -> ImportResult:
        """The task of this id: the user's own stored one, or a new one that is inserted."""
        stored = self._repository.task_by_provider_id(provider_id)
        if stored is not None and stored.user_id == user_id:
            return self._get_or_create(stored)
        try:
            status = self._query(provider_id)
        except TaskNotFoundError as error:
            raise ValidationError("task_id", NOT_FOUND_MESSAGE) from error
        new = task_from_status(
            status,
            user_id=user_id,
            source_id=self._source_image_id(status, user_id),
            price=self._tasks.price,
            now=self._tasks.clock(),
        )
        unconfirmed = self._matching_unconfirmed(new)
        if unconfirmed is not None:
            return ImportResult(unconfirmed, is_new=False)
        result = self._get_or_create(new)
        if result.task.user_id != user_id:
            raise ValidationError("task_id", NOT_FOUND_MESSAGE)
        return result

    def _get_or_create(self, task: Task) -> ImportResult:
        return ImportResult(*get_or_create_by_provider_id(self._repository.database, task))

    def _source_image_id(self, status: TaskStatus, user_id: str) -> str | None:
        """The user's image that the task edits, if it was uploaded from here."""
        url = (status.parameters or {}).get("inputImage")
        if not isinstance(url, str):
            return None
        return image_id_by_upload_url(self._repository.database, user_id, url)

    def _matching_unconfirmed(self, new: Task) -> Task | None:
        for task in self._repository.unfinished():
            if task.state is TaskState.UNCONFIRMED and _match_key(task) == _match_key(new):
                return task
        return None


def _match_key(task: Task) -> tuple[str, str, Model]:
    """What an unconfirmed task shares with the record that belongs to it."""
    return (task.user_id, task.request.prompt, task.request.model)


def validate_task_id(provider_id: str) -> str:
    """A pasted task id without surrounding space. Raises ValidationError."""
    stripped = provider_id.strip()
    if not stripped.isprintable() or not 1 <= len(stripped) <= 200:
        raise ValidationError("task_id", "This is no task id: copy it again from the service.")
    return stripped


def task_from_status(
    status: TaskStatus,
    *,
    user_id: str,
    source_id: str | None,
    price: Callable[[Model], Decimal],
    now: float,
) -> Task:
    """The task that a record stands for, to be polled from now on.

    Its times of sending and acceptance are unknown, so it does not count for duration estimates.
    Raises ValidationError for a record that cannot be read.
    """
    request = _request_from_status(status)
    return Task(
        id=uuid.uuid4().hex,
        user_id=user_id,
        batch=uuid.uuid4().hex,
        request=request,
        source_id=source_id,
        token=new_token(),
        price=price(request.model),
        created_at=now,
        state=TaskState.GENERATING,
        provider_id=status.task_id,
        polling_since=now,
    )


def _request_from_status(status: TaskStatus) -> GenerationRequest:
    """The request in the record; missing or odd values become defaults."""
    parameters: Mapping[str, object] = status.parameters or {}
    prompt, tolerance = parameters.get("prompt"), parameters.get("safetyTolerance")
    defaults = GenerationRequest(prompt="unused")
    try:
        return GenerationRequest(
            prompt=prompt if isinstance(prompt, str) else f"Task {status.task_id}",
            model=Model(_one_of(Model, parameters.get("model")) or defaults.model),
            aspect_ratio=_one_of(ASPECT_RATIOS, parameters.get("aspectRatio")),
            output_format=OutputFormat(
                _one_of(OutputFormat, parameters.get("outputFormat")) or defaults.output_format
            ),
            translate=parameters.get("enableTranslation") is not False,
            enhance=parameters.get("promptUpsampling") is True,
            safety_tolerance=next(
                (allowed for allowed in safety_range(editing=False) if allowed == tolerance),
                defaults.safety_tolerance,
            ),
            store_in_china=parameters.get("uploadCn") is True,
            watermark=str(parameters.get("watermark") or "") or None,
        )
    except ValidationError as error:
        raise ValidationError(
            "task_id", "The service's record of this task cannot be read here."
        ) from error


def _one_of(choices: Iterable[str], value: object) -> str | None:
    return next((choice for choice in choices if choice == value), None)
