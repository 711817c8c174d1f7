"""Worker against a provider that answers as no document says."""

from __future__ import annotations

import itertools
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from components.bootstrap import build_studio
from components.kie import GenerationRequest
from components.studio.db.tasks import TaskRepository
from components.studio.settings import Settings
from components.studio.studio import Studio
from components.studio.tasks.models import FailureReason, Task, TaskState
from tests.support.factories import GENERATING_TASK, PROVIDER_ID
from tests.support.http_server import serve_routes
from tests.support.image_corpus import encoded, quarters
from tests.support.studio_fixture import USER_ID, wait_until

MAX_CALLS_PER_S = 10
RETRY_AFTER_S = 3
# By prompt: the error code with which a create is answered that was accepted.
CREATED_WITH_ERROR = {"created with 429": 429, "created with 500": 500, "created with 402": 402}


@dataclass
class OddProvider:
    """Answers the calls of a task as its prompt says; a query is a success by default."""

    creates: Counter[str] = field(default_factory=Counter)
    queries: Counter[str] = field(default_factory=Counter)
    credit_checks: int = 0
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    url: str = ""
    called_at: list[float] = field(default_factory=list)
    rejected_at: float | None = None
    rejected: int = 0
    rejects_key_for_download_url: bool = False
    _task_numbers: Iterator[int] = field(default_factory=itertools.count)

    def routes(self) -> list[Route]:
        """The calls of the worker and the image file."""
        return [
            Route("/api/v1/flux/kontext/generate", self.generate, methods=["POST"]),
            Route("/api/v1/flux/kontext/record-info", self.record_info),
            Route("/api/v1/common/download-url", self.download_url, methods=["POST"]),
            Route("/api/v1/chat/credit", self.credits),
            Route("/image.png", self.image),
        ]

    async def generate(self, request: Request) -> Response:
        body = await request.json()
        prompt = body["prompt"]
        self.creates[prompt] += 1
        if prompt == "rate limited" and self.creates[prompt] < 3:
            return Response("<h1>Slow down</h1>", 429, {"retry-after": "1"})
        if prompt == "rate limited for a day" and self.creates[prompt] == 1:
            return Response("<h1>Slow down</h1>", 429, {"retry-after": "86400"})
        if prompt == "gateway":
            return JSONResponse({"code": 504, "msg": "Gateway time-out", "data": None})
        if prompt in CREATED_WITH_ERROR:
            self.records[prompt] = body
            code = CREATED_WITH_ERROR[prompt]
            return JSONResponse({"code": code, "msg": "no", "data": {"taskId": prompt}})
        task_id = "the same id" if prompt.startswith("same id") else f"{next(self._task_numbers)}"
        self.records.setdefault(task_id, body)
        return JSONResponse({"code": 200, "msg": "success", "data": {"taskId": task_id}})

    async def record_info(self, request: Request) -> Response:
        task_id = request.query_params["taskId"]
        self.queries[task_id] += 1
        body = self.records[task_id]
        if (rejection := self._rate_limit()) is not None:
            return rejection
        if body["prompt"] == "rate limited query" and self.queries[task_id] == 2:
            self.rejected_at = time.monotonic()
            return Response("", 429, {"retry-after": str(RETRY_AFTER_S)})
        urls = {"resultImageUrl": f"{self.url}/image.png"}
        if body["prompt"] == "origin only":
            urls = {"resultImageUrl": "", "originImageUrl": f"{self.url}/image.png"}
        if body["prompt"] == "rate limited query" or body["prompt"].startswith("broken URL"):
            urls = {"resultImageUrl": f"{self.url}/missing.png"}
        data: dict[str, Any] = {
            "taskId": task_id,
            "paramJson": json.dumps(body),
            "successFlag": "1" if body["prompt"] == "flag as text" else 1,
            "response": urls,
        }
        if body["prompt"] == "never ready":
            data |= {"successFlag": 0, "response": None}
        if body["prompt"] == "empty query" and self.queries[task_id] < 3:
            return JSONResponse({"code": 200, "msg": "success", "data": None})
        return JSONResponse({"code": 200, "msg": "success", "data": data})

    async def download_url(self, _request: Request) -> Response:
        if self.rejects_key_for_download_url:
            return JSONResponse({"code": 401, "msg": "You do not have access permissions"})
        return self._rate_limit() or JSONResponse(
            {"code": 422, "msg": "url is wrong", "data": None}
        )

    async def credits(self, _request: Request) -> Response:
        self.credit_checks += 1
        return JSONResponse({"code": 200, "msg": "success", "data": 1000})

    def _rate_limit(self) -> Response | None:
        """The limit on all queries of a key together: docs/kie-api.md, Codes."""
        now = time.monotonic()
        self.called_at.append(now)
        if sum(now - called_at < 1 for called_at in self.called_at) <= MAX_CALLS_PER_S:
            return None
        self.rejected += 1
        return JSONResponse({"code": 429, "msg": "Your call frequency is too high."})

    async def image(self, _request: Request) -> Response:
        return Response(encoded(quarters(), "PNG"), media_type="application/octet-stream")


@contextmanager
def studio_with(folder: Path, provider: OddProvider) -> Iterator[Studio]:
    with serve_routes(provider.routes()) as url:
        provider.url = url
        studio = build_studio(
            Settings(
                api_key="key",
                base_url=url,
                upload_base_url=url,
                data_dir=folder,
                pause_factor=0.1,
            )
        )
        try:
            studio.worker.start()
            yield studio
        finally:
            studio.close()


def submit(studio: Studio, prompt: str) -> Task:
    [task] = studio.tasks.submit(USER_ID, GenerationRequest(prompt=prompt))
    return task


def submit_and_wait(studio: Studio, prompt: str, *states: TaskState) -> Task:
    task = submit(studio, prompt)
    wait_until(lambda: studio.task(USER_ID, task.id).state in states)
    return studio.task(USER_ID, task.id)


def test_duplicate_provider_id_is_rejected(tmp_path: Path) -> None:
    provider = OddProvider()
    with studio_with(tmp_path, provider) as studio:
        first = submit_and_wait(studio, "same id, first", TaskState.DONE)
        second = submit_and_wait(studio, "same id, second", TaskState.UNCONFIRMED)
    assert first.provider_id == "the same id"
    assert (second.provider_id, provider.creates["same id, second"]) == (None, 1)


def test_same_id_for_variants_is_used_once(
    tmp_path: Path,
) -> None:
    provider = OddProvider()
    with studio_with(tmp_path, provider) as studio:
        tasks = studio.tasks.submit(USER_ID, GenerationRequest(prompt="same id"), variants=4)

        def states() -> Counter[TaskState]:
            return Counter(studio.task(USER_ID, task.id).state for task in tasks)

        wait_until(lambda: states() == {TaskState.DONE: 1, TaskState.UNCONFIRMED: 3})
    assert provider.creates["same id"] == 4


def test_rejection_during_download_slows_all_queries(tmp_path: Path) -> None:
    provider = OddProvider()
    with studio_with(tmp_path, provider) as studio:
        submit_and_wait(studio, "rate limited query", TaskState.STORING)
        submit_and_wait(studio, "never ready", TaskState.GENERATING)
        wait_until(lambda: provider.rejected_at is not None)
        wait_until(lambda: provider.called_at[-1] > (provider.rejected_at or 0) + RETRY_AFTER_S)
    since_rejection = [at - (provider.rejected_at or 0) for at in provider.called_at]
    # Without a pause there would be about thirty; a busy machine sends a few before it reads of it.
    assert sum(0 < seconds < RETRY_AFTER_S for seconds in since_rejection) <= 10


def test_failing_urls_are_queried_within_limits(tmp_path: Path) -> None:
    provider = OddProvider()
    with studio_with(tmp_path, provider) as studio:
        tasks = [submit(studio, f"broken URL {number}") for number in range(18)]
        wait_until(lambda: all(studio.task(USER_ID, task.id).attempts >= 2 for task in tasks))
    assert provider.rejected == 0


def test_key_rejected_during_download_notifies_everybody(
    tmp_path: Path,
) -> None:
    provider = OddProvider(rejects_key_for_download_url=True)
    with studio_with(tmp_path, provider) as studio:
        checks_before: list[int] = []
        studio.events.subscribe("f" * 32, lambda: checks_before.append(provider.credit_checks))
        submit(studio, "broken URL")
        wait_until(lambda: studio.pause_reason is FailureReason.AUTH)
        wait_until(lambda: bool(checks_before))
    # A check of the account, ten seconds later, notifies everybody too.
    assert checks_before[0] == 0


def test_rejected_create_is_retried_until_accepted_once(
    tmp_path: Path,
) -> None:
    provider = OddProvider()
    with studio_with(tmp_path, provider) as studio:
        submit_and_wait(studio, "rate limited", TaskState.DONE)
    assert provider.creates == {"rate limited": 3}


@pytest.mark.parametrize("prompt", CREATED_WITH_ERROR)
def test_error_with_task_id_is_polled_not_resent(tmp_path: Path, prompt: str) -> None:
    provider = OddProvider()
    with studio_with(tmp_path, provider) as studio:
        task = submit_and_wait(studio, prompt, TaskState.DONE)
    assert (task.provider_id, provider.creates[prompt]) == (prompt, 1)


def test_gateway_answer_to_create_is_unconfirmed(tmp_path: Path) -> None:
    provider = OddProvider()
    with studio_with(tmp_path, provider) as studio:
        task = submit_and_wait(studio, "gateway", TaskState.UNCONFIRMED)
    assert task.failure is not None
    assert (task.failure.reason, provider.creates["gateway"]) == (FailureReason.NO_RESPONSE, 1)


def test_unusual_successes_are_understood(tmp_path: Path) -> None:
    with studio_with(tmp_path, OddProvider()) as studio:
        tasks = [submit(studio, text) for text in ("origin only", "flag as text", "empty query")]
        for task in tasks:
            wait_until(lambda task=task: studio.task(USER_ID, task.id).state is TaskState.DONE)


def test_record_with_another_prompt_is_not_stored(tmp_path: Path) -> None:
    provider = OddProvider(records={"0": {"prompt": "another prompt"}})
    with studio_with(tmp_path, provider) as studio:
        task = submit_and_wait(studio, "a hill", TaskState.GENERATING, TaskState.FAILED)
        wait_until(lambda: provider.queries["0"] >= 2)
        task = studio.task(USER_ID, task.id)
    assert (task.state, task.image_id, provider.creates["a hill"]) == (
        TaskState.GENERATING,
        None,
        1,
    )


def test_pause_of_a_day_holds_all_creates_until_somebody_asks(tmp_path: Path) -> None:
    provider = OddProvider()
    with studio_with(tmp_path, provider) as studio:
        first = submit(studio, "rate limited for a day")
        wait_until(lambda: studio.pause_reason is FailureReason.RATE_LIMITED)
        until = studio.paused_until or 0.0
        assert 86_000 < until - studio.clock() <= 86_400
        wait_until(lambda: studio.task(USER_ID, first.id).state is TaskState.QUEUED)
        assert studio.task(USER_ID, first.id).retry_at == pytest.approx(until, abs=60)
        second = submit(studio, "a hill")
        wait_until(lambda: studio.tasks.queue_positions().keys() == {first.id, second.id})
        assert sum(provider.creates.values()) == 1
        studio.recheck_account()
        for task in (first, second):
            wait_until(lambda task=task: studio.task(USER_ID, task.id).state is TaskState.DONE)
        assert studio.pause_reason is studio.paused_until is None
    assert provider.creates == {"rate limited for a day": 2, "a hill": 1}


@pytest.mark.parametrize("state", [TaskState.STILL_RUNNING, TaskState.GENERATING])
def test_start_asks_at_once_what_became_of_running_tasks(tmp_path: Path, state: TaskState) -> None:
    provider = OddProvider(records={PROVIDER_ID: {"prompt": "a hill"}})
    running = replace(GENERATING_TASK, state=state, user_id=USER_ID)
    with closing(TaskRepository.in_folder(tmp_path)) as repository:
        repository.add_tasks([running])
    with studio_with(tmp_path, provider) as studio:
        wait_until(lambda: studio.task(USER_ID, running.id).state is TaskState.DONE)
