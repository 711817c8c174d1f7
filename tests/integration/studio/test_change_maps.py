"""When the two pictures of an edit are compared for its change map, and what that leaves alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from components.studio.db.kept_versions import KeepChoice, KeepState
from components.studio.images import change_map
from components.studio.images.keep_source_pixels import DrawnMap
from components.studio.keep_process import KeepError, KeepJob, KeepOutcome, KeepProblem
from components.studio.studio import NotFoundError
from components.studio.tasks.models import TaskState
from tests.support.edited_pair import edited_picture, source_picture
from tests.support.studio_fixture import USER_ID, StudioFixture, running_studio, wait_until


@dataclass
class FakeJobs:
    """Stands in for the process: writes an analysis, or fails."""

    problem: KeepProblem | None = None
    release: threading.Event = field(default_factory=threading.Event)
    jobs: list[KeepJob] = field(default_factory=list)

    def __call__(self, job: KeepJob, stopping: threading.Event) -> KeepOutcome:
        self.jobs.append(job)
        while not self.release.wait(0.02) and not stopping.is_set():
            pass
        if self.problem is not None:
            raise KeepError(self.problem)
        source = source_picture((160, 120))
        found = change_map.analyse(np.asarray(source), np.asarray(edited_picture(source)))
        job.analysis.parent.mkdir(parents=True, exist_ok=True)
        job.analysis.write_bytes(change_map.save(found))
        return KeepOutcome(state=KeepState.OFFERED, changed_fraction=0.5)


@pytest.fixture
def jobs() -> FakeJobs:
    made = FakeJobs()
    made.release.set()
    return made


@pytest.fixture
def running(tmp_path: Path, jobs: FakeJobs) -> Iterator[StudioFixture]:
    with running_studio(tmp_path) as fixture:
        fixture.studio.keeping.run_job = jobs
        yield fixture


def edit(running: StudioFixture) -> str:
    """Edit an image of a person who never wants pixels put back; the id of the raw answer."""
    task = running.submit("Mirror it", source_id=running.add_source())
    running.wait_for(task, TaskState.DONE)
    wait_until(lambda: state(running, task.id) is KeepState.OFF)
    return task.id


def state(running: StudioFixture, image_id: str) -> KeepState | str | None:
    report = running.studio.keeping.report(USER_ID, image_id)
    return None if report is None else report.state


def drawn(running: StudioFixture, image_id: str) -> DrawnMap:
    """The map, once the pictures have been compared."""
    found: list[DrawnMap] = []

    def ask() -> bool:
        answer = running.studio.keeping.change_map(USER_ID, image_id, "{}")
        found.extend([] if answer is None else [answer])
        return bool(found)

    wait_until(ask)
    return found[0]


def test_map_is_drawn_for_a_person_who_never_keeps_and_nothing_is_made(
    running: StudioFixture, jobs: FakeJobs
) -> None:
    image_id = edit(running)

    assert drawn(running, image_id).source_size == (160, 120)
    assert [(job.choice, job.is_asked_for) for job in jobs.jobs] == [(KeepChoice.ASK, False)]
    assert state(running, image_id) is KeepState.OFF
    assert running.studio.gallery.count(USER_ID) == 2


def test_pictures_are_compared_once_however_often_the_map_is_asked_for(
    running: StudioFixture, jobs: FakeJobs
) -> None:
    image_id = edit(running)
    jobs.release.clear()
    for _ in range(3):
        assert running.studio.keeping.change_map(USER_ID, image_id, "{}") is None
        assert running.studio.keeping.aligned_edit(USER_ID, image_id) is None
    jobs.release.set()

    drawn(running, image_id)
    assert len(jobs.jobs) == 1


def test_failure_is_told_once_and_then_it_is_tried_again(
    running: StudioFixture, jobs: FakeJobs
) -> None:
    image_id = edit(running)
    jobs.problem = KeepProblem.CRASHED
    with pytest.raises(KeepError) as told:
        drawn(running, image_id)
    assert told.value.problem is KeepProblem.CRASHED

    jobs.problem = None
    assert drawn(running, image_id).changed_fraction > 0


def test_damaged_analysis_is_made_anew(running: StudioFixture, jobs: FakeJobs) -> None:
    image_id = edit(running)
    drawn(running, image_id)
    running.studio.image_store.analysis_file(image_id).path.write_bytes(b"cut")

    assert drawn(running, image_id).source_size == (160, 120)
    assert len(jobs.jobs) == 2


def test_edit_whose_source_was_deleted_has_no_map(running: StudioFixture, jobs: FakeJobs) -> None:
    image_id = edit(running)
    source = running.studio.image(USER_ID, running.studio.task(USER_ID, image_id).source_id or "")
    running.studio.image_store.remove(source.id, source.format, source.original_format)

    with pytest.raises(KeepError) as told:
        drawn(running, image_id)
    assert told.value.problem is KeepProblem.SOURCE_GONE
    assert jobs.jobs == []


def test_map_needs_an_edit_and_valid_settings(running: StudioFixture) -> None:
    source_id = running.add_source()
    with pytest.raises(NotFoundError):
        running.studio.keeping.change_map(USER_ID, source_id, "{}")
    with pytest.raises(NotFoundError):
        running.studio.keeping.change_map("e" * 32, edit(running), "{}")
    with pytest.raises(ValueError, match="not JSON"):
        running.studio.keeping.change_map(USER_ID, source_id, "{")
