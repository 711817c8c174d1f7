"""Imports a task that kie.ai knows and the database does not: made elsewhere, or lost.

All that is known of such a task is its record (docs/kie-api.md, Query).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
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
    TaskRepository,
    get_or_create_by_provider_id,
    image_id_by_upload_url,
)
from components.studio.tasks.models import Task, TaskState, new_token

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
    """Finds the task of a provider id. `query` is record-info and raises KieError."""

    def __init__(
        self,
        repository: TaskRepository,
        *,
        query: Callable[[str], TaskStatus],
        price: Callable[[Model], Decimal],
        clock: Callable[[], float],
    ) -> None:
        self._ledger = repository
        self._query = query
        self._price = price
        self._clock = clock

    def import_by_id(self, user_id: str, provider_id: str) -> ImportResult:
        """The task of this id: the user's own stored one, or a new one that is inserted.

        An unconfirmed task with the same prompt counts as this one. Raises ValidationError, with
        one message for an unknown id and for one of another user; KieError when kie.ai cannot be
        asked; DatabaseError.
        """
        held = self._ledger.task_by_provider_id(provider_id)
        if held is not None and held.user_id == user_id:
            return self._get_or_create(held)
        try:
            report = self._query(provider_id)
        except TaskNotFoundError as error:
            raise ValidationError("task_id", NOT_FOUND_MESSAGE) from error
        new = task_from_status(
            report,
            user_id=user_id,
            source_id=self._source_image_id(report, user_id),
            price=self._price,
            now=self._clock(),
        )
        lost = self._matching_unconfirmed(new)
        found = self._get_or_create(new) if lost is None else ImportResult(lost, is_new=False)
        if found.task.user_id != user_id:
            raise ValidationError("task_id", NOT_FOUND_MESSAGE)
        return found

    def _get_or_create(self, task: Task) -> ImportResult:
        return ImportResult(*get_or_create_by_provider_id(self._ledger, task))

    def _source_image_id(self, report: TaskStatus, user_id: str) -> str | None:
        """The user's image that the task edits, if it was uploaded from here."""
        url = (report.parameters or {}).get("inputImage")
        return image_id_by_upload_url(self._ledger, user_id, url) if isinstance(url, str) else None

    def _matching_unconfirmed(self, new: Task) -> Task | None:
        asked = (new.user_id, new.request.prompt, new.request.model)
        for task in self._ledger.unfinished():
            request = task.request
            if task.state is TaskState.UNCONFIRMED and asked == (
                task.user_id,
                request.prompt,
                request.model,
            ):
                return task
        return None


def validate_task_id(provider_id: str) -> str:
    """A pasted task id without surrounding space. Raises ValidationError."""
    named = provider_id.strip()
    if not named.isprintable() or not 1 <= len(named) <= 200:
        raise ValidationError("task_id", "This is no task id: copy it again from the service.")
    return named


def task_from_status(
    report: TaskStatus,
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
    request = _request_from_status(report)
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
        provider_id=report.task_id,
        polling_since=now,
    )


def _request_from_status(report: TaskStatus) -> GenerationRequest:
    """The request in the record; missing or odd values become defaults."""
    shown: Mapping[str, object] = report.parameters or {}
    prompt, tolerance = shown.get("prompt"), shown.get("safetyTolerance")
    plain = GenerationRequest(prompt="plain")
    try:
        return GenerationRequest(
            prompt=prompt if isinstance(prompt, str) else f"Task {report.task_id}",
            model=Model(_one_of(Model, shown.get("model")) or plain.model),
            aspect_ratio=_one_of(ASPECT_RATIOS, shown.get("aspectRatio")),
            output_format=OutputFormat(
                _one_of(OutputFormat, shown.get("outputFormat")) or plain.output_format
            ),
            translate=shown.get("enableTranslation") is not False,
            enhance=shown.get("promptUpsampling") is True,
            safety_tolerance=next(
                (allowed for allowed in safety_range(editing=False) if allowed == tolerance),
                plain.safety_tolerance,
            ),
            store_in_china=shown.get("uploadCn") is True,
            watermark=str(shown.get("watermark") or "") or None,
        )
    except ValidationError as error:
        raise ValidationError(
            "task_id", "The service's record of this task cannot be read here."
        ) from error


def _one_of(choices: Iterable[str], value: object) -> str | None:
    return next((choice for choice in choices if choice == value), None)
