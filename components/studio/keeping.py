"""Keeps the source's pixels: works out what an edit changed, and puts back all else.

It runs beside everything: each picture is worked on in a process of its own, two at a time. A
crash of that process costs nothing but its result. Who has many edits waiting does not delay
others: people take turns.
"""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from components.studio.db.database import DatabaseError, DbRetry, NotFoundError
from components.studio.db.kept_versions import (
    ASKED_FOR,
    KeepChoice,
    KeepReport,
    KeepState,
    KeptVersions,
    kept_id_for,
)
from components.studio.db.prompts import DraftStore
from components.studio.db.tables import ImageRecord
from components.studio.db.tasks import TaskRepository
from components.studio.events import EventBus
from components.studio.images.file_type import InvalidImageError
from components.studio.images.keep_source_pixels import (
    DrawnMap,
    MapSettings,
    draw_aligned_edit,
    draw_map,
    read_edit,
)
from components.studio.images.object_store import StoredFile, StoreUnavailable
from components.studio.images.original import OriginalImage
from components.studio.images.store import ImageStore
from components.studio.keep_process import (
    KeepError,
    KeepJob,
    KeepOutcome,
    KeepProblem,
    RunKeepJob,
    run_in_process,
)
from components.studio.storage import Storage
from components.studio.tasks.models import Task

if TYPE_CHECKING:
    from components.studio.images.change_map import ChangeAnalysis

log = logging.getLogger("kontext.keeping")

WORKED_ON_AT_ONCE = 2
WANTED_AS_IT_IS = "wanted"
"""The reason of what a person declines. The value is stored."""
_CHOICE = "keep-rest"  # the name of the draft that holds it
ANALYSIS_DAYS = 7  # without use; in an S3-compatible store, since it was made
STORE_RETRY_SECONDS = 2.0
_DAY_S = 24 * 3600.0


class TurnQueue:
    """A queue in which people take turns. Not thread-safe."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[str]] = OrderedDict()

    def add(self, user_id: str, item: str) -> None:
        """Add an item to this person's; nothing if it is there already."""
        items = self._waiting.setdefault(user_id, deque())
        if item not in items:
            items.append(item)

    def pop(self) -> tuple[str, str] | None:
        """The person whose turn it is and their oldest item; then others have their turn first."""
        if not self._waiting:
            return None
        user_id, items = self._waiting.popitem(last=False)
        item = items.popleft()
        if items:
            self._waiting[user_id] = items
        return user_id, item


@dataclass(kw_only=True)
class KeepService:
    """Works on the raw answers of edits, until it is stopped; shows and chooses their versions.

    Every method raises DatabaseError. Thread-safe.
    """

    versions: KeptVersions
    repository: TaskRepository
    image_store: ImageStore
    storage: Storage
    events: EventBus
    drafts: DraftStore
    default_choice: KeepChoice
    """Of who has not chosen what happens after an edit."""
    run_job: RunKeepJob = run_in_process
    clock: Callable[[], float] = time.time
    on_settled: Callable[[KeepReport], object] = lambda _report: None
    """Called when nothing more happens to a raw answer by itself."""

    def __post_init__(self) -> None:
        self._queue = TurnQueue()
        self._condition = threading.Condition()
        self._stopping = threading.Event()
        self._db_retry = DbRetry(self._stopping)
        self._leads = False
        self._busy: set[str] = set()
        """Raw answers that are worked on."""
        self._again: dict[str, str] = {}
        """Those that were asked for meanwhile, with their users."""
        self._analysed: set[str] = set()
        """Raw answers that are analysed, or wait for it, for the change map."""
        self._analysis_problems: dict[str, KeepProblem] = {}
        self._threads = [
            threading.Thread(target=self._run, name=f"keep-{number}", daemon=True)
            for number in range(WORKED_ON_AT_ONCE)
        ]

    def start(self) -> None:
        """Make analyses for change maps; what waits to be kept waits for `take_over`."""
        for thread in self._threads:
            thread.start()

    def take_over(self) -> None:
        """Continue with what waits: this process leads. Raises DatabaseError."""
        waiting, cut_off = self.versions.recover()
        for report in cut_off:
            self._remove_files(kept_id_for(report))
        with self._condition:
            self._leads = True
        for report in waiting:
            self.enqueue(report.user_id, report.image_id)

    def step_down(self) -> None:
        """Begin with no more reports: another replica leads."""
        with self._condition:
            self._leads = False

    def stop(self) -> None:
        """Stop: what is being worked on is waiting again at the next start."""
        self._stopping.set()
        with self._condition:
            self._condition.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def enqueue(self, user_id: str, image_id: str) -> None:
        """Work on this raw answer, whose report waits."""
        with self._condition:
            self._queue.add(user_id, image_id)
            self._condition.notify()

    def edit_done(self, task: Task) -> None:
        """Work on the result of an edit."""
        if task.image_id is not None:
            self.enqueue(task.user_id, task.image_id)

    # What people choose and see

    def choice(self, user_id: str) -> KeepChoice:
        """What this user wants to happen after each edit."""
        chosen = self.drafts.load(user_id, _CHOICE).text
        return KeepChoice(chosen) if chosen in set(KeepChoice) else self.default_choice

    def set_choice(self, user_id: str, choice: KeepChoice) -> None:
        """Remember what this user wants to happen after each edit."""
        self.drafts.save(user_id, _CHOICE, choice.value)

    def report(self, user_id: str, image_id: str) -> KeepReport | None:
        """What is known about the result of an edit; by the id of any of its versions."""
        report = self.versions.report(image_id)
        return None if report is None or report.user_id != user_id else report

    def make_version(self, user_id: str, image_id: str, settings: str = "{}") -> None:
        """Put the source's pixels back with these settings of the change map, as JSON.

        `image_id` is any version of an edit's result. It is done in the background. Raises
        NotFoundError, and ValueError for settings that are not valid.
        """
        self.storage.check()
        MapSettings.from_json(settings)
        raw, _ = self._raw_answer(user_id, image_id)
        self.versions.request(raw, settings)
        self.enqueue(user_id, raw.id)
        self.events.publish(user_id)

    def decline(self, user_id: str, image_id: str) -> None:
        """Leave a raw answer as it is, as the person wants what it changed. Raises NotFoundError.

        It can still be asked for later.
        """
        report = self.report(user_id, image_id)
        if report is None:
            raise NotFoundError
        self.versions.update(
            report.image_id,
            lambda report: replace(report, state=KeepState.DECLINED, reason=WANTED_AS_IT_IS),
        )
        self.events.publish(user_id)

    def show_version(self, user_id: str, image_id: str) -> None:
        """Show this version of a result in place of the other. Raises NotFoundError."""
        if not self.versions.show_version(user_id, image_id):
            raise NotFoundError
        self.events.publish(user_id)

    def shown_version(self, image: ImageRecord) -> ImageRecord:
        """The version of this image that is shown: itself if it is not hidden."""
        shown_id = self.versions.shown_ids([image.id]).get(image.id)
        return image if shown_id is None else self.repository.own_image(image.user_id, shown_id)

    def change_map(self, user_id: str, image_id: str, settings: str) -> DrawnMap | None:
        """The change map of an edit with these settings (JSON); None while it is worked out.

        `image_id` is any version of the result. Raises NotFoundError, KeepError, OSError, and
        ValueError for settings that are not valid.
        """
        chosen = MapSettings.from_json(settings)
        raw, crops = self._raw_answer(user_id, image_id)
        analysis = self._analysis(raw)
        return None if analysis is None else draw_map(analysis, chosen, crops=crops)

    def aligned_edit(self, user_id: str, image_id: str) -> bytes | None:
        """The raw answer of an edit where it lies on its source, in the source's colors: a JPEG.

        `image_id`, None and errors are those of `change_map`.
        """
        raw, crops = self._raw_answer(user_id, image_id)
        analysis = self._analysis(raw)
        if analysis is None:
            return None
        try:
            edit = read_edit(self.image_store.read(raw.id, raw.format))
        except FileNotFoundError as error:
            raise KeepError(KeepProblem.RESULT_GONE) from error
        except InvalidImageError as error:
            raise KeepError(KeepProblem.UNREADABLE) from error
        return draw_aligned_edit(analysis, edit, crops=crops)

    def _raw_answer(self, user_id: str, image_id: str) -> tuple[ImageRecord, bool]:
        """The raw answer of which this is a version, and whether it was to have another shape.

        Raises NotFoundError.
        """
        raw = self.repository.own_image(user_id, image_id)
        # By the task: it may be a version of before, that an edit started from.
        report = self.versions.reports_of([raw.task_id or ""]).get(raw.task_id or "")
        if report is not None and report.image_id != image_id:
            raw = self.repository.own_image(user_id, report.image_id)
        task = self.repository.own_task(user_id, raw.task_id or "")
        if not task.is_edit:
            raise NotFoundError
        return raw, task.request.aspect_ratio is not None

    # At work

    def forget_raw_answers(self, days: int | None) -> None:
        """Delete raw answers of so many days before; None keeps them. To be called every hour.

        Analyses are made again when they are needed. Raises DatabaseError and OSError.
        """
        now = self.clock()
        if days is not None:
            expired = self.versions.expired_raw_answers(now - days * _DAY_S)
            # Files first: what a full disk or a kill leaves is found again.
            for image in expired:
                self.image_store.remove(image.id, image.format, image.original_format)
            self.versions.forget([image.id for image in expired])
        self.image_store.remove_old_analyses(time.time() - ANALYSIS_DAYS * _DAY_S)

    def _analysis(self, raw: ImageRecord) -> ChangeAnalysis | None:
        """What was found out about a raw answer; None while that is being worked out.

        Raises KeepError, once for each time that it failed, and OSError.
        """
        from components.studio.images import change_map  # 41 MB

        file = self.image_store.analysis_file(raw.id)
        with suppress(FileNotFoundError):
            try:
                return change_map.load(file.read())
            except ValueError:  # of another version, or damaged
                file.delete()
        with self._condition:
            problem = self._analysis_problems.pop(raw.id, None)
            if problem is not None:
                raise KeepError(problem)
            if raw.id not in self._analysed:
                self._analysed.add(raw.id)
                self._queue.add(raw.user_id, raw.id)
                self._condition.notify()
        return None

    def _run(self) -> None:
        while not self._stopping.is_set():
            with self._condition:
                turn = self._queue.pop()
                if turn is None:
                    if not self._stopping.is_set():
                        self._condition.wait()
                    continue
                user_id, image_id = turn
                if image_id in self._busy:  # never two at once: the newest settings come last
                    self._again[image_id] = user_id
                    continue
                self._busy.add(image_id)
                is_for_map = image_id in self._analysed
                leads = self._leads
            try:
                if is_for_map and not (leads and self._waits(image_id)):
                    self._analyse(image_id)
                elif leads:
                    self._work_on(image_id)
            except Exception:
                # Nobody else would tell, and the others' pictures must go on.
                log.exception("kept version not made", extra={"image": image_id})
            finally:
                with self._condition:
                    self._analysed.discard(image_id)
                    self._busy.discard(image_id)
                    if image_id in self._again:
                        self._queue.add(self._again.pop(image_id), image_id)
                        self._condition.notify()

    def _waits(self, image_id: str) -> bool:
        report = self._db_retry.run(lambda: self.versions.report(image_id))
        return report is not None and report.state is KeepState.WAITING

    def _analyse(self, image_id: str) -> None:
        """Find out what changed, for the change map alone: the report stays as it is."""
        try:
            with self._job(image_id, "{}", KeepChoice.ASK, is_asked_for=False) as (_, job):
                self.run_job(job, self._stopping)
        except StoreUnavailable as error:  # the viewer asks again
            log.warning("change map not made", extra={"image": image_id, "reason": str(error)})
        except KeepError as error:
            log.warning("change map not made", extra={"image": image_id, "reason": str(error)})
            with self._condition:
                self._analysis_problems[image_id] = error.problem
        except Exception:
            # The viewer asks until it is told: it must be told of a bug, too.
            log.exception("change map not made", extra={"image": image_id})
            with self._condition:
                self._analysis_problems[image_id] = KeepProblem.CRASHED

    def _work_on(self, image_id: str) -> None:
        claimed = self._db_retry.run(lambda: self.versions.claim(image_id))
        if claimed is None:
            return
        begun, is_asked_for = claimed
        self.events.publish(begun.user_id)
        try:
            choice: KeepChoice | None = KeepChoice.ALWAYS
            if not is_asked_for:
                choice = self._db_retry.run(lambda: self.choice(begun.user_id))
            if choice is None:  # the app ends
                raise KeepError(KeepProblem.INTERRUPTED)
            if choice is KeepChoice.NEVER:
                self._settle(replace(begun, state=KeepState.OFF))
                return
            self._settle(self._make(begun, choice, is_asked_for=is_asked_for))
        except StoreUnavailable as error:
            log.warning("kept version not made", extra={"image": image_id, "reason": str(error)})
            self._db_retry.run(
                lambda: self.versions.settle(_waiting(begun, is_asked_for=is_asked_for))
            )
            self._stopping.wait(STORE_RETRY_SECONDS)
            self.enqueue(begun.user_id, image_id)
        except KeepError as error:
            if self._stopping.is_set():
                self._put_back(begun, is_asked_for=is_asked_for)
                return
            log.warning("kept version not made", extra={"image": image_id, "reason": str(error)})
            self._settle(replace(begun, state=KeepState.FAILED, reason=error.problem))
        except Exception:
            # A bug must not leave the report at work for ever.
            log.exception("kept version not made", extra={"image": image_id})
            self._settle(replace(begun, state=KeepState.FAILED, reason=KeepProblem.CRASHED))

    def _put_back(self, begun: KeepReport, *, is_asked_for: bool) -> None:
        """Let a report wait for the next start. The retries have ended, so it is tried once."""
        try:
            self.versions.settle(_waiting(begun, is_asked_for=is_asked_for))
        except DatabaseError:
            log.exception("report not put back", extra={"image": begun.image_id})

    def _settle(self, report: KeepReport) -> None:
        """Store what became of a report at work, and tell everybody.

        Nothing if a person has asked for something else meanwhile.
        """
        stored = self._db_retry.run(lambda: self.versions.settle(report))
        if stored is not None:
            self.events.publish(report.user_id)
            self.on_settled(stored)

    def _make(self, report: KeepReport, choice: KeepChoice, *, is_asked_for: bool) -> KeepReport:
        """The report after the work. Raises KeepError and StoreUnavailable."""
        with self._job(report.image_id, report.settings, choice, is_asked_for=is_asked_for) as (
            raw,
            job,
        ):
            outcome = self.run_job(job, self._stopping)
            after = replace(
                report,
                state=outcome.state,
                reason=outcome.reason,
                changed_fraction=outcome.changed_fraction,
                figures=outcome.figures,
            )
            if outcome.copy_format is None:
                return after
            return self._store(after, raw, outcome, job.out)

    @contextmanager
    def _job(
        self, image_id: str, settings: str, choice: KeepChoice, *, is_asked_for: bool
    ) -> Iterator[tuple[ImageRecord, KeepJob]]:
        """A raw answer, and a job for it whose folder is deleted afterwards.

        Raises KeepError and StoreUnavailable.
        """
        raw = self.repository.image(image_id)
        task = None if raw is None else self.repository.task(raw.task_id or "")
        if raw is None or raw.deleted_at is not None or task is None:
            raise KeepError(KeepProblem.RESULT_GONE)
        source = self.repository.image(task.source_id or "")
        if source is None:
            raise KeepError(KeepProblem.SOURCE_GONE)
        try:
            made = tempfile.TemporaryDirectory(prefix=".keep-", dir=self.image_store.folder)
        except OSError as error:
            raise KeepError(KeepProblem.NO_ROOM, error.strerror or "") from error
        with made as name, _local_analysis(self.image_store.analysis_file(raw.id), name) as found:
            folder = Path(name)
            yield (
                raw,
                KeepJob(
                    source=self._source_path(source, folder),
                    edited=_local_path(
                        self.image_store.image_file(raw.id, raw.format),
                        folder,
                        KeepProblem.RESULT_GONE,
                    ),
                    analysis=found,
                    out=folder,
                    prompt=task.request.prompt,
                    settings=settings,
                    crops=task.request.aspect_ratio is not None,
                    ground=source.ground,
                    choice=choice,
                    is_asked_for=is_asked_for,
                ),
            )

    def _remove_files(self, kept_id: str) -> None:
        """Delete what was written of a kept version that is not shown."""
        for file_format in ("png", "jpeg"):
            try:
                self.image_store.remove(kept_id, file_format, "png")
            except OSError:
                log.exception("files not deleted", extra={"image": kept_id})

    def _source_path(self, source: ImageRecord, folder: Path) -> Path:
        """The source as it was brought; else the copy that was sent. Raises KeepError."""
        if source.original_format is not None:
            with suppress(FileNotFoundError):
                original = self.image_store.original_file(source.id, source.original_format)
                return original.local_path(folder)
        copy = self.image_store.image_file(source.id, source.format)
        return _local_path(copy, folder, KeepProblem.SOURCE_GONE)

    def _store(
        self, report: KeepReport, raw: ImageRecord, outcome: KeepOutcome, folder: Path
    ) -> KeepReport:
        data = (folder / "copy").read_bytes()
        original = None
        if outcome.has_original:
            original = OriginalImage(
                (folder / "original.png").read_bytes(),
                "png",
                outcome.original_width_px,
                outcome.original_height_px,
                has_transparency=False,
            )
        size = len(data) + (0 if original is None else len(original.data))
        if (problem := self.storage.room_problem(report.user_id, size)) is not None:
            raise KeepError(KeepProblem.NO_ROOM, problem)
        file_format, kept_id = outcome.copy_format or "", kept_id_for(report)
        try:
            color = self.image_store.save(kept_id, file_format, data, original)
        except OSError as error:
            self._remove_files(kept_id)
            if isinstance(error, StoreUnavailable) and not error.is_full:
                raise  # what waits for the store is not over
            raise KeepError(KeepProblem.NO_ROOM, error.strerror or "") from error
        except InvalidImageError as error:
            self._remove_files(kept_id)
            raise KeepError(KeepProblem.CRASHED, error.message) from error
        kept = replace(
            raw,
            id=kept_id,
            format=file_format,
            width_px=outcome.width_px,
            height_px=outcome.height_px,
            size_bytes=len(data),
            notes=outcome.notes,
            upload_url=None,
            uploaded_at=None,
            color=color,
            hidden=False,
        )
        if original is not None:
            kept = replace(
                kept,
                original_format=original.format,
                original_width_px=original.width_px,
                original_height_px=original.height_px,
                original_bytes=len(original.data),
            )
        after = replace(report, kept_id=kept_id)
        replaced = self._db_retry.run(lambda: self.versions.show_kept(after, kept))
        if replaced is None:  # deleted or asked for again meanwhile, or the app ends
            self._remove_files(kept_id)
            raise KeepError(KeepProblem.RESULT_GONE)
        for image in replaced:
            self._remove_files(image.id)
        return after


def _waiting(begun: KeepReport, *, is_asked_for: bool) -> KeepReport:
    """A report at work, as it was before."""
    return replace(begun, state=KeepState.WAITING, reason=ASKED_FOR if is_asked_for else "")


def _local_path(file: StoredFile, folder: Path, problem: KeepProblem) -> Path:
    """The file, or a copy in this folder. Raises KeepError with the problem if there is none."""
    try:
        return file.local_path(folder)
    except FileNotFoundError as error:
        raise KeepError(problem) from error


@contextmanager
def _local_analysis(file: StoredFile, folder: str) -> Iterator[Path]:
    """Where a process reads and writes this analysis; then it is stored if it was made again."""
    if file.path is not None:
        yield file.path
        return
    path, before = Path(folder, "analysis.npz"), b""
    with suppress(FileNotFoundError):
        before = file.read()
        path.write_bytes(before)
    yield path
    if path.is_file() and (made := path.read_bytes()) != before:
        file.write(made)
