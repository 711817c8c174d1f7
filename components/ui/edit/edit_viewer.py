"""The stage of the Edit page: the pair, the steps that led to it, and what is under way."""

from __future__ import annotations

import html
from dataclasses import dataclass

import streamlit as st

from components.studio.db.models import Entry, PictureRecord
from components.studio.lineage import Family, Step
from components.studio.result_checks import surprises
from components.ui import card_actions, paused_banner, session
from components.ui.card_view_models import card_of, download_url, picture_url, thumbnail_url
from components.ui.edit.pending_status import line_for
from components.ui.escape import plain
from components.ui.generate.recent_tasks import PUSH_URL
from components.ui.widgets.image_compare import CompareImage, image_compare
from components.ui.widgets.image_grid import GridExtras, image_grid
from components.ui.widgets.progress import Progress, progress
from components.ui.widgets.step_strip import StripEvent, Tile, step_strip

STAGE_HEIGHT_PX = 520
_KEY = "edit-feed"
_HINT = "Say what should change. Before and after will stand here."


def draw_stage(source: PictureRecord) -> None:
    """Draw what became of this source; redrawn by the push alone."""
    st.fragment(_draw)(source.id)


@dataclass(frozen=True)
class _Pair:
    """The two steps in the viewer; `before` is None while there is nothing to compare."""

    before: Step | None
    after: Step


def _draw(drawn_for: str) -> None:
    paused_banner.follow_hold()
    tab, studio = session.current(), session.studio()
    source = session.source()
    if source is None or source.id != drawn_for:
        st.rerun()  # the form beside this fragment must follow
    family = studio.family(tab.designer, source.id)
    running = studio.running_edits(tab.designer, family)
    pair = _pair(family, source, tab.pair)
    if pair is None:
        return
    line = _line(running, family)
    with st.container(key="kx-viewer-head", horizontal=True, vertical_alignment="center"):
        st.subheader("Before and after" if pair.before else "Source", anchor=False, width="content")
        progress(line, key="edit-progress")
    names = _names(family, pair.after)
    with st.container(key="kx-pair"):  # one key always: under another all in it is made anew
        st.html(_room_html(pair.after.picture))
        _draw_pair(pair, names)
    _draw_verbs(family, pair, source)
    _draw_strip(family, pair, source, names)
    event = image_grid(
        [
            card_of(entry, typical_seconds=studio.engine.typical_seconds(entry.task))
            for entry in running
        ],
        key=_KEY,
        layout="feed",
        push_url=PUSH_URL,
        extras=GridExtras(undo=card_actions.undo_of()),
        on_event=lambda: card_actions.prepare(_KEY),
    )
    card_actions.follow(event)


def _line(running: list[Entry], family: Family) -> Progress | None:
    studio = session.studio()
    usual = studio.engine.typical_seconds(running[0].task) if running else None
    return line_for(running, family, now=studio.clock(), expected_seconds=usual)


def _pair(family: Family, source: PictureRecord, chosen: tuple[str, str] | None) -> _Pair | None:
    """What the designer chose to see, or else the newest edit of the source with the source."""
    if chosen is not None:
        before, after = (family.step(picture_id) for picture_id in chosen)
        if before and after:
            return _Pair(before, after)
    start = family.step(source.id)
    if start is None:
        return None
    newest = family.newest_edit_of(source.id)
    if newest is not None:
        return _Pair(start, newest)
    parent = family.step(start.parent_id) if start.parent_id else None
    return _Pair(parent, start)


def _names(family: Family, after: Step) -> dict[str, str]:
    line = family.line(after.picture.id)
    return {
        step.picture.id: "Original" if place == 0 else f"Step {place}"
        for place, step in enumerate(line)
    }


def _draw_pair(pair: _Pair, names: dict[str, str]) -> None:
    after = pair.after
    if pair.before is None:
        st.html(_lone_html(after))
        return
    image_compare(
        _side(pair.before, names.get(pair.before.picture.id, "Before")),
        _side(after, names.get(after.picture.id, "After")),
        key="edit-compare",
        height_px=STAGE_HEIGHT_PX,
    )
    if after.task is not None:
        before = pair.before.picture if after.parent_id == pair.before.picture.id else None
        for sentence in surprises(after.task.request, after.picture, before):
            st.caption(plain(sentence))


def _room_html(picture: PictureRecord) -> str:
    """The viewer's size, so that it has it before its script says so: nothing below it moves."""
    return (
        f"<style>.st-key-kx-pair{{--kx-frame-width:{picture.width_px};"
        f"--kx-frame-height:{picture.height_px};--kx-height:{STAGE_HEIGHT_PX}px}}</style>"
    )


def _lone_html(step: Step) -> str:
    """A picture without a pair, in the place and at the size that it will have in the viewer."""
    picture = step.picture
    alt = html.escape(f"{step.words} (source picture)", quote=True)
    return (
        f'<figure class="kx-source-preview"><p class="kx-source-preview-hint">{_HINT}</p>'
        '<div class="kx-source-preview-frame" '
        f'style="aspect-ratio:{picture.width_px}/{picture.height_px};'
        f'max-height:{STAGE_HEIGHT_PX}px"><img src="{picture_url(picture)}" alt="{alt}"></div>'
        f"<figcaption>{picture.width_px}×{picture.height_px}</figcaption></figure>"
    )


def _side(step: Step, label: str) -> CompareImage:
    picture = step.picture
    alt = f"{step.words} ({label})"
    return CompareImage(picture_url(picture), picture.width_px, picture.height_px, label, alt)


def _draw_verbs(family: Family, pair: _Pair, source: PictureRecord) -> None:
    original = family.line(pair.after.picture.id)[0].picture
    with st.container(key="kx-viewer-actions", horizontal=True):
        if pair.after.picture.id != source.id:
            st.button(
                "Edit this",
                key="stage-edit-this",
                type="primary",
                on_click=session.choose_source,
                args=(pair.after.picture.id,),
            )
        if original.id != source.id:
            st.button(
                "Edit the original instead",
                key="stage-edit-original",
                on_click=session.choose_source,
                args=(original.id,),
            )
        st.link_button("Download", download_url(pair.after.picture))


def _draw_strip(family: Family, pair: _Pair, source: PictureRecord, names: dict[str, str]) -> None:
    line = family.line(pair.after.picture.id)
    if len(family.steps) < 2:
        return
    variants = family.variants(pair.after)
    shown = {step.picture.id for step in (*line, *variants)}
    before_id = pair.before.picture.id if pair.before else None

    def tile(step: Step) -> Tile:
        picture_id = step.picture.id
        role = {pair.after.picture.id: "after", before_id: "before"}.get(picture_id, "")
        return Tile(
            id=picture_id,
            name=names.get(picture_id, ""),
            prompt=step.words,
            alt=f"{step.words} ({names.get(picture_id, 'branch')})",
            thumbnail_url=thumbnail_url(picture_id),
            role=role,
            is_source=picture_id == source.id,
        )

    step_strip(
        [tile(step) for step in line],
        variants=[tile(step) for step in variants],
        branches=[tile(step) for step in family.tips() if step.picture.id not in shown],
        key="edit-strip",
        on_event=lambda event: _heed_strip(event, family, pair),
    )


def _heed_strip(event: StripEvent, family: Family, pair: _Pair) -> None:
    tab, step = session.current(), family.step(event.picture_id)
    if step is None:
        return
    match event.verb:
        case "edit":
            session.choose_source(event.picture_id)
        case "before":
            tab.pair = (event.picture_id, pair.after.picture.id)
        case "show":
            tab.pair = (step.parent_id or event.picture_id, event.picture_id)
