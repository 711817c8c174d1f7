"""The life of a task: what it is, which states it passes, and one pure rule for every change.

Knows nothing of threads, databases or screens; the clock is an argument.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from components.kontext import (
    FeatureOff,
    GenerationRequest,
    InvalidRequest,
    KeyRejected,
    KontextError,
    Maintenance,
    NeverSent,
    OutcomeUnknown,
    OutOfCredit,
    Progress,
    PromptRefused,
    RateLimited,
    TaskNotFound,
    TaskReport,
)

PATIENCE_SECONDS = 10 * 60  # contract.md §3: give up watching after 10 minutes at the earliest
NOT_FOUND_GRACE_SECONDS = 90  # contract.md §3: "does not exist" is not believed before
RESULT_LIFE_SECONDS = 14 * 24 * 3600  # contract.md §3: the service keeps results for 14 days
MOST_EMPTY_SUCCESSES = 5  # contract.md §3: a success without a link is asked again "a few times"
MOST_UNSENT_TRIES = 12  # about eight minutes of a service that cannot be reached
MOST_FETCHES = 6  # about two minutes of a result that cannot be fetched
LONGEST_PAUSE_SECONDS = 60.0


class State(StrEnum):
    """Where a task stands. The values are stored: add, never rename."""

    QUEUED = "queued"
    SUBMITTING = "submitting"
    GENERATING = "generating"
    STORING = "storing"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    STILL_RUNNING = "still_running"


FINAL = frozenset({State.DONE, State.REFUSED, State.FAILED})
WATCHED = frozenset({State.GENERATING, State.STORING, State.STILL_RUNNING})
UNFINISHED = frozenset(State) - FINAL


class Trouble(StrEnum):
    """What stands in a task's way, one value per thing that a designer can do about it."""

    POLICY = "policy"
    KEY = "key"
    CREDIT = "credit"
    INVALID = "invalid"
    FEATURE_OFF = "feature_off"
    BUSY = "busy"
    MAINTENANCE = "maintenance"
    UNREACHABLE = "unreachable"
    SERVICE_FAILED = "service_failed"
    NO_ANSWER = "no_answer"
    NOT_CREATED = "not_created"
    NOT_GENERATED = "not_generated"
    UNKNOWN_TASK = "unknown_task"
    NO_RESULT = "no_result"
    RESULT_LOST = "result_lost"
    UPLOAD = "upload"
    SOURCE_MISSING = "source_missing"
    DISK = "disk"
    OURS = "ours"


@dataclass(frozen=True)
class Obstacle:
    """What stands in the way, with the service's own words where it gave any."""

    trouble: Trouble
    code: int | None = None
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One picture that a designer asked for. Times are epoch seconds."""

    id: str
    """Ours: 32 hex digits. The service's own id is `service_id`."""
    designer: str
    batch: str
    """Shared by the variants of one press."""
    request: GenerationRequest
    """As typed. `input_image` and `callback_url` are filled in only when it is sent."""
    source_id: str | None = None
    """The picture that is edited, or None when a picture is made from words alone."""
    token: str
    """Unguessable; the service's callback bears it."""
    price: Decimal
    """Credits expected when it was asked for."""
    created_at: float
    state: State = State.QUEUED
    obstacle: Obstacle | None = None
    service_id: str | None = None
    sent_at: float | None = None
    accepted_at: float | None = None
    watched_since: float | None = None
    finished_at: float | None = None
    result_url: str | None = None
    origin_url: str | None = None
    picture_id: str | None = None
    not_before: float = 0.0
    tries: int = 0
    """Failed tries of the current step: sends while queued, fetches while storing."""
    empties: int = 0
    missing_since: float | None = None

    @property
    def is_edit(self) -> bool:
        """Whether it changes a picture instead of making one."""
        return self.source_id is not None


@dataclass(frozen=True)
class Accepted:
    """The service took the task and gave it an id."""

    service_id: str


@dataclass(frozen=True)
class Stored:
    """The picture is on our disk."""

    picture_id: str


@dataclass(frozen=True)
class Hindered:
    """A step of our own failed: the source's upload, or the fetch of the result."""

    obstacle: Obstacle
    may_retry: bool


Report: TypeAlias = Accepted | Stored | Hindered | TaskReport | KontextError


def advance(task: Task, report: Report, now: float) -> Task:
    """The task after a report. A report that says nothing new returns the task unchanged."""
    match task.state, report:
        case State.SUBMITTING, Accepted(service_id):
            return _accepted(task, service_id, now)
        case State.SUBMITTING, Hindered(obstacle, may_retry):
            return _postponed(task, obstacle, now, most=4 if may_retry else 0)
        case State.SUBMITTING, OutcomeUnknown() if task.service_id:
            return _accepted(task, task.service_id, now)  # its callback came before
        case State.SUBMITTING, OutcomeUnknown():
            return replace(task, state=State.UNCONFIRMED, obstacle=_obstacle(report))
        case State.SUBMITTING, PromptRefused():
            return _ended(task, State.REFUSED, _obstacle(report), now)
        case State.SUBMITTING, NeverSent():
            return _postponed(task, _obstacle(report), now, most=MOST_UNSENT_TRIES)
        case State.SUBMITTING, RateLimited(retry_after_seconds=pause):
            return _postponed(task, _obstacle(report), now, pause=pause or 0.0)
        case State.SUBMITTING, Maintenance() | KeyRejected() | OutOfCredit():
            return _postponed(task, _obstacle(report), now)
        case State.SUBMITTING, KontextError():
            return _ended(task, State.FAILED, _obstacle(report), now)
        case State.UNCONFIRMED, Accepted(service_id):
            return _accepted(task, service_id, now)
        case State.STORING, Stored(picture_id):
            done = _ended(task, State.DONE, None, now)
            return replace(done, picture_id=picture_id)
        case State.STORING, Hindered(obstacle, may_retry):
            return _fetch_failed(task, obstacle, may_retry, now)
        case ((State.GENERATING | State.STORING | State.STILL_RUNNING), TaskReport()):
            return _reported(task, report, now)
        case ((State.GENERATING | State.STILL_RUNNING), TaskNotFound()):
            return _missing(task, report, now)
        case ((State.GENERATING | State.STILL_RUNNING), KontextError()):
            return _unfinished(task, now)
    return task


def interrupted(task: Task) -> Task:
    """The task after a restart: what was being sent may or may not have been received.

    An upload that had not ended is sent again only if `sent_at` shows no create went out.
    """
    if task.state is not State.SUBMITTING:
        return task
    if task.service_id is not None:
        return replace(task, state=State.GENERATING)
    if task.sent_at is None:
        return replace(task, state=State.QUEUED)
    return replace(task, state=State.UNCONFIRMED, obstacle=Obstacle(Trouble.NO_ANSWER))


def sent_again(task: Task) -> Task:
    """An unconfirmed task that the designer knows was not made, back in the queue."""
    if task.state is not State.UNCONFIRMED:
        return task
    return replace(task, state=State.QUEUED, obstacle=None, sent_at=None, tries=0, not_before=0.0)


def looked_again(task: Task, now: float) -> Task:
    """A task whose result may still be at the service, watched anew."""
    hopeless = task.obstacle is not None and task.obstacle.trouble in _NEVER_MADE
    if task.service_id is None or task.state in {State.DONE, State.REFUSED} or hopeless:
        return task
    return replace(
        task,
        state=State.GENERATING,
        obstacle=None,
        watched_since=now,
        finished_at=None,
        missing_since=None,
        tries=0,
        empties=0,
        not_before=0.0,
    )


_NEVER_MADE = {Trouble.NOT_CREATED, Trouble.NOT_GENERATED, Trouble.POLICY}


def _accepted(task: Task, service_id: str, now: float) -> Task:
    return replace(
        task,
        state=State.GENERATING,
        service_id=service_id,
        accepted_at=now,
        watched_since=now,
        obstacle=None,
        tries=0,
        not_before=0.0,
    )


def _ended(task: Task, state: State, obstacle: Obstacle | None, now: float) -> Task:
    return replace(task, state=state, obstacle=obstacle, finished_at=now)


def _postponed(
    task: Task, obstacle: Obstacle, now: float, *, most: int | None = None, pause: float = 0.0
) -> Task:
    """Back in the queue after a pause; failed once it was tried more than `most` times.

    `pause` is the wait in seconds that the service asked for; a longer one of ours wins.
    """
    tries = task.tries + 1
    if most is not None and tries > most:
        return _ended(task, State.FAILED, obstacle, now)
    return replace(
        task,
        state=State.QUEUED,
        obstacle=obstacle,
        sent_at=None,
        tries=tries,
        not_before=now + max(pause, min(LONGEST_PAUSE_SECONDS, 2.0**tries)),
    )


def _reported(task: Task, report: TaskReport, now: float) -> Task:
    if report.task_id != task.service_id:
        return _unfinished(task, now)  # an answer about somebody else's task says nothing
    match report.progress:
        case Progress.SUCCEEDED if report.result_url:
            return replace(
                task,
                state=State.STORING,
                result_url=report.result_url,
                origin_url=report.origin_url,
                obstacle=None if task.state is not State.STORING else task.obstacle,
                missing_since=None,
            )
        case Progress.SUCCEEDED if task.empties + 1 >= MOST_EMPTY_SUCCESSES:
            return _ended(task, State.FAILED, Obstacle(Trouble.NO_RESULT), now)
        case Progress.SUCCEEDED:
            return replace(task, empties=task.empties + 1, missing_since=None)
        case Progress.CREATE_FAILED | Progress.GENERATE_FAILED:
            return _ended_by_service(task, report, now)
        case _:
            return _unfinished(replace(task, missing_since=None), now)


def _ended_by_service(task: Task, report: TaskReport, now: float) -> Task:
    words = report.error_message or ""
    if report.error_code == 400:  # contract.md §3: refused by policy
        return _ended(task, State.REFUSED, Obstacle(Trouble.POLICY, 400, words), now)
    created = report.progress is not Progress.CREATE_FAILED
    trouble = Trouble.NOT_GENERATED if created else Trouble.NOT_CREATED
    return _ended(task, State.FAILED, Obstacle(trouble, report.error_code, words), now)


def _missing(task: Task, report: TaskNotFound, now: float) -> Task:
    since = now if task.missing_since is None else task.missing_since
    if now - max(since, task.accepted_at or 0.0) > NOT_FOUND_GRACE_SECONDS:
        obstacle = Obstacle(Trouble.UNKNOWN_TASK, report.code, report.message)
        return _ended(task, State.FAILED, obstacle, now)
    return replace(task, missing_since=since)


def _unfinished(task: Task, now: float) -> Task:
    """Still no result. The end of patience is not a failure, and the picture may yet come."""
    if now - (task.accepted_at or task.created_at) > RESULT_LIFE_SECONDS:
        return _ended(task, State.FAILED, Obstacle(Trouble.UNKNOWN_TASK), now)
    if task.state is State.GENERATING and now - (task.watched_since or now) > PATIENCE_SECONDS:
        return replace(task, state=State.STILL_RUNNING)
    return task


def _fetch_failed(task: Task, obstacle: Obstacle, may_retry: bool, now: float) -> Task:
    tries = task.tries + 1
    hopeless = not may_retry or tries >= MOST_FETCHES
    if hopeless and obstacle.trouble is not Trouble.DISK:  # a full disk can be emptied
        return _ended(task, State.FAILED, obstacle, now)
    return replace(
        task,
        obstacle=obstacle,
        tries=tries,
        not_before=now + min(LONGEST_PAUSE_SECONDS, 2.0**tries),
    )


_TROUBLES: dict[type[KontextError], Trouble] = {
    PromptRefused: Trouble.POLICY,
    KeyRejected: Trouble.KEY,
    OutOfCredit: Trouble.CREDIT,
    InvalidRequest: Trouble.INVALID,
    FeatureOff: Trouble.FEATURE_OFF,
    RateLimited: Trouble.BUSY,
    Maintenance: Trouble.MAINTENANCE,
    NeverSent: Trouble.UNREACHABLE,
    OutcomeUnknown: Trouble.NO_ANSWER,
}


def _obstacle(error: KontextError) -> Obstacle:
    trouble = _TROUBLES.get(type(error), Trouble.SERVICE_FAILED)
    return Obstacle(trouble, error.code, error.message)
