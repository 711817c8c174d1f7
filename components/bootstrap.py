"""The one place where the studio, the service's client, the ledger and the sandbox meet.

Everything else is given what it needs. One studio per process, whoever asks for it first.
"""

from __future__ import annotations

import fcntl
import logging
import os
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import streamlit as st

from components.kontext import KontextClient, Model
from components.sandbox import RunningSandbox, SandboxOptions
from components.sandbox import start as start_sandbox
from components.server.logs import set_up_logs
from components.studio.agenda import Agenda
from components.studio.bell import Bell
from components.studio.courier import Courier
from components.studio.engine import Engine
from components.studio.fetch import GuardedFetch
from components.studio.ledger import Ledger, LedgerUnavailable
from components.studio.pacing import Pace, Typical
from components.studio.settings import Settings, SettingsError, read_settings
from components.studio.shelf import Shelf
from components.studio.studio import Studio

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


class _Opened:
    """A studio with what has to be let go of after it."""

    def __init__(self, settings: Settings) -> None:
        self._lock = _lock_folder(settings.data_dir)
        self._sandbox: RunningSandbox | None = None
        if settings.sandboxed:
            self._sandbox = start_sandbox(
                SandboxOptions(data_dir=settings.data_dir / "sandbox", only_own_links=True)
            )
        self.studio = assemble(settings, self._sandbox)
        self.studio.engine.start()

    def close(self) -> None:
        """Stop in the reverse order."""
        self.studio.close()
        if self._sandbox is not None:
            self._sandbox.close()
        self._lock.close()


@st.cache_resource(show_spinner=False, on_release=lambda opened: opened.close())
def _opened() -> _Opened:
    set_up_logs()
    return _Opened(read_installation())


def assemble(settings: Settings, sandbox: RunningSandbox | None = None) -> Studio:
    """A studio that is not yet at work, on the service that the settings name."""
    service = settings
    if sandbox is not None:
        service = replace(
            settings, api_key="sandbox", base_url=sandbox.url, upload_base_url=sandbox.url
        )
    client = KontextClient(
        api_key=service.api_key or "",
        base_url=service.base_url,
        upload_base_url=service.upload_base_url,
    )
    ledger = Ledger.in_folder(settings.data_dir)
    if sandbox is not None:
        ledger.forget_uploads()  # the sandbox may listen on another port than the last time
    shelf = Shelf(settings.data_dir)
    # The only addresses that may be private: a result lies where the service itself is.
    fetch = GuardedFetch(trusted_origins=(service.base_url, service.upload_base_url))
    bell = Bell()
    engine = Engine(
        ledger=ledger,
        service=client,
        hands=Courier(client=client, fetch=fetch, shelf=shelf, ledger=ledger),
        agenda=Agenda(
            Pace(settings.creates_per_10s, 10.0),
            Pace(settings.queries_per_second, 1.0),
            {model: Typical(ledger.seconds_taken(model)) for model in Model},
        ),
        bell=bell,
        callback_url=settings.callback_url,
    )
    return Studio(
        settings=settings,
        client=client,
        ledger=ledger,
        shelf=shelf,
        engine=engine,
        bell=bell,
        fetch=fetch,
    )


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
