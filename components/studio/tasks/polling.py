"""What a watched task becomes by what record-info says of it. Pure; the clock is an argument."""

from __future__ import annotations

from dataclasses import replace

from components.kie import Progress, TaskNotFound, TaskReport
from components.studio.tasks.models import Obstacle, State, Task, Trouble

PATIENCE_SECONDS = 10 * 60  # contract.md §3: give up watching after 10 minutes at the earliest
NOT_FOUND_GRACE_SECONDS = 90  # contract.md §3: "does not exist" is not believed before
RESULT_LIFE_SECONDS = 14 * 24 * 3600  # contract.md §3: the service keeps results for 14 days
MOST_EMPTY_SUCCESSES = 5  # contract.md §3: a success without a link is asked again "a few times"


def reported(task: Task, report: TaskReport, now: float) -> Task:
    """The task after a report of the service."""
    if report.task_id != task.service_id:
        return unfinished(task, now)  # an answer about somebody else's task says nothing
    if contradicts(report, task):
        return _contradicted(task, now)
    if task.obstacle is not None and task.obstacle.trouble in _SETTLED_BY_A_REPORT:
        task = replace(task, obstacle=None)
    task = replace(task, missing_since=None)
    match report.progress:
        case Progress.SUCCEEDED if report.result_url or report.origin_url:
            return replace(
                task,
                state=State.STORING,
                result_url=report.result_url,
                origin_url=report.origin_url,
                obstacle=task.obstacle if task.state is State.STORING else None,
            )
        case Progress.SUCCEEDED if task.state is State.STORING:
            return task  # the links it came with before are still worth a try
        case Progress.SUCCEEDED:
            return _without_link(task, now)
        case Progress.CREATE_FAILED | Progress.GENERATE_FAILED:
            return _ended_by_service(task, report, now)
        case Progress.UNKNOWN if task.state is State.GENERATING:
            return unfinished(replace(task, obstacle=Obstacle(Trouble.ODD_PROGRESS)), now)
        case _:
            return unfinished(task, now)


def missing(task: Task, report: TaskNotFound, now: float) -> Task:
    """The task after "does not exist", which is believed only after a while.

    An id that somebody named is then dropped, and the task is as unconfirmed as before.
    """
    since = now if task.missing_since is None else min(task.missing_since, now)
    if now - since <= NOT_FOUND_GRACE_SECONDS:
        return replace(task, missing_since=since)
    if _unproven(task):
        return _unclaimed(task)
    obstacle = Obstacle(Trouble.UNKNOWN_TASK, report.code, report.message)
    return _failed(task, obstacle, now)


def unfinished(task: Task, now: float) -> Task:
    """Still no result. The end of patience is not a failure, and the picture may yet come."""
    if task.watched_since is None or task.watched_since > now:  # the clock was set back
        task = replace(task, watched_since=now)
    watched = now - (task.watched_since or now)
    if task.state is State.GENERATING and watched > PATIENCE_SECONDS:
        return replace(task, state=State.STILL_RUNNING)
    since_accepted = now - (task.accepted_at or task.created_at)
    if task.state is State.STILL_RUNNING and since_accepted > RESULT_LIFE_SECONDS:
        return _failed(task, Obstacle(Trouble.UNKNOWN_TASK), now)
    return task


def contradicts(report: TaskReport, task: Task) -> bool:
    """Whether the service's copy of the request shows another prompt than ours.

    A copy without a prompt shows nothing; nor does one that the service was asked to translate
    or to enhance, as it may show what it made of ours.
    """
    shown = (report.parameters or {}).get("prompt")
    ours = task.request.prompt
    if not isinstance(shown, str) or task.request.enhance:
        return False
    if task.request.translate and not ours.isascii():
        return False
    return shown.split() != ours.split()


_SETTLED_BY_A_REPORT = {Trouble.UNPROVEN, Trouble.ODD_PROGRESS}


def _unproven(task: Task) -> bool:
    return task.obstacle is not None and task.obstacle.trouble is Trouble.UNPROVEN


def _unclaimed(task: Task) -> Task:
    """Unconfirmed again: the id that somebody named was not this task's."""
    return replace(
        task,
        state=State.UNCONFIRMED,
        obstacle=Obstacle(Trouble.WRONG_TASK),
        service_id=None,
        accepted_at=None,
        watched_since=None,
        missing_since=None,
    )


def _contradicted(task: Task, now: float) -> Task:
    if _unproven(task):
        return _unclaimed(task)
    if task.empties + 1 >= MOST_EMPTY_SUCCESSES:
        return _failed(task, Obstacle(Trouble.WRONG_TASK), now)
    return replace(task, empties=task.empties + 1)


def _without_link(task: Task, now: float) -> Task:
    if task.empties + 1 >= MOST_EMPTY_SUCCESSES:
        return _failed(task, Obstacle(Trouble.NO_RESULT), now)
    return replace(task, empties=task.empties + 1)


def _ended_by_service(task: Task, report: TaskReport, now: float) -> Task:
    words = report.error_message or ""
    if report.error_code == 400:  # contract.md §3: refused by policy
        refused = Obstacle(Trouble.POLICY, 400, words)
        return replace(task, state=State.REFUSED, obstacle=refused, finished_at=now)
    created = report.progress is not Progress.CREATE_FAILED
    trouble = Trouble.NOT_GENERATED if created else Trouble.NOT_CREATED
    return _failed(task, Obstacle(trouble, report.error_code, words), now)


def _failed(task: Task, obstacle: Obstacle, now: float) -> Task:
    return replace(task, state=State.FAILED, obstacle=obstacle, finished_at=now)
