"""Dialog over the gallery: a pair under one zoom, and the edit tree it was picked from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from components.studio.db.sharing import ShareKind, item_id_of
from components.studio.lineage import EditNode, EditTree
from components.studio.studio import NotFoundError
from components.ui import session, share_dialogs
from components.ui.edit.change_map_props import changed_fraction
from components.ui.messages import IMAGE_NOT_FOUND
from components.ui.model_pairs import pair_names
from components.ui.session import DialogState
from components.ui.step_view_models import build_compare_image, step_names
from components.ui.streamlit_internals.page_switch import switch_page
from components.ui.urls import download_url, thumbnail_url
from components.ui.widgets.edit_tree import Node, edit_tree
from components.ui.widgets.image_compare import image_compare


@dataclass(frozen=True)
class _Pair:
    """The two compared nodes with their names."""

    before: EditNode
    after: EditNode
    before_name: str = "Before"
    after_name: str = "After"


def render_dialog() -> None:
    """Render the dialog that is open, if any."""
    dialog = session.tab_state().dialog
    if dialog is not None:
        title = "Lineage" if dialog.tree_of else "Compare"
        st.dialog(title, width="large", on_dismiss=_close)(_render)(dialog)


def _close() -> None:
    session.tab_state().dialog = None


def _share(pair: _Pair) -> None:
    """Of two dialogs Streamlit (1.67) shows one."""
    targets = (item_id_of(pair.before.image), item_id_of(pair.after.image))
    _close()
    share_dialogs.open_share_dialog(ShareKind.PAIR, targets)


def _render(dialog: DialogState) -> None:
    tab, studio = session.tab_state(), session.studio()
    if tab.dialog is None:
        st.rerun()  # a press in it has closed it
    try:
        if dialog.tree_of is None:
            if len(dialog.pairs) > 1:
                _render_pair_choice(dialog)
            _render_pair(_unrelated_pair(dialog.pair or ("", "")))
            return
        tree = studio.edit_tree(tab.user_id, dialog.tree_of, include_deleted=True)
    except NotFoundError:
        st.caption(IMAGE_NOT_FOUND)
        return
    if dialog.pair is None:
        dialog.pair = _first_pair(tree, dialog.tree_of)
    pair = _selected_pair(tree, dialog)
    if pair is None:
        _render_tree(tree, dialog)
        return
    with st.container(key="kx-lineage"):
        tree_column, pair_column = st.columns(2, gap="medium")
        with tree_column:
            _render_tree(tree, dialog)
        with pair_column:
            _render_pair(pair)


def _unrelated_pair(image_ids: tuple[str, str]) -> _Pair:
    """Two images that need not be related. Raises NotFoundError."""
    before, after = (_load_node(image_id) for image_id in image_ids)
    names = pair_names(before.task, after.task)
    return _Pair(before, after, *names) if names else _Pair(before, after)


def _render_pair_choice(dialog: DialogState) -> None:
    """Which variant is compared, of those that both models have made."""
    numbers = range(1, len(dialog.pairs) + 1)
    chosen = st.segmented_control(
        "Variant",
        numbers,
        default=1,
        format_func=lambda number: f"Variant {number}",
        required=True,
        key="compare-variant",
        label_visibility="collapsed",
    )
    dialog.pair = dialog.pairs[(chosen or 1) - 1]


def _load_node(image_id: str) -> EditNode:
    tab, studio = session.tab_state(), session.studio()
    image = studio.image(tab.user_id, image_id)
    task = studio.task(tab.user_id, image.task_id) if image.task_id else None
    report = studio.keeping.report(tab.user_id, image_id)
    return EditNode(image, task, task.source_id if task else None, report)


def _first_pair(tree: EditTree, image_id: str) -> tuple[str, str] | None:
    """The image beside the one it was made from."""
    tree = tree.without_deleted()
    node = tree.node(image_id)
    parent = tree.node(node.parent_id) if node and node.parent_id else None
    return (parent.image.id, image_id) if parent else None


def _selected_pair(tree: EditTree, dialog: DialogState) -> _Pair | None:
    if dialog.pair is None:
        return None
    before, after = (tree.without_deleted().node(image_id) for image_id in dialog.pair)
    if before is None or after is None:
        return None
    names = step_names(tree.ancestors(after.image.id))
    return _Pair(before, after, names.get(before.image.id, "Before"), names[after.image.id])


def _render_pair(pair: _Pair) -> None:
    image_compare(
        build_compare_image(pair.before, pair.before_name),
        build_compare_image(pair.after, pair.after_name),
        key="compare-open",
        changed=changed_fraction(pair.before, pair.after),
    )
    if pair_names(pair.before.task, pair.after.task) is None:
        with st.container(key="kx-compare-actions", horizontal=True):
            _render_actions(pair.after)
            _render_share(pair)
        return
    sides: list[tuple[EditNode, str, Literal["left", "right"]]] = [
        (pair.before, pair.before_name, "left"),
        (pair.after, pair.after_name, "right"),
    ]
    for (node, name, side), column in zip(sides, st.columns(2, wrap=False), strict=True):
        with column.container(horizontal=True, horizontal_alignment=side):
            _render_actions(node, name)
    with st.container(key="kx-compare-share", horizontal=True, horizontal_alignment="center"):
        _render_share(pair)


def _render_share(pair: _Pair) -> None:
    st.button("Share…", key="compare-share", on_click=_share, args=(pair,))


def _render_actions(node: EditNode, name: str = "") -> None:
    """Edit and download one of the two; with its name where it could be either."""
    kind: Literal["primary", "secondary"] = "secondary" if name else "primary"
    shortcut = None if name else "E"
    label = f"Edit {name or 'this'}"
    if st.button(label, key=f"compare-edit{name}", type=kind, shortcut=shortcut):
        session.select_source(node.image.id)
        session.begin_typing("edit")
        _close()
        switch_page("pages/edit.py")
    st.link_button(f"Download {name}".rstrip(), download_url(node.image))


def _render_tree(tree: EditTree, dialog: DialogState) -> None:
    roles = dict(zip(dialog.pair or (), ("before", "after"), strict=False))
    if len(tree.nodes) > 1:
        st.caption("Pick a picture for the after; the one picked before it becomes the before.")
    else:
        st.caption("Nothing was made from this picture yet, and it was made from none.")
    nodes = [_tree_node(node, roles.get(node.image.id, "")) for node in tree.nodes]
    edit_tree(nodes, key="compare-lineage", on_pick=lambda image_id: _select(dialog, image_id))


def _tree_node(node: EditNode, role: str) -> Node:
    image = node.image
    return Node(
        id=image.id,
        parent_id=node.parent_id,
        prompt=node.label,
        alt=f"{node.label} (step)",
        thumbnail_url=thumbnail_url(image) if image.deleted_at is None else None,
        role=role,
        starred=image.starred,
    )


def _select(dialog: DialogState, image_id: str) -> None:
    """The picked image is the after; what was the after becomes the before."""
    last = dialog.pair[1] if dialog.pair else dialog.tree_of
    if last is not None and last != image_id:
        dialog.pair = (last, image_id)
