"""Dialog over the gallery: a pair under one zoom, and the edit tree it was picked from."""

from __future__ import annotations

import streamlit as st

from components.studio.lineage import EditNode, EditTree
from components.studio.studio import NotFoundError
from components.ui import session
from components.ui.card_view_models import download_url, image_url, thumbnail_url
from components.ui.related_images import step_labels
from components.ui.session import DialogState
from components.ui.widgets.edit_tree import Node, edit_tree
from components.ui.widgets.image_compare import CompareImage, image_compare

PAIR_HEIGHT_PX = 380


def render_dialog() -> None:
    """Render the dialog that is open, if any."""
    on_table = session.tab_state().dialog
    if on_table is not None:
        title = "Lineage" if on_table.tree_of else "Compare"
        st.dialog(title, width="large", on_dismiss=_close)(_render)(on_table)


def _close() -> None:
    session.tab_state().dialog = None


def _render(dialog: DialogState) -> None:
    tab, studio = session.tab_state(), session.studio()
    try:
        if dialog.tree_of is None:
            _render_pair(_unrelated_pair(dialog.pair or ("", "")))
            return
        tree = studio.edit_tree(tab.user_id, dialog.tree_of, include_deleted=True)
    except NotFoundError:
        st.caption("That picture is no longer here.")
        return
    if dialog.pair is None:
        dialog.pair = _first_pair(tree, dialog.tree_of)
    pair = _selected_pair(tree, dialog)
    if pair is not None:
        _render_pair(pair)
    _render_tree(tree, dialog)


LabelledNode = tuple[str, EditNode]


def _unrelated_pair(pair: tuple[str, str]) -> tuple[LabelledNode, LabelledNode]:
    """Two images that need not be related. Raises NotFoundError."""
    tab, studio = session.tab_state(), session.studio()
    steps = []
    for image_id in pair:
        image = studio.image(tab.user_id, image_id)
        task = studio.task(tab.user_id, image.task_id) if image.task_id else None
        steps.append(EditNode(image, task))
    return ("Before", steps[0]), ("After", steps[1])


def _first_pair(tree: EditTree, image_id: str) -> tuple[str, str] | None:
    """The image beside the one it was made from."""
    step = tree.without_deleted().node(image_id)
    parent = tree.without_deleted().node(step.parent_id) if step and step.parent_id else None
    return (parent.image.id, image_id) if parent else None


def _selected_pair(tree: EditTree, dialog: DialogState) -> tuple[LabelledNode, LabelledNode] | None:
    if dialog.pair is None:
        return None
    before, after = (tree.without_deleted().node(image_id) for image_id in dialog.pair)
    if before is None or after is None:
        return None
    names = {step.image.id: name for name, step in step_labels(tree.ancestors(after.image.id))}
    return (names.get(before.image.id, "Before"), before), (names[after.image.id], after)


def _render_pair(pair: tuple[LabelledNode, LabelledNode]) -> None:
    before, after = pair
    image_compare(
        _compare_image(before), _compare_image(after), key="table-compare", height_px=PAIR_HEIGHT_PX
    )
    image = after[1].image
    with st.container(key="kx-compare-actions", horizontal=True):
        if st.button("Edit this", key="table-edit", type="primary"):
            session.select_source(image.id)
            _close()
            st.switch_page("pages/edit.py")
        st.link_button("Download", download_url(image))


def _compare_image(named_step: LabelledNode) -> CompareImage:
    name, step = named_step
    image = step.image
    alt = f"{step.label} ({name})"
    return CompareImage(image_url(image), image.width_px, image.height_px, name, alt)


def _render_tree(tree: EditTree, dialog: DialogState) -> None:
    roles = dict(zip(dialog.pair or (), ("before", "after"), strict=False))
    if len(tree.nodes) > 1:
        st.caption("Pick a picture for the after; the one picked before it becomes the before.")
    else:
        st.caption("Nothing was made from this picture yet, and it was made from none.")
    nodes = [_tree_node(step, roles.get(step.image.id, "")) for step in tree.nodes]
    edit_tree(nodes, key="table-tree", on_pick=lambda image_id: _select(dialog, image_id))


def _tree_node(step: EditNode, role: str) -> Node:
    image = step.image
    kept = image.deleted_at is None
    return Node(
        id=image.id,
        parent_id=step.parent_id,
        prompt=step.label,
        alt=f"{step.label} (step)",
        thumbnail_url=thumbnail_url(image.id) if kept else None,
        role=role,
        starred=image.starred,
    )


def _select(dialog: DialogState, image_id: str) -> None:
    """The picked image is the after; what was the after becomes the before."""
    last = dialog.pair[1] if dialog.pair else dialog.tree_of
    if last is not None and last != image_id:
        dialog.pair = (last, image_id)
