"""Where a picture comes from and what came of it: the tree of edits around it."""

from __future__ import annotations

from dataclasses import dataclass

from components.studio.db.models import PictureRecord
from components.studio.db.tasks import Ledger
from components.studio.tasks.models import Task


@dataclass(frozen=True)
class Step:
    """One picture of a family, with the task that made it (None for one brought in)."""

    picture: PictureRecord
    task: Task | None

    @property
    def parent_id(self) -> str | None:
        """The picture that was edited to make this one."""
        return self.task.source_id if self.task else None

    @property
    def words(self) -> str:
        """The instruction or prompt that made it, or the name it was brought in under."""
        return self.task.request.prompt if self.task else self.picture.label


@dataclass(frozen=True)
class Family:
    """Every picture that goes back to the same one, the eldest first."""

    steps: tuple[Step, ...]

    def step(self, picture_id: str) -> Step | None:
        """The step of one picture."""
        return next((step for step in self.steps if step.picture.id == picture_id), None)

    def line(self, picture_id: str) -> tuple[Step, ...]:
        """From the first picture to this one, each edited from the one before it."""
        line: list[Step] = []
        step = self.step(picture_id)
        while step is not None and step not in line:
            line.append(step)
            step = self.step(step.parent_id) if step.parent_id else None
        return tuple(reversed(line))

    def kept(self) -> Family:
        """The same without what was thrown away."""
        return Family(tuple(step for step in self.steps if step.picture.deleted_at is None))

    def tips(self) -> tuple[Step, ...]:
        """The pictures that nothing was made from, the newest first: one for each branch."""
        edited = {step.parent_id for step in self.steps}
        return tuple(step for step in reversed(self.steps) if step.picture.id not in edited)

    def variants(self, of: Step) -> tuple[Step, ...]:
        """The other pictures of the press that made this one, the first of them first."""
        if of.task is None:
            return ()
        batch = of.task.batch
        return tuple(
            step for step in self.steps if step != of and step.task and step.task.batch == batch
        )

    def newest_edit_of(self, picture_id: str) -> Step | None:
        """The latest picture made directly from this one."""
        made = [step for step in self.steps if step.parent_id == picture_id]
        return made[-1] if made else None


def family_of(ledger: Ledger, designer: str, picture_id: str) -> Family:
    """The family of one picture, by its own designer's edits alone."""
    root = _eldest(ledger, picture_id)
    if root is None:
        return Family(())
    steps = [root]
    generation = [root.picture.id]
    seen = set(generation)
    while generation:
        made = [
            Step(entry.picture, entry.task)
            for entry in ledger.edits_of(designer, generation)
            if entry.picture is not None and entry.picture.id not in seen
        ]
        steps.extend(made)
        generation = [step.picture.id for step in made]
        seen.update(generation)
    return Family(tuple(sorted(steps, key=lambda step: step.picture.created_at)))


def _eldest(ledger: Ledger, picture_id: str) -> Step | None:
    eldest: Step | None = None
    seen: set[str] = set()
    next_id: str | None = picture_id
    while next_id is not None and next_id not in seen:
        seen.add(next_id)
        picture = ledger.picture(next_id)
        if picture is None:
            break  # its file and record are gone: the line begins at its eldest known picture
        eldest = _step_of(ledger, picture)
        next_id = eldest.parent_id
    return eldest


def _step_of(ledger: Ledger, picture: PictureRecord) -> Step:
    return Step(picture, ledger.task(picture.task_id) if picture.task_id else None)
