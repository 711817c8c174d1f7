"""The sandbox's own endpoints: the fault rates in force, and a usage report.

The real service has nothing like it, so its paths begin with `/sandbox/`.
"""

from starlette.requests import Request
from starlette.responses import Response

from components.sandbox.envelope import ApiError, json_response
from components.sandbox.faults import FAULTS, FaultsRejected
from components.sandbox.request_body import read_json
from components.sandbox.service import service_of

_MOST_BODY_BYTES = 100_000


async def show_faults(request: Request) -> Response:
    """`GET /sandbox/faults`: every known fault's name and the rate in force."""
    rates = service_of(request).faults.rates
    return json_response(dict.fromkeys(FAULTS, 0.0) | rates).to_http()


async def explain_faults(_request: Request) -> Response:
    """`GET /sandbox/faults/known`: when each fault happens and what it does."""
    known = {f.name: {"when": f.point, "what": f.description} for f in FAULTS.values()}
    return json_response(known).to_http()


async def put_faults(request: Request) -> Response:
    """`PUT /sandbox/faults`: a JSON object of fault name to rate, which replaces all rates."""
    service = service_of(request)
    if not service.options.faults_on_request:
        return json_response({"error": "this sandbox takes no faults on request"}, 403).to_http()
    try:
        rates = await read_json(request, _MOST_BODY_BYTES)
        if not isinstance(rates, dict):
            raise FaultsRejected("the body must be a JSON object of fault name to rate")
        service.faults.replace(rates)
    except (FaultsRejected, ApiError) as problem:
        return json_response({"error": str(problem), "known": list(FAULTS)}, 422).to_http()
    return await show_faults(request)


async def get_usage_report(request: Request) -> Response:
    """`GET /sandbox/usage`: every accepted create, what it cost, and how many calls were seen."""
    return json_response(service_of(request).usage_report()).to_http()
