"""The routes of admins answer as if they were not there to anybody else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import cast
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from starlette.responses import Response

from components.server.admin import admin_routes
from components.studio.studio import NotFoundError, Studio

MONTH = {"since": "2026-11-01", "until": "2026-11-30"}


class FakeStudio:
    def administration(self, user_id: str) -> FakeStudio:
        if user_id != "ada":
            raise NotFoundError
        return self

    def spending_csv(self, since_day: str, until_day: str) -> Iterator[str]:
        yield f"{since_day},{until_day}\r\n"


def get(user_id: str | None, days: dict[str, str]) -> Response:
    (route,) = admin_routes(lambda: cast(Studio, FakeStudio()))
    assert route.path == "/app/static/admin/spending.csv"
    scope = {
        "type": "http",
        "method": "GET",
        "headers": [],
        "query_string": urlencode(days).encode(),
        "kontext.user_id": user_id,
    }
    response: Response = asyncio.run(route.endpoint(Request(scope)))
    return response


@pytest.mark.parametrize("user_id", [None, "", "anna"])
def test_spending_is_not_found_by_others(user_id: str | None) -> None:
    response = get(user_id, MONTH)
    assert (response.status_code, response.body) == (404, b"Not found.")


def test_spending_is_a_file_that_no_cache_keeps() -> None:
    response = get("ada", MONTH)
    assert bytes(response.body).decode() == "\ufeff2026-11-01,2026-11-30\r\n"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-type"].startswith("text/csv")
    assert "spending-2026-11-01-2026-11-30.csv" in response.headers["content-disposition"]


@pytest.mark.parametrize(
    "days",
    [
        {},
        {"since": "2026-11-01"},
        {"since": "2026-11-31", "until": "2026-12-01"},
        {"since": "2026-11-30", "until": "2026-11-01"},
        {"since": "2024-11-30", "until": "2026-11-01"},
        {"since": "today", "until": "2026-11-01"},
    ],
)
def test_days_that_are_none_are_refused(days: dict[str, str]) -> None:
    assert get("ada", days).status_code == 400
