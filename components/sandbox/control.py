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
    """`GET /sandbox/faults`: the rates in force, and every known fault with what it does."""
    return _faults(of(request))


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
    return _faults(service)


async def show_book(request: Request) -> Response:
    """`GET /sandbox/book`: every accepted create, what it cost, and how many calls were seen."""
    return json_answer(of(request).book()).response()


def _faults(service: Service) -> Response:
    known = {
        fault.name: {"when": fault.moment, "what": fault.description} for fault in FAULTS.values()
    }
    return json_answer({"rates": service.faults.rates(), "known": known}).response()
