"""The ASGI app: the paths of both real hosts, and the sandbox's own under `/sandbox/`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from components.sandbox import admin_api, files, task_api, uploads
from components.sandbox.envelope import ApiError, json_response
from components.sandbox.service import Service

_GZIP = [Middleware(GZipMiddleware, minimum_size=0)]
"""The service compresses its JSON (docs/kie-api.md, Ground rules); pictures stay as they are."""
_API: tuple[tuple[str, str, Callable[[Request], Awaitable[Response]]], ...] = (
    ("POST", "/api/v1/flux/kontext/generate", task_api.generate),
    ("GET", "/api/v1/flux/kontext/record-info", task_api.record_info),
    ("GET", "/api/v1/chat/credit", task_api.credit),
    ("POST", "/api/v1/common/download-url", task_api.download_url),
    ("POST", "/api/file-stream-upload", uploads.stream_upload),
    ("POST", "/api/file-base64-upload", uploads.base64_upload),
    ("POST", "/api/file-url-upload", uploads.url_upload),
    ("GET", "/sandbox/faults", admin_api.show_faults),
    ("PUT", "/sandbox/faults", admin_api.put_faults),
    ("GET", "/sandbox/faults/known", admin_api.explain_faults),
    ("GET", "/sandbox/usage", admin_api.get_usage_report),
)
_ROUTES = (
    *(Route(path, api, methods=[method], middleware=_GZIP) for method, path, api in _API),
    *(Route(f"/{kind}/{{rest:path}}", files.serve) for kind in files.FOLDERS),
)


def build_app(service: Service) -> Starlette:
    """Return the app of a service; its task runner runs while the app is up."""

    @asynccontextmanager
    async def running(_app: Starlette) -> AsyncIterator[None]:
        run = asyncio.create_task(service.runner.run())
        try:
            yield
        finally:
            run.cancel()
            with suppress(asyncio.CancelledError):
                await run
            await service.runner.close()
            service.store.close()

    handlers = dict.fromkeys((ApiError, HTTPException, Exception), _error)
    app = Starlette(routes=_ROUTES, exception_handlers=handlers, lifespan=running)
    app.state.service = service
    return app


async def _error(request: Request, problem: Exception) -> Response:
    code, msg, headers = 500, "Server exception", None
    if isinstance(problem, ApiError):
        code, msg = problem.code, problem.msg
    elif isinstance(problem, HTTPException):
        code, msg, headers = problem.status_code, problem.detail, problem.headers
    if request.url.path.startswith("/api/file-"):
        code = 400 if code == 422 else code
        response = json_response({"success": False, "code": code, "msg": msg}, code).to_http()
    else:
        status = code if isinstance(problem, HTTPException) else 200
        response = ApiError(code, msg).response(status).to_http()
    response.headers.update(headers or {})  # which methods the path does allow
    return response
