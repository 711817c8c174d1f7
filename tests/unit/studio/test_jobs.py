"""Submit job: when a create is sent, and when nothing happens."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from components.kie import GenerationRequest, ValidationError
from components.studio.db.database import LeadershipLost
from components.studio.db.tasks import ExtraTask
from components.studio.tasks.models import Task, TaskState
from components.studio.tasks.transitions import Accepted, recover_after_restart, withdraw
from components.studio.worker.account_limits import RateLimitedCaller, RateLimiter
from components.studio.worker.jobs import HostPauses, JobResult, JobRunner, WorkerStats
from tests.support.factories import NOW, PROVIDER_ID, SUBMITTING_TASK, make_task

EDIT = {"source_id": "5" * 32}


@dataclass
class FakeProvider:
    """Accepts every create."""

    created: list[GenerationRequest] = field(default_factory=list)

    def create(self, request: GenerationRequest) -> str:
        self.created.append(request)
        return PROVIDER_ID


class FakeTransfers:
    """Uploads nothing."""

    def upload_source(self, _task: Task) -> str:
        return "https://uploads.example/source.png"


@dataclass
class FakeDatabase:
    """Holds one task, or none; counts the updates and keeps the extra tasks."""

    stored: Task | None
    updates: int = 0
    is_lost: bool = False
    """Whether another replica leads."""
    extra_tasks: list[Task] = field(default_factory=list)

    def update(
        self,
        _task_id: str,
        transition: Callable[[Task], Task],
        *,
        extra_task: ExtraTask | None = None,
        only_as_leader: bool = False,
    ) -> tuple[Task, Task] | None:
        self.updates += 1
        if only_as_leader and self.is_lost:
            raise LeadershipLost
        if self.stored is None:
            return None
        before = self.stored
        self.stored = transition(before)
        extra = extra_task and extra_task(before, self.stored)
        if extra:
            self.extra_tasks.append(extra)
        return before, self.stored


def submit(
    task: Task,
    database: FakeDatabase,
    transfers: FakeTransfers | None = None,
    storage_problem: Callable[[], Exception | None] = lambda: None,
    monotonic: Callable[[], float] = lambda: 0.0,
) -> tuple[JobResult, FakeProvider]:
    provider = FakeProvider()
    condition = threading.Condition()
    runner = JobRunner(
        provider=provider,  # type: ignore[arg-type]  # the one call that a submit makes
        transfers=transfers or FakeTransfers(),  # type: ignore[arg-type]  # likewise
        callback_url=lambda _token: None,
        update=database.update,
        clock=lambda: NOW,
        stats=WorkerStats(),
        rate_limited=RateLimitedCaller(
            condition=condition,
            queries=RateLimiter(10, 1.0),
            on_error=lambda _error: None,
            monotonic=lambda: 0.0,
            stopping=threading.Event(),
        ),
        hosts=HostPauses(lambda: 0.0, on_answer=lambda _host: None),
        storage_problem=storage_problem,
        monotonic=monotonic,
    )
    return runner.submit(task), provider


@pytest.mark.parametrize("fields", [{}, EDIT], ids=["new image", "edit"])
def test_queued_task_is_sent_once_and_its_id_stored(fields: dict[str, object]) -> None:
    task = make_task(**fields)
    database = FakeDatabase(task)

    result, provider = submit(task, database)

    assert result.event == Accepted(PROVIDER_ID)
    assert len(provider.created) == 1
    assert database.stored is not None
    assert (database.stored.provider_id, database.stored.sent_at) == (PROVIDER_ID, NOW)
    assert database.extra_tasks == []


@pytest.mark.parametrize("fields", [{}, EDIT], ids=["new image", "edit"])
def test_stored_request_that_is_no_longer_allowed_is_not_sent(fields: dict[str, object]) -> None:
    request = GenerationRequest.from_storage(prompt="a hill", aspect_ratio="2:1")
    task = make_task(request=request, **fields)

    result, provider = submit(task, FakeDatabase(task))

    assert isinstance(result.event, ValidationError)
    assert provider.created == []


@pytest.mark.parametrize("fields", [{}, EDIT], ids=["new image", "edit"])
@pytest.mark.parametrize("state", [state for state in TaskState if state != "queued"])
def test_task_that_is_not_queued_is_neither_claimed_nor_sent(
    state: TaskState, fields: dict[str, object]
) -> None:
    task = make_task(state=state, **fields)
    database = FakeDatabase(make_task(**fields))  # queued again meanwhile

    result, provider = submit(task, database)

    assert result == JobResult()
    assert (database.updates, provider.created) == (0, [])


@pytest.mark.parametrize("fields", [{}, EDIT], ids=["new image", "edit"])
@pytest.mark.parametrize("stored", [None, TaskState.GENERATING], ids=["shutdown", "generating"])
def test_task_without_a_stored_claim_is_not_sent(
    stored: TaskState | None, fields: dict[str, object]
) -> None:
    task = make_task(**fields)
    database = FakeDatabase(None if stored is None else replace(task, state=stored))

    result, provider = submit(task, database)

    assert result == JobResult()
    assert provider.created == []


def test_claim_stored_by_a_failed_commit_is_sent() -> None:
    claimed = replace(SUBMITTING_TASK, sent_at=None)
    task = replace(claimed, state=TaskState.QUEUED)

    result, provider = submit(task, FakeDatabase(claimed))

    assert result.event == Accepted(PROVIDER_ID)
    assert len(provider.created) == 1


@pytest.mark.parametrize("fields", [{}, EDIT], ids=["new image", "edit"])
def test_second_send_keeps_the_previous_attempt(fields: dict[str, object]) -> None:
    task = make_task(sent_at=NOW - 60, **fields)
    database = FakeDatabase(task)

    submit(task, database)

    [previous] = database.extra_tasks
    assert (previous.token, previous.finished_at) == (task.token, NOW - 60)


def test_edit_withdrawn_during_its_upload_is_not_sent() -> None:
    database = FakeDatabase(make_task(**EDIT))

    class WithdrawnMeanwhile(FakeTransfers):
        def upload_source(self, task: Task) -> str:
            assert database.stored is not None
            database.stored = withdraw(database.stored, NOW)
            return super().upload_source(task)

    result, provider = submit(make_task(**EDIT), database, WithdrawnMeanwhile())

    assert result.event is None
    assert provider.created == []


@pytest.mark.parametrize("fields", [{}, EDIT], ids=["new image", "edit"])
def test_task_withdrawn_before_its_claim_is_not_sent(fields: dict[str, object]) -> None:
    task = make_task(**fields)

    result, provider = submit(task, FakeDatabase(withdraw(task, NOW)))

    assert (result.event, provider.created) == (None, [])


@pytest.mark.parametrize("fields", [{}, EDIT], ids=["new image", "edit"])
def test_task_is_not_claimed_while_its_image_could_not_be_kept(fields: dict[str, object]) -> None:
    task = make_task(**fields)
    database = FakeDatabase(task)

    result, provider = submit(task, database, storage_problem=lambda: OSError("the folder is gone"))

    assert result == JobResult()
    assert (database.updates, provider.created, database.stored) == (0, [], task)


@pytest.mark.parametrize("fields", [{}, EDIT], ids=["new image", "edit"])
def test_claimed_task_is_queued_again_when_its_image_cannot_be_kept_any_more(
    fields: dict[str, object],
) -> None:
    task = make_task(**fields)
    database = FakeDatabase(task)
    answers = iter([None, OSError("the folder is gone")])

    result, provider = submit(task, database, storage_problem=lambda: next(answers))

    assert result == JobResult()
    assert provider.created == []
    assert database.stored == replace(task, retry_at=NOW + 30)


@pytest.mark.parametrize("fields", [{}, EDIT], ids=["new image", "edit"])
def test_nothing_is_sent_where_another_replica_leads(fields: dict[str, object]) -> None:
    task = make_task(**fields)
    database = FakeDatabase(task, is_lost=True)

    result, provider = submit(task, database)

    assert result == JobResult()
    assert provider.created == []
    assert database.stored == task


@pytest.mark.parametrize("fields", [{}, EDIT], ids=["new image", "edit"])
def test_process_that_was_frozen_after_its_claim_gives_it_back(fields: dict[str, object]) -> None:
    task = make_task(**fields)
    database = FakeDatabase(task)
    times = iter([100.0, 105.1])

    result, provider = submit(task, database, monotonic=lambda: next(times))

    assert result == JobResult()
    assert provider.created == []
    assert database.stored is not None
    assert database.stored.state is TaskState.QUEUED
    assert database.stored.sent_at is None


def test_claim_that_the_next_leader_took_for_sent_is_given_back() -> None:
    task = make_task()
    database = FakeDatabase(task)

    def freeze() -> float:
        claimed = database.stored
        if claimed is None or claimed.state is TaskState.QUEUED:
            return 0.0
        database.stored = recover_after_restart(claimed, NOW)  # as the next leader does
        assert database.stored.state is TaskState.UNCONFIRMED
        return 60.0

    result, provider = submit(task, database, monotonic=freeze)

    assert result == JobResult()
    assert provider.created == []
    assert database.stored is not None
    assert database.stored.state is TaskState.QUEUED
    assert database.stored.failure is None
