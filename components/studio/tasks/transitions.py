"""The life of a task: one pure rule for every report about it. The clock is an argument.

Money hangs on two of these rules: only what was certainly not taken goes back into the queue,
and what may have been taken becomes `UNCONFIRMED` and is never sent again by itself.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TypeAlias

from components.kie import (
    KeyRejected,
    KontextError,
    Maintenance,
    NeverSent,
    OutcomeUnknown,
    OutOfCredit,
    PromptRefused,
    RateLimited,
    TaskNotFound,
    TaskReport,
)
from components.studio.tasks.failures import obstacle_of
from components.studio.tasks.models import Obstacle, State, Task, Trouble, new_token
from components.studio.tasks.polling import missing, reported, unfinished
from components.studio.worker.rate_limiter import LONGEST_REJECTION_SECONDS

MOST_UNSENT_TRIES = 12  # about seven minutes of a service that cannot be reached
MOST_OWN_TRIES = 4  # of an upload, or of a step that a fault of ours ended
MOST_FETCHES = 7  # at least one minute of a result that cannot be fetched
LONGEST_PAUSE_SECONDS = 60.0


@dataclass(frozen=True)
class Accepted:
    """The service took the task and gave it an id.

    `proven`: the create's own answer said so plainly; else a person, a callback or an unclear
    answer named the id.
    """

    service_id: str
    proven: bool = True


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
        case State.SUBMITTING, Accepted():
            return _accepted(task, report, now)
        case State.SUBMITTING, KontextError() | Hindered() if task.service_id:
            known = Accepted(task.service_id, proven=False)
            return _accepted(task, known, now)  # its callback came before
        case State.SUBMITTING, Hindered() if task.sent_at is not None:
            return _unconfirmed(task)  # a fault of ours after the create had left
        case ((State.SUBMITTING | State.QUEUED), Hindered()):
            return _hindered(task, report, now)
        case State.SUBMITTING, OutcomeUnknown(task_id=str(named)):
            return _accepted(task, Accepted(named, proven=False), now)
        case State.SUBMITTING, OutcomeUnknown():
            return replace(task, state=State.UNCONFIRMED, obstacle=obstacle_of(report))
        case State.SUBMITTING, PromptRefused():
            return _ended(task, State.REFUSED, obstacle_of(report), now)
        case State.SUBMITTING, NeverSent():
            return _postponed(task, obstacle_of(report), now, most=MOST_UNSENT_TRIES)
        case State.SUBMITTING, RateLimited(retry_after_seconds=pause):
            pause = min(pause or 0.0, LONGEST_REJECTION_SECONDS)
            return _postponed(task, obstacle_of(report), now, pause=pause)
        case State.SUBMITTING, Maintenance() | KeyRejected() | OutOfCredit():
            return _postponed(task, obstacle_of(report), now)
        case State.SUBMITTING, KontextError():
            return _ended(task, State.FAILED, obstacle_of(report), now)
        case State.UNCONFIRMED, Accepted():
            return _accepted(task, report, now)
        case State.STORING, Stored(picture_id):
            done = _ended(task, State.DONE, None, now)
            return replace(done, picture_id=picture_id)
        case State.STORING, Hindered(obstacle, may_retry):
            return _fetch_failed(task, obstacle, may_retry, now)
        case ((State.GENERATING | State.STORING | State.STILL_RUNNING), TaskReport()):
            return reported(task, report, now)
        case ((State.GENERATING | State.STILL_RUNNING), TaskNotFound()):
            return missing(task, report, now)
        case ((State.GENERATING | State.STILL_RUNNING), KontextError()):
            return unfinished(task, now)
    return task


def called_back(task: Task, service_id: str, now: float) -> Task:
    """The task after a callback that bears its token.

    All that is taken from it is the id of a task that has none, and that it is worth a look.
    """
    if task.service_id is None:
        if task.state is State.SUBMITTING:
            return replace(task, service_id=service_id)  # the create's own answer is under way
        return _accepted(task, Accepted(service_id, proven=False), now)
    if task.service_id == service_id and task.state is State.FAILED:
        return looked_again(task, now)
    return task


def claimed(task: Task) -> Task:
    """A queued task that a thread begins to send; any other is left alone.

    If it left once before, what its token calls up belongs to that send: it gets a new one.
    """
    if task.state is not State.QUEUED:
        return task
    token = task.token if task.sent_at is None else new_token()
    return replace(task, state=State.SUBMITTING, token=token, sent_at=None)


def left_behind(before: Task, after: Task) -> Task | None:
    """The earlier send of a task that was claimed anew, which was said not to be made.

    It keeps the token and is asked about no more; should its callback come after all, its
    picture comes home as one of its own.
    """
    if before.token == after.token:
        return None
    return replace(
        before,
        id=uuid.uuid4().hex,
        state=State.FAILED,
        obstacle=Obstacle(Trouble.NO_ANSWER),
        sent_at=None,
        finished_at=before.sent_at,
    )


def sent(task: Task, now: float) -> Task:
    """A claimed task whose create is about to leave: from now on it may have been taken."""
    return replace(task, sent_at=now) if task.state is State.SUBMITTING else task


def interrupted(task: Task, now: float) -> Task:
    """The task after a restart: what was being sent may or may not have been received.

    Pauses are cut to what this studio would give, as the clock may have been set back.
    """
    task = replace(task, not_before=min(task.not_before, now + LONGEST_PAUSE_SECONDS))
    match task.state:
        case State.SUBMITTING if task.service_id is not None:
            return _accepted(task, Accepted(task.service_id, proven=False), now)
        case State.SUBMITTING if task.sent_at is None:
            return replace(task, state=State.QUEUED)  # still uploading: no create went out
        case State.SUBMITTING:
            return _unconfirmed(task)
        case State.STORING:
            return replace(task, tries=max(task.tries, 1))  # its link may have moved: ask first
        case _:
            return task


def sent_again(task: Task) -> Task:
    """An unconfirmed task that the designer knows was not made, back in the queue.

    `sent_at` stays: until it leaves again, a callback is still about the first time.
    """
    if task.state is not State.UNCONFIRMED:
        return task
    return replace(task, state=State.QUEUED, obstacle=None, tries=0, not_before=0.0)


def disproved(task: Task) -> Task:
    """An unconfirmed task after somebody named an id that cannot be its own."""
    if task.state is not State.UNCONFIRMED:
        return task
    return replace(task, obstacle=Obstacle(Trouble.WRONG_TASK))


def looked_again(task: Task, now: float) -> Task:
    """A task whose result may still be at the service, watched anew."""
    hopeless = task.obstacle is not None and task.obstacle.trouble in _NEVER_MADE
    lookable = task.state in {State.FAILED, State.STILL_RUNNING, State.GENERATING}
    if task.service_id is None or hopeless or not lookable:
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


def _accepted(task: Task, report: Accepted, now: float) -> Task:
    """Followed from now on; an id that somebody named is proven by the first report on it."""
    return replace(
        task,
        state=State.GENERATING,
        service_id=report.service_id,
        accepted_at=now,
        watched_since=now,
        finished_at=None,
        obstacle=None if report.proven else Obstacle(Trouble.UNPROVEN),
        missing_since=None,
        tries=0,
        empties=0,
        not_before=0.0,
    )


def _ended(task: Task, state: State, obstacle: Obstacle | None, now: float) -> Task:
    return replace(task, state=state, obstacle=obstacle, finished_at=now)


def _unconfirmed(task: Task) -> Task:
    return replace(task, state=State.UNCONFIRMED, obstacle=Obstacle(Trouble.NO_ANSWER))


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
        not_before=now + max(pause, _pause_after(tries)),
    )


def _hindered(task: Task, report: Hindered, now: float) -> Task:
    """A create that could not be prepared: nothing has left the house."""
    match report.obstacle.trouble:
        case Trouble.DISK:
            most = None  # a full disk can be emptied
        case Trouble.KEY:
            most = MOST_UNSENT_TRIES
        case _:
            most = MOST_OWN_TRIES if report.may_retry else 0
    return _postponed(task, report.obstacle, now, most=most)


def _fetch_failed(task: Task, obstacle: Obstacle, may_retry: bool, now: float) -> Task:
    tries = task.tries + 1
    hopeless = not may_retry or tries >= MOST_FETCHES
    if hopeless and obstacle.trouble is not Trouble.DISK:  # a full disk can be emptied
        return _ended(task, State.FAILED, obstacle, now)
    return replace(task, obstacle=obstacle, tries=tries, not_before=now + _pause_after(tries))


def _pause_after(tries: int) -> float:
    return min(LONGEST_PAUSE_SECONDS, 2.0 ** min(tries - 1, 10))
