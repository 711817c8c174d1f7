"""The only wiring: builds, owns and closes the running app.

Everything else gets what it needs as arguments. One app per process.
"""

from __future__ import annotations

import ctypes
import fcntl
import logging
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, Final, TextIO

import streamlit as st

from components.kie import AuthenticationError, KieClient, Model
from components.server.logs import set_up_logs
from components.server.user_tokens import UserTokens, open_user_tokens, shared_user_tokens
from components.studio.clock import SteadyClock
from components.studio.db.budgets import to_hundredths
from components.studio.db.database import Database, DatabaseError, MessageKind
from components.studio.db.gallery import GalleryRepository
from components.studio.db.replicas import Replica
from components.studio.db.tasks import TaskRepository
from components.studio.events import EventBus
from components.studio.images.object_store import StoreUnavailable, open_objects
from components.studio.images.store import ImageStore
from components.studio.safe_fetch.client import SafeHttpClient
from components.studio.settings import (
    Settings,
    SettingsError,
    closed_settings,
    read_secret_files,
    read_settings,
)
from components.studio.storage import LOCK_FILE, DataFolder, MaintenanceThread, Storage
from components.studio.studio import FaultControls, Studio
from components.studio.worker.account_limits import AccountLimits
from components.studio.worker.scheduler import DurationEstimator, Scheduler
from components.studio.worker.transfers import Transfers
from components.studio.worker.worker import TaskWorker

if TYPE_CHECKING:  # loaded only where there is no key
    from components.sandbox import SandboxServer

log = logging.getLogger("kontext.bootstrap")

RETRY_SECONDS: Final = 1.0
"""How long a failed opening is remembered: many waiting pages do not try one after the other."""
_HOLDER: Final = "kontext_running_app"
_M_MMAP_THRESHOLD: Final = -3  # malloc.h of glibc
_LARGE_BLOCK_BYTES: Final = 1024 * 1024


def load_settings() -> Settings:
    """The settings of this installation: environment first, then secrets.toml."""
    environment, secrets = _sources()
    return read_settings(read_secret_files(environment), read_secret_files(secrets))


def _sources() -> tuple[dict[str, str], dict[str, object]]:
    """The environment, and what stands in secrets.toml."""
    environment = dict(os.environ)
    secrets = st.secrets.to_dict() if st.secrets.load_if_toml_exists() else {}
    # Streamlit writes what it loads into the environment, over what is there.
    for name in secrets.keys() & os.environ.keys():
        if name in environment:
            os.environ[name] = environment[name]
        else:
            del os.environ[name]
    return environment, secrets


def load_server_settings() -> Settings:
    """Settings for routes and middleware; the defaults while one cannot be used.

    The defaults trust nobody, and every page names the setting.
    """
    try:
        return load_settings()
    except SettingsError:
        return closed_settings(*_sources())


def open_studio() -> Studio:
    """The studio of this process, opened at the first call.

    Raises SettingsError, and DatabaseError when the data folder cannot be used or another
    process uses it. A later call tries again.
    """
    return _owner().open(lambda: RunningApp(load_settings())).studio


def open_tokens() -> UserTokens:
    """What signs and checks the identity cookies.

    It needs a running studio only where replicas find their secret in the database. Raises
    SettingsError and DatabaseError.
    """
    settings = load_settings()
    if settings.database_url is not None and settings.cookie_secret is None:
        return shared_user_tokens(open_studio().repository.database)
    return open_user_tokens(settings)


def open_at_startup() -> None:
    """Open the studio, so that unfinished tasks resume before anybody opens a page.

    An error is logged and not raised: each page shows it.
    """
    return_freed_memory()
    try:
        open_studio()
    except (DatabaseError, SettingsError) as error:
        log.error("studio not opened", extra={"reason": str(error)})


def return_freed_memory() -> None:
    """Let glibc give the memory of pictures back to the system as soon as it is freed.

    By itself it learns to keep blocks of up to 32 MB: 100 MB after a few photos. Other C libraries
    have no such switch.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BLOCK_BYTES)


def close_at_shutdown() -> None:
    """Finish calls that are under way, then stop the worker and close the studio for good."""
    _owner().close()


def forget_running_app() -> None:
    """Close the running app, and let the next call open another one; for tests."""
    close_at_shutdown()
    sys.modules.pop(_HOLDER)


class AppOwner:
    """Holds the running app. Opened by its first caller, closed by the lifespan alone.

    Nothing that a browser may clear holds it, such as Streamlit's caches.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._app: RunningApp | None = None
        self._error: DatabaseError | SettingsError | None = None
        self._retry_at = 0.0
        self._is_closed = False

    def open(self, start: Callable[[], RunningApp]) -> RunningApp:
        """The running app, started if there is none. Raises DatabaseError and SettingsError."""
        if (app := self._app) is not None:
            return app
        with self._lock:
            if self._is_closed:
                raise DatabaseError("The studio is being closed. Open this page again in a minute.")
            if self._app is None:
                self._app = self._start(start)
            return self._app

    def _start(self, start: Callable[[], RunningApp]) -> RunningApp:
        if self._error is not None and self._clock() < self._retry_at:
            raise self._error.with_traceback(None)  # or it would grow with each call
        set_up_logs()
        try:
            return start()
        except (DatabaseError, SettingsError) as error:
            self._error, self._retry_at = error, self._clock() + RETRY_SECONDS
            raise

    def close(self) -> None:
        """Close the app and open none again: a page that still runs must not start another."""
        with self._lock:
            self._is_closed = True
            app, self._app = self._app, None
        if app is not None:
            app.close()


def _owner() -> AppOwner:
    """The owner of this process's app.

    It stands in a module without a file: Streamlit imports the others again after an edit, and
    two apps on one folder would pay twice.
    """
    holder = sys.modules.setdefault(_HOLDER, ModuleType(_HOLDER))
    owner: AppOwner = vars(holder).setdefault("owner", AppOwner())
    return owner


class RunningApp:
    """The studio with its running worker, maintenance, sandbox and the data folder's lock.

    On PostgreSQL it is one of several replicas, and works on tasks while it leads.
    """

    def __init__(self, settings: Settings) -> None:
        """Start everything. Raises SettingsError and DatabaseError; all is closed then."""
        with ExitStack() as resources:
            if settings.database_url is None or settings.uses_sandbox:
                resources.enter_context(lock_folder(settings.data_dir))
            else:
                _make_folder(settings.data_dir)
            if settings.database_url is None:
                open_user_tokens(settings)  # without them nobody would find their images again
            sandbox = (
                resources.enter_context(_start_sandbox(settings)) if settings.uses_sandbox else None
            )
            studio = self.studio = build_studio(settings, sandbox)
            resources.callback(studio.close)
            studio.start(leads=settings.database_url is None)
            is_replica = settings.database_url is not None
            self._replica = _replica(studio, resources) if is_replica else None
            maintenance = MaintenanceThread(
                studio.gallery,
                studio.prompts,
                studio.check_storage,
                studio.keeping.forget_raw_answers,
                may_clean=lambda: self.leads,
                retention=studio.retention,
            )
            resources.callback(maintenance.stop)
            maintenance.start()
            self._resources = resources.pop_all()

    @property
    def leads(self) -> bool:
        """Whether this process works on tasks; of several replicas one does."""
        return self._replica is None or self._replica.is_leader

    def close(self) -> None:
        """Close everything in reverse order."""
        self._resources.close()


def _replica(studio: Studio, resources: ExitStack) -> Replica:
    """Make this process one of several replicas. Raises DatabaseError."""
    replica = Replica(
        studio.repository.database,
        settings=f"{studio.settings.base_url} {studio.settings.storage_url}",
        on_lead=studio.take_over,
        on_step_down=studio.step_down,
        on_connected=studio.read_again,
        on_message=studio.receive,
    )
    studio.worker.tell = replica.tell
    studio.events.relay = lambda user_id: replica.tell(MessageKind.USER, user_id)
    resources.callback(replica.stop)
    replica.start()
    resources.callback(replica.leave)
    return replica


def _start_sandbox(settings: Settings) -> SandboxServer:
    from components.sandbox import SandboxOptions, start

    folder = settings.data_dir / "sandbox"
    try:
        return start(
            SandboxOptions(
                data_dir=folder,
                only_own_links=True,
                faults_on_request=settings.sandbox_faults,
                drift=settings.sandbox_drift,
            )
        )
    except (OSError, sqlite3.Error) as error:
        raise DatabaseError(f"The sandbox cannot use its folder {folder}.") from error


def build_studio(settings: Settings, sandbox: SandboxServer | None = None) -> Studio:
    """Build the studio on kie.ai, or on the sandbox if given. Its worker is not started.

    Raises SettingsError for a key that no HTTP header can carry, and DatabaseError.
    """
    provider = settings
    if sandbox is not None:
        provider = replace(
            settings, api_key="sandbox", base_url=sandbox.url, upload_base_url=sandbox.url
        )
    try:
        client = KieClient(
            api_key=provider.api_key or "",
            base_url=provider.base_url,
            upload_base_url=provider.upload_base_url,
        )
    except AuthenticationError as error:
        raise SettingsError(f"KIE_API_KEY cannot be used. {error.message}") from error
    image_store = _image_store(settings)
    if settings.database_url is None:  # other replicas may be writing into a folder that they share
        try:
            image_store.remove_partial_files()
        except OSError as error:
            raise DatabaseError(
                f"The data folder {settings.data_dir} cannot be tidied up: {error.strerror}."
            ) from error
        repository = TaskRepository.in_folder(
            settings.data_dir, busy_timeout_seconds=settings.busy_timeout_seconds
        )
    else:
        repository = TaskRepository(
            Database(settings.database_url, busy_timeout_seconds=settings.busy_timeout_seconds)
        )
    repository.database.default_budgets = {
        subject: to_hundredths(credits_) for subject, credits_ in settings.budgets.items()
    }
    data_folder = DataFolder(settings.data_dir, image_store.objects)
    if sandbox is not None:
        repository.clear_upload_urls()  # the sandbox may listen on another port than last time
    # The only origins that may have private addresses: results lie where the provider is.
    http = SafeHttpClient(trusted_origins=(provider.base_url, provider.upload_base_url))
    events = EventBus()
    clock = SteadyClock()
    limits = AccountLimits.with_limits(
        creates_per_10s=settings.creates_per_10s,
        queries_per_second=settings.queries_per_second,
    )
    estimators = {
        (model, editing): DurationEstimator(repository.recent_durations(model, editing=editing))
        for model in Model
        for editing in (False, True)
    }
    worker = TaskWorker(
        repository=repository,
        provider=client,
        transfers=Transfers(
            client=client,
            http=http,
            image_store=image_store,
            repository=repository,
            clock=clock,
        ),
        scheduler=Scheduler(limits, estimators, pause_factor=settings.pause_factor),
        limits=limits,
        events=events,
        callback_url=settings.callback_url,
        clock=clock,
        folder_problem=data_folder.problem,
    )
    gallery = GalleryRepository(
        repository=repository, image_store=image_store, events=events, clock=clock
    )
    return Studio(
        settings=settings,
        client=client,
        repository=repository,
        image_store=image_store,
        storage=Storage(
            data_folder=data_folder,
            gallery=gallery,
            max_gb_per_person=settings.max_gb_per_person,
        ),
        gallery=gallery,
        worker=worker,
        events=events,
        http=http,
        clock=clock,
        fault_controls=_fault_controls(sandbox) if sandbox and settings.sandbox_faults else None,
    )


def _image_store(settings: Settings) -> ImageStore:
    """Images in the data folder, or in the store of the settings. Raises DatabaseError."""
    try:
        return ImageStore(settings.data_dir, open_objects(settings))
    except StoreUnavailable as error:
        raise DatabaseError(str(error)) from error


def _fault_controls(sandbox: SandboxServer) -> FaultControls:
    from components.sandbox import FAULTS

    faults = {fault.name: fault.description for fault in FAULTS.values()}
    return FaultControls(faults, sandbox.set_faults)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(f"The data folder {folder} cannot be written.") from error


def lock_folder(folder: Path) -> TextIO:
    """Lock the data folder for this process; two workers on one database would pay twice.

    The system releases the lock when the process ends, however it ends.
    """
    _make_folder(folder)
    try:
        file = (folder / LOCK_FILE).open("a")
    except OSError as error:
        raise DatabaseError(f"The data folder {folder} cannot be written.") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise DatabaseError(
            f"Another studio is at work in the data folder {folder}. "
            "Close it, or give this one a folder of its own in KONTEXT_DATA_DIR."
        ) from error
    return file
