"""The engine against a service that is not the sandbox, and answers as no document says."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from components.bootstrap import build_studio
from components.kie import GenerationRequest
from components.studio.settings import Settings
from components.studio.studio import Studio
from components.studio.tasks.models import FailureReason, Task, TaskState
from tests.support.http_server import serve_routes
from tests.support.image_corpus import encoded, quarters
from tests.support.studio_fixture import DESIGNER, wait_until

MOST_ASKED_IN_A_SECOND = 10
RETRY_AFTER_SECONDS = 4
UNDER_WAY_SECONDS = 0.5
REFUSED_YET_MADE = {"too many, yet made": 429, "failed, yet made": 500, "unpaid, yet made": 402}


@dataclass
class Stranger:
    """Answers creates as told by their prompts, and every query with a success."""

    creates: Counter[str] = field(default_factory=Counter)
    queries: Counter[str] = field(default_factory=Counter)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    url: str = ""
    asked_at: list[float] = field(default_factory=list)
    rejected_at: float | None = None
    rejected: int = 0
    refuses_key_for_links: bool = False
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def routes(self) -> list[Route]:
        """The three calls that the engine needs, and the picture."""
        return [
            Route("/api/v1/flux/kontext/generate", self.generate, methods=["POST"]),
            Route("/api/v1/flux/kontext/record-info", self.record_info),
            Route("/api/v1/common/download-url", self.download_url, methods=["POST"]),
            Route("/picture.png", self.picture),
        ]

    async def generate(self, request: Request) -> Response:
        body = await request.json()
        prompt = body["prompt"]
        self.creates[prompt] += 1
        if prompt == "turned away" and self.creates[prompt] < 3:
            return Response("<h1>Slow down</h1>", 429, {"retry-after": "1"})
        if prompt == "gateway":
            return JSONResponse({"code": 504, "msg": "Gateway time-out", "data": None})
        if prompt in REFUSED_YET_MADE:
            self.records[prompt] = body
            no = {"code": REFUSED_YET_MADE[prompt], "msg": "no", "data": {"taskId": prompt}}
            return JSONResponse(no)
        task_id = "always the same" if prompt.startswith("same id") else f"{next(self._numbers)}"
        self.records.setdefault(task_id, body)
        return JSONResponse({"code": 200, "msg": "success", "data": {"taskId": task_id}})

    async def record_info(self, request: Request) -> Response:
        task_id = request.query_params["taskId"]
        self.queries[task_id] += 1
        body = self.records[task_id]
        if (rejection := self._too_many()) is not None:
            return rejection
        if body["prompt"] == "asked too often" and self.queries[task_id] == 2:
            self.rejected_at = time.monotonic()
            return Response("", 429, {"retry-after": str(RETRY_AFTER_SECONDS)})
        links = {"resultImageUrl": f"{self.url}/picture.png"}
        if body["prompt"] == "origin only":
            links = {"resultImageUrl": "", "originImageUrl": f"{self.url}/picture.png"}
        if body["prompt"] == "asked too often" or body["prompt"].startswith("lost link"):
            links = {"resultImageUrl": f"{self.url}/nothing-there.png"}
        data: dict[str, Any] = {
            "taskId": task_id,
            "paramJson": json.dumps(body),
            "successFlag": "1" if body["prompt"] == "flag as text" else 1,
            "response": links,
        }
        if body["prompt"] == "never ready":
            data |= {"successFlag": 0, "response": None}
        if body["prompt"] == "nothing told" and self.queries[task_id] < 3:
            return JSONResponse({"code": 200, "msg": "success", "data": None})
        return JSONResponse({"code": 200, "msg": "success", "data": data})

    async def download_url(self, _request: Request) -> Response:
        if self.refuses_key_for_links:
            return JSONResponse({"code": 401, "msg": "You do not have access permissions"})
        return self._too_many() or JSONResponse({"code": 422, "msg": "url is wrong", "data": None})

    def _too_many(self) -> Response | None:
        """The limit of docs/kie-api.md, Codes, on all questions of a key together."""
        now = time.monotonic()
        self.asked_at.append(now)
        if sum(now - moment < 1 for moment in self.asked_at) <= MOST_ASKED_IN_A_SECOND:
            return None
        self.rejected += 1
        return JSONResponse({"code": 429, "msg": "Your call frequency is too high."})

    async def picture(self, _request: Request) -> Response:
        return Response(encoded(quarters(), "PNG"), media_type="application/octet-stream")


@contextmanager
def studio_at(folder: Path, stranger: Stranger) -> Iterator[Studio]:
    with serve_routes(stranger.routes()) as url:
        stranger.url = url
        studio = build_studio(
            Settings(api_key="key", base_url=url, upload_base_url=url, data_dir=folder)
        )
        try:
            studio.worker.start()
            yield studio
        finally:
            studio.close()


def asked_for(studio: Studio, prompt: str) -> Task:
    [task] = studio.submit(DESIGNER, GenerationRequest(prompt=prompt))
    return task


def asked(studio: Studio, prompt: str, *states: TaskState) -> Task:
    task = asked_for(studio, prompt)
    wait_until(lambda: studio.task(DESIGNER, task.id).state in states)
    return studio.task(DESIGNER, task.id)


def test_duplicate_provider_id_is_rejected(tmp_path: Path) -> None:
    stranger = Stranger()
    with studio_at(tmp_path, stranger) as studio:
        first = asked(studio, "same id, first", TaskState.DONE)
        second = asked(studio, "same id, second", TaskState.UNCONFIRMED)
    assert first.provider_id == "always the same"
    assert (second.provider_id, stranger.creates["same id, second"]) == (None, 1)


def test_same_id_for_variants_is_used_once(
    tmp_path: Path,
) -> None:
    stranger = Stranger()
    with studio_at(tmp_path, stranger) as studio:
        tasks = studio.submit(DESIGNER, GenerationRequest(prompt="same id"), variants=4)

        def states() -> Counter[TaskState]:
            return Counter(studio.task(DESIGNER, task.id).state for task in tasks)

        wait_until(lambda: states() == {TaskState.DONE: 1, TaskState.UNCONFIRMED: 3})
    assert stranger.creates["same id"] == 4


def test_rejection_during_download_slows_all_queries(tmp_path: Path) -> None:
    stranger = Stranger()
    with studio_at(tmp_path, stranger) as studio:
        asked(studio, "asked too often", TaskState.STORING)
        asked(studio, "never ready", TaskState.GENERATING)
        wait_until(lambda: stranger.rejected_at is not None)
        wait_until(
            lambda: stranger.asked_at[-1] > (stranger.rejected_at or 0) + RETRY_AFTER_SECONDS
        )
    early = [
        moment - (stranger.rejected_at or 0)
        for moment in stranger.asked_at
        # What was under way at the rejection was sent before it was read.
        if UNDER_WAY_SECONDS < moment - (stranger.rejected_at or 0) < RETRY_AFTER_SECONDS
    ]
    assert early == []


def test_failing_urls_are_queried_within_limits(tmp_path: Path) -> None:
    stranger = Stranger()
    with studio_at(tmp_path, stranger) as studio:
        tasks = [asked_for(studio, f"lost link {number}") for number in range(18)]
        wait_until(lambda: all(studio.task(DESIGNER, task.id).attempts >= 2 for task in tasks))
    assert stranger.rejected == 0


def test_key_rejected_during_download_notifies_everybody(
    tmp_path: Path,
) -> None:
    with studio_at(tmp_path, Stranger(refuses_key_for_links=True)) as studio:
        told = threading.Event()
        studio.events.subscribe("f" * 32, told.set)
        asked_for(studio, "lost link")
        wait_until(lambda: studio.pause_reason is FailureReason.AUTH)
        assert told.wait(5.0)  # the first check of the account, after 10 s, would tell them too


def test_rejected_create_is_retried_until_accepted_once(
    tmp_path: Path,
) -> None:
    stranger = Stranger()
    with studio_at(tmp_path, stranger) as studio:
        asked(studio, "turned away", TaskState.DONE)
    assert stranger.creates == {"turned away": 3}


@pytest.mark.parametrize("prompt", REFUSED_YET_MADE)
def test_error_with_task_id_is_polled_not_resent(tmp_path: Path, prompt: str) -> None:
    stranger = Stranger()
    with studio_at(tmp_path, stranger) as studio:
        task = asked(studio, prompt, TaskState.DONE)
    assert (task.provider_id, stranger.creates[prompt]) == (prompt, 1)


def test_gateway_answer_to_create_is_unconfirmed(tmp_path: Path) -> None:
    stranger = Stranger()
    with studio_at(tmp_path, stranger) as studio:
        task = asked(studio, "gateway", TaskState.UNCONFIRMED)
    assert task.failure is not None
    assert (task.failure.reason, stranger.creates["gateway"]) == (FailureReason.NO_RESPONSE, 1)


def test_unusual_successes_are_understood(tmp_path: Path) -> None:
    with studio_at(tmp_path, Stranger()) as studio:
        for prompt in ("origin only", "flag as text", "nothing told"):
            asked(studio, prompt, TaskState.DONE)


def test_record_with_another_prompt_is_not_stored(tmp_path: Path) -> None:
    stranger = Stranger(records={"0": {"prompt": "somebody's cat"}})
    with studio_at(tmp_path, stranger) as studio:
        task = asked(studio, "a hill", TaskState.GENERATING, TaskState.FAILED)
        wait_until(lambda: stranger.queries["0"] >= 2)
        task = studio.task(DESIGNER, task.id)
    assert (task.state, task.image_id, stranger.creates["a hill"]) == (
        TaskState.GENERATING,
        None,
        1,
    )
