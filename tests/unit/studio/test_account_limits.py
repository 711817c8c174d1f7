"""Account check: whether key and balance allow the next queued task."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from components.kie import AuthenticationError, UnavailableError
from components.studio.tasks.models import FailureReason
from components.studio.worker.account_limits import check_account


@dataclass
class FixedBalance:
    """Answers with this balance or raises this error."""

    result: Decimal | Exception

    def credits(self) -> Decimal:
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


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


def test_rejected_key_pauses_the_queue() -> None:
    assert (
        check_account(FixedBalance(AuthenticationError("no")), [Decimal(5)], None)
        is FailureReason.AUTH
    )


@pytest.mark.parametrize("previous", [None, FailureReason.CREDITS, FailureReason.AUTH])
def test_unknown_balance_changes_nothing(previous: FailureReason | None) -> None:
    unreachable = FixedBalance(UnavailableError("no response"))

    assert check_account(unreachable, [Decimal(5)], previous) is previous
