"""Runs accepted tasks to their end and sends callbacks; one picture is rendered at a time."""

import asyncio
import logging
import secrets
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from components.sandbox import callbacks
from components.sandbox.fetching import CannotFetch, fetch, post, run_in_daemon_thread
from components.sandbox.links import is_loopback, own_path, save_result
from components.sandbox.options import SandboxOptions
from components.sandbox.recorded_edits import AnswerFolder
from components.sandbox.rendering import MAX_INPUT_BYTES, Renderer, UnusableInput
from components.sandbox.store import Store
from components.sandbox.tasks import FAILURES, SuccessFlag, Task

_TICK_SECONDS = 0.05
_RENDER_SLOTS = 4
"""Inputs of up to 20 MB each that may be held in memory at once."""
_log = logging.getLogger(__name__)


class TaskRunner:
    """Runs tasks on the event loop that `run` is awaited on."""

    def __init__(self, options: SandboxOptions, store: Store) -> None:
        """Raises OSError when the folder of answers cannot be read."""
        self._options = options
        self._store = store
        self._waiting: dict[str, Task] = {}
        self._wake = asyncio.Event()
        self._jobs: set[asyncio.Task[None]] = set()
        self._render_slots = asyncio.Semaphore(_RENDER_SLOTS)
        answers = AnswerFolder(options.answers) if options.answers else None
        self._renderer = Renderer(store, answers, drift=options.drift)
        self._render_thread = ThreadPoolExecutor(1, "sandbox-renderer")

    async def run(self) -> None:
        """Resume what an earlier run left, then run tasks until cancelled."""
        for task in self._store.unfinished():
            if task.flag is SuccessFlag.GENERATING:
                self._waiting[task.task_id] = task
            else:
                self._start(self._call_back(task))
        while True:
            now = self._options.clock()
            for task in [task for task in self._waiting.values() if task.due_at <= now]:
                del self._waiting[task.task_id]
                self._start(self.finish(task))
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
            await asyncio.sleep(_TICK_SECONDS)

    async def close(self) -> None:
        """Cancel running jobs; the store still holds their tasks."""
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        self._render_thread.shutdown(cancel_futures=True)

    def submit(self, task: Task) -> None:
        """Run a task when it is due."""
        if "callback-forged" in task.faults:
            self._start(self._forge(task))
        self._waiting[task.task_id] = task
        self._wake.set()

    async def finish(self, task: Task) -> None:
        """End a task now, store that, and send its callback."""
        ended = replace(
            await self._end(task),
            ended_at=self._options.clock(),
            callback_owed=task.callback_url is not None,
        )
        self._store.update(ended)
        self._store.delete_expired(self._options.clock())
        await self._call_back(ended)

    def _start(self, job: Coroutine[None, None, None]) -> None:
        started = asyncio.get_running_loop().create_task(job)
        self._jobs.add(started)
        started.add_done_callback(self._done)

    def _done(self, job: asyncio.Task[None]) -> None:
        self._jobs.discard(job)
        if not job.cancelled() and (problem := job.exception()):
            _log.error("a task of the sandbox failed", exc_info=problem)

    async def _end(self, task: Task) -> Task:
        if failures := [FAILURES[name] for name in task.faults if name in FAILURES]:
            return task.failed(*failures[0])
        if "no-result" in task.faults:
            return replace(task, flag=SuccessFlag.SUCCESS)
        try:
            async with self._render_slots:
                source = await self._source(task)
                render = partial(self._renderer.render_task, task, source)
                loop = asyncio.get_running_loop()
                picture = await loop.run_in_executor(self._render_thread, render)
        except (CannotFetch, UnusableInput) as problem:
            _log.info("task %s failed: %s", task.task_id, problem)
            message = f"Failed to process the input image: {problem}"
            return task.failed(SuccessFlag.GENERATE_FAILED, 500, message)
        except Exception:  # noqa: BLE001 - a defect of the renderer must end the task, not hang it
            _log.exception("task %s could not be rendered", task.task_id)
            return task.failed(*FAILURES["generate-failed"])
        result, origin = save_result(self._store, picture, self._options.clock())
        return replace(task, flag=SuccessFlag.SUCCESS, result_path=result, origin_path=origin)

    async def _source(self, task: Task) -> bytes | None:
        if task.input_image is None:
            return None
        path = own_path(task.input_image, task.base_url)
        if file := self._store.file(path, self._options.clock()):
            return file.content
        if self._options.only_own_links:
            raise CannotFetch("only links of the sandbox itself are fetched here")
        return await run_in_daemon_thread(partial(fetch, task.input_image, MAX_INPUT_BYTES))

    async def _call_back(self, task: Task) -> None:
        if task.callback_url is None or not task.callback_owed:
            return
        body = callbacks.callback_body(task)
        for _ in range(2 if "callback-duplicate" in task.faults else 1):
            await self._deliver(task.callback_url, task.task_id, body)
        self._store.update(replace(task, callback_owed=False))

    async def _deliver(self, url: str, task_id: str, body: bytes) -> None:
        for attempt in range(1 + callbacks.RETRIES):
            if attempt:
                await asyncio.sleep(self._options.callback_retry_seconds)
            headers = callbacks.signature(self._options.webhook_key, task_id, self._options.clock())
            if await self._post(url, body, headers):
                return

    async def _forge(self, task: Task) -> None:
        if task.callback_url is not None:
            key, now = secrets.token_hex(16), self._options.clock()  # no key that anyone has
            headers = callbacks.signature(key, task.task_id, now)
            await self._post(task.callback_url, callbacks.forged_body(task), headers)

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> bool:
        if self._options.only_own_links and not is_loopback(url):
            _log.info("no callback leaves this machine: %s", url)
            return True
        return await run_in_daemon_thread(partial(post, url, body, headers))
