"""Versions of an edit's result: when the kept one is made, and what it is part of."""

from __future__ import annotations

import errno
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from components.studio.db.database import DatabaseError
from components.studio.db.gallery import GalleryQuery
from components.studio.db.kept_versions import KeepChoice, KeepReport, KeepState
from components.studio.images import object_store
from components.studio.images.generation_metadata import read_metadata
from components.studio.images.object_store import atomic_write
from components.studio.keep_process import KeepError, KeepJob, KeepOutcome, KeepProblem
from components.studio.keeping import TurnQueue
from components.studio.studio import NotFoundError
from components.studio.tasks.models import Task, TaskState
from tests.support.studio_fixture import USER_ID, StudioFixture, running_studio, wait_until

KEPT_SIZE = (320, 240)
SETTLED = set(KeepState) - {KeepState.WAITING, KeepState.WORKING}


@dataclass
class FakeJobs:
    """Stands in for the process: each job has the outcome that is set here."""

    state: KeepState = KeepState.APPLIED
    error: Exception | None = None
    release: threading.Event = field(default_factory=threading.Event)
    jobs: list[KeepJob] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.release.set()

    def __call__(self, job: KeepJob, stopping: threading.Event) -> KeepOutcome:
        self.jobs.append(job)
        while not self.release.wait(0.02):
            if stopping.is_set():
                raise KeepError(KeepProblem.INTERRUPTED)
        if self.error is not None:
            raise self.error
        state = KeepState.APPLIED if job.is_asked_for else self.state
        found = KeepOutcome(
            state=state,
            changed_fraction=0.04,
            figures={"moved_px": 2.0, "color_delta_e": 1.8, "sharpness": 0.9},
        )
        if state is not KeepState.APPLIED:
            return found
        picture = BytesIO()
        Image.new("RGB", KEPT_SIZE, "teal").save(picture, "PNG")
        (job.out / "copy").write_bytes(picture.getvalue())
        return replace(found, copy_format="png", width_px=KEPT_SIZE[0], height_px=KEPT_SIZE[1])


@pytest.fixture
def jobs() -> FakeJobs:
    return FakeJobs()


@pytest.fixture
def running(tmp_path: Path, jobs: FakeJobs) -> Iterator[StudioFixture]:
    with running_studio(tmp_path, settings={"keep_rest": "always"}) as fixture:
        fixture.studio.keeping.run_job = jobs
        yield fixture


def edit(running: StudioFixture, source_id: str) -> Task:
    """Edit an image, and wait until the raw answer is there."""
    return running.wait_for(running.submit("Mirror it", source_id=source_id), TaskState.DONE)


def report(running: StudioFixture, task: Task) -> KeepReport:
    """What is known about the raw answer of this task; it has the task's id."""
    found = running.studio.keeping.report(USER_ID, task.id)
    assert found is not None
    return found


def settled(running: StudioFixture, task: Task) -> KeepReport:
    """The report when nothing more happens by itself."""
    wait_until(lambda: report(running, task).state in SETTLED)
    return report(running, task)


def test_kept_version_is_shown_in_place_of_the_raw_answer(running: StudioFixture) -> None:
    task = edit(running, running.add_source())

    found = settled(running, task)

    assert (found.state, found.changed_fraction) == (KeepState.APPLIED, 0.04)
    [entry] = running.studio.tasks.with_images(USER_ID, [task.id])
    assert entry.image is not None
    assert entry.image.id == found.kept_id
    assert (entry.image.width_px, entry.image.height_px) == KEPT_SIZE
    assert running.studio.image(USER_ID, task.id).hidden


def test_both_versions_count_as_one_picture(running: StudioFixture) -> None:
    settled(running, edit(running, running.add_source()))

    assert running.studio.gallery.count(USER_ID) == 2  # and the source
    assert len(running.studio.gallery.find(USER_ID, GalleryQuery())) == 2


def test_next_edit_starts_from_the_kept_version(running: StudioFixture) -> None:
    task = edit(running, running.add_source())
    running.studio.select_source(USER_ID, task.id)

    found = settled(running, task)

    source = running.studio.selected_source(USER_ID)
    assert source is not None
    assert source.id == found.kept_id


def test_choosing_the_hidden_version_as_source_selects_the_shown_one(
    running: StudioFixture,
) -> None:
    task = edit(running, running.add_source())
    found = settled(running, task)

    running.studio.select_source(USER_ID, task.id)

    source = running.studio.selected_source(USER_ID)
    assert source is not None
    assert source.id == found.kept_id


def test_edit_of_the_raw_answer_stays_in_the_tree(running: StudioFixture, jobs: FakeJobs) -> None:
    source_id = running.add_source()
    jobs.release.clear()
    first = edit(running, source_id)
    second = edit(running, first.id)  # before the kept version is there
    jobs.release.set()
    kept = settled(running, first).kept_id
    newest = settled(running, second).kept_id
    assert kept is not None
    assert newest is not None

    tree = running.studio.edit_tree(USER_ID, newest)

    assert [node.image.id for node in tree.ancestors(newest)] == [source_id, kept, newest]


def test_raw_answer_is_one_click_away_and_back(running: StudioFixture) -> None:
    task = edit(running, running.add_source())
    kept = settled(running, task).kept_id
    assert kept is not None
    running.studio.gallery.star(USER_ID, [task.id], starred=True)

    running.studio.keeping.show_version(USER_ID, task.id)

    [entry] = running.studio.tasks.with_images(USER_ID, [task.id])
    assert entry.image is not None
    assert (entry.image.id, entry.image.starred) == (task.id, True)
    running.studio.keeping.show_version(USER_ID, kept)
    assert running.reload(task).image_id == kept


def test_trash_takes_both_versions(running: StudioFixture, tmp_path: Path) -> None:
    source_id = running.add_source()
    task = edit(running, source_id)
    settled(running, task)
    running.studio.gallery.move_to_trash(USER_ID, [task.id])

    running.studio.gallery.empty_trash(USER_ID)

    left = {path.stem for path in tmp_path.glob("pictures/*/*")}
    assert left == {source_id}
    assert running.studio.keeping.report(USER_ID, task.id) is None


def test_version_of_a_picture_that_was_deleted_meanwhile_is_not_stored(
    running: StudioFixture, jobs: FakeJobs, tmp_path: Path
) -> None:
    jobs.release.clear()
    task = edit(running, running.add_source())
    wait_until(lambda: bool(jobs.jobs))
    running.studio.gallery.move_to_trash(USER_ID, [task.id])
    jobs.release.set()

    found = settled(running, task)

    assert (found.state, found.reason) == (KeepState.FAILED, "result_gone")
    assert len(list(tmp_path.glob("pictures/*/*"))) == 2  # the source and the raw answer
    running.studio.gallery.restore(USER_ID, [task.id])
    assert running.studio.image(USER_ID, task.id).deleted_at is None


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (KeepError(KeepProblem.CRASHED), "crashed"),
        (KeepError(KeepProblem.TOO_SLOW), "too_slow"),
        (RuntimeError("a bug"), "crashed"),
    ],
)
def test_failure_leaves_the_raw_answer_and_is_tried_again_when_asked(
    running: StudioFixture, jobs: FakeJobs, error: Exception, reason: str
) -> None:
    jobs.error = error
    task = edit(running, running.add_source())
    found = settled(running, task)
    assert (found.state, found.reason) == (KeepState.FAILED, reason)
    assert running.reload(task).image_id == task.id

    jobs.error = None
    running.studio.keeping.make_version(USER_ID, task.id)

    wait_until(lambda: report(running, task).state is KeepState.APPLIED)
    assert running.reload(task).image_id != task.id


def test_source_that_was_deleted_is_said(running: StudioFixture, jobs: FakeJobs) -> None:
    jobs.state = KeepState.OFFERED
    source_id = running.add_source()
    task = edit(running, source_id)
    settled(running, task)
    running.studio.gallery.move_to_trash(USER_ID, [source_id])
    running.studio.gallery.empty_trash(USER_ID)

    running.studio.keeping.make_version(USER_ID, task.id)

    wait_until(lambda: report(running, task).state is KeepState.FAILED)
    assert report(running, task).reason == "source_gone"


def test_nothing_is_worked_on_for_who_does_not_want_it(
    running: StudioFixture, jobs: FakeJobs
) -> None:
    running.studio.keeping.set_choice(USER_ID, KeepChoice.NEVER)

    task = edit(running, running.add_source())

    assert settled(running, task).state is KeepState.OFF
    assert jobs.jobs == []


def test_settings_of_the_map_make_another_version(running: StudioFixture, tmp_path: Path) -> None:
    task = edit(running, running.add_source())
    first = settled(running, task).kept_id
    settings = '{"sensitivity":1}'

    running.studio.keeping.make_version(USER_ID, first or "", settings)

    wait_until(lambda: report(running, task).kept_id != first)
    assert report(running, task).settings == settings
    # The version of before is gone.
    wait_until(lambda: len(list(tmp_path.glob("pictures/*/*"))) == 3)


def test_download_says_what_was_kept(running: StudioFixture) -> None:
    found = settled(running, edit(running, running.add_source()))

    [item] = running.studio.export_items(USER_ID, [found.kept_id or ""])

    png = Image.open(BytesIO(item.read_bytes()))
    record = json.loads(png.info["kontext-studio"])
    assert record["source_pixels_kept"] == {"changed_fraction": 0.04, "change_map": "{}"}
    assert png.size == KEPT_SIZE


def test_download_as_jpeg_is_encoded_anew_with_its_metadata(running: StudioFixture) -> None:
    found = settled(running, edit(running, running.add_source()))
    [item] = running.studio.export_items(USER_ID, [found.kept_id or ""])

    jpeg = item.read_bytes(as_jpeg=True)

    assert (Image.open(BytesIO(jpeg)).format, Image.open(BytesIO(jpeg)).size) == ("JPEG", KEPT_SIZE)
    metadata = read_metadata(jpeg)
    assert metadata is not None
    assert metadata.request.prompt == "Mirror it"


def test_raw_answers_expire_where_the_operator_says_so(
    running: StudioFixture, tmp_path: Path
) -> None:
    task = edit(running, running.add_source())
    kept = settled(running, task).kept_id
    keeping = running.studio.keeping

    keeping.forget_raw_answers(None)
    keeping.forget_raw_answers(30)
    assert running.studio.image(USER_ID, task.id)
    keeping.clock = lambda: running.studio.clock() + 31 * 24 * 3600.0
    keeping.forget_raw_answers(30)

    with pytest.raises(NotFoundError):
        running.studio.image(USER_ID, task.id)
    assert not list(tmp_path.glob(f"pictures/*/{task.id}*"))
    assert running.studio.image(USER_ID, kept or "").id == kept


def test_disk_usage_counts_hidden_versions(running: StudioFixture) -> None:
    task = edit(running, running.add_source())
    settled(running, task)

    usage = running.studio.storage.usage()

    assert usage.hidden_images == running.studio.image(USER_ID, task.id).size_bytes > 0


def test_settings_that_are_not_valid_are_refused(running: StudioFixture) -> None:
    task = edit(running, running.add_source())
    settled(running, task)

    with pytest.raises(ValueError, match="sensitivity"):
        running.studio.keeping.make_version(USER_ID, task.id, '{"sensitivity": 9}')


def test_what_was_brought_in_has_no_kept_version(running: StudioFixture) -> None:
    with pytest.raises(NotFoundError):
        running.studio.keeping.make_version(USER_ID, running.add_source())


def test_work_that_the_end_of_the_app_cut_goes_on_at_the_next_start(
    tmp_path: Path, jobs: FakeJobs
) -> None:
    jobs.release.clear()
    settings = {"keep_rest": "always"}
    with running_studio(tmp_path, settings=settings) as running:
        running.studio.keeping.run_job = jobs
        task = edit(running, running.add_source())
        wait_until(lambda: bool(jobs.jobs))
    jobs.release.set()

    with running_studio(tmp_path, settings=settings | {"keep_rest": "never"}) as running:
        assert settled(running, task).state is KeepState.OFF


def test_newest_settings_win_over_those_that_are_being_worked_on(
    running: StudioFixture, jobs: FakeJobs, tmp_path: Path
) -> None:
    task = edit(running, running.add_source())
    settled(running, task)
    jobs.release.clear()
    running.studio.keeping.make_version(USER_ID, task.id, '{"sensitivity":1}')
    wait_until(lambda: len(jobs.jobs) == 2)

    running.studio.keeping.make_version(USER_ID, task.id, '{"sensitivity":2}')
    jobs.release.set()

    wait_until(lambda: len(jobs.jobs) == 3)
    wait_until(lambda: report(running, task).state in SETTLED)
    assert [job.settings for job in jobs.jobs[1:]] == ['{"sensitivity":1}', '{"sensitivity":2}']
    assert report(running, task).settings == '{"sensitivity":2}'
    wait_until(lambda: len(list(tmp_path.glob("pictures/*/*"))) == 3)


def test_decline_while_it_is_worked_on_counts(running: StudioFixture, jobs: FakeJobs) -> None:
    jobs.release.clear()
    task = edit(running, running.add_source())
    wait_until(lambda: bool(jobs.jobs))

    running.studio.keeping.decline(USER_ID, task.id)
    jobs.release.set()

    other = edit(running, running.add_source())
    settled(running, other)  # so the first job has ended
    assert report(running, task).state is KeepState.DECLINED
    assert running.reload(task).image_id == task.id


def test_choice_that_cannot_be_read_at_first_is_read_again(running: StudioFixture) -> None:
    answers = iter([DatabaseError("locked")])

    def choice_of(_user_id: str) -> KeepChoice:
        for error in answers:
            raise error
        return KeepChoice.ALWAYS

    running.studio.keeping.choice = choice_of

    assert settled(running, edit(running, running.add_source())).state is KeepState.APPLIED


def test_word_of_another_version_is_no_choice(running: StudioFixture) -> None:
    running.studio.drafts.save(USER_ID, "keep-rest", "sometimes")

    assert running.studio.keeping.choice(USER_ID) is KeepChoice.ALWAYS


def test_wish_of_a_person_survives_a_restart(tmp_path: Path, jobs: FakeJobs) -> None:
    settings = {"keep_rest": "never"}
    with running_studio(tmp_path, settings=settings) as running:
        running.studio.keeping.run_job = jobs
        task = edit(running, running.add_source())
        settled(running, task)
        jobs.release.clear()
        running.studio.keeping.make_version(USER_ID, task.id, '{"growth":0.01}')
        wait_until(lambda: bool(jobs.jobs))
    jobs.release.set()

    with running_studio(tmp_path, settings=settings, keep_job=jobs) as running:
        wait_until(lambda: report(running, task).state is KeepState.APPLIED)
        assert report(running, task).settings == '{"growth":0.01}'


def test_full_disk_leaves_no_file(
    running: StudioFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path, data: bytes) -> None:
        if path.parent.parent.name == "pictures":
            raise OSError(errno.ENOSPC, "No space left on device")
        atomic_write(path, data)

    task = edit(running, running.add_source())
    first = settled(running, task).kept_id
    monkeypatch.setattr(object_store, "atomic_write", fail)

    running.studio.keeping.make_version(USER_ID, task.id, '{"sensitivity":1}')

    wait_until(lambda: report(running, task).state is KeepState.FAILED)
    assert report(running, task).reason == "no_room"
    assert running.reload(task).image_id == first
    assert len(list(tmp_path.glob("thumbnails/*/*"))) == 6  # of the source and both versions


def test_raw_answer_that_an_edit_started_from_does_not_expire(
    running: StudioFixture, jobs: FakeJobs
) -> None:
    jobs.release.clear()
    first = edit(running, running.add_source())
    second = edit(running, first.id)
    jobs.release.set()
    settled(running, first)
    settled(running, second)
    keeping = running.studio.keeping
    keeping.clock = lambda: running.studio.clock() + 31 * 24 * 3600.0

    keeping.forget_raw_answers(30)

    assert running.studio.image(USER_ID, first.id)
    with pytest.raises(NotFoundError):
        running.studio.image(USER_ID, second.id)


def test_work_that_a_kill_cut_is_said_and_not_repeated_by_itself(
    running: StudioFixture,
) -> None:
    task = edit(running, running.add_source())
    settled(running, task)
    versions = running.studio.keeping.versions
    versions.update(task.id, lambda report: replace(report, state=KeepState.WORKING))

    assert versions.recover()[0] == []

    assert report(running, task).reason == "interrupted"


def test_people_take_turns() -> None:
    queue = TurnQueue()
    for item in ("a1", "a2", "a3"):
        queue.add("a", item)
    queue.add("b", "b1")
    queue.add("a", "a1")

    turns = [queue.pop() for _ in range(5)]
    assert turns == [("a", "a1"), ("b", "b1"), ("a", "a2"), ("a", "a3"), None]
