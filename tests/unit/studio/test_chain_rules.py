"""Rules of a chain that is run again: when the next step is due, and what stops it."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from components.kie import GenerationRequest, Model, OutputFormat, ValidationError
from components.studio.chain_runs import advance, build_requests, end, is_due, resume
from components.studio.db.chain_runs import ChainRun, RunState, StepFacts, StopReason
from components.studio.db.tables import ImageRecord
from components.studio.tasks.models import Task, TaskState
from tests.support.factories import NOW, make_task

STEPS = tuple(GenerationRequest(prompt=prompt) for prompt in ("one", "two", "three"))


def make_run(**fields: object) -> ChainRun:
    """A run at its first step, whose task is under way."""
    run = ChainRun(
        id="a" * 32,
        user_id="d" * 32,
        source_id="source",
        image_id="source",
        steps=STEPS,
        task_id="task",
        created_at=NOW,
    )
    return replace(run, **fields)  # type: ignore[arg-type]  # the fields of ChainRun


def image(image_id: str) -> ImageRecord:
    return ImageRecord(
        id=image_id,
        user_id="d" * 32,
        task_id=None,
        format="png",
        width_px=8,
        height_px=8,
        size_bytes=8,
        created_at=NOW,
    )


def facts(
    state: TaskState | None = None, *, image_id: str | None = "result", is_settling: bool = False
) -> StepFacts:
    task: Task | None = None if state is None else make_task(id="task", state=state)
    return StepFacts(
        task=task, is_settling=is_settling, image=None if image_id is None else image(image_id)
    )


@pytest.mark.parametrize(
    "state", [state for state in TaskState if state not in {"done", "failed", "refused"}]
)
def test_run_waits_for_an_unfinished_step(state: TaskState) -> None:
    assert advance(make_run(), facts(state)) == make_run()


def test_run_waits_for_a_state_of_a_later_version() -> None:
    unknown = facts(cast(TaskState, "paused"))

    assert advance(make_run(), unknown) == make_run()


def test_run_waits_until_the_source_pixels_are_back() -> None:
    assert advance(make_run(), facts(TaskState.DONE, is_settling=True)) == make_run()


def test_next_step_starts_from_the_result_of_the_last_one() -> None:
    after = advance(make_run(), facts(TaskState.DONE, image_id="kept"))

    assert (after.position, after.image_id, after.task_id) == (1, "kept", None)
    assert is_due(after)


def test_last_step_ends_the_run_and_its_words() -> None:
    after = advance(make_run(position=2), facts(TaskState.DONE))

    assert (after.state, after.steps) == (RunState.DONE, ())
    assert not is_due(after)


def test_last_step_whose_result_was_deleted_ends_the_run() -> None:
    assert advance(make_run(position=2), facts(TaskState.DONE, image_id=None)).state == "done"


@pytest.mark.parametrize("state", [TaskState.FAILED, TaskState.REFUSED])
def test_failed_step_stops_the_run(state: TaskState) -> None:
    after = advance(make_run(), facts(state))

    assert (after.state, after.reason, after.position) == (RunState.STOPPED, StopReason.TASK, 0)
    assert not is_due(after)


def test_deleted_result_stops_the_run_until_it_is_restored() -> None:
    stopped = advance(make_run(), facts(TaskState.DONE, image_id=None))
    assert (stopped.state, stopped.reason) == (RunState.STOPPED, StopReason.IMAGE_GONE)

    still = facts(TaskState.DONE, image_id=None)
    assert advance(resume(stopped, still, None), still).reason == StopReason.IMAGE_GONE
    restored = facts(TaskState.DONE)
    after = advance(resume(stopped, restored, None), restored)
    assert is_due(after)
    assert after.position == 1


def test_deleted_source_stops_the_run_before_its_step() -> None:
    after = advance(make_run(task_id=None, position=1), facts(image_id=None))

    assert (after.state, after.reason) == (RunState.STOPPED, StopReason.IMAGE_GONE)


@pytest.mark.parametrize("prompt", ["other words", None])
def test_resumed_run_makes_the_failed_step_again(prompt: str | None) -> None:
    refused = facts(TaskState.REFUSED)
    stopped = advance(make_run(position=1), refused)

    after = advance(resume(stopped, refused, prompt), refused)

    assert is_due(after)
    assert after.position == 1
    assert [step.prompt for step in after.steps] == ["one", prompt or "two", "three"]


def test_resumed_run_keeps_a_step_that_came_after_all() -> None:
    stopped = make_run(state=RunState.STOPPED, reason=StopReason.TASK)
    found = facts(TaskState.DONE)

    after = advance(resume(stopped, found, "other words"), found)

    assert (after.position, after.steps) == (1, STEPS)


def test_failed_step_that_is_watched_again_lets_the_run_go_on() -> None:
    stopped = make_run(state=RunState.STOPPED, reason=StopReason.TASK)

    assert advance(stopped, facts(TaskState.GENERATING)) == make_run()
    assert is_due(advance(stopped, facts(TaskState.DONE)))


def test_stopped_run_does_not_go_on_by_itself() -> None:
    stopped = make_run(state=RunState.STOPPED, reason=StopReason.NO_ROOM, task_id=None)

    assert advance(stopped, facts()) == stopped


@pytest.mark.parametrize("state", [RunState.DONE, RunState.ENDED])
def test_ended_run_never_goes_on(state: RunState) -> None:
    run = make_run(state=state)

    assert advance(run, facts(TaskState.DONE)) == run
    assert resume(run, facts(TaskState.FAILED), "other words") == run
    assert end(run) == run


def test_running_run_is_not_resumed() -> None:
    assert resume(make_run(), facts(TaskState.FAILED), None) == make_run()


def test_repeated_step_has_its_settings_and_other_words() -> None:
    original = GenerationRequest(
        prompt="one",
        model=Model.MAX,
        output_format=OutputFormat.PNG,
        aspect_ratio="1:1",
        safety_tolerance=1,
    )

    assert build_requests([original], ["other"]) == (replace(original, prompt="other"),)


@pytest.mark.parametrize(
    ("prompts", "sentence"),
    [
        ([], "No step is left: choose at least one."),
        (["a"] * 21, "These are 21 steps, and at most 20 run at once: leave some out."),
        (["a", " "], "Step 2: Prompt is empty: write at least one visible character."),
        (["a" * 5001], "Step 1: Prompt has 5,001 characters and may have at most 5,000: "),
    ],
)
def test_invalid_chain_is_refused_with_a_sentence(prompts: list[str], sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        build_requests([STEPS[0]] * len(prompts), prompts)

    assert caught.value.message.startswith(sentence)
