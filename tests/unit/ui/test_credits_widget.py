"""The credits widget: balance, spending, and what may have been charged."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from components.studio.credits import CreditBalance, Spending
from components.studio.db.budgets import KEY, BudgetLeft, Period
from components.studio.tasks.models import FailureReason
from components.ui.credits_widget import balance_html, credits_html, format_usd

SPENT = Spending(credits=Decimal("14.5"), images=3)


def visible_text(markup: str) -> str:
    """The text of some HTML, with a space for each tag."""
    return " ".join(re.sub(r"<[^>]*>", " ", markup).split())


@pytest.mark.parametrize(
    ("credits_", "dollars"),
    [("0", "$0.00"), ("1", "$0.005"), ("5", "$0.025"), ("10", "$0.05"), ("995000", "$4,975.00")],
)
def test_credit_is_half_a_cent(credits_: str, dollars: str) -> None:
    assert format_usd(Decimal(credits_)) == dollars


@pytest.mark.parametrize(
    ("balance", "text"), [("995", "995"), ("12345.50", "12,345.5"), ("1E+3", "1,000"), ("0", "0")]
)
def test_balance_shows_all_decimals(balance: str, text: str) -> None:
    markup = balance_html(CreditBalance(Decimal(balance)))

    assert visible_text(markup) == text
    assert "title" not in markup


@pytest.mark.parametrize(
    ("balance", "reason"),
    [
        (None, "being read"),
        (CreditBalance(None, FailureReason.AUTH), "The key was refused"),
        (CreditBalance(None, FailureReason.UNREACHABLE), "cannot be reached"),
    ],
)
def test_unknown_balance_is_a_dash_with_reason(balance: CreditBalance | None, reason: str) -> None:
    markup = balance_html(balance)

    assert visible_text(markup) == "—"
    assert reason in markup
    assert reason in visible_text(credits_html(balance, today=Spending(), total=Spending()))


def test_spending_shows_credits_dollars_and_images() -> None:
    text = visible_text(credits_html(CreditBalance(Decimal(80)), today=Spending(), total=SPENT))

    assert "80 credits left · $0.40" in text
    assert "Spent today 0 pictures 0 credits $0.00" in text
    assert "Spent in all 3 pictures 14.5 credits $0.072" in text
    assert "charged" not in text


def test_unconfirmed_charges_are_listed_apart() -> None:
    unconfirmed = Spending(unconfirmed_credits=Decimal(5), unconfirmed_tasks=1)
    text = visible_text(
        credits_html(CreditBalance(Decimal(80)), today=Spending(), total=unconfirmed)
    )

    assert "Spent in all 0 pictures 0 credits" in text
    assert "May have been charged 1 task 5 credits $0.025" in text


def test_budgets_are_drawn_as_bars_that_warn_from_80_percent() -> None:
    markup = credits_html(
        CreditBalance(Decimal(80)),
        today=Spending(),
        total=Spending(unconfirmed_credits=Decimal(5), unconfirmed_tasks=1),
        budgets_left=[
            BudgetLeft(KEY, Period.DAY, Decimal(0), Decimal(0)),
            BudgetLeft("person:d", Period.DAY, Decimal(40), Decimal(32)),
            BudgetLeft("person:d", Period.MONTH, Decimal(1200), Decimal("300")),
        ],
        under_way=Decimal("7.5"),
        people_to_ask=["<Anna>"],
    )
    text = visible_text(markup)

    assert "This month 900 of 1,200 left Today 8 of 40 left Today, everybody 0 of 0 left" in text
    assert re.findall(r"inline-size:([\d.]+%)", markup) == ["25.0%", "80.0%", "100.0%"]
    assert markup.count("warning") == 2
    assert "Reserved for pictures under way 7.5 credits" in text
    assert "1 task · &lt;Anna&gt; can decide" in text
