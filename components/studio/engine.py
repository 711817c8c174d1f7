"""The engine: threads that send, follow and bring home, whether or not anybody is looking.

One thread asks the agenda what is due; a small pool does it. What a task becomes is decided
by `tasks.advance` alone and written to the ledger before anything else happens.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Protocol, TypeVar

from components.kontext import (
    GenerationRequest,
    KontextError,
    OutcomeUnknown,
    RateLimited,
    TaskReport,
)
from components.studio.agenda import AT_ONCE, Agenda, Job, Step
from components.studio.bell import Bell
from components.studio.ledger import Ledger, LedgerUnavailable
from components.studio.records import PictureRecord
from components.studio.tasks import (
    Accepted,
    Hindered,
    Obstacle,
    Report,
    State,
    Stored,
    Task,
    Trouble,
    advance,
    interrupted,
)

log = logging.getLogger("kontext.engine")

LONGEST_WRITE_PAUSE_SECONDS = 30.0
T = TypeVar("T")
HOLDING = {Trouble.KEY, Trouble.CREDIT}


class Service(Protocol):
    """What the engine asks of the service's client."""

    def create(self, request: GenerationRequest) -> str: ...
    def query(self, task_id: str) -> TaskReport: ...


class Hands(Protocol):
    """What the engine leaves to others: pictures going out, pictures coming in, the balance."""

    def lend_source(self, task: Task) -> str:
        """Where the service can read the picture to edit. Raises Hindrance."""

    def bring_home(self, task: Task) -> PictureRecord:
        """Fetch, verify and store the result. Raises Hindrance."""

    def can_pay(self, task: Task) -> bool:
        """Whether the account is good for this task. Raises KontextError."""


class Hindrance(Exception):
    """A step of our own could not be done now."""

    def __init__(self, hindered: Hindered) -> None:
        super().__init__(hindered.obstacle.trouble)
        self.hindered = hindered


class Engine:
    """Works through the agenda until it is stopped. Safe to call from any thread."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        service: Service,
        hands: Hands,
        agenda: Agenda,
        bell: Bell,
        callback_url: Callable[[str], str | None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._ledger = ledger
        self._service = service
        self._hands = hands
        self._agenda = agenda
        self._bell = bell
        self._callback_url = callback_url
        self._clock = clock
        self._turn = threading.Condition()
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(sum(AT_ONCE.values()) + 1, thread_name_prefix="engine")
        self._thread = threading.Thread(target=self._run, name="engine-agenda", daemon=True)

    # Life

    def start(self) -> None:
        """Take up every task that had not ended, then work."""
        now = self._clock()
        for task in self._ledger.unfinished():
            changed = self._ledger.change_task(task.id, interrupted)
            self._agenda.put(changed[1] if changed else task, now)
        self._thread.start()

    def stop(self) -> None:
        """Start nothing more and wait for what is under way; the ledger keeps the rest."""
        self._stopping.set()
        with self._turn:
            self._turn.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    # What others tell the engine

    def take_up(self, task: Task) -> None:
        """A task has come, or come back, that something should be done for."""
        with self._turn:
            self._agenda.put(task, self._clock())
            self._turn.notify_all()
        self._bell.ring(task.designer)

    def hasten(self, task_id: str) -> None:
        """Look at this task now."""
        with self._turn:
            self._agenda.hasten(task_id, self._clock())
            self._turn.notify_all()

    def probe_account(self) -> None:
        """Look now whether the key and the credit are good again."""
        with self._turn:
            self._agenda.probe_now(self._clock())
            self._turn.notify_all()

    def queue(self) -> list[Task]:
        """What waits to be sent, first to go first."""
        with self._turn:
            return self._agenda.queue()

    @property
    def held_by(self) -> Trouble | None:
        """What keeps the whole queue from being sent, if anything does."""
        with self._turn:
            return self._agenda.held_by

    def typical_seconds(self, task: Task) -> float | None:
        """How long such a task usually takes."""
        with self._turn:
            return self._agenda.typical_seconds(task.request.model)

    # The loop

    def _run(self) -> None:
        while not self._stopping.is_set():
            with self._turn:
                now = self._clock()
                jobs = self._agenda.take(now)
                if not jobs:
                    self._turn.wait(min(self._agenda.seconds_until_next(now) + 0.001, 60.0))
            for job in jobs:
                self._pool.submit(self._do, job)

    def _do(self, job: Job) -> None:
        steps = {
            Step.SEND: self._send,
            Step.ASK: self._ask,
            Step.FETCH: self._fetch,
        }
        if job.step is Step.PROBE:
            self._probe()
            return
        task = self._task(job.task_id)
        if task is None:
            return
        try:
            report, picture = steps[job.step](task)
        except Exception:
            # A fault of ours must not end the thread or leave a task with nobody to do it.
            log.exception("step failed", extra={"step": job.step, "task": task.id})
            report, picture = Hindered(Obstacle(Trouble.OURS), may_retry=True), None
        self._settle(task.id, report, picture)

    # The steps: each ends in a report about the task

    def _send(self, task: Task) -> tuple[Report | None, PictureRecord | None]:
        claimed = self._change(task.id, _claimed)
        if claimed is None or claimed.state is not State.SUBMITTING:
            return None, None
        self._bell.ring(task.designer)
        request = replace(task.request, callback_url=self._callback_url(task.token))
        try:
            if task.is_edit:
                request = replace(request, input_image=self._hands.lend_source(task))
        except Hindrance as hindrance:
            return hindrance.hindered, None
        # From this line on a restart must take the task for sent.
        self._change(task.id, lambda claimed: replace(claimed, sent_at=self._clock()))
        try:
            service_id = self._service.create(request)
        except KontextError as error:
            self._heed(error)
            return error, None
        except Exception:
            log.exception("create failed", extra={"task": task.id})
            return OutcomeUnknown("A fault of the studio."), None
        log.info("accepted", extra={"task": task.id, "service_id": service_id})
        return Accepted(service_id), None

    def _ask(self, task: Task) -> tuple[Report | None, PictureRecord | None]:
        if task.service_id is None:
            return None, None
        try:
            return self._service.query(task.service_id), None
        except RateLimited as error:
            with self._turn:
                self._agenda.queries_rejected(self._clock(), error.retry_after_seconds)
            return error, None
        except KontextError as error:
            return error, None

    def _fetch(self, task: Task) -> tuple[Report | None, PictureRecord | None]:
        if task.tries:
            # The link may have been a bad one: what the service says now is worth more.
            report, _ = self._ask(task)
            if isinstance(report, TaskReport):
                task = (
                    self._change(task.id, lambda now: advance(now, report, self._clock())) or task
                )
            if task.state is not State.STORING:
                return None, None
        try:
            picture = self._hands.bring_home(task)
        except Hindrance as hindrance:
            return hindrance.hindered, None
        return Stored(picture.id), picture

    def _probe(self) -> None:
        with self._turn:
            waiting = self._agenda.cheapest_waiting()
        good = waiting is None
        if waiting is not None:
            with suppress(KontextError):  # not good, then: the next probe asks again
                good = self._hands.can_pay(waiting)
        with self._turn:
            if good:
                self._agenda.release(self._clock())
            else:
                self._agenda.probe_failed(self._clock())
            self._turn.notify_all()
        if good:
            self._bell.ring_all()

    # What follows from a step

    def _heed(self, error: KontextError) -> None:
        """Let what one create was told slow or stop the others."""
        with self._turn:
            if isinstance(error, RateLimited):
                self._agenda.creates_rejected(self._clock(), error.retry_after_seconds)

    def _settle(self, task_id: str, report: Report | None, picture: PictureRecord | None) -> None:
        def rule(task: Task) -> Task:
            return task if report is None else advance(task, report, self._clock())

        changed = self._written(lambda: self._ledger.change_task(task_id, rule, picture=picture))
        if changed is None:
            return
        before, after = changed
        with self._turn:
            self._agenda.put(_jittered(after) if after.tries else after, self._clock())
            obstacle = after.obstacle
            held = after.state is State.QUEUED and obstacle and obstacle.trouble in HOLDING
            if held and obstacle:
                self._agenda.hold(obstacle.trouble, self._clock())
            self._turn.notify_all()
        if held:
            self._bell.ring_all()
        elif after != before:
            self._bell.ring(after.designer)
        if after.state is not before.state:
            log.info("state", extra={"task": task_id, "from": before.state, "to": after.state})

    def _change(self, task_id: str, rule: Callable[[Task], Task]) -> Task | None:
        changed = self._written(lambda: self._ledger.change_task(task_id, rule))
        return None if changed is None else changed[1]

    def _task(self, task_id: str) -> Task | None:
        return self._written(lambda: self._ledger.task(task_id))

    def _written(self, work: Callable[[], T]) -> T | None:
        """Do ledger work, as often as it takes: what the service said must not be forgotten."""
        pause = 0.5
        while True:
            try:
                return work()
            except LedgerUnavailable:
                log.exception("the ledger does not answer, trying again in %.1f s", pause)
                if self._stopping.wait(pause):
                    return None
                pause = min(pause * 2, LONGEST_WRITE_PAUSE_SECONDS)


def _claimed(task: Task) -> Task:
    """A queued task that a thread has begun to send."""
    return replace(task, state=State.SUBMITTING) if task.state is State.QUEUED else task


def _jittered(task: Task) -> Task:
    """A little later, so that tasks that failed together do not return together."""
    most = 0.25 * 2.0 ** min(task.tries, 5)
    delay = random.uniform(0.0, most)  # noqa: S311 - no secret hangs on it
    return replace(task, not_before=task.not_before + delay)
