"""The engine: threads that send, follow and bring home, whether or not anybody is looking.

One thread asks the agenda what is due; a small pool does it. What a task becomes is decided
by `life.advance` alone and written to the ledger before anything else happens.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from components.studio.db.models import PictureRecord
from components.studio.db.tasks import Beside, Ledger
from components.studio.events import Bell
from components.studio.tasks.models import Obstacle, Task, Trouble
from components.studio.tasks.transitions import Hindered, Report, advance, interrupted
from components.studio.worker.account import CREATE_WINDOW_SECONDS, Account, trouble_of
from components.studio.worker.db_retry import Insistence
from components.studio.worker.hooks import Aftermath
from components.studio.worker.jobs import Hands, Outcome, Service, Steps
from components.studio.worker.rate_limited_caller import Metered
from components.studio.worker.scheduler import AT_ONCE, Agenda, Job, Step
from components.studio.worker.stats import Tally

log = logging.getLogger("kontext.engine")


class Engine:
    """Works through the agenda until it is stopped. Safe to call from any thread.

    `clock` is in epoch seconds, `steady` in seconds that never go back. A task is changed by
    `change` alone, so that the agenda learns of changes in the order of the ledger.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        service: Service,
        hands: Hands,
        agenda: Agenda,
        account: Account,
        bell: Bell,
        callback_url: Callable[[str], str | None],
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.tally = Tally()
        self._ledger = ledger
        self._agenda = agenda
        self._account = account
        self._service = service
        self._bell = bell
        self._clock = clock
        self._steady = steady
        self._order = threading.Lock()  # taken before `_turn`, never after it
        self._turn = threading.Condition()
        self._stopping = threading.Event()
        self._steps = Steps(
            service=service,
            hands=hands,
            callback_url=callback_url,
            change=self._surely_change,
            clock=clock,
            tally=self.tally,
            metered=Metered(
                turn=self._turn,
                queries=account.queries,
                heed=lambda error: self._heed(account.heed_query, error),
                steady=steady,
                stopping=self._stopping,
            ),
        )
        self._insistence = Insistence(self._stopping)
        self.aftermath = Aftermath(
            tally=self.tally,
            bell=bell,
            steady=steady,
            distrust=lambda task: self._insistence.do(lambda: hands.distrust_source(task)),
            learn=self._learn,
        )
        self._pool = ThreadPoolExecutor(sum(AT_ONCE.values()) + 1, thread_name_prefix="engine")
        self._thread = threading.Thread(target=self._run, name="engine-agenda", daemon=True)

    # Life

    def start(self) -> None:
        """Take up every task that had not ended, then work. Raises LedgerUnavailable."""
        now, wall = self._steady(), self._clock()
        for task in self._ledger.unfinished():
            if interrupted(task, wall) != task:
                self.change(task.id, lambda task: interrupted(task, wall))
            else:
                self._agenda.put(task, now, wall)
        recent = self._ledger.count_sent(wall - CREATE_WINDOW_SECONDS, wall)
        self._account.resume(recent, now)
        self._thread.start()

    def stop(self) -> None:
        """Start nothing more and wait for what is under way; the ledger keeps the rest."""
        self._stopping.set()
        with self._turn:
            self._turn.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def is_at_work(self) -> bool:
        """Whether tasks are being worked on."""
        return self._thread.is_alive() and not self._stopping.is_set()

    @property
    def is_stuck(self) -> bool:
        """Whether work waits for a ledger that cannot be read or written."""
        return self._insistence.is_waiting

    # What others tell the engine

    def take_up(self, task: Task) -> None:
        """A new task has been written to the ledger."""
        with self._turn:
            self._agenda.put(task, self._steady(), self._clock())
            self._turn.notify_all()
        self._bell.ring(task.designer)

    def change(
        self,
        task_id: str,
        rule: Callable[[Task], Task],
        *,
        picture: PictureRecord | None = None,
        beside: Beside | None = None,
    ) -> tuple[Task, Task] | None:
        """Apply a rule to a task, in the ledger and then on the agenda: (before, after).

        None if there is no such task. Raises what `Ledger.change_task` raises.
        """
        with self._order:
            changed = self._ledger.change_task(task_id, rule, picture=picture, beside=beside)
            with self._turn:
                if changed is None:
                    self._agenda.drop(task_id)
                    return None
                before, after = changed
                self._agenda.put(after, self._steady(), self._clock())
                self._turn.notify_all()
        if after != before:
            self.aftermath.note(before, after)
        return changed

    def hasten(self, task_id: str) -> None:
        """Look at this task now."""
        with self._turn:
            self._agenda.hasten(task_id)
            self._turn.notify_all()

    def probe_account(self) -> None:
        """Look now whether the key and the credit are good again."""
        with self._turn:
            self._account.gate.probe_now(self._steady())
            self._turn.notify_all()

    # What others ask the engine

    def queue(self) -> list[Task]:
        """What waits to be sent, first to go first."""
        with self._turn:
            return self._agenda.queue()

    @property
    def held_by(self) -> Trouble | None:
        """What keeps the whole queue from being sent, if anything does."""
        with self._turn:
            return self._account.gate.trouble

    def typical_seconds(self, task: Task) -> float | None:
        """How long such a task usually takes."""
        with self._turn:
            return self._agenda.typical_seconds(task.request.model, editing=task.is_edit)

    # The loop

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                for job in self._wait_for_jobs():
                    self._pool.submit(self._do, job)
            except Exception:
                # Without this thread nothing would ever be done again.
                log.exception("the agenda failed")
                self._stopping.wait(1.0)

    def _wait_for_jobs(self) -> list[Job]:
        with self._turn:
            now = self._steady()
            jobs = self._agenda.take(now)
            if not jobs:
                self._turn.wait(self._agenda.seconds_until_next(now) + 0.001)
            return jobs

    def _do(self, job: Job) -> None:
        try:
            if job.step is Step.PROBE:
                self._probe()
            else:
                self._do_step(job)
        except Exception:
            # The pool would keep it to itself: nobody reads what its futures hold.
            log.exception("job failed", extra={"step": job.step, "task": job.task_id})
        finally:
            with self._turn:
                self._agenda.finished(job, self._steady())
                self._turn.notify_all()

    def _do_step(self, job: Job) -> None:
        task = self._insistence.do(lambda: self._ledger.task(job.task_id))
        if task is None:
            with self._turn:
                self._agenda.drop(job.task_id)
            return
        try:
            outcome = self._step(job, task)
        except Exception:
            # A fault of ours must leave the task in a state that somebody goes on from.
            log.exception("step failed", extra={"step": job.step, "task": task.id})
            outcome = Outcome(Hindered(Obstacle(Trouble.OURS), may_retry=True))
        if job.step is Step.SEND:
            self._heed(self._account.heed_create, outcome.report)
        else:
            self._heed(self._account.heed_query, outcome.answer)
        report = outcome.report
        if report is not None:
            self._surely_change(
                task.id,
                lambda task: _jittered(task, advance(task, report, self._clock())),
                picture=outcome.picture,
            )

    def _step(self, job: Job, task: Task) -> Outcome:
        match job.step:
            case Step.SEND:
                return self._steps.send(task)
            case Step.FETCH:
                return self._steps.fetch(task, ask_first=job.asks_first)
            case _:
                return self._steps.ask(task)

    def _heed(self, rule: Callable[[Report | None, float], None], report: Report | None) -> None:
        """Let what one task was told slow or stop the others."""
        with self._turn:
            before = self._account.gate.trouble
            rule(report, self._steady())
            after = self._account.gate.trouble
        if after is not before:
            log.warning("sending is held", extra={"by": after})
            self._bell.ring_all()

    def _probe(self) -> None:
        queue = self.queue()
        trouble = trouble_of(self._service, [task.price for task in queue], self.held_by)
        with self._turn:
            if trouble is None:
                self._account.gate.open_on_trial()
                self._agenda.released(self._steady())
            else:
                self._account.gate.probe_failed(trouble, self._steady())
            self._turn.notify_all()
        self._bell.ring_all()

    def _learn(self, task: Task) -> None:
        with self._turn:
            self._agenda.learn(task)

    def _surely_change(
        self,
        task_id: str,
        rule: Callable[[Task], Task],
        *,
        picture: PictureRecord | None = None,
        beside: Beside | None = None,
    ) -> tuple[Task, Task] | None:
        return self._insistence.do(
            lambda: self.change(task_id, rule, picture=picture, beside=beside)
        )


def _jittered(before: Task, after: Task) -> Task:
    """A little later, so that tasks that failed together do not return together."""
    if after.tries <= before.tries:
        return after
    most = 0.25 * 2.0 ** min(after.tries, 5)
    delay = random.uniform(0.0, most)  # noqa: S311 - no secret hangs on it
    return replace(after, not_before=after.not_before + delay)
