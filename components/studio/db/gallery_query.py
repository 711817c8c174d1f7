"""What a designer looks for in the gallery, and how it is asked of the database."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from components.studio.db.tables import pictures, tasks
from components.studio.tasks.models import State

MATCH_INPUT = "match"
"""Stands for "no ratio asked for" among the ratios of a Search."""

CONDEMNED = 0.0
"""The `deleted_at` of a picture whose file is being removed: it cannot be restored any more."""


class Way(StrEnum):
    """How a picture came about."""

    MADE = "made"
    EDITED = "edited"


@dataclass(frozen=True, kw_only=True)
class Search:
    """What to find. An empty set, text or time finds everything; times are epoch seconds."""

    text: str = ""
    """Words that all occur in the prompt, in any order and case."""
    models: frozenset[str] = frozenset()
    ways: frozenset[str] = frozenset()
    ratios: frozenset[str] = frozenset()
    """As asked for, such as "16:9"; or MATCH_INPUT."""
    states: frozenset[State] = frozenset()
    starred: bool = False
    since: float | None = None
    until: float | None = None
    """The first moment that is too late."""
    in_trash: bool = False

    @property
    def narrows(self) -> bool:
        """Whether it may leave something out that the gallery or the trash holds."""
        return self != Search(in_trash=self.in_trash)

    def conditions(self) -> Iterator[sa.ColumnElement[bool]]:
        """What must hold of a task joined with the picture it made, if it made one."""
        if self.in_trash:
            yield pictures.c.deleted_at > CONDEMNED
        else:
            yield tasks.c.dismissed.is_(False)
            yield tasks.c.picture_id.is_(None) | pictures.c.id.is_not(None)
            yield pictures.c.deleted_at.is_(None)
        for word in folded(self.text).split():
            yield _Folded(tasks.c.prompt).contains(word, autoescape=True)
        if self.models:
            yield tasks.c.model.in_(self.models)
        if len(self.ways) == 1:
            is_edit = tasks.c.source_id.is_not(None)
            yield is_edit if Way.EDITED in self.ways else ~is_edit
        if self.ratios:
            yield sa.func.coalesce(tasks.c.aspect_ratio, MATCH_INPUT).in_(self.ratios)
        if self.states:
            yield tasks.c.state.in_([state.value for state in self.states])
        if self.starred:
            yield pictures.c.starred.is_(True)
        if self.since is not None:
            yield tasks.c.created_at >= self.since
        if self.until is not None:
            yield tasks.c.created_at < self.until


def folded(text: str) -> str:
    """Text without the differences of case and width that a searcher does not mean."""
    return unicodedata.normalize("NFKC", text).casefold()


class _Folded(FunctionElement[str]):
    """A column as `folded` makes it."""

    type = sa.Text()
    inherit_cache = True


@compiles(_Folded)
def _lowered(element: _Folded, compiler: SQLCompiler, **options: object) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(_Folded, "sqlite")
def _by_our_function(element: _Folded, compiler: SQLCompiler, **options: object) -> str:
    """SQLite's own `lower` knows ASCII only; the ledger registers `folded` with it."""
    return f"folded({compiler.process(element.clauses, **options)})"
