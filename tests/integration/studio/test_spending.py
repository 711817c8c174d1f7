"""What was spent: pictures at their price, and apart from them what may have been charged."""

from __future__ import annotations

from decimal import Decimal

import pytest

from components.studio.db.spending import Spend, spent_by
from components.studio.db.tasks import Ledger
from components.studio.tasks.models import Obstacle, State, Task, Trouble
from tests.support.factories import NOW, make_task

ANNA = "a" * 32


def anna_s(state: State, trouble: Trouble | None = None, **fields: object) -> Task:
    obstacle = Obstacle(trouble, 500, 'some "words"') if trouble else None
    return make_task(designer=ANNA, state=state, obstacle=obstacle, **{"sent_at": NOW, **fields})


def test_a_designer_who_made_nothing_has_spent_nothing(repository: Ledger) -> None:
    repository.add_tasks([make_task(designer="b" * 32, state=State.DONE)])

    assert spent_by(repository, ANNA) == Spend()


def test_pictures_are_counted_at_the_price_they_were_asked_for_at(repository: Ledger) -> None:
    repository.add_tasks(
        [
            anna_s(State.DONE, price=Decimal("4.5")),
            anna_s(State.DONE, price=Decimal("4.5")),
            anna_s(State.DONE, price=Decimal(10)),
        ]
    )

    assert spent_by(repository, ANNA) == Spend(credits=Decimal("19.0"), pictures=3)


def test_today_begins_where_it_is_told(repository: Ledger) -> None:
    repository.add_tasks([anna_s(State.DONE, created_at=NOW - 1), anna_s(State.DONE)])

    assert spent_by(repository, ANNA, since=NOW).pictures == 1
    assert spent_by(repository, ANNA).pictures == 2


@pytest.mark.parametrize(
    ("state", "trouble"),
    [
        (State.UNCONFIRMED, Trouble.NO_ANSWER),
        (State.REFUSED, Trouble.POLICY),
        (State.FAILED, Trouble.NOT_GENERATED),
        (State.FAILED, Trouble.RESULT_LOST),
        (State.STILL_RUNNING, None),
    ],
)
def test_what_ended_without_a_picture_may_have_been_charged(
    state: State, trouble: Trouble | None, repository: Ledger
) -> None:
    repository.add_tasks([anna_s(state, trouble)])

    assert spent_by(repository, ANNA) == Spend(doubtful_credits=Decimal(5), doubtful_tasks=1)


@pytest.mark.parametrize(
    ("state", "trouble", "sent_at"),
    [
        (State.FAILED, Trouble.UNREACHABLE, NOW),
        (State.FAILED, Trouble.INVALID, NOW),
        (State.FAILED, Trouble.UPLOAD, None),
        (State.QUEUED, Trouble.CREDIT, None),
        (State.GENERATING, None, NOW),
    ],
)
def test_what_was_never_taken_or_is_being_made_is_not_counted(
    state: State, trouble: Trouble | None, sent_at: float | None, repository: Ledger
) -> None:
    repository.add_tasks([anna_s(state, trouble, sent_at=sent_at)])

    assert spent_by(repository, ANNA) == Spend()
