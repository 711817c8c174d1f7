"""The viewer of the Edit page: the pair, the steps that led to it, and pending edits."""

from __future__ import annotations

import html
from dataclasses import dataclass

import streamlit as st

from components.studio.db.models import ImageRecord, TaskWithImage
from components.studio.lineage import EditNode, EditTree
from components.studio.result_checks import mismatches
from components.ui import card_actions, paused_banner, session
from components.ui.card_view_models import build_card, download_url, image_url, thumbnail_url
from components.ui.edit.pending_status import progress_for
from components.ui.escape import escape_markdown
from components.ui.generate.recent_tasks import LIVE_UPDATES_URL
from components.ui.widgets.image_compare import CompareImage, image_compare
from components.ui.widgets.image_grid import GridExtras, image_grid
from components.ui.widgets.progress import Progress, progress
from components.ui.widgets.step_strip import StripEvent, Tile, step_strip

VIEWER_HEIGHT_PX = 520
_KEY = "edit-feed"
_HINT = "Say what should change. Before and after will stand here."


def render_viewer(source: ImageRecord) -> None:
    """Render the edits of this source; only live updates rerun it."""
    st.fragment(_render)(source.id)


@dataclass(frozen=True)
class _Pair:
    """The two nodes in the viewer; `before` is None while there is nothing to compare."""

    before: EditNode | None
    after: EditNode


def _render(drawn_for: str) -> None:
    paused_banner.rerun_if_pause_changed()
    tab, studio = session.tab_state(), session.studio()
    source = session.selected_source()
    if source is None or source.id != drawn_for:
        st.rerun()  # the form beside this fragment must follow
    tree = studio.edit_tree(tab.user_id, source.id)
    running = studio.pending_edits(tab.user_id, tree)
    pair = _pair(tree, source, tab.pair)
    if pair is None:
        return
    line = _render_pending(running, tree)
    with st.container(key="kx-viewer-head", horizontal=True, vertical_alignment="center"):
        st.subheader("Before and after" if pair.before else "Source", anchor=False, width="content")
        progress(line, key="edit-progress")
    names = _step_names(tree, pair.after)
    with st.container(
        key="kx-pair"
    ):  # always the same key: under another one everything in it is created again
        st.html(_reserve_space_html(pair.after.image))
        _render_pair(pair, names)
    _render_actions(tree, pair, source)
    _render_step_strip(tree, pair, source, names)
    event = image_grid(
        [
            build_card(entry, typical_seconds=studio.expected_seconds(entry.task))
            for entry in running
        ],
        key=_KEY,
        layout="feed",
        push_url=LIVE_UPDATES_URL,
        extras=GridExtras(undo=card_actions.pending_undo()),
        on_event=lambda: card_actions.on_card_event(_KEY),
    )
    card_actions.navigate_after(event)


def _render_pending(pending: list[TaskWithImage], tree: EditTree) -> Progress | None:
    studio = session.studio()
    usual = studio.expected_seconds(pending[0].task) if pending else None
    return progress_for(pending, tree, now=studio.clock(), expected_seconds=usual)


def _pair(tree: EditTree, source: ImageRecord, chosen: tuple[str, str] | None) -> _Pair | None:
    """The selected pair, or the newest edit of the source with the source."""
    if chosen is not None:
        before, after = (tree.node(image_id) for image_id in chosen)
        if before and after:
            return _Pair(before, after)
    start = tree.node(source.id)
    if start is None:
        return None
    newest = tree.newest_edit_of(source.id)
    if newest is not None:
        return _Pair(start, newest)
    parent = tree.node(start.parent_id) if start.parent_id else None
    return _Pair(parent, start)


def _step_names(tree: EditTree, after: EditNode) -> dict[str, str]:
    line = tree.ancestors(after.image.id)
    return {
        step.image.id: "Original" if place == 0 else f"Step {place}"
        for place, step in enumerate(line)
    }


def _render_pair(pair: _Pair, names: dict[str, str]) -> None:
    after = pair.after
    if pair.before is None:
        st.html(_single_image_html(after))
        return
    image_compare(
        _compare_image(pair.before, names.get(pair.before.image.id, "Before")),
        _compare_image(after, names.get(after.image.id, "After")),
        key="edit-compare",
        height_px=VIEWER_HEIGHT_PX,
    )
    if after.task is not None:
        before = pair.before.image if after.parent_id == pair.before.image.id else None
        for message in mismatches(after.task.request, after.image, before):
            st.caption(escape_markdown(message))


def _reserve_space_html(image: ImageRecord) -> str:
    """Sets the viewer's size before its script runs, so that nothing below it moves."""
    return (
        f"<style>.st-key-kx-pair{{--kx-frame-width:{image.width_px};"
        f"--kx-frame-height:{image.height_px};--kx-height:{VIEWER_HEIGHT_PX}px}}</style>"
    )


def _single_image_html(node: EditNode) -> str:
    """An image without a pair, at the place and size that it will have in the viewer."""
    image = node.image
    alt = html.escape(f"{node.label} (source picture)", quote=True)
    return (
        f'<figure class="kx-source-preview"><p class="kx-source-preview-hint">{_HINT}</p>'
        '<div class="kx-source-preview-frame" '
        f'style="aspect-ratio:{image.width_px}/{image.height_px};'
        f'max-height:{VIEWER_HEIGHT_PX}px"><img src="{image_url(image)}" alt="{alt}"></div>'
        f"<figcaption>{image.width_px}×{image.height_px}</figcaption></figure>"
    )


def _compare_image(node: EditNode, label: str) -> CompareImage:
    image = node.image
    alt = f"{node.label} ({label})"
    return CompareImage(image_url(image), image.width_px, image.height_px, label, alt)


def _render_actions(tree: EditTree, pair: _Pair, source: ImageRecord) -> None:
    original = tree.ancestors(pair.after.image.id)[0].image
    with st.container(key="kx-viewer-actions", horizontal=True):
        if pair.after.image.id != source.id:
            st.button(
                "Edit this",
                key="stage-edit-this",
                type="primary",
                on_click=session.select_source,
                args=(pair.after.image.id,),
            )
        if original.id != source.id:
            st.button(
                "Edit the original instead",
                key="stage-edit-original",
                on_click=session.select_source,
                args=(original.id,),
            )
        st.link_button("Download", download_url(pair.after.image))


def _render_step_strip(
    tree: EditTree, pair: _Pair, source: ImageRecord, names: dict[str, str]
) -> None:
    line = tree.ancestors(pair.after.image.id)
    if len(tree.nodes) < 2:
        return
    variants = tree.variants(pair.after)
    shown = {step.image.id for step in (*line, *variants)}
    before_id = pair.before.image.id if pair.before else None

    def tile(step: EditNode) -> Tile:
        image_id = step.image.id
        role = {pair.after.image.id: "after", before_id: "before"}.get(image_id, "")
        return Tile(
            id=image_id,
            name=names.get(image_id, ""),
            prompt=step.label,
            alt=f"{step.label} ({names.get(image_id, 'branch')})",
            thumbnail_url=thumbnail_url(image_id),
            role=role,
            is_source=image_id == source.id,
        )

    step_strip(
        [tile(step) for step in line],
        variants=[tile(step) for step in variants],
        branches=[tile(step) for step in tree.leaves() if step.image.id not in shown],
        key="edit-strip",
        on_event=lambda event: _handle_strip_event(event, tree, pair),
    )


def _handle_strip_event(event: StripEvent, tree: EditTree, pair: _Pair) -> None:
    tab, step = session.tab_state(), tree.node(event.picture_id)
    if step is None:
        return
    match event.verb:
        case "edit":
            session.select_source(event.picture_id)
        case "before":
            tab.pair = (event.picture_id, pair.after.image.id)
        case "show":
            tab.pair = (step.parent_id or event.picture_id, event.picture_id)
