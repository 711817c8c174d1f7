"""The drill's side of the sandbox: which faults are in force, and what was made and paid.

The real service has nothing like it, so its paths begin with `/sandbox/`.
"""

from starlette.requests import Request
from starlette.responses import Response

from components.sandbox.envelope import json_answer
from components.sandbox.faults import FAULTS, FaultsRejected
from components.sandbox.reading import NotJson, TooLarge, read_json
from components.sandbox.service import Service, of

_MOST_BODY_BYTES = 100_000


async def show_faults(request: Request) -> Response:
    """`GET /sandbox/faults`: every known fault's name and the rate in force."""
    return _rates(of(request))


async def explain_faults(_request: Request) -> Response:
    """`GET /sandbox/faults/known`: when each fault strikes and what it does."""
    known = {
        fault.name: {"when": fault.moment, "what": fault.description} for fault in FAULTS.values()
    }
    return json_answer(known).response()


async def put_faults(request: Request) -> Response:
    """`PUT /sandbox/faults`: a JSON object of fault name to rate, which replaces all rates."""
    service = of(request)
    try:
        rates = await read_json(request, _MOST_BODY_BYTES)
        if not isinstance(rates, dict):
            raise FaultsRejected("the body must be a JSON object of fault name to rate")
        service.faults.replace(rates)
    except (FaultsRejected, NotJson, TooLarge) as problem:
        return json_answer({"error": str(problem), "known": list(FAULTS)}, 422).response()
    return _rates(service)


async def show_book(request: Request) -> Response:
    """`GET /sandbox/book`: every accepted create, what it cost, and how many calls were seen."""
    return json_answer(of(request).book()).response()


def _rates(service: Service) -> Response:
    return json_answer(dict.fromkeys(FAULTS, 0.0) | service.faults.rates()).response()
