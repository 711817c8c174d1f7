"""The ASGI app: the paths of both real hosts, and the sandbox's own under `/sandbox/`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from components.sandbox import admin_api, files, task_api, uploads
from components.sandbox.envelope import ApiError, json_response
from components.sandbox.gzip_json import GzipJson
from components.sandbox.service import Service

_ROUTES = (
    Route("/api/v1/flux/kontext/generate", task_api.generate, methods=["POST"]),
    Route("/api/v1/flux/kontext/record-info", task_api.record_info, methods=["GET"]),
    Route("/api/v1/chat/credit", task_api.credit, methods=["GET"]),
    Route("/api/v1/common/download-url", task_api.download_url, methods=["POST"]),
    Route("/api/file-stream-upload", uploads.stream_upload, methods=["POST"]),
    Route("/api/file-base64-upload", uploads.base64_upload, methods=["POST"]),
    Route("/api/file-url-upload", uploads.url_upload, methods=["POST"]),
    Route("/results/{rest:path}", files.serve),
    Route("/origins/{rest:path}", files.serve),
    Route("/downloads/{rest:path}", files.serve),
    Route("/kieai/{rest:path}", files.serve),
    Route("/sandbox/faults", admin_api.show_faults, methods=["GET"]),
    Route("/sandbox/faults", admin_api.put_faults, methods=["PUT"]),
    Route("/sandbox/faults/known", admin_api.explain_faults, methods=["GET"]),
    Route("/sandbox/usage", admin_api.get_usage_report, methods=["GET"]),
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
    middleware = [Middleware(GzipJson)]
    app = Starlette(
        routes=_ROUTES, exception_handlers=handlers, lifespan=running, middleware=middleware
    )
    app.state.service = service
    return app


async def _error(request: Request, problem: Exception) -> Response:
    """Report an error, or a defect of the sandbox, as the host that was asked reports its own."""
    if isinstance(problem, ApiError):
        return problem.response().to_http()
    code, msg, headers = 500, "Server exception", None
    if isinstance(problem, HTTPException):
        code, msg, headers = problem.status_code, problem.detail, problem.headers
    if uploads.is_upload(request):
        response = uploads.upload_error(code, msg).to_http()
    else:
        status = code if isinstance(problem, HTTPException) else 200
        response = json_response({"code": code, "msg": msg, "data": None}, status).to_http()
    response.headers.update(headers or {})  # which methods the path does allow
    return response
