"""Chains of edits that are run again on their source."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from components.kie import GenerationRequest, Model, OutputFormat, ValidationError
from components.studio.chain_runs import ChainStep
from components.studio.db.chain_runs import RunState, StopReason
from components.studio.db.kept_versions import BUSY, KeepChoice, KeepState
from components.studio.studio import NotFoundError
from components.studio.tasks.models import Task, TaskState
from tests.integration.studio.test_kept_versions import FakeJobs
from tests.support.image_corpus import encoded, quarters
from tests.support.studio_fixture import USER_ID, StudioFixture, running_studio, wait_until

STRANGER = "e" * 32
PROMPTS = ["Mirror it", "Make it warmer", "Make it cooler"]


@dataclass
class Chain:
    """A source, and the edits that were made on it, each from the one before."""

    source_id: str
    tasks: list[Task]

    def steps(self, *prompts: str) -> list[ChainStep]:
        """The steps with these instructions, or with their own."""
        own = [task.request.prompt for task in self.tasks]
        return [
            ChainStep(task.id, prompt)
            for task, prompt in zip(self.tasks, prompts or own, strict=True)
        ]


def make_chain(running: StudioFixture, prompts: Sequence[str] = PROMPTS) -> Chain:
    chain = Chain(running.add_source(), [])
    image_id = chain.source_id
    for prompt in prompts:
        task = running.wait_for(running.submit(prompt, source_id=image_id), TaskState.DONE)
        chain.tasks.append(task)
        image_id = task.image_id or ""
    return chain


def run_again(running: StudioFixture, chain: Chain, steps: Sequence[ChainStep]) -> str:
    run_id = uuid.uuid4().hex
    running.studio.chains.run_again(USER_ID, chain.source_id, steps, run_id=run_id)
    return run_id


def state_of(running: StudioFixture, run_id: str) -> RunState:
    run = running.studio.chains.runs.run(run_id)
    assert run is not None
    return run.state


def wait_for(running: StudioFixture, run_id: str, state: RunState) -> None:
    wait_until(lambda: state_of(running, run_id) is state)


def is_settled(running: StudioFixture, task_id: str) -> bool:
    """Whether nothing more happens to the raw answer of this task by itself."""
    report = running.studio.keeping.report(USER_ID, task_id)
    return report is not None and report.state not in BUSY


def new_branch(running: StudioFixture, chain: Chain) -> list[str]:
    """The instructions of the newest branch, from the source on."""
    tree = running.studio.edit_tree(USER_ID, chain.source_id)
    newest = tree.leaves()[0]
    return [node.label for node in tree.ancestors(newest.image.id)][1:]


def test_chain_is_made_again_as_a_new_branch(studio_fixture: StudioFixture) -> None:
    chain = make_chain(studio_fixture)

    run_id = run_again(studio_fixture, chain, chain.steps())
    wait_for(studio_fixture, run_id, RunState.DONE)

    tree = studio_fixture.studio.edit_tree(USER_ID, chain.source_id)
    assert len(tree.nodes) == 7
    assert len(tree.leaves()) == 2
    assert new_branch(studio_fixture, chain) == PROMPTS
    assert studio_fixture.studio.chains.active(USER_ID) == []
    for prompt in PROMPTS:
        assert len(studio_fixture.tasks_made(prompt)) == 2


def test_steps_can_be_left_out_moved_and_changed(studio_fixture: StudioFixture) -> None:
    chain = make_chain(studio_fixture)
    one, two, three = chain.steps()
    for name, steps in {
        "left out": [one, three],
        "moved": [three, one, two],
        "changed": [one, ChainStep(two.task_id, "Make it night")],
        "two equal ones": [one, one],
    }.items():
        wait_for(studio_fixture, run_again(studio_fixture, chain, steps), RunState.DONE)

        assert new_branch(studio_fixture, chain) == [step.prompt for step in steps], name


def test_each_step_has_the_settings_of_its_original(studio_fixture: StudioFixture) -> None:
    source_id = studio_fixture.add_source()
    request = GenerationRequest(
        prompt="Mirror it",
        model=Model.MAX,
        output_format=OutputFormat.PNG,
        aspect_ratio="1:1",
        safety_tolerance=1,
    )
    [first] = studio_fixture.studio.tasks.submit(USER_ID, request, source_id=source_id)
    studio_fixture.wait_for(first, TaskState.DONE)
    chain = Chain(source_id, [first])

    run_id = run_again(studio_fixture, chain, chain.steps("Make it night"))
    wait_for(studio_fixture, run_id, RunState.DONE)

    [made] = studio_fixture.tasks_made("Make it night")
    assert made["params"]["model"] == "flux-kontext-max"
    assert made["params"]["outputFormat"] == "png"
    assert made["params"]["aspectRatio"] == "1:1"
    assert made["params"]["safetyTolerance"] == 1


def test_second_press_makes_nothing(studio_fixture: StudioFixture) -> None:
    chain = make_chain(studio_fixture, PROMPTS[:1])
    run_id = run_again(studio_fixture, chain, chain.steps())

    studio_fixture.studio.chains.run_again(USER_ID, chain.source_id, chain.steps(), run_id=run_id)
    wait_for(studio_fixture, run_id, RunState.DONE)
    studio_fixture.studio.chains.run_again(USER_ID, chain.source_id, chain.steps(), run_id=run_id)

    assert len(studio_fixture.tasks_made(PROMPTS[0])) == 2
    assert studio_fixture.studio.tasks.waiting(USER_ID) == []


def stopped_run(running: StudioFixture, chain: Chain) -> str:
    """A run whose second step was refused."""
    run_id = run_again(running, chain, chain.steps("Mirror it", "[refused] Make it warmer", "X"))
    wait_for(running, run_id, RunState.STOPPED)
    return run_id


def test_refused_step_stops_the_run_until_its_instruction_is_changed(
    studio_fixture: StudioFixture,
) -> None:
    chain = make_chain(studio_fixture)
    run_id = stopped_run(studio_fixture, chain)

    [(run, task)] = studio_fixture.studio.chains.active(USER_ID)
    assert (run.position, run.reason) == (1, StopReason.TASK)
    assert task is not None
    assert task.state is TaskState.REFUSED
    assert new_branch(studio_fixture, chain) == ["Mirror it"]
    assert studio_fixture.tasks_made("X") == []

    studio_fixture.studio.chains.resume(USER_ID, run_id, 1, prompt="Make it night")
    studio_fixture.studio.chains.resume(USER_ID, run_id, 1, prompt="Make it night")
    wait_for(studio_fixture, run_id, RunState.DONE)

    assert new_branch(studio_fixture, chain) == ["Mirror it", "Make it night", "X"]
    assert len(studio_fixture.tasks_made("Make it night")) == 1
    tree = studio_fixture.studio.edit_tree(USER_ID, chain.source_id)
    assert studio_fixture.studio.pending_edits(USER_ID, tree) == []  # the refused one is hidden


def test_refused_step_that_is_tried_again_by_its_card_moves_the_run_on(
    studio_fixture: StudioFixture,
) -> None:
    chain = make_chain(studio_fixture)
    run_id = stopped_run(studio_fixture, chain)
    [(_, refused)] = studio_fixture.studio.chains.active(USER_ID)
    assert refused is not None

    studio_fixture.studio.tasks.retry(USER_ID, refused.id)
    wait_until(
        lambda: (
            [
                task.id
                for _, task in studio_fixture.studio.chains.active(USER_ID)
                if task and task.id != refused.id and task.state is TaskState.REFUSED
            ]
            != []
        )
    )

    wait_for(studio_fixture, run_id, RunState.STOPPED)
    assert len(studio_fixture.tasks_made("[refused] Make it warmer")) == 2


def test_paid_step_that_was_not_watched_is_checked_and_not_paid_again(tmp_path: Path) -> None:
    with running_studio(tmp_path, seconds=2) as running:
        studio = running.studio
        chain = make_chain(running, PROMPTS[:1])
        run_id = run_again(running, chain, chain.steps())
        wait_until(lambda: studio.chains.own_run(USER_ID, run_id).task_id is not None)
        step = studio.task(USER_ID, studio.chains.own_run(USER_ID, run_id).task_id or "")
        wait_until(lambda: running.reload(step).accepted_at is not None)
        studio.tasks.stop_watching(USER_ID, step.id)
        wait_for(running, run_id, RunState.STOPPED)

        studio.chains.resume(USER_ID, run_id, 0)

        wait_for(running, run_id, RunState.DONE)
        assert running.reload(step).state is TaskState.DONE
        assert len(running.tasks_made(PROMPTS[0])) == 2  # of the chain, and of its run


def test_refused_change_of_an_instruction_leaves_the_run_as_it_is(
    studio_fixture: StudioFixture,
) -> None:
    run_id = stopped_run(studio_fixture, make_chain(studio_fixture))

    with pytest.raises(ValidationError, match="Step 2: Prompt is empty"):
        studio_fixture.studio.chains.resume(USER_ID, run_id, 1, prompt=" ")

    assert state_of(studio_fixture, run_id) is RunState.STOPPED


def test_ended_run_keeps_what_is_made_and_forgets_its_words(
    studio_fixture: StudioFixture,
) -> None:
    chain = make_chain(studio_fixture)
    run_id = stopped_run(studio_fixture, chain)

    studio_fixture.studio.chains.end(USER_ID, run_id)

    run = studio_fixture.studio.chains.runs.run(run_id)
    assert run is not None
    assert (run.state, run.steps) == (RunState.ENDED, ())
    assert new_branch(studio_fixture, chain) == ["Mirror it"]


def test_run_goes_on_after_a_restart(tmp_path: Path) -> None:
    with running_studio(tmp_path) as running:
        chain = make_chain(running)
        running.studio.chains.stop()  # as if the app ended right after the first step
        run_id = run_again(running, chain, chain.steps())
        [(_, first)] = running.studio.chains.active(USER_ID)
        assert first is not None
        running.wait_for(first, TaskState.DONE)
        wait_until(lambda: is_settled(running, first.id))

    with running_studio(tmp_path) as running:
        wait_for(running, run_id, RunState.DONE)
        assert new_branch(running, chain) == PROMPTS
        for prompt in PROMPTS:
            assert len(running.tasks_made(prompt)) == 2


def test_app_killed_before_a_step_is_sent_sends_it_once(tmp_path: Path) -> None:
    with running_studio(tmp_path) as running:
        chain = make_chain(running)
        inserted: list[Task] = []
        # What is inserted never reaches the worker: the app dies there.
        running.studio.chains.tasks.worker.enqueue = inserted.append
        run_id = run_again(running, chain, chain.steps())
        assert len(inserted) == 1

    with running_studio(tmp_path) as running:
        wait_for(running, run_id, RunState.DONE)
        assert new_branch(running, chain) == PROMPTS
        for prompt in PROMPTS:
            assert len(running.tasks_made(prompt)) == 2


@pytest.fixture
def jobs() -> FakeJobs:
    return FakeJobs()


def test_next_step_starts_from_the_kept_version(tmp_path: Path, jobs: FakeJobs) -> None:
    with running_studio(tmp_path, settings={"keep_rest": "always"}) as running:
        running.studio.keeping.run_job = jobs
        chain = make_chain(running, PROMPTS[:2])
        jobs.release.clear()
        run_id = run_again(running, chain, chain.steps())
        [(run, task)] = running.studio.chains.active(USER_ID)
        assert task is not None
        running.wait_for(task, TaskState.DONE)
        assert running.studio.chains.runs.run(run_id) == run  # it waits for the kept version

        jobs.release.set()
        wait_for(running, run_id, RunState.DONE)

        report = running.studio.keeping.report(USER_ID, task.id)
        assert report is not None
        newest = running.studio.edit_tree(USER_ID, chain.source_id).leaves()[0]
        assert newest.task is not None
        assert newest.task.source_id == report.kept_id


def test_run_goes_on_after_a_restart_while_pixels_are_put_back(
    tmp_path: Path, jobs: FakeJobs
) -> None:
    with running_studio(tmp_path, settings={"keep_rest": "always"}) as running:
        running.studio.keeping.run_job = jobs
        chain = make_chain(running, PROMPTS[:2])
        jobs.release.clear()
        count = len(jobs.jobs)
        run_id = run_again(running, chain, chain.steps())
        wait_until(lambda: len(jobs.jobs) > count)

    with running_studio(tmp_path) as running:
        wait_for(running, run_id, RunState.DONE)
        assert new_branch(running, chain) == PROMPTS[:2]


@pytest.mark.parametrize("state", [KeepState.OFFERED, KeepState.ASKED, KeepState.DECLINED])
def test_run_goes_on_from_the_raw_answer_where_nothing_is_kept(
    state: KeepState, tmp_path: Path, jobs: FakeJobs
) -> None:
    jobs.state = state
    with running_studio(tmp_path, settings={"keep_rest": "ask"}) as running:
        running.studio.keeping.run_job = jobs
        chain = make_chain(running, PROMPTS[:2])
        wait_for(running, run_again(running, chain, chain.steps()), RunState.DONE)

        assert new_branch(running, chain) == PROMPTS[:2]


def test_deleted_picture_stops_the_run_until_it_is_restored(tmp_path: Path, jobs: FakeJobs) -> None:
    with running_studio(tmp_path, settings={"keep_rest": "never"}) as running:
        chain = make_chain(running, PROMPTS[:2])
        running.studio.keeping.run_job = jobs
        running.studio.keeping.choice = lambda _user: KeepChoice.ALWAYS
        jobs.release.clear()
        run_id = run_again(running, chain, chain.steps())
        [(_, task)] = running.studio.chains.active(USER_ID)
        assert task is not None
        running.wait_for(task, TaskState.DONE)
        running.studio.gallery.move_to_trash(USER_ID, [task.id])
        jobs.release.set()
        wait_for(running, run_id, RunState.STOPPED)
        [(run, _)] = running.studio.chains.active(USER_ID)
        assert run.reason == StopReason.IMAGE_GONE

        running.studio.gallery.restore(USER_ID, [task.id])
        running.studio.chains.resume(USER_ID, run_id, run.position)
        wait_for(running, run_id, RunState.DONE)
        assert new_branch(running, chain) == PROMPTS[:2]


def test_run_whose_picture_is_deleted_for_good_ends(tmp_path: Path) -> None:
    with running_studio(tmp_path) as running:
        chain = make_chain(running, PROMPTS[:2])
        run_id = run_again(running, chain, chain.steps("[refused] Mirror it", "X"))
        wait_for(running, run_id, RunState.STOPPED)
        items = [chain.source_id]
        running.studio.gallery.move_to_trash(USER_ID, items)
        running.studio.gallery.empty_trash(USER_ID, items)

        run = running.studio.chains.runs.run(run_id)
        assert run is not None
        assert (run.state, run.steps) == (RunState.ENDED, ())


def test_run_stops_while_there_is_no_room(studio_fixture: StudioFixture) -> None:
    chain = make_chain(studio_fixture, PROMPTS[:2])
    studio_fixture.studio.storage.room_problem = lambda _user: "full"
    run_id = run_again(studio_fixture, chain, chain.steps())
    wait_for(studio_fixture, run_id, RunState.STOPPED)
    [(run, task)] = studio_fixture.studio.chains.active(USER_ID)
    assert (run.reason, run.position, task) == (StopReason.NO_ROOM, 1, None)

    studio_fixture.studio.storage.room_problem = lambda _user: None
    studio_fixture.studio.chains.resume(USER_ID, run_id, 1)
    wait_for(studio_fixture, run_id, RunState.DONE)


def test_runs_of_others_are_unknown(studio_fixture: StudioFixture) -> None:
    studio = studio_fixture.studio
    chain = make_chain(studio_fixture)
    run_id = stopped_run(studio_fixture, chain)

    assert studio.chains.active(STRANGER) == []
    with pytest.raises(NotFoundError):
        studio.chains.resume(STRANGER, run_id, 1)
    with pytest.raises(NotFoundError):
        studio.chains.end(STRANGER, run_id)
    with pytest.raises(NotFoundError):
        studio.chains.run_again(STRANGER, chain.source_id, chain.steps(), run_id="f" * 32)
    own = studio.image_importer.from_bytes(STRANGER, encoded(quarters(), "PNG"), label="own").id
    with pytest.raises(NotFoundError):
        studio.chains.run_again(STRANGER, own, chain.steps(), run_id="f" * 32)
    assert state_of(studio_fixture, run_id) is RunState.STOPPED
