"""Takes pictures from the browser: one request for each, whose body is the file as it is.

The body is written to a temporary file as it arrives, and decoded when its sender's turn comes. No
part of it stays in memory.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import IO, Final
from urllib.parse import unquote

from anyio import from_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from components.server.identity import read_user_id
from components.server.responses import NO_STORE
from components.studio.db.database import DatabaseError
from components.studio.image_import import ImportCancelled
from components.studio.images.file_type import ImageErrorCode, InvalidImageError, too_large_error
from components.studio.images.ingest import MAX_BYTES
from components.studio.images.object_store import StoreUnavailable
from components.studio.settings import SettingsError
from components.studio.storage import QuotaExceeded
from components.studio.studio import Studio

PATH: Final = "/uploads"
NAME_HEADER: Final = "x-file-name"
"""The file's name, percent-encoded. A header and not the URL, which stands in logs."""


@dataclass(frozen=True)
class UploadLimits:
    """Limits of uploads under way, in requests, bytes and seconds."""

    per_person: int = 8
    in_all: int = 40
    """At most 800 MB of temporary files."""
    patience_seconds: float = 30.0
    min_bytes_per_second: float = 4096.0
    """Slower than any connection that can be worked with; three at once share it."""
    turn_seconds: float = 40.0
    """Below the minute after which proxies give up."""
    decoded_at_once: int = 2


_STATUS_BY_CODE: Final = {ImageErrorCode.TOO_LARGE: 413, ImageErrorCode.BUSY: 429}
_WRITE_BYTES: Final = 1024 * 1024
_BUSY_SECONDS: Final = 2
_NO_COOKIE: Final = (
    "Your browser sends no cookie, so this picture would be nobody's. "
    "Allow cookies for this site and reload the page."
)
_SLOW: Final = (
    "This picture arrived too slowly and was given up. Check your connection and try again."
)
_NOT_SAVED: Final = "The picture could not be saved: the server's disk may be full."
_BUSY: Final = (
    "Many pictures are being added at this moment. Wait a few seconds and add this one again."
)


class UploadRefused(Exception):
    """An upload that is not taken, with the status and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class FairTurns:
    """Lets a few at a time do something; people take turns, however many each has waiting."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, person: str, *, seconds: float) -> AsyncIterator[None]:
        """Wait for a turn of this person. Raises TimeoutError after `seconds`."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(person, seconds)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, person: str, seconds: float) -> None:
        ready = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(person, deque()).append(ready)
        try:
            async with asyncio.timeout(seconds):
                await ready
        except BaseException:  # raised again: a client that went away must not take a turn along
            if ready.done() and not ready.cancelled():
                self._pass_on()  # the turn came at the same moment
            raise

    def _pass_on(self) -> None:
        """Give the turn to the person who has waited longest since the last one."""
        while self._waiting:
            person, line = self._waiting.popitem(last=False)
            ready = line.popleft()
            if line:
                self._waiting[person] = line
            if not ready.done():
                ready.set_result(None)
                return
        self._free += 1


class _Uploads:
    """The uploads under way in this process."""

    def __init__(self, open_studio: Callable[[], Studio], limits: UploadLimits) -> None:
        self._open_studio = open_studio
        self._limits = limits
        self._under_way: Counter[str] = Counter()
        self._turns = FairTurns(limits.decoded_at_once)

    async def handle(self, request: Request) -> Response:
        """Take one picture: 201 with its id, or a sentence that says why not."""
        try:
            image_id = await self._take(request)
        except UploadRefused as refused:
            return _refusal(refused.status, refused.message)
        except InvalidImageError as error:
            return _refusal(_STATUS_BY_CODE.get(error.code, 422), error.message)
        except QuotaExceeded as error:
            return _refusal(422, error.message)
        except DatabaseError as error:
            return _refusal(503, f"The picture could not be saved. {error}")
        except SettingsError as error:
            return _refusal(503, str(error))
        except StoreUnavailable as error:
            return _refusal(503, f"The picture could not be saved. {error}")
        except OSError:
            return _refusal(507, _NOT_SAVED)
        return JSONResponse({"id": image_id}, 201, NO_STORE)

    async def _take(self, request: Request) -> str:
        user_id = read_user_id(request)
        if user_id is None:
            raise UploadRefused(401, _NO_COOKIE)
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > MAX_BYTES:
            raise too_large_error(MAX_BYTES)
        with self._count(user_id):
            studio = await run_in_threadpool(self._open_studio)
            with await run_in_threadpool(studio.image_importer.open_upload) as file:
                await self._receive(request, studio, file)
                try:
                    async with self._turns.turn(user_id, seconds=self._limits.turn_seconds):
                        return await self._import(request, studio, user_id, file)
                except TimeoutError as error:
                    raise UploadRefused(429, _BUSY) from error

    @contextmanager
    def _count(self, user_id: str) -> Iterator[None]:
        """Count an upload as under way. Raises UploadRefused above the limits."""
        limits = self._limits
        if self._under_way[user_id] >= limits.per_person:
            raise UploadRefused(
                429,
                f"You are adding {limits.per_person} pictures at this moment, the most at once. "
                "Wait until one is in, and add this one again.",
            )
        if self._under_way.total() >= limits.in_all:
            raise UploadRefused(429, _BUSY)
        self._under_way[user_id] += 1
        try:
            yield
        finally:
            self._under_way[user_id] -= 1
            if not self._under_way[user_id]:
                del self._under_way[user_id]

    async def _receive(self, request: Request, studio: Studio, file: IO[bytes]) -> None:
        """Write the body to the file, at most MAX_BYTES of it and not too slowly."""
        loop, limits = asyncio.get_running_loop(), self._limits
        deadline = loop.time() + limits.patience_seconds
        size, unwritten = 0, bytearray()
        try:
            async with asyncio.timeout_at(deadline) as timeout:
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > MAX_BYTES:
                        raise too_large_error(MAX_BYTES)
                    timeout.reschedule(deadline + size / limits.min_bytes_per_second)
                    unwritten += chunk
                    if len(unwritten) >= _WRITE_BYTES:
                        await run_in_threadpool(
                            studio.image_importer.write_upload, file, bytes(unwritten)
                        )
                        unwritten.clear()
        except TimeoutError as error:
            raise UploadRefused(408, _SLOW) from error
        await run_in_threadpool(studio.image_importer.write_upload, file, bytes(unwritten))

    async def _import(self, request: Request, studio: Studio, user_id: str, file: IO[bytes]) -> str:
        if await request.is_disconnected():
            raise ClientDisconnect
        label = unquote(request.headers.get(NAME_HEADER, "")) or "Picture"
        is_wanted = partial(from_thread.run, _is_wanted, request)
        try:
            record = await run_in_threadpool(
                studio.image_importer.from_upload, user_id, file, label=label, is_wanted=is_wanted
            )
        except ImportCancelled as error:
            raise ClientDisconnect from error
        return record.id


def upload_routes(
    open_studio: Callable[[], Studio], *, limits: UploadLimits | None = None
) -> list[Route]:
    """The route of uploads."""
    uploads = _Uploads(open_studio, limits or UploadLimits())
    return [Route(PATH, uploads.handle, methods=["POST"])]


async def _is_wanted(request: Request) -> bool:
    return not await request.is_disconnected()


def _refusal(status: int, message: str) -> Response:
    """The sentence as JSON. `Retry-After` says that waiting is all that it takes."""
    headers = dict(NO_STORE)
    if status == 429:
        headers["retry-after"] = str(_BUSY_SECONDS)
    elif status in {408, 413}:
        headers["connection"] = "close"  # or the rest may trickle for ever
    return JSONResponse({"message": message}, status, headers)
