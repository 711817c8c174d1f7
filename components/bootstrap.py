"""The one place where the studio, the service's client, the ledger and the sandbox meet.

Everything else is given what it needs. One studio per process, whoever asks for it first.
"""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import streamlit as st

from components.kontext import KeyRejected, KontextClient, Model
from components.sandbox import FAULTS, SandboxOptions, SandboxServer
from components.sandbox import start as start_sandbox
from components.server.logs import set_up_logs
from components.studio.bell import Bell
from components.studio.drill import DrillRoom
from components.studio.engine.account import Account
from components.studio.engine.agenda import Agenda
from components.studio.engine.courier import Courier
from components.studio.engine.engine import Engine
from components.studio.engine.pacing import Typical
from components.studio.fetch.fetch import GuardedFetch
from components.studio.ledger.archive import Archive
from components.studio.ledger.ledger import Ledger, LedgerUnavailable
from components.studio.settings import Settings, SettingsError, read_settings
from components.studio.shelf import Shelf
from components.studio.studio import Studio
from components.studio.upkeep import Upkeep

log = logging.getLogger("kontext.bootstrap")


def read_installation() -> Settings:
    """The settings of this installation: environment first, then secrets.toml."""
    secrets = st.secrets.to_dict() if st.secrets.load_if_toml_exists() else {}
    return read_settings(os.environ, secrets)


def open_studio() -> Studio:
    """The studio of this process, opened at the first call.

    Raises SettingsError, and LedgerUnavailable when the data folder cannot be used or another
    process is at work in it.
    """
    return _opened().studio


def warm_up() -> None:
    """Go on with what was under way, or log why not; the pages then say it in their place."""
    try:
        open_studio()
    except (LedgerUnavailable, SettingsError) as error:
        log.error("the studio is not open: %s", error)


def close_studio() -> None:
    """Stop working, with the answers that are under way taken in; for the end of the process."""
    _opened.clear()


class Opened:
    """A studio at work in its data folder, with what has to be let go of after it."""

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError and LedgerUnavailable, with everything let go of again."""
        with ExitStack() as held:
            held.enter_context(_lock_folder(settings.data_dir))
            sandbox = held.enter_context(_sandbox_of(settings)) if settings.sandboxed else None
            self.studio = assemble(settings, sandbox)
            held.callback(self.studio.close)
            self.studio.engine.start()
            upkeep = Upkeep(self.studio.archive)
            held.callback(upkeep.stop)
            upkeep.start()
            self._held = held.pop_all()

    def close(self) -> None:
        """Stop in the reverse order."""
        self._held.close()


@st.cache_resource(show_spinner=False, on_release=lambda opened: opened.close())
def _opened() -> Opened:
    set_up_logs()
    return Opened(read_installation())


def _sandbox_of(settings: Settings) -> SandboxServer:
    folder = settings.data_dir / "sandbox"
    try:
        return start_sandbox(SandboxOptions(data_dir=folder, only_own_links=True))
    except (OSError, sqlite3.Error) as error:
        raise LedgerUnavailable(f"The sandbox cannot use its folder {folder}.") from error


def assemble(settings: Settings, sandbox: SandboxServer | None = None) -> Studio:
    """A studio that is not yet at work, on the service that the settings name.

    Raises SettingsError for a key that no header can carry, and LedgerUnavailable.
    """
    service = settings
    if sandbox is not None:
        service = replace(
            settings, api_key="sandbox", base_url=sandbox.url, upload_base_url=sandbox.url
        )
    try:
        client = KontextClient(
            api_key=service.api_key or "",
            base_url=service.base_url,
            upload_base_url=service.upload_base_url,
        )
    except KeyRejected as error:
        raise SettingsError(f"KIE_API_KEY cannot be used. {error.message}") from error
    shelf = Shelf(settings.data_dir)
    try:
        shelf.sweep()
    except OSError as error:
        raise LedgerUnavailable(
            f"The data folder {settings.data_dir} cannot be tidied up: {error.strerror}."
        ) from error
    ledger = Ledger.in_folder(settings.data_dir, busy_timeout_seconds=settings.busy_timeout_seconds)
    if sandbox is not None:
        ledger.forget_uploads()  # the sandbox may listen on another port than the last time
    # The only addresses that may be private: a result lies where the service itself is.
    fetch = GuardedFetch(trusted_origins=(service.base_url, service.upload_base_url))
    bell = Bell()
    account = Account.with_limits(
        creates_per_10s=settings.creates_per_10s,
        queries_per_second=settings.queries_per_second,
    )
    typical = {
        (model, editing): Typical(ledger.seconds_taken(model, editing=editing))
        for model in Model
        for editing in (False, True)
    }
    engine = Engine(
        ledger=ledger,
        service=client,
        hands=Courier(client=client, fetch=fetch, shelf=shelf, ledger=ledger),
        agenda=Agenda(account, typical),
        account=account,
        bell=bell,
        callback_url=settings.callback_url,
    )
    return Studio(
        settings=settings,
        client=client,
        ledger=ledger,
        shelf=shelf,
        archive=Archive(ledger=ledger, shelf=shelf, bell=bell),
        engine=engine,
        bell=bell,
        fetch=fetch,
        drill=None if sandbox is None else _drill_room(sandbox),
    )


def _drill_room(sandbox: SandboxServer) -> DrillRoom:
    faults = {fault.name: fault.description for fault in FAULTS.values()}
    return DrillRoom(faults, sandbox.set_faults)


def _lock_folder(folder: Path) -> TextIO:
    """Take the data folder for this process; two engines on one ledger would pay twice.

    The system lets go of the lock when the process ends, however it ends.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "studio.lock").open("a")
    except OSError as error:
        raise LedgerUnavailable(f"The data folder {folder} cannot be written.") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise LedgerUnavailable(
            f"Another studio is at work in the data folder {folder}. "
            "Close it, or give this one a folder of its own in KONTEXT_DATA_DIR."
        ) from error
    return file
