"""Brings home a task that the service knows and the ledger does not: made elsewhere, or lost.

All that is known of such a task is the service's own record of it (contract.md §3).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from components.kie import (
    ASPECT_RATIOS,
    GenerationRequest,
    InvalidRequest,
    Model,
    OutputFormat,
    TaskNotFound,
    TaskReport,
    safety_range,
)
from components.studio.db.imported_tasks import picture_uploaded_to, settle
from components.studio.db.tasks import Ledger
from components.studio.tasks.models import State, Task, new_token

NOTHING_THERE = (
    "There is nothing to bring home under this id. "
    "Check it; if it is less than two minutes old, try again soon."
)


@dataclass(frozen=True)
class Homecoming:
    """A task that is followed here from now on, or has been all along."""

    task: Task
    is_new: bool


class Homecomings:
    """Finds what an id of the service stands for. `ask` is record-info and raises KontextError."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        ask: Callable[[str], TaskReport],
        price: Callable[[Model], Decimal],
        clock: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._ask = ask
        self._price = price
        self._clock = clock

    def find(self, designer: str, service_id: str) -> Homecoming:
        """The task of this id: the designer's own that is here, or a new one, written down.

        One that is unconfirmed with the same prompt is taken to be this one. Raises
        InvalidRequest with one and the same sentence for an id that the service does not know
        and for one that is somebody else's here; KontextError when the service cannot be asked;
        LedgerUnavailable.
        """
        held = self._ledger.task_by_service_id(service_id)
        if held is not None and held.designer == designer:
            return self._settled(held)
        try:
            report = self._ask(service_id)
        except TaskNotFound as error:
            raise InvalidRequest("task_id", NOTHING_THERE) from error
        new = task_from(
            report,
            designer=designer,
            source_id=self._source_of(report, designer),
            price=self._price,
            now=self._clock(),
        )
        lost = self._unconfirmed_like(new)
        found = self._settled(new) if lost is None else Homecoming(lost, is_new=False)
        if found.task.designer != designer:
            raise InvalidRequest("task_id", NOTHING_THERE)
        return found

    def _settled(self, task: Task) -> Homecoming:
        return Homecoming(*settle(self._ledger, task))

    def _source_of(self, report: TaskReport, designer: str) -> str | None:
        """The designer's picture that the task edits, if it was uploaded from here."""
        url = (report.parameters or {}).get("inputImage")
        return picture_uploaded_to(self._ledger, designer, url) if isinstance(url, str) else None

    def _unconfirmed_like(self, new: Task) -> Task | None:
        asked = (new.designer, new.request.prompt, new.request.model)
        for task in self._ledger.unfinished():
            request = task.request
            if task.state is State.UNCONFIRMED and asked == (
                task.designer,
                request.prompt,
                request.model,
            ):
                return task
        return None


def checked_id(service_id: str) -> str:
    """A task id as it was pasted, without the space around it. Raises InvalidRequest."""
    named = service_id.strip()
    if not named.isprintable() or not 1 <= len(named) <= 200:
        raise InvalidRequest("task_id", "This is no task id: copy it again from the service.")
    return named


def task_from(
    report: TaskReport,
    *,
    designer: str,
    source_id: str | None,
    price: Callable[[Model], Decimal],
    now: float,
) -> Task:
    """The task that a record stands for, to be followed from now on.

    It has no time of sending or acceptance, since nobody here saw them; so it teaches nobody
    how long a picture takes. Raises InvalidRequest for a record that cannot be read.
    """
    request = _request_from(report)
    return Task(
        id=uuid.uuid4().hex,
        designer=designer,
        batch=uuid.uuid4().hex,
        request=request,
        source_id=source_id,
        token=new_token(),
        price=price(request.model),
        created_at=now,
        state=State.GENERATING,
        service_id=report.task_id,
        watched_since=now,
    )


def _request_from(report: TaskReport) -> GenerationRequest:
    """The request in the service's record; what it does not say, or says oddly, is the default."""
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
    except InvalidRequest as error:
        raise InvalidRequest(
            "task_id", "The service's record of this task cannot be read here."
        ) from error


def _one_of(choices: Iterable[str], value: object) -> str | None:
    return next((choice for choice in choices if choice == value), None)
