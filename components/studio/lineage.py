"""The tree of edits around an image: its ancestors and what was made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from components.studio.db.kept_versions import KeptVersions
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
        """The node of one image, also by the id of its hidden version."""
        image_id = self.shown_ids.get(image_id, image_id)
        return next((node for node in self.nodes if node.image.id == image_id), None)

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
            if any(node.image.id == image_id for node in through):
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
    root = _find_root(repository, image_id)
    if root is None:
        return EditTree(())
    nodes = [root]
    generation = [root.image.id]
    seen = set(generation)
    versions = KeptVersions(database=repository.database)
    shown_ids = versions.hidden_ids(generation)
    while generation:
        edits = [
            EditNode(entry.image, entry.task, _shown(shown_ids, entry.task.source_id))
            # An edit may have begun with either version.
            for entry in repository.edits_of(user_id, [*generation, *shown_ids])
            if entry.image is not None and entry.image.id not in seen
        ]
        nodes.extend(edits)
        generation = [node.image.id for node in edits]
        seen.update(generation)
        shown_ids |= versions.hidden_ids(generation)
    nodes.sort(key=lambda node: node.image.created_at)
    return EditTree(tuple(nodes), shown_ids)


def _find_root(repository: TaskRepository, image_id: str) -> EditNode | None:
    oldest: EditNode | None = None
    seen: set[str] = set()
    next_id: str | None = image_id
    while next_id is not None and next_id not in seen:
        seen.add(next_id)
        image = repository.image(next_id)
        if image is None:
            break  # deleted for good: the tree begins at its oldest known image
        oldest = _node_for(repository, image)
        next_id = oldest.parent_id
    return oldest


def _node_for(repository: TaskRepository, image: ImageRecord) -> EditNode:
    task = repository.task(image.task_id) if image.task_id else None
    source_id = task.source_id if task else None
    shown_ids = KeptVersions(database=repository.database).shown_ids([source_id or ""])
    return EditNode(image, task, _shown(shown_ids, source_id))


def _shown(shown_ids: Mapping[str, str], image_id: str | None) -> str | None:
    return shown_ids.get(image_id or "", image_id)
