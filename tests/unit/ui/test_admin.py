"""What the page of admins says of periods and of what was done."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from components.studio.db.administration import AuditEntry
from components.ui.admin.log_section import describe_act
from components.ui.admin.spending_section import days_of, days_shown


@pytest.mark.parametrize(
    ("details", "sentence"),
    [
        (
            {"subject": "everybody", "period": "month", "credits": "40.0"},
            "Set the budget of each person to 40 credits a month",
        ),
        (
            {"subject": "role:user", "period": "day", "credits": "1240.5"},
            "Set the budget of each user to 1,240.5 credits a day",
        ),
        (
            {"subject": "person:" + "a" * 32, "period": "day", "credits": None},
            "Removed the budget of Anna for a day",
        ),
    ],
)
def test_budget_is_logged_in_words(details: dict[str, str], sentence: str) -> None:
    entry = AuditEntry(1, 0.0, "b" * 32, "budget", details)
    assert describe_act(entry, {"a" * 32: "Anna"}) == sentence


@pytest.mark.parametrize(
    ("today", "last"),
    [("2026-12-01", "2026-12-31"), ("2026-02-28", "2026-02-28"), ("2028-02-03", "2028-02-29")],
)
def test_chart_of_this_month_has_all_its_days(today: str, last: str) -> None:
    now = datetime.fromisoformat(today).replace(tzinfo=UTC).timestamp()
    since, until = days_of("This month", now)
    assert until == today
    assert days_shown("This month", since, until) == (today[:8] + "01", last)


def test_chart_of_another_period_ends_today() -> None:
    now = datetime(2026, 12, 1, tzinfo=UTC).timestamp()
    since, until = days_of("7 days", now)
    assert days_shown("7 days", since, until) == ("2026-11-25", "2026-12-01")
