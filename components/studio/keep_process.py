"""The process that puts the source's pixels back in one picture: its job, its answer, its end.

`images/keep_job.py` is what runs in it. A crash of it, or its memory, touches nobody's page.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from components.studio.db.kept_versions import KeepChoice, KeepState

JOB_SECONDS = 180.0  # ten times what the largest picture takes on a machine with other work
_CHILD_MODULE = "components.studio.images.keep_job"
_APP_FOLDER = Path(__file__).parents[2]


class KeepProblem(StrEnum):
    """Why a raw answer could not be worked on. The values are stored."""

    SOURCE_GONE = "source_gone"
    RESULT_GONE = "result_gone"
    NO_ROOM = "no_room"
    TOO_LARGE = "too_large"
    CRASHED = "crashed"
    TOO_SLOW = "too_slow"
    UNREADABLE = "unreadable"
    INTERRUPTED = "interrupted"


_SENTENCES: dict[str, str] = {
    KeepProblem.SOURCE_GONE: "The source of this edit is no longer here.",
    KeepProblem.RESULT_GONE: "The service's own answer to this edit is no longer kept.",
    KeepProblem.NO_ROOM: "There is no room for it: free some, or empty the trash.",
    KeepProblem.TOO_LARGE: "The source has too many pixels for this.",
    KeepProblem.TOO_SLOW: "It took too long. Try again when less is being made.",
    KeepProblem.UNREADABLE: "One of the two pictures cannot be read.",
    KeepProblem.INTERRUPTED: "It was interrupted. Try again.",
}


def problem_sentence(problem: str) -> str:
    """What a KeepProblem means to a person."""
    return _SENTENCES.get(problem, "It could not be worked out. Try again.")


class KeepError(Exception):
    """A job that did not come to an end; the raw answer stays."""

    def __init__(self, problem: KeepProblem, detail: str = "") -> None:
        super().__init__(f"{problem} {detail}".strip())
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class KeepJob:
    """What the process needs. Paths of files that exist."""

    source: Path
    edited: Path
    analysis: Path
    """Where the analysis is, or shall be."""
    out: Path
    """An empty folder for what is made."""
    prompt: str
    settings: str
    crops: bool
    """Whether the result has another shape than the source, because that was asked for."""
    ground: str
    """What transparent parts of the source were filled with, as "#rrggbb" or ""."""
    choice: KeepChoice
    is_asked_for: bool
    """Whether a person wants it made, whatever the decision is."""


@dataclass(frozen=True, kw_only=True)
class KeepOutcome:
    """What the process found, and what it made if it made something."""

    state: KeepState
    reason: str = ""
    changed_fraction: float | None = None
    figures: dict[str, float] = field(default_factory=dict)
    copy_format: str | None = None
    """Of `copy` in the folder: the picture within the service's limits. None: nothing was made."""
    width_px: int = 0
    height_px: int = 0
    has_original: bool = False
    """Whether `original.png` is in the folder: the lossless picture, if the copy is not it."""
    original_width_px: int = 0
    original_height_px: int = 0
    notes: tuple[str, ...] = ()


class RunKeepJob(Protocol):
    """Runs a job in a process of its own. Raises KeepError."""

    def __call__(self, job: KeepJob, stopping: threading.Event) -> KeepOutcome: ...


def run_in_process(job: KeepJob, stopping: threading.Event) -> KeepOutcome:
    """Run a job in a new Python process. Raises KeepError, also when `stopping` is set."""
    values = {
        name: str(value) if isinstance(value, Path) else value for name, value in vars(job).items()
    }
    with subprocess.Popen(  # noqa: S603 - our own module, and nothing of it is anybody's text
        [sys.executable, "-m", _CHILD_MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=_APP_FOLDER,
        text=True,
    ) as process:
        answer, errors = _communicate(process, json.dumps(values), stopping)
        if process.returncode:
            raise KeepError(KeepProblem.CRASHED, f"{process.returncode}: {errors[-500:]}")
    return _read_outcome(json.loads(answer))


def _communicate(
    process: subprocess.Popen[str], text: str, stopping: threading.Event
) -> tuple[str, str]:
    """What a process writes. It is ended when it takes too long, or when the app stops."""
    until = time.monotonic() + JOB_SECONDS
    first: str | None = text
    while True:
        try:
            return process.communicate(first, timeout=0.25)
        except subprocess.TimeoutExpired as error:
            first = None
            if stopping.is_set() or time.monotonic() >= until:
                process.kill()
                process.communicate()
                problem = KeepProblem.INTERRUPTED if stopping.is_set() else KeepProblem.TOO_SLOW
                raise KeepError(problem) from error


def _read_outcome(values: dict[str, Any]) -> KeepOutcome:
    problem = values.pop("problem", None)
    if problem is not None:
        raise KeepError(KeepProblem(problem))
    values["state"] = KeepState(values["state"])
    return KeepOutcome(**values | {"notes": tuple(values.get("notes", ()))})
