"""Account check: whether key and balance allow the next queued task."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from components.kie import (
    AuthenticationError,
    CertificateError,
    ConnectError,
    InsufficientCreditsError,
    KieError,
    MaintenanceError,
    RateLimitError,
    ServerError,
    UnavailableError,
)
from components.studio.tasks.models import FailureReason
from components.studio.worker.account_limits import AccountLimits, check_account
from tests.support.factories import error_name


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


@pytest.mark.parametrize("previous", [None, FailureReason.CREDITS, FailureReason.RATE_LIMITED])
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ConnectError("refused"), FailureReason.UNREACHABLE),
        (CertificateError("expired"), FailureReason.CERTIFICATE),
    ],
    ids=error_name,
)
def test_unreachable_service_pauses_the_queue(
    error: KieError, expected: FailureReason, previous: FailureReason | None
) -> None:
    assert check_account(FixedBalance(error), [Decimal(5)], previous) is expected


@pytest.mark.parametrize("previous", [FailureReason.UNREACHABLE, FailureReason.CERTIFICATE])
@pytest.mark.parametrize(
    ("error", "is_over"),
    [
        (ServerError("no", code=500), True),
        (MaintenanceError("no", code=455), True),
        (UnavailableError("a page", code=404), True),
        (UnavailableError("a page", code=499), True),
        (UnavailableError("a gateway's page", code=500), False),
        (UnavailableError("a gateway's page", code=502), False),
        (UnavailableError("no answer"), False),
    ],
)
def test_pause_of_an_unreachable_service_ends_with_its_own_answer(
    error: KieError, is_over: bool, previous: FailureReason
) -> None:
    reason = check_account(FixedBalance(error), [Decimal(5)], previous)
    assert reason is (None if is_over else previous)


def test_answer_about_something_else_ends_no_other_pause() -> None:
    error = FixedBalance(ServerError("no", code=500))
    assert check_account(error, [Decimal(5)], FailureReason.CREDITS) is FailureReason.CREDITS


@pytest.mark.parametrize(
    ("error", "reason", "seconds"),
    [
        (ConnectError("refused"), FailureReason.UNREACHABLE, 2.0),
        (CertificateError("expired"), FailureReason.CERTIFICATE, 2.0),
        (AuthenticationError("no"), FailureReason.AUTH, 10.0),
        (InsufficientCreditsError("no"), FailureReason.CREDITS, 10.0),
        (RateLimitError("no", retry_after_seconds=61.0), FailureReason.RATE_LIMITED, 61.0),
        (RateLimitError("no", retry_after_seconds=86_400.0), FailureReason.RATE_LIMITED, 86_400.0),
    ],
)
def test_create_error_pauses_all_tasks_until_a_check(
    error: KieError, reason: FailureReason, seconds: float
) -> None:
    limits = AccountLimits.with_limits(creates_per_10s=20, queries_per_second=10)
    limits.on_create_result(error, 100.0)
    assert (limits.breaker.reason, limits.breaker.seconds_until_probe(100.0)) == (reason, seconds)


@pytest.mark.parametrize("pause", [None, 7.0, 60.0])
def test_short_pause_is_kept_without_a_banner(pause: float | None) -> None:
    limits = AccountLimits.with_limits(creates_per_10s=20, queries_per_second=10)
    limits.on_create_result(RateLimitError("no", retry_after_seconds=pause), 100.0)
    assert limits.breaker.reason is None
    assert limits.creates.seconds_until_free(100.0) == (2.0 if pause is None else pause)


def test_long_pause_of_queries_lasts_five_minutes_at_most() -> None:
    limits = AccountLimits.with_limits(creates_per_10s=20, queries_per_second=10)
    limits.on_query_result(RateLimitError("no", retry_after_seconds=86_400.0), 100.0)
    assert limits.queries.seconds_until_free(100.0) == 300.0
