"""Whether the account can pay for the next queued task."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from components.kie import AuthenticationError, UnavailableError
from components.studio.tasks.models import FailureReason
from components.studio.worker.account import check_account


@dataclass
class FixedBalance:
    """Tells this balance, or fails with this error."""

    answer: Decimal | Exception

    def credits(self) -> Decimal:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("balance", "expected"),
    [("4.99", FailureReason.CREDITS), ("5", None), ("7", None), ("10", None)],
)
def test_balance_must_cover_the_cheapest_queued_task(
    balance: str, expected: FailureReason | None
) -> None:
    prices = [Decimal(10), Decimal(5)]

    assert check_account(FixedBalance(Decimal(balance)), prices, FailureReason.CREDITS) is expected


def test_empty_queue_needs_no_credits() -> None:
    assert check_account(FixedBalance(Decimal(0)), [], FailureReason.CREDITS) is None


def test_rejected_key_blocks_the_account() -> None:
    assert (
        check_account(FixedBalance(AuthenticationError("no")), [Decimal(5)], None)
        is FailureReason.AUTH
    )


@pytest.mark.parametrize("before", [None, FailureReason.CREDITS, FailureReason.AUTH])
def test_unknown_balance_changes_nothing(before: FailureReason | None) -> None:
    unreachable = FixedBalance(UnavailableError("no answer"))

    assert check_account(unreachable, [Decimal(5)], before) is before
