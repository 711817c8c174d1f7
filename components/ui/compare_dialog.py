"""The table over the gallery: a pair under one zoom, and the tree that it was picked from."""

from __future__ import annotations

import streamlit as st

from components.studio.lineage import Family, Step
from components.studio.studio import NotYours
from components.ui import session
from components.ui.card_view_models import download_url, picture_url, thumbnail_url
from components.ui.related_images import named
from components.ui.session import OnTable
from components.ui.widgets.edit_tree import Node, edit_tree
from components.ui.widgets.image_compare import CompareImage, image_compare

PAIR_HEIGHT_PX = 380


def draw_table() -> None:
    """Draw what the designer has laid on the table, if anything."""
    on_table = session.current().table
    if on_table is not None:
        title = "Lineage" if on_table.tree_of else "Compare"
        st.dialog(title, width="large", on_dismiss=_clear)(_draw)(on_table)


def _clear() -> None:
    session.current().table = None


def _draw(on_table: OnTable) -> None:
    tab, studio = session.current(), session.studio()
    try:
        if on_table.tree_of is None:
            _draw_pair(_strangers(on_table.pair or ("", "")))
            return
        family = studio.family(tab.designer, on_table.tree_of, with_thrown=True)
    except NotYours:
        st.caption("That picture is no longer here.")
        return
    if on_table.pair is None:
        on_table.pair = _first_pair(family, on_table.tree_of)
    pair = _pair_in(family, on_table)
    if pair is not None:
        _draw_pair(pair)
    _draw_tree(family, on_table)


Named = tuple[str, Step]


def _strangers(pair: tuple[str, str]) -> tuple[Named, Named]:
    """Two pictures that need not be relatives. Raises NotYours."""
    tab, studio = session.current(), session.studio()
    steps = []
    for picture_id in pair:
        picture = studio.picture(tab.designer, picture_id)
        task = studio.task(tab.designer, picture.task_id) if picture.task_id else None
        steps.append(Step(picture, task))
    return ("Before", steps[0]), ("After", steps[1])


def _first_pair(family: Family, picture_id: str) -> tuple[str, str] | None:
    """The picture beside the one it was made from."""
    step = family.kept().step(picture_id)
    parent = family.kept().step(step.parent_id) if step and step.parent_id else None
    return (parent.picture.id, picture_id) if parent else None


def _pair_in(family: Family, on_table: OnTable) -> tuple[Named, Named] | None:
    if on_table.pair is None:
        return None
    before, after = (family.kept().step(picture_id) for picture_id in on_table.pair)
    if before is None or after is None:
        return None
    names = {step.picture.id: name for name, step in named(family.line(after.picture.id))}
    return (names.get(before.picture.id, "Before"), before), (names[after.picture.id], after)


def _draw_pair(pair: tuple[Named, Named]) -> None:
    before, after = pair
    image_compare(_side(before), _side(after), key="table-compare", height_px=PAIR_HEIGHT_PX)
    picture = after[1].picture
    with st.container(key="kx-compare-actions", horizontal=True):
        if st.button("Edit this", key="table-edit", type="primary"):
            session.choose_source(picture.id)
            _clear()
            st.switch_page("pages/edit.py")
        st.link_button("Download", download_url(picture))


def _side(named_step: Named) -> CompareImage:
    name, step = named_step
    picture = step.picture
    alt = f"{step.words} ({name})"
    return CompareImage(picture_url(picture), picture.width_px, picture.height_px, name, alt)


def _draw_tree(family: Family, on_table: OnTable) -> None:
    roles = dict(zip(on_table.pair or (), ("before", "after"), strict=False))
    if len(family.steps) > 1:
        st.caption("Pick a picture for the after; the one picked before it becomes the before.")
    else:
        st.caption("Nothing was made from this picture yet, and it was made from none.")
    nodes = [_node(step, roles.get(step.picture.id, "")) for step in family.steps]
    edit_tree(nodes, key="table-tree", on_pick=lambda picture_id: _pick(on_table, picture_id))


def _node(step: Step, role: str) -> Node:
    picture = step.picture
    kept = picture.deleted_at is None
    return Node(
        id=picture.id,
        parent_id=step.parent_id,
        prompt=step.words,
        alt=f"{step.words} (step)",
        thumbnail_url=thumbnail_url(picture.id) if kept else None,
        role=role,
        starred=picture.starred,
    )


def _pick(on_table: OnTable, picture_id: str) -> None:
    """The picked one is the after; what was the after becomes the before."""
    last = on_table.pair[1] if on_table.pair else on_table.tree_of
    if last is not None and last != picture_id:
        on_table.pair = (last, picture_id)
