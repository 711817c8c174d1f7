"""The tables, the records of images, and the conversion between rows and records.

A change of a table needs a file in `migrations/versions`, too: data folders of before take it.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from components.kie import GenerationRequest, Model, OutputFormat
from components.studio.tasks.models import Failure, FailureReason, Task, TaskState


@dataclass(frozen=True, kw_only=True)
class ImageRecord:
    """An image file. Sizes in pixels and bytes, times in epoch seconds."""

    id: str
    user_id: str
    task_id: str | None
    """The task that made it, or None for an imported image."""
    format: str
    width_px: int
    height_px: int
    size_bytes: int
    created_at: float
    label: str = ""
    """The name a person gave it; never part of a path."""
    notes: tuple[str, ...] = ()
    upload_url: str | None = None
    """Where kie.ai can read it, valid until about a day after `uploaded_at`."""
    uploaded_at: float | None = None
    starred: bool = False
    chosen_at: float | None = None
    """When it was set as the cover of its submission."""
    deleted_at: float | None = None
    """When it was moved to the trash; its file stays until the trash is purged."""
    original_format: str | None = None
    """Of the file as it was brought, if that is kept beside this copy of it."""
    original_width_px: int | None = None
    original_height_px: int | None = None
    original_bytes: int | None = None
    content_hash: str | None = None
    """SHA-256 of the bytes that were brought; with `ground` it is unique for a user."""
    ground: str = ""
    """What transparent parts were filled with, as "#rrggbb"; empty where there were none."""
    color: str | None = None
    """The average color as "#rrggbb"; None for an image of before it was stored."""
    embedded_settings: str | None = None
    """The generation metadata that was read from the file, as JSON."""
    hidden: bool = False
    """Whether another version of the same result is shown instead."""

    @property
    def own_format(self) -> str:
        """The format in which it was brought."""
        return self.original_format or self.format

    @property
    def own_size_px(self) -> tuple[int, int]:
        """Width and height as it was brought."""
        return self.original_width_px or self.width_px, self.original_height_px or self.height_px


@dataclass(frozen=True)
class TaskWithImage:
    """A task with the image it made, if any, and the image it started from."""

    task: Task
    image: ImageRecord | None
    source: ImageRecord | None = None


metadata = sa.MetaData()
Word = TypeVar("Word", bound=StrEnum)

# Some tables and columns have another name in the database than in code: the database keeps the
# names of version 0.1.0, so that its data folders open. `key` is the name in code.

tasks = sa.Table(
    "tasks",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("designer", sa.String(64), nullable=False, key="user_id"),
    sa.Column("batch", sa.String(32), nullable=False),
    sa.Column("token", sa.String(64), nullable=False, unique=True),
    sa.Column("source_id", sa.String(32)),
    sa.Column("prompt", sa.Text, nullable=False),
    sa.Column("model", sa.String(40), nullable=False),
    sa.Column("aspect_ratio", sa.String(8)),
    sa.Column("output_format", sa.String(8), nullable=False),
    sa.Column("safety_tolerance", sa.Integer, nullable=False),
    sa.Column("translate", sa.Boolean, nullable=False),
    sa.Column("enhance", sa.Boolean, nullable=False),
    sa.Column("store_in_china", sa.Boolean, nullable=False),
    sa.Column("watermark", sa.Text),
    sa.Column("price", sa.String(20), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("obstacle", sa.Text, key="failure"),
    sa.Column("service_id", sa.String(200), key="provider_id"),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("sent_at", sa.Float),
    sa.Column("accepted_at", sa.Float),
    sa.Column("watched_since", sa.Float, key="polling_since"),
    sa.Column("finished_at", sa.Float),
    sa.Column("result_url", sa.Text),
    sa.Column("origin_url", sa.Text),
    sa.Column("picture_id", sa.String(32), key="image_id"),
    sa.Column("not_before", sa.Float, nullable=False, key="retry_at"),
    sa.Column("tries", sa.Integer, nullable=False, key="attempts"),
    sa.Column("empties", sa.Integer, nullable=False, key="empty_successes"),
    sa.Column("missing_since", sa.Float, key="not_found_since"),
    sa.Column("dismissed", sa.Boolean, nullable=False, default=False),
    sa.Column("search_text", sa.Text, nullable=False, server_default=""),
    sa.Column("dismissed_at", sa.Float),
    sa.Index("tasks_of_designer", "user_id", "created_at"),
    sa.Index("tasks_by_state", "state"),
    sa.Index("tasks_by_source", "source_id"),
    sa.Index(
        "tasks_by_service_id",
        "provider_id",
        unique=True,
        sqlite_where=sa.text("service_id IS NOT NULL"),
        postgresql_where=sa.text("service_id IS NOT NULL"),
    ),
)

# The latest submissions of each user, so that a double click pays once.
presses = sa.Table(
    "presses",
    metadata,
    sa.Column("designer", sa.String(64), primary_key=True, key="user_id"),
    sa.Column("request_hash", sa.String(64), primary_key=True),
    sa.Column("batch", sa.String(32), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)

selected_sources = sa.Table(
    "desks",
    metadata,
    sa.Column("designer", sa.String(64), primary_key=True, key="user_id"),
    sa.Column("source_id", sa.String(32), nullable=False),
)

MAX_DRAFT_BYTES = 24_000  # of one row: 6,000 characters of the largest kind

# Version 0.1.0 had one draft for all tabs, in a table "drafts".
drafts = sa.Table(
    "tab_drafts",
    metadata,
    sa.Column("designer", sa.String(64), primary_key=True, key="user_id"),
    sa.Column("mode", sa.String(32), primary_key=True),
    sa.Column("tab", sa.String(32), primary_key=True),
    sa.Column("prompt", sa.Text, nullable=False),
    sa.Column("saved_at", sa.Float, nullable=False),
)

pins = sa.Table(
    "pins",
    metadata,
    sa.Column("designer", sa.String(64), primary_key=True, key="user_id"),
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("prompt", sa.Text, nullable=False),
    sa.Column("pinned_at", sa.Float, nullable=False),
)

sweeps = sa.Table(
    "sweeps",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
)

images = sa.Table(
    "pictures",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("designer", sa.String(64), nullable=False, key="user_id"),
    sa.Column("task_id", sa.String(32)),
    sa.Column("format", sa.String(8), nullable=False),
    sa.Column("width_px", sa.Integer, nullable=False),
    sa.Column("height_px", sa.Integer, nullable=False),
    sa.Column("size_bytes", sa.Integer, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("notes", sa.Text, nullable=False),
    sa.Column("upload_url", sa.Text),
    sa.Column("uploaded_at", sa.Float),
    sa.Column("starred", sa.Boolean, nullable=False, default=False, server_default="0"),
    sa.Column("chosen_at", sa.Float),
    sa.Column("deleted_at", sa.Float),
    sa.Column("original_format", sa.String(8)),
    sa.Column("original_width_px", sa.Integer),
    sa.Column("original_height_px", sa.Integer),
    sa.Column("original_bytes", sa.Integer),
    sa.Column("content_hash", sa.String(64)),
    sa.Column("ground", sa.String(7), nullable=False, server_default=""),
    sa.Column("search_text", sa.Text, nullable=False, server_default=""),
    sa.Column("color", sa.String(7)),
    sa.Column("embedded_settings", sa.Text),
    sa.Column("hidden", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    sa.Index("pictures_of_designer", "user_id", "created_at"),
    sa.Index("pictures_of_task", "task_id"),
    sa.Index(
        "pictures_by_content",
        "user_id",
        "content_hash",
        "ground",
        unique=True,
        sqlite_where=sa.text("content_hash IS NOT NULL"),
        postgresql_where=sa.text("content_hash IS NOT NULL"),
    ),
)

# What was found out about the result of an edit, and the version that was made of it.
keep_reports = sa.Table(
    "keep_reports",
    metadata,
    sa.Column("image_id", sa.String(32), primary_key=True),
    sa.Column("designer", sa.String(64), nullable=False, key="user_id"),
    sa.Column("task_id", sa.String(32), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(32), nullable=False, server_default=""),
    sa.Column("changed_fraction", sa.Float),
    sa.Column("figures", sa.Text, nullable=False, server_default="{}"),
    sa.Column("settings", sa.Text, nullable=False, server_default="{}"),
    sa.Column("kept_id", sa.String(32)),
    sa.Column("updated_at", sa.Float, nullable=False),
    sa.Index("keep_reports_by_state", "state"),
    sa.Index("keep_reports_of_task", "task_id"),
)

# Edits that are made once more, one after the other, as a new branch.
chain_runs = sa.Table(
    "chain_runs",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("designer", sa.String(64), nullable=False, key="user_id"),
    sa.Column("source_id", sa.String(32), nullable=False),
    sa.Column("steps", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("image_id", sa.String(32), nullable=False),
    sa.Column("task_id", sa.String(32)),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(16), nullable=False, server_default=""),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Index("chain_runs_by_state", "state"),
    sa.Index("chain_runs_by_task", "task_id"),
)

# Which of several replicas on one PostgreSQL database leads: one row. Each new leader counts up
# `epoch`, and what costs money is claimed under the epoch of who claims it.
leadership = sa.Table(
    "leadership",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("replica", sa.String(32), nullable=False),
)

# What all replicas of a studio share beside their settings, such as the secret of the cookies.
shared_values = sa.Table(
    "shared_values",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

# Who was here: signed in by a proxy or OIDC, or with a cookie alone. The id is a hash.
people = sa.Table(
    "people",
    metadata,
    sa.Column("user_id", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False, server_default=""),
    sa.Column("email", sa.Text, nullable=False, server_default=""),
    sa.Column("role", sa.String(32), nullable=False, server_default="user"),
    sa.Column("first_seen", sa.Float, nullable=False),
    sa.Column("last_seen", sa.Float, nullable=False),
    sa.Column("removed_at", sa.Float),
)

# What a cookie's owner had, and the signed-in person who has it now.
claims = sa.Table(
    "claims",
    metadata,
    sa.Column("cookie_user_id", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.String(64), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)

# Links that carry a cookie's gallery to another device, once.
device_links = sa.Table(
    "device_links",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.String(64), nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False),
    sa.Column("used_at", sa.Float),
)

# Money in hundredths of a credit.
budgets = sa.Table(
    "budgets",
    metadata,
    sa.Column("subject", sa.String(80), primary_key=True),
    sa.Column("period", sa.String(8), primary_key=True),
    sa.Column("cap", sa.BigInteger, nullable=False),
)

sums = sa.Table(
    "sums",
    metadata,
    sa.Column("subject", sa.String(80), primary_key=True),
    sa.Column("period_key", sa.String(10), primary_key=True),
    sa.Column("taken", sa.BigInteger, nullable=False),
)

charges = sa.Table(
    "charges",
    metadata,
    sa.Column("task_id", sa.String(32), primary_key=True),
    sa.Column("user_id", sa.String(64), nullable=False),
    sa.Column("model", sa.String(40), nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("day", sa.String(10), nullable=False),
    sa.Column("month", sa.String(7), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("decided", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    sa.Index("charges_by_day", "day", "model", "state", "amount", "user_id"),
    sa.Index("charges_of_user", "user_id", "day"),
)

# What admins have done; rows are only ever added.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("user_id", sa.String(64), nullable=False),
    sa.Column("act", sa.String(40), nullable=False),
    sa.Column("details", sa.Text, nullable=False, server_default="{}"),
)

collections = sa.Table(
    "collections",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("user_id", sa.String(64), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("is_shared", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Index("collections_of_user", "user_id"),
)

collection_items = sa.Table(
    "collection_items",
    metadata,
    sa.Column("collection_id", sa.String(32), primary_key=True),
    sa.Column("image_id", sa.String(32), primary_key=True),
    sa.Column("added_at", sa.Float, nullable=False),
    sa.Index("collection_items_by_image", "image_id"),
)

# Links that open something read-only to everybody who has them.
shares = sa.Table(
    "shares",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("user_id", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("targets", sa.Text, nullable=False),
    sa.Column("shows_prompts", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("expires_at", sa.Float),
    sa.Column("revoked_at", sa.Float),
    sa.Index("shares_of_user", "user_id"),
)

_REQUEST_COLUMNS = (
    "prompt",
    "aspect_ratio",
    "safety_tolerance",
    "translate",
    "enhance",
    "store_in_china",
    "watermark",
)
_TASK_COLUMNS = (
    "id",
    "user_id",
    "batch",
    "token",
    "source_id",
    "provider_id",
    "created_at",
    "sent_at",
    "accepted_at",
    "polling_since",
    "finished_at",
    "result_url",
    "origin_url",
    "image_id",
    "retry_at",
    "attempts",
    "empty_successes",
    "not_found_since",
)


def task_to_row(task: Task) -> dict[str, Any]:
    """A task as a row."""
    row = {name: getattr(task, name) for name in _TASK_COLUMNS}
    row |= request_columns(task.request)
    row["search_text"] = fold_text(task.request.prompt)
    row["price"] = str(task.price)
    row["state"] = str(task.state)
    failure = task.failure
    row["failure"] = failure and json.dumps([failure.reason, failure.code, failure.message])
    return row


def request_columns(request: GenerationRequest) -> dict[str, Any]:
    """The parameters that are stored of a request."""
    values = {name: getattr(request, name) for name in _REQUEST_COLUMNS}
    return values | {"model": str(request.model), "output_format": str(request.output_format)}


def task_from_row(row: Any) -> Task:
    """A row as a task. It is not validated: rules may have changed since it was written."""
    failure = None
    if row.failure is not None:
        reason, code, message, *_ = json.loads(row.failure)
        failure = Failure(stored_word(FailureReason, reason), code, message)
    request = GenerationRequest.from_storage(
        model=stored_word(Model, row.model),
        output_format=stored_word(OutputFormat, row.output_format),
        **{name: getattr(row, name) for name in _REQUEST_COLUMNS},
    )
    return Task(
        request=request,
        price=Decimal(row.price),
        state=stored_word(TaskState, row.state),
        failure=failure,
        **{name: getattr(row, name) for name in _TASK_COLUMNS},
    )


def stored_word(words: type[Word], text: str) -> Word:
    """The member with this value. The word of a later version stays text, and is kept so."""
    try:
        return words(text)
    except ValueError:
        return cast(Word, text)


def fold_text(text: str) -> str:
    """Text without differences of case and character width, as it is searched."""
    return unicodedata.normalize("NFKC", text).casefold()


def request_hash(submission: Sequence[Task]) -> str:
    """The same for two submissions with the same request, models, source and number of tasks."""
    models = dict.fromkeys(str(task.request.model) for task in submission)
    row = task_to_row(submission[0]) | {"model": "+".join(models)}
    values = [row[name] for name in (*_REQUEST_COLUMNS, "model", "output_format", "source_id")]
    return hashlib.sha256(json.dumps([*values, len(submission)]).encode()).hexdigest()


def insert_or(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say what to do on a conflict."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def image_to_row(image: ImageRecord) -> dict[str, Any]:
    """An image as a row. What was generated is searched by its task's prompt."""
    search_text = fold_text(image.label) if image.task_id is None else ""
    return asdict(image) | {"notes": json.dumps(image.notes), "search_text": search_text}


def image_from_row(row: Any) -> ImageRecord:
    """A row as an image."""
    values = {field.name: getattr(row, field.name) for field in fields(ImageRecord)}
    return ImageRecord(**values | {"notes": tuple(json.loads(row.notes))})
