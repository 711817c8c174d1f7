"""The line above the submit button: what a press brings."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from components.studio.credits import CreditBalance
from components.studio.db.budgets import KEY, BudgetLeft, Period
from components.studio.db.tables import ImageRecord
from components.studio.tasks.models import FailureReason
from components.ui.form.generation_form import GenerationForm
from components.ui.form.submit import forecast
from components.ui.messages import over_budget_message

VALUES = GenerationForm("generate").defaults()
EDIT_VALUES = GenerationForm("edit").defaults()
PHOTO = ImageRecord(
    id="a" * 32,
    user_id="d",
    task_id=None,
    format="jpeg",
    width_px=4032,
    height_px=3024,
    size_bytes=9,
    created_at=1.0,
)
RICH = CreditBalance(Decimal(985))


def line(
    values: object = VALUES,
    *,
    source: ImageRecord | None = None,
    price: int = 5,
    balance: CreditBalance | None = RICH,
    waiting: int = 0,
    pause_reason: FailureReason | None = None,
    budget: BudgetLeft | None = None,
) -> str:
    return forecast(
        values,  # type: ignore[arg-type]  # the values of either form
        source=source,
        price=Decimal(price),
        balance=balance,
        waiting=waiting,
        pause_reason=pause_reason,
        budget=budget,
    )


def test_size_and_credits_left() -> None:
    assert line() == "1392×752 · 980 credits left afterwards"
    assert line(price=985) == "1392×752 · 0 credits left afterwards"


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [
        (4032, 3024, "1184×880"),
        (3000, 2000, "1248×832"),
        (1000, 1000, "1024×1024"),
        (1080, 2400, "688×1504"),
    ],
)
def test_edit_without_a_ratio_comes_in_the_shape_of_its_source(
    width: int, height: int, size: str
) -> None:
    source = replace(PHOTO, width_px=width, height_px=height)

    assert line(EDIT_VALUES, source=source).startswith(f"{size} · ")


def test_without_a_source_no_size_is_guessed() -> None:
    assert line(EDIT_VALUES) == "980 credits left afterwards"


def test_another_ratio_says_what_becomes_of_the_rest() -> None:
    square = replace(EDIT_VALUES, ratio="1:1")

    assert "outside 1:1 is cut off, or filled in" in line(square, source=PHOTO)
    assert "outside" not in line(replace(EDIT_VALUES, ratio="4:3"), source=PHOTO)


@pytest.mark.parametrize(
    "balance", [None, CreditBalance(None, FailureReason.AUTH)], ids=["not asked yet", "refused"]
)
def test_unknown_balance_is_called_unknown(balance: CreditBalance | None) -> None:
    assert line(balance=balance) == "1392×752 · credits left unknown"


def test_too_few_credits_are_said_before_the_press() -> None:
    assert line(price=1000) == "1392×752 · only 985 credits left"


def test_what_makes_it_wait_is_said() -> None:
    assert line(waiting=1).endswith(" · 1 waits before it")
    assert line(waiting=7).endswith(" · 7 wait before it")
    paused = line(waiting=7, pause_reason=FailureReason.CREDITS)
    assert paused.endswith(" · waits: the account is out of credits")


def test_both_models_are_counted() -> None:
    both = replace(VALUES, model="both", variants=2)

    assert line(both, price=30) == "1392×752 · 2 Pro + 2 Max · 955 credits left afterwards"


def budget(cap: str, taken: str, *, subject: str = "person:d") -> BudgetLeft:
    return BudgetLeft(subject, Period.MONTH, Decimal(cap), Decimal(taken))


def test_budget_stands_in_place_of_the_account() -> None:
    assert line(budget=budget("120", "75")) == "1392×752 · 45 of 120 left this month"
    assert line(balance=None, budget=budget("1200.5", "75")).endswith(
        "1,125.5 of 1,200.5 left this month"
    )


def test_budget_of_which_little_is_left_says_only() -> None:
    assert line(budget=budget("120", "96")).endswith(" · only 24 of 120 left this month")
    assert line(budget=budget("120", "95.5")).endswith(" · 24.5 of 120 left this month")
    assert line(budget=budget("5", "9")).endswith(" · only 0 of 5 left this month")


def test_budget_of_all_together_is_called_so() -> None:
    assert line(budget=budget("20000", "1", subject=KEY)).endswith(
        " · 19,999 of 20,000 left this month for everybody"
    )


def test_budget_does_not_hide_an_empty_account() -> None:
    poor = CreditBalance(Decimal(3))

    assert line(balance=poor, budget=budget("120", "75")).endswith(
        " · 45 of 120 left this month · the account has only 3 credits"
    )


def test_refusal_says_what_is_needed_and_left_when_it_is_new_and_whom_to_ask() -> None:
    sentence = over_budget_message(
        budget("120", "107.5"),
        Decimal(20),
        renewed="on 1 December",
        people_to_ask=("Anna", "Ben", "Cleo"),
    )

    assert sentence == (
        "This needs 20 credits; 12.5 of your 120 are left this month. "
        "More on 1 December; before that, ask Anna, Ben or Cleo."
    )


def test_refusal_for_everybody_names_somebody_even_where_no_admin_is_known() -> None:
    sentence = over_budget_message(
        budget("20", "19", subject=KEY), Decimal(5), renewed="tomorrow", people_to_ask=()
    )

    assert "1 of everybody's 20 is left this month" in sentence
    assert sentence.endswith("ask your admin.")
