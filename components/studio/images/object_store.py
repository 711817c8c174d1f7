"""Keeps files by name: in a folder, or in an S3-compatible store.

Names are the same in both, such as `pictures/ab/<id>.png`: a folder can be copied into a bucket
as it is, and back. Only names of our own ids are ever read, listed or deleted, so that other
files may lie beside them. This module alone speaks to such a store.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import secrets
import time
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, Protocol

from components.studio.settings import Settings

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config
    from obstore.store import S3Store as S3Client

log = logging.getLogger("kontext.object_store")

PIECE_BYTES: Final = 256 * 1024
"""What a reader gets at once, so that many slow ones need little memory."""
CONNECT_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 2.0
"""With one retry, a store that says nothing is noticed after four seconds."""
LARGE_PUT_SECONDS: Final = 60.0
SMALL_PUT_BYTES: Final = 256 * 1024  # more may take longer to send than an answer takes
QUIET_SECONDS: Final = 10.0
"""A store that was not heard for so long is asked whether it is there."""
RETRY_SECONDS: Final = 2.0
_MAX_CHECK_BYTES: Final = 2 * 1024**2
_CHECK_NAME: Final = "studio-check"

_MEDIA_TYPES: Final = {
    **{form: f"image/{form}" for form in ("jpeg", "png", "webp", "gif", "heic", "avif")},
    "npz": "application/octet-stream",
}


class StoreUnavailable(OSError):
    """The store does not answer, or refuses. The text is one sentence or two, without Markdown."""

    def __init__(self, message: str, *, is_full: bool = False) -> None:
        super().__init__(errno.ENOSPC if is_full else errno.EIO, message)

    def __str__(self) -> str:
        return self.strerror or ""

    @property
    def is_full(self) -> bool:
        """Whether it refuses because there is no room."""
        return self.errno == errno.ENOSPC


@dataclass(frozen=True)
class OpenObject:
    """An object that is being read: its pieces come as fast as they are asked for."""

    size_bytes: int
    etag: str | None
    pieces: AsyncIterator[bytes]


class ObjectStore(Protocol):
    """Files by name. Thread-safe. Raises OSError where a folder or store fails."""

    @property
    def folder(self) -> Path | None:
        """Where the files lie under their names; None if not on this machine."""

    @property
    def problem(self) -> StoreUnavailable | None:
        """Why nothing could be kept now, as far as is known without asking."""

    def check(self) -> None:
        """Find out whether the store is there, if that is not known. May take four seconds."""

    def put(self, name: str, data: bytes) -> None:
        """Store a file whole, or not at all."""

    def read(self, name: str) -> bytes:
        """The bytes of a file. Raises FileNotFoundError."""

    async def open(self, name: str) -> OpenObject:
        """Begin to read a file in pieces. Raises FileNotFoundError."""

    def size(self, name: str) -> int | None:
        """The bytes of a file; None where there is none."""

    def delete(self, names: Collection[str]) -> None:
        """Delete these files. A missing one is no error."""

    def names_before(self, folder: str, until: float) -> Iterator[str]:
        """The names in this folder of what was stored before then, others' files included."""


@dataclass(frozen=True)
class StoredFile:
    """A file of the studio, which need not exist."""

    store: ObjectStore
    name: str

    @property
    def path(self) -> Path | None:
        """Where it lies on this machine; None in an S3-compatible store."""
        folder = self.store.folder
        return None if folder is None else folder / self.name

    def read(self) -> bytes:
        """Its bytes. Raises FileNotFoundError, and StoreUnavailable as the methods below."""
        return self.store.read(self.name)

    async def open(self) -> OpenObject:
        """Begin to read it in pieces. Raises FileNotFoundError."""
        return await self.store.open(self.name)

    def write(self, data: bytes) -> None:
        """Store it. Raises OSError."""
        self.store.put(self.name, data)

    def exists(self) -> bool:
        """Whether there is such a file."""
        return self.store.size(self.name) is not None

    def delete(self) -> None:
        """Delete it. A missing file is no error."""
        self.store.delete([self.name])

    def local_path(self, folder: Path) -> Path:
        """The file itself if it lies on this machine, else a copy in this folder.

        Raises FileNotFoundError.
        """
        path = self.path
        if path is None:
            path = folder / Path(self.name).name
            path.write_bytes(self.read())
        elif not path.is_file():
            raise FileNotFoundError(errno.ENOENT, "no such file", str(path))
        return path


# --- In a folder ---


@dataclass(frozen=True)
class DiskStore:
    """Files in a folder. Each is written atomically."""

    folder: Path

    @property
    def problem(self) -> None:
        """None: DataFolder looks after the disk."""

    def check(self) -> None:
        """Nothing to ask."""

    def put(self, name: str, data: bytes) -> None:
        """Write a file durably."""
        atomic_write(self.folder / name, data)

    def read(self, name: str) -> bytes:
        """The bytes of a file. Raises FileNotFoundError."""
        return (self.folder / name).read_bytes()

    async def open(self, name: str) -> OpenObject:
        """Read a file in pieces. The routes send files of a disk by their paths instead."""
        path = self.folder / name
        return OpenObject(path.stat().st_size, None, _pieces_of(path))

    def size(self, name: str) -> int | None:
        """The bytes of a file; None where there is none."""
        try:
            return (self.folder / name).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, names: Collection[str]) -> None:
        """Delete these files. A missing one is no error."""
        for name in names:
            (self.folder / name).unlink(missing_ok=True)

    def names_before(self, folder: str, until: float) -> Iterator[str]:
        """The names in this folder of what was changed before then."""
        for path in (self.folder / folder).glob("*/*"):
            with suppress(FileNotFoundError):  # deleted meanwhile
                if path.stat().st_mtime < until:
                    yield path.relative_to(self.folder).as_posix()


async def _pieces_of(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def atomic_write(path: Path, data: bytes) -> None:
    """Write a file so that a crash leaves the old content or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two threads that write the same image must not share a temporary file.
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


# --- In an S3-compatible store ---


class S3Store:
    """Files in a bucket, under a prefix. Nothing is connected before the first call.

    A store that does not answer is left alone for two seconds, during which every call fails at
    once: pages would otherwise wait for each of their pictures.
    """

    folder = None

    def __init__(
        self,
        url: str,
        *,
        endpoint: str | None = None,
        region: str | None = None,
        key_id: str | None = None,
        secret: str | None = None,
    ) -> None:
        """`url` is `s3://bucket/prefix`. Without a key it is looked up as Amazon's tools do."""
        import obstore  # 5 MB, which nobody needs whose files lie on a disk
        import obstore.store

        self._api = obstore
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        self._bucket, self._where = bucket, endpoint or "Amazon S3"
        config: S3Config = {"region": region or "us-east-1"}
        if endpoint is not None:
            config["endpoint"] = endpoint
        if key_id is not None and secret is not None:
            config |= {"access_key_id": key_id, "secret_access_key": secret}

        def client(seconds: ClientConfig) -> S3Client:
            is_plain = (endpoint or "").startswith("http://")
            return obstore.store.S3Store(
                bucket,
                prefix=prefix or None,
                config=config,
                client_options={
                    "allow_http": is_plain,
                    "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                    **seconds,
                },
                retry_config={"max_retries": 1, "retry_timeout": timedelta(seconds=5)},
            )

        # A slow reader may take for ever; what counts is how long the store keeps us waiting.
        self._client = client(
            {"timeout": timedelta(days=1), "read_timeout": timedelta(seconds=ANSWER_SECONDS)}
        )
        # While a large file is sent, there is nothing to be read.
        self._large_put_client = client({"timeout": timedelta(seconds=LARGE_PUT_SECONDS)})
        self._lock = Lock()
        self._problem: StoreUnavailable | None = None
        self._is_away = False
        self._bytes_to_write = 0
        """So much must have been written before the problem is over; 0: an answer will do."""
        self._heard_at = -QUIET_SECONDS
        self._ask_at = 0.0

    def __repr__(self) -> str:
        return f"S3Store({self._bucket!r} at {self._where})"

    @property
    def problem(self) -> StoreUnavailable | None:
        """Why nothing could be kept now, as far as is known without asking."""
        return self._problem

    def check_rights(self) -> None:
        """Write, read and delete a file, as all will be done later. Raises StoreUnavailable."""
        name = f"{_CHECK_NAME}-{secrets.token_hex(8)}"  # replicas may start at the same time
        self.put(name, b"Kontext Studio was here.")
        self.read(name)
        self.delete([name])
        with suppress(FileNotFoundError):  # who may not list files is told something else
            self.read(name)

    def check(self) -> None:
        """Ask the store whether it is there, after a failure or when it was not heard for long."""
        if self._problem is None and time.monotonic() < self._heard_at + QUIET_SECONDS:
            return
        with suppress(StoreUnavailable, FileNotFoundError):
            if self._bytes_to_write:
                name = f"{_CHECK_NAME}-{secrets.token_hex(8)}"
                self.put(name, bytes(self._bytes_to_write))
                self.delete([name])
            else:
                self.read(_CHECK_NAME)

    def put(self, name: str, data: bytes) -> None:
        """Store an object; S3 shows it whole or not at all."""
        client = self._client
        if len(data) > SMALL_PUT_BYTES:
            client = self._large_put_client
            if time.monotonic() > self._heard_at + ANSWER_SECONDS:  # it may have gone
                with suppress(FileNotFoundError):
                    self.read(_CHECK_NAME)
        media_type = _MEDIA_TYPES.get(name.rpartition(".")[2], "application/octet-stream")
        with self._request(name, written_bytes=len(data)):
            self._api.put(
                client, name, data, attributes={"Content-Type": media_type}, use_multipart=False
            )

    def read(self, name: str) -> bytes:
        """The bytes of an object. Raises FileNotFoundError."""
        with self._request(name):
            return bytes(self._api.get(self._client, name).bytes())

    async def open(self, name: str) -> OpenObject:
        """Begin to read an object in pieces. Raises FileNotFoundError."""
        with self._request(name):
            result = await self._api.get_async(self._client, name)
        stream = result.stream(PIECE_BYTES)

        async def pieces() -> AsyncIterator[bytes]:
            while True:
                with self._request(name, has_begun=True):
                    try:
                        piece = await anext(stream)
                    except StopAsyncIteration:
                        return
                yield piece

        return OpenObject(result.meta["size"], result.meta["e_tag"], pieces())

    def size(self, name: str) -> int | None:
        """The bytes of an object; None where there is none."""
        try:
            with self._request(name):
                return self._api.head(self._client, name)["size"]
        except FileNotFoundError:
            return None

    def delete(self, names: Collection[str]) -> None:
        """Delete these objects in one request. A missing one is no error."""
        with suppress(FileNotFoundError), self._request(""):
            self._api.delete(self._client, list(names))

    def names_before(self, folder: str, until: float) -> Iterator[str]:
        """The names in this folder of what was stored before then, others' files included."""
        with self._request(folder):
            found = [
                item["path"]
                for items in self._api.list(self._client, folder)
                for item in items
                if item["last_modified"].timestamp() < until
            ]
        yield from found

    @contextmanager
    def _request(
        self, name: str, *, written_bytes: int = 0, has_begun: bool = False
    ) -> Iterator[None]:
        """Turn the library's errors into ours, and remember whether the store answers."""
        if not has_begun:
            self._fail_if_away()
        try:
            yield
        except FileNotFoundError as error:
            if "NoSuchBucket" not in str(error):
                self._note_answer()
                raise FileNotFoundError(errno.ENOENT, "no such file in the store", name) from None
            raise self._note_failure(error, written_bytes) from None
        except (self._api.exceptions.BaseError, OSError) as error:
            # Its text is pages long, and may quote what the store was sent.
            raise self._note_failure(error, written_bytes) from None
        self._note_answer(written_bytes)

    def _fail_if_away(self) -> None:
        with self._lock:
            if self._problem is None or not self._is_away:
                return
            now = time.monotonic()
            if now < self._ask_at:
                raise StoreUnavailable(str(self._problem), is_full=self._problem.is_full)
            self._ask_at = now + CONNECT_SECONDS + ANSWER_SECONDS  # one asks for all

    def _note_answer(self, written_bytes: int = 0) -> None:
        with self._lock:
            self._heard_at = time.monotonic()
            self._is_away = False
            if self._problem is not None and written_bytes >= self._bytes_to_write:
                self._problem, self._bytes_to_write = None, 0
                log.warning("picture store works again")

    def _note_failure(self, error: Exception, written_bytes: int) -> StoreUnavailable:
        code, status = _code_and_status(error)
        problem = StoreUnavailable(
            _sentence(code, status, self._bucket, self._where),
            is_full=status == 507 or code in _FULL,
        )
        with self._lock:
            if self._problem is None or str(self._problem) != str(problem):
                log.warning("picture store failed", extra={"reason": f"{status} {code}".strip()})
            self._problem = problem
            self._is_away = not status or (status >= 500 and not problem.is_full)
            if not self._is_away:
                needed = min(written_bytes, _MAX_CHECK_BYTES)
                self._bytes_to_write = max(self._bytes_to_write, needed)
            self._ask_at = time.monotonic() + RETRY_SECONDS
        return problem


def open_objects(settings: Settings) -> ObjectStore:
    """Where the files of this installation are. Raises StoreUnavailable for a store of no use."""
    if settings.storage_url is None:
        return DiskStore(settings.data_dir)
    store = S3Store(
        settings.storage_url,
        endpoint=settings.aws_endpoint_url,
        region=settings.aws_region,
        key_id=settings.aws_access_key_id,
        secret=settings.aws_secret_access_key,
    )
    store.check_rights()
    return store


# Codes of Amazon's and of MinIO: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_FULL: Final = frozenset(
    {
        "QuotaExceeded",
        "XMinioAdminBucketQuotaExceeded",
        "XMinioStorageFull",
        "InsufficientStorage",
        "ServiceQuotaExceeded",
    }
)
_BAD_KEY: Final = frozenset(
    {"SignatureDoesNotMatch", "InvalidAccessKeyId", "InvalidToken", "ExpiredToken"}
)
_OTHER_REGION: Final = frozenset(
    {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"}
)
_CREDENTIALS_HOST: Final = re.compile(r"https?://169\.254\.\d+\.\d+")
_UNTIL_THEN: Final = "Nothing is sent or paid for until then."


def _code_and_status(error: Exception) -> tuple[str, int]:
    """The store's code and HTTP status; "" and 0 where it did not answer."""
    text = str(error)
    if _CREDENTIALS_HOST.search(text):
        return "InvalidAccessKeyId", 403
    code = re.search(r"<Code>(\w+)</Code>", text)
    if re.search(r"<Message>[^<]*\bquota\b", text, re.IGNORECASE):  # Garage has no code for it
        return "QuotaExceeded", 403
    status = re.search(r"status code: (\d{3})", text)
    return code[1] if code else "", int(status[1]) if status else 0


def _sentence(code: str, status: int, bucket: str, where: str) -> str:
    store = f"The picture store at {where}"
    if not status:
        return f"{store} does not answer. Start it or check the network. {_UNTIL_THEN}"
    if status == 507 or code in _FULL:
        return f"{store} is full. Make room for the bucket “{bucket}”. {_UNTIL_THEN}"
    if code == "NoSuchBucket" or status == 404:
        return f"{store} has no bucket “{bucket}”. Make it, or correct KONTEXT_STORAGE_URL."
    if code in _BAD_KEY or status == 401:
        return (
            f"{store} does not accept the key. "
            "Correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and restart the studio."
        )
    if code in _OTHER_REGION or status in {301, 307}:
        return f"{store} keeps the bucket “{bucket}” in another region. Correct AWS_REGION."
    if code == "RequestTimeTooSkewed":
        return f"{store} has another time than this machine. Set the clock. {_UNTIL_THEN}"
    if status == 403:
        return (
            f"{store} refuses the studio. Its key needs the rights to list the bucket “{bucket}” "
            f"and to read, write and delete in it. {_UNTIL_THEN}"
        )
    return f"{store} fails with status {status}. Check it. {_UNTIL_THEN}"
