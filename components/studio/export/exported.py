"""A picture that leaves the studio, with what is known of its making."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from components.studio.ledger.records import PictureRecord
from components.studio.provenance.metadata import CarriesNothing, Provenance, embed
from components.studio.tasks.task import Task

log = logging.getLogger("kontext.export")


@dataclass(frozen=True, kw_only=True)
class Exported:
    """A picture that leaves, with what is known of its making."""

    picture: PictureRecord
    file: Path
    """Where it lies; it may be gone."""
    task: Task | None
    """The task that made it, or None for a picture that was brought in."""
    lineage: tuple[str, ...] = ()
    """The prompts of the pictures it goes back to, the first one's first."""

    @property
    def provenance(self) -> Provenance | None:
        """What its file will say of it; nothing of a picture that was brought in."""
        if self.task is None:
            return None
        return Provenance(
            request=self.task.request,
            picture_id=self.picture.id,
            source_id=self.task.source_id,
            lineage=self.lineage,
            asked_at=self.task.created_at,
            finished_at=self.task.finished_at,
        )

    def contents(self, *, plain: bool = False) -> bytes:
        """The bytes of its file with its provenance inside, or as they lie if `plain`.

        A file that can carry none goes as it is. Raises OSError when it is gone or unreadable.
        """
        data = self.file.read_bytes()
        provenance = self.provenance
        if plain or provenance is None:
            return data
        try:
            return embed(data, provenance)
        except CarriesNothing as reason:
            log.info("sent as it is", extra={"picture": self.picture.id, "why": str(reason)})
            return data
