"""The sandbox's application: both hosts' paths of the real service, and the drill's own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from components.sandbox import control, files, task_api, uploads
from components.sandbox.envelope import Refused, json_answer
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
    Route("/sandbox/faults", control.show_faults, methods=["GET"]),
    Route("/sandbox/faults", control.put_faults, methods=["PUT"]),
    Route("/sandbox/faults/known", control.explain_faults, methods=["GET"]),
    Route("/sandbox/book", control.show_book, methods=["GET"]),
)


def build_app(service: Service) -> Starlette:
    """An application around a service, whose works run while it is up."""

    @asynccontextmanager
    async def running(_app: Starlette) -> AsyncIterator[None]:
        run = asyncio.create_task(service.works.run())
        try:
            yield
        finally:
            run.cancel()
            with suppress(asyncio.CancelledError):
                await run
            await service.works.close()
            service.store.close()

    app = Starlette(
        routes=_ROUTES,
        exception_handlers={
            Refused: _refused,
            HTTPException: _no_such_path,
            Exception: _broken,
        },
        lifespan=running,
    )
    app.state.service = service
    return app


async def _refused(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Refused)  # noqa: S101 - what this handler is registered for
    return problem.answer().response()


async def _no_such_path(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)  # noqa: S101 - what this handler is registered for
    code, msg = problem.status_code, problem.detail
    if uploads.is_upload(request):
        answer = uploads.refusal(code, msg).response()
    else:
        answer = json_answer({"code": code, "msg": msg, "data": None}, code).response()
    answer.headers.update(problem.headers or {})  # which methods the path does allow
    return answer


async def _broken(request: Request, _problem: Exception) -> Response:
    """A fault of the sandbox's own, said as the service says its own (contract.md §4, §6)."""
    if uploads.is_upload(request):
        return uploads.refusal(500, "Server exception").response()
    return Refused(500, "Server exception").answer().response()
