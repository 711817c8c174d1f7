"""What admins download: spending as CSV."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from components.server.identity import read_user_id
from components.server.responses import NO_STORE, not_found, run_or_503
from components.studio.studio import NotFoundError, Studio

MAX_DAYS: Final = 366
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def admin_routes(open_studio: Callable[[], Studio]) -> list[Route]:
    """The route of what everybody has spent, from the day `since` to the day `until`.

    Who is no admin gets the answer of an address that does not exist.
    """

    async def spending(request: Request) -> Response:
        return await run_or_503(_spending, open_studio, request)

    return [Route("/app/static/admin/spending.csv", spending)]


def _spending(open_studio: Callable[[], Studio], request: Request) -> Response:
    user_id = read_user_id(request)
    try:
        if user_id is None:
            raise NotFoundError
        administration = open_studio().administration(user_id)
    except NotFoundError:
        return not_found("Not found.")
    since, until = (_read_day(request.query_params.get(name)) for name in ("since", "until"))
    if since is None or until is None or not 0 <= (until - since).days < MAX_DAYS:
        return PlainTextResponse("Name two days, a year apart at most.", 400, NO_STORE)
    lines = administration.spending_csv(since.isoformat(), until.isoformat())
    name = f"kontext-studio-spending-{since}-{until}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', **NO_STORE}
    # With a mark of its coding, as spreadsheets would take it for another one.
    return Response("\ufeff" + "".join(lines), media_type="text/csv", headers=headers)


def _read_day(text: str | None) -> date | None:
    if text is None or not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
