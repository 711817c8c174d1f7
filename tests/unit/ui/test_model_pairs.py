"""Submissions to both models: order, pairs, names, and why they cannot be compared yet."""

from __future__ import annotations

import pytest

from components.studio import GenerationRequest, Model
from components.studio.db.tables import ImageRecord, TaskWithImage
from components.studio.tasks.models import TaskState
from components.ui.model_pairs import (
    comparison_obstacle,
    finished_pairs,
    has_both_models,
    in_pairs,
    pair_names,
    variant_names,
)
from tests.support.factories import make_task


def variant(name: str, model: str, state: TaskState = TaskState.DONE) -> TaskWithImage:
    """A task of one submission, with an image of this name if it is done."""
    request = GenerationRequest.from_storage(prompt="a hill", model=model)
    task = make_task(id=name, batch="batch", request=request, state=state)
    image = ImageRecord(
        id=name,
        user_id=task.user_id,
        task_id=name,
        format="jpeg",
        width_px=1392,
        height_px=752,
        size_bytes=9,
        created_at=1.0,
    )
    return TaskWithImage(task, image if state is TaskState.DONE else None)


def pro(name: str, state: TaskState = TaskState.DONE) -> TaskWithImage:
    return variant(name, Model.PRO, state)


def max_(name: str, state: TaskState = TaskState.DONE) -> TaskWithImage:
    return variant(name, Model.MAX, state)


def ids(entries: list[TaskWithImage]) -> list[str]:
    return [entry.task.id for entry in entries]


def test_models_take_turns_and_pro_is_first() -> None:
    assert ids(in_pairs([max_("m1"), pro("p1"), max_("m2"), pro("p2")])) == ["p1", "m1", "p2", "m2"]
    assert ids(in_pairs([max_("m1"), pro("p1"), max_("m2")])) == ["p1", "m1", "m2"]


def test_variants_of_one_model_keep_their_order() -> None:
    assert ids(in_pairs([pro("b"), pro("a")])) == ["b", "a"]
    assert ids(in_pairs([variant("u", "flux-kontext-ultra"), pro("p")])) == ["p", "u"]


def test_one_model_is_not_both() -> None:
    assert has_both_models([pro("p"), max_("m")])
    assert not has_both_models([pro("p"), pro("q")])
    assert not has_both_models([max_("m"), variant("u", "flux-kontext-ultra")])


def test_first_finished_of_each_model_are_a_pair() -> None:
    waiting = pro("p1", TaskState.GENERATING)

    assert finished_pairs([waiting, max_("m1"), pro("p2"), max_("m2")]) == [("p2", "m1")]
    assert finished_pairs([pro("p1"), max_("m1"), pro("p2"), max_("m2")]) == [
        ("p1", "m1"),
        ("p2", "m2"),
    ]


@pytest.mark.parametrize(
    ("variants", "obstacle"),
    [
        ([pro("p"), max_("m")], ""),
        ([pro("p", TaskState.QUEUED), max_("m", TaskState.QUEUED)], "Waits for Pro and Max"),
        ([pro("p"), max_("m", TaskState.GENERATING)], "Waits for Max"),
        ([pro("p", TaskState.UNCONFIRMED), max_("m")], "Waits for Pro"),
        ([pro("p"), max_("m", TaskState.REFUSED)], "Needs a picture by Max: try it again"),
        (
            [pro("p", TaskState.GENERATING), max_("m", TaskState.FAILED)],
            "Needs a picture by Max: try it again",
        ),
        ([pro("p"), max_("m", TaskState.FAILED), max_("n", TaskState.QUEUED)], "Waits for Max"),
    ],
)
def test_obstacle_names_the_model_that_is_missing(
    variants: list[TaskWithImage], obstacle: str
) -> None:
    assert comparison_obstacle(variants) == obstacle


def test_variants_are_named_by_their_model() -> None:
    assert variant_names([pro("p"), max_("m")]) == ["Pro", "Max"]
    assert variant_names([pro("p"), max_("m"), max_("n")]) == ["Pro", "Max 1", "Max 2"]
    assert variant_names([pro("p"), pro("q")]) == ["Variant 1", "Variant 2"]


def test_only_a_pair_of_one_submission_has_the_names_of_models() -> None:
    other = make_task(request=GenerationRequest(prompt="a hill", model=Model.MAX))

    assert pair_names(pro("p").task, max_("m").task) == ("Pro", "Max")
    assert pair_names(pro("p").task, pro("q").task) is None
    assert pair_names(pro("p").task, other) is None
    assert pair_names(None, other) is None
