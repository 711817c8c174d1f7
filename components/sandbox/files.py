"""Serving the files behind the sandbox's own links: results, origins, downloads, uploads."""

from starlette.requests import Request
from starlette.responses import Response

from components.sandbox.envelope import ApiResponse
from components.sandbox.fault_responses import apply_fault
from components.sandbox.faults import FaultPoint
from components.sandbox.service import service_of

FOLDERS = ("results", "origins", "downloads", "kieai")
# Whatever a stranger uploads must not run as a page of this host.
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "sandbox; default-src 'none'"),
    ("Cache-Control", "public, max-age=3600"),
)


async def serve(request: Request) -> Response:
    """A file with its type and length; 404 once its link has expired."""
    service = service_of(request)
    file = service.store.file(request.scope["path"], service.options.clock())
    if file is None:
        return Response("This file does not exist or has expired.\n", 404, media_type="text/plain")
    response = ApiResponse(file.content, file.mime, headers=_HEADERS)
    if file.task_id is None:
        return response.to_http()
    task = service.store.task(file.task_id)
    requested = () if task is None else task.faults
    fault = service.faults.choose(FaultPoint.DOWNLOAD, requested=requested)
    return await apply_fault(fault, response, service.sleeper)
