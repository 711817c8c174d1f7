"""The viewer of the Edit page: the pair, the steps that led to it, and pending edits."""

from __future__ import annotations

import html
from dataclasses import dataclass

import streamlit as st

from components.studio.db.kept_versions import BUSY
from components.studio.db.sharing import ShareKind, item_id_of
from components.studio.db.tables import ImageRecord, TaskWithImage
from components.studio.lineage import EditNode, EditTree
from components.studio.tasks.models import IN_PROGRESS, TaskState
from components.studio.tasks.transitions import is_unsent
from components.ui import card_actions, paused_banner, session, share_dialogs
from components.ui.edit import chain_panel
from components.ui.edit.change_map_props import change_map, changed_fraction, save_change_map
from components.ui.edit.keep_line import render_keep_line
from components.ui.edit.pending_status import progress_for
from components.ui.escape import escape_markdown
from components.ui.feed import render_feed
from components.ui.messages import TOO_LATE_TO_WITHDRAW
from components.ui.model_pairs import (
    comparison_obstacle,
    finished_pairs,
    has_both_models,
    pair_names,
)
from components.ui.result_checks import mismatches
from components.ui.step_view_models import build_compare_image, step_names
from components.ui.streamlit_internals.toasts import show_toast
from components.ui.streamlit_internals.uncaught_errors import run_fragment
from components.ui.urls import download_url, image_url, thumbnail_url
from components.ui.widgets.image_compare import image_compare
from components.ui.widgets.progress import Progress, progress
from components.ui.widgets.step_strip import StripEvent, Tile, step_strip

_HINT = "Say what should change. Before and after will stand here."
_HINT_WHILE_WAITING = "Before and after will stand here."


def render_viewer(source: ImageRecord) -> None:
    """Render the edits of this source; only live updates rerun it."""
    run_fragment(_render, source.id)


@dataclass(frozen=True)
class _Pair:
    """The two nodes in the viewer; `before` is None while there is nothing to compare."""

    before: EditNode | None
    after: EditNode

    @property
    def models(self) -> tuple[str, str] | None:
        """The names of their models, if they are of one submission to both."""
        return pair_names(self.before.task, self.after.task) if self.before else None

    @property
    def to_act_on(self) -> list[tuple[ImageRecord, str]]:
        """What is edited and downloaded from here: the after; of two models both, with names."""
        if self.before is None or self.models is None:
            return [(self.after.image, "")]
        return [(self.before.image, self.models[0]), (self.after.image, self.models[1])]


def _render(source_id: str) -> None:
    paused_banner.rerun_if_pause_changed()
    tab, studio = session.tab_state(), session.studio()
    source = session.selected_source()
    if source is None or source.id != source_id:
        st.rerun()  # the form beside this fragment must follow
    tree = studio.edit_tree(tab.user_id, source.id)
    pending = studio.pending_edits(tab.user_id, tree)
    chain_panel.follow_run(tree)
    pair = _pair(tree, source, tab.pair)
    if pair is None:
        return
    if tab.pair is not None and pair.before is not None:
        tab.pair = (pair.before.lasting_id, pair.after.lasting_id)
    line = tree.line(pair.after.image.id, end_id=tab.line_end)
    tab.line_end = line[-1].lasting_id
    names = step_names(line)
    with st.container(key="kx-viewer-head", horizontal=True, vertical_alignment="center"):
        st.subheader(_heading(pair), anchor=False, width="content")
        progress(
            _pending_progress(pending, tree), key="edit-progress", on_stop=lambda: _stop(pending)
        )
        _render_actions(pair, source, original=line[0].image)
    # Always the same key: under another one everything in the container is created again.
    with st.container(key="kx-pair"):
        st.html(_reserve_space_html(pair.after.image))
        _render_pair(pair, names, hint=_HINT_WHILE_WAITING if pending else _HINT)
        if pair.before is not None and pair.after.task and pair.after.task.is_edit:
            raw = pair.after.report.image_id if pair.after.report else ""
            render_keep_line(pair.after, has_hidden_raw=raw in tree.shown_ids)
    chain_panel.render_run(tree)
    _render_step_strip(tree, line, pair, source)
    chain_panel.render_drift(tree, pair.after)
    event = render_feed([entry for entry in pending if not _is_told(entry)], key="edit-feed")
    card_actions.navigate_after(event)


def _pending_progress(pending: list[TaskWithImage], tree: EditTree) -> Progress | None:
    studio = session.studio()
    expected = studio.tasks.expected_seconds(pending[0].task) if pending else None
    return progress_for(
        pending,
        tree,
        now=studio.clock(),
        expected_seconds=expected,
        queue_positions=studio.tasks.queue_positions(),
        pause_reason=studio.pause_reason,
        describe_moment=session.describe_moment,
    )


def _is_told(entry: TaskWithImage) -> bool:
    """Whether the line above the pair says all of it: a card would say it again."""
    is_stuck = entry.task.state is TaskState.STORING and entry.task.failure is not None
    return entry.task.state in IN_PROGRESS and not is_stuck


def _stop(pending: list[TaskWithImage]) -> None:
    """Do not send what waits; watch what was sent no more."""
    user_id, studio = session.tab_state().user_id, session.studio()
    running = [entry.task for entry in pending if entry.task.state in IN_PROGRESS]
    is_withdrawal = all(map(is_unsent, running))
    for task in running:
        now = studio.tasks.withdraw(user_id, task.id)
        if is_withdrawal and now.sent_at is not None and now.state is not TaskState.UNCONFIRMED:
            show_toast(TOO_LATE_TO_WITHDRAW)
        elif not is_withdrawal:
            studio.tasks.stop_watching(user_id, task.id)


def _pair(tree: EditTree, source: ImageRecord, selected: tuple[str, str] | None) -> _Pair | None:
    """The selected pair, or the newest edit of the source with the source."""
    if selected is not None:
        before, after = (tree.node(image_id) for image_id in selected)
        if before and after:
            return _Pair(before, after)
    source_node = tree.node(source.id)
    if source_node is None:
        return None
    newest = tree.newest_edit_of(source.id)
    if newest is not None:
        return _Pair(source_node, newest)
    parent = tree.node(source_node.parent_id) if source_node.parent_id else None
    return _Pair(parent, source_node)


def _heading(pair: _Pair) -> str:
    if pair.before is None:
        return "Source"
    return " and ".join(pair.models) if pair.models else "Before and after"


def _render_pair(pair: _Pair, names: dict[str, str], *, hint: str) -> None:
    before, after = pair.before, pair.after
    if before is None:
        st.html(_single_image_html(after, hint))
        return
    before_name, after_name = pair.models or (
        names.get(before.image.id, "Before"),
        names.get(after.image.id, "After"),
    )
    image_compare(
        build_compare_image(before, before_name),
        build_compare_image(after, after_name),
        key="edit-compare",
        changed=changed_fraction(before, after),
        change_map=change_map(before, after),
        on_save=save_change_map,
    )
    if after.task is None:
        return
    is_kept = after.image.id != after.task.id  # a raw answer has the id of its task
    source = before.image if after.parent_id == before.image.id else None
    is_settling = after.report is not None and after.report.state in BUSY
    if not is_kept and not is_settling:  # else they may go in a moment, and all below would move
        for message in mismatches(after.task.request, after.image, source):
            st.caption(escape_markdown(message))


def _reserve_space_html(image: ImageRecord) -> str:
    """Sets the viewer's size before its script runs, so that nothing below it moves."""
    return (
        f"<style>.st-key-kx-pair{{--kx-frame-width:{image.width_px};"
        f"--kx-frame-height:{image.height_px}}}</style>"
    )


def _single_image_html(node: EditNode, hint: str) -> str:
    """An image without a pair, at the place and size that it will have in the viewer."""
    image = node.image
    alt = html.escape(f"{node.label} (source picture)", quote=True)
    return (
        f'<figure class="kx-source-preview"><p class="kx-source-preview-hint">{hint}</p>'
        '<div class="kx-source-preview-frame" '
        f'style="aspect-ratio:{image.width_px}/{image.height_px}">'
        f'<img src="{image_url(image)}" alt="{alt}"></div>'
        f"<figcaption>{image.width_px}×{image.height_px}</figcaption></figure>"
    )


def _render_actions(pair: _Pair, source: ImageRecord, *, original: ImageRecord) -> None:
    with st.container(key="kx-viewer-actions", horizontal=True, width="content"):
        for image, name in pair.to_act_on:
            if image.id != source.id:
                st.button(
                    f"Edit {name or 'this'}",
                    key=f"viewer-edit-this{name}",
                    on_click=_edit,
                    args=(image.id,),
                )
        if original.id != source.id:
            st.button(
                "Edit the original instead",
                key="viewer-edit-original",
                on_click=_edit,
                args=(original.id,),
            )
        _render_model_comparison(pair)
        _render_share(pair)
        for image, name in pair.to_act_on:
            st.link_button(f"Download {name}".rstrip(), download_url(image))


def _render_share(pair: _Pair) -> None:
    if pair.before is not None:
        targets = (item_id_of(pair.before.image), item_id_of(pair.after.image))
        st.button(
            "Share…",
            key="viewer-share",
            on_click=share_dialogs.open_share_dialog,
            args=(ShareKind.PAIR, targets),
        )


def _render_model_comparison(pair: _Pair) -> None:
    """A button between an edit by both models: to both of them, and back to its source."""
    tab, task = session.tab_state(), pair.after.task
    if task is None or not task.is_edit:
        return  # what was made from text alone is in a tree without the other model's picture
    variants = session.studio().gallery.variants(tab.user_id, task.id)
    if not has_both_models(variants):
        return
    if pair.models is not None:
        shown = (pair.after.parent_id or "", pair.after.image.id)
        st.button("Compare with the source", key="viewer-source", on_click=_show, args=(shown,))
        return
    obstacle = comparison_obstacle(variants)
    st.button(
        "Compare Pro and Max",
        key="viewer-models",
        disabled=bool(obstacle),
        help=obstacle or None,
        on_click=_show,
        args=(next(iter(finished_pairs(variants)), None),),
    )


def _show(pair: tuple[str, str] | None) -> None:
    session.tab_state().pair = pair


def _edit(image_id: str) -> None:
    session.select_source(image_id)
    session.begin_typing("edit")


def _render_step_strip(
    tree: EditTree, line: tuple[EditNode, ...], pair: _Pair, source: ImageRecord
) -> None:
    if len(tree.nodes) < 2:
        return
    names, branches = step_names(line), tree.branches(line)
    for node in (branch for made in branches.values() for branch in made):
        models = pair_names(node.task, pair.after.task)
        names = names | {node.image.id: models[0] if models else ""}
    before_id = pair.before.image.id if pair.before else None

    def tile(node: EditNode) -> Tile:
        image_id = node.image.id
        return Tile(
            id=image_id,
            name=names.get(image_id, ""),
            prompt=node.label,
            alt=f"{node.label} ({names.get(image_id) or 'branch'})",
            thumbnail_url=thumbnail_url(node.image),
            role={pair.after.image.id: "after", before_id: "before"}.get(image_id, ""),
            is_source=image_id == source.id,
            branches=[tile(branch) for branch in branches.get(image_id, ())],
        )

    step_strip(
        [tile(node) for node in line],
        key="edit-strip",
        on_event=lambda event: _handle_strip_event(event, tree, pair),
    )


def _handle_strip_event(event: StripEvent, tree: EditTree, pair: _Pair) -> None:
    tab, node = session.tab_state(), tree.node(event.picture_id)
    if node is None:
        return
    match event.verb:
        case "edit":
            _edit(event.picture_id)
        case "before":
            tab.pair = (event.picture_id, pair.after.image.id)
        case "show":
            tab.pair = (node.parent_id or event.picture_id, event.picture_id)
