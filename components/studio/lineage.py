"""The tree of edits around an image: its ancestors and what was made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from components.studio.db.kept_versions import KeepReport, KeptVersions
from components.studio.db.tables import ImageRecord
from components.studio.db.tasks import TaskRepository
from components.studio.tasks.models import Task


@dataclass(frozen=True)
class EditNode:
    """One image of the tree, with the task that made it (None for an imported one)."""

    image: ImageRecord
    task: Task | None
    parent_id: str | None = None
    """The image that was edited to make this one; of its versions, the one that is shown."""
    report: KeepReport | None = None
    """What is known about the raw answer of an edit."""

    @property
    def lasting_id(self) -> str:
        """An id that finds this node also when another version of it is shown."""
        return self.task.id if self.task else self.image.id

    @property
    def label(self) -> str:
        """The prompt that made it, or the name it was imported under."""
        return self.task.request.prompt if self.task else self.image.label


@dataclass(frozen=True)
class EditTree:
    """Every image with the same root, oldest first."""

    nodes: tuple[EditNode, ...]
    shown_ids: Mapping[str, str] = field(default_factory=dict)
    """For each hidden version of a result, the version that is a node."""

    def node(self, image_id: str) -> EditNode | None:
        """The node of one image, also by the id of its hidden version, or by `lasting_id`."""
        ids = {image_id, self.shown_ids.get(image_id)}
        return next((node for node in self.nodes if ids & {node.image.id, node.lasting_id}), None)

    def ancestors(self, image_id: str) -> tuple[EditNode, ...]:
        """From the root to this image, each edited from the one before it."""
        path: list[EditNode] = []
        node = self.node(image_id)
        while node is not None and node not in path:
            path.append(node)
            node = self.node(node.parent_id) if node.parent_id else None
        return tuple(reversed(path))

    def without_deleted(self) -> EditTree:
        """The tree without trashed images."""
        kept = tuple(node for node in self.nodes if node.image.deleted_at is None)
        return replace(self, nodes=kept)

    def leaves(self) -> tuple[EditNode, ...]:
        """Images that nothing was made from, newest first: one for each branch."""
        edited = {node.parent_id for node in self.nodes}
        return tuple(node for node in reversed(self.nodes) if node.image.id not in edited)

    def newest_edit_of(self, image_id: str) -> EditNode | None:
        """The newest image made directly from this one."""
        edits = [node for node in self.nodes if node.parent_id == image_id]
        return edits[-1] if edits else None

    def line(self, image_id: str, *, end_id: str | None = None) -> tuple[EditNode, ...]:
        """From the root through this image to `end_id`, if that was made from it.

        Otherwise it goes on with the newest edit of each.
        """
        if end_id is not None:
            through = self.ancestors(end_id)
            if self.node(image_id) in through:
                return through
        line = list(self.ancestors(image_id))
        newest = self.newest_edit_of(image_id)
        while newest is not None and newest not in line:
            line.append(newest)
            newest = self.newest_edit_of(newest.image.id)
        return tuple(line)

    def branches(self, line: tuple[EditNode, ...]) -> dict[str, tuple[EditNode, ...]]:
        """By the image of each step of a line, what else was made from it, oldest first."""
        shown = {node.image.id for node in line}
        return {
            image_id: tuple(
                node
                for node in self.nodes
                if node.parent_id == image_id and node.image.id not in shown
            )
            for image_id in shown
        }


def load_edit_tree(repository: TaskRepository, user_id: str, image_id: str) -> EditTree:
    """The tree around one image, with this user's edits alone."""
    versions = repository.family(user_id, image_id)
    # An edit may have begun with either version.
    shown_ids = {
        image.id: task.image_id
        for image, task in versions
        if image.hidden and task and task.image_id
    }
    reports = KeptVersions(database=repository.database).reports_of(
        [task.id for image, task in versions if task and not image.hidden]
    )
    nodes = [
        EditNode(
            image,
            task,
            shown_ids.get(task.source_id or "", task.source_id) if task else None,
            reports.get(task.id) if task else None,
        )
        for image, task in versions
        if not image.hidden
    ]
    return EditTree(tuple(nodes), shown_ids)
