"""Handles the actions of cards in two steps, as Streamlit requires.

Widget values may be set only before a run draws them; the page may be changed only during a run.
"""

from __future__ import annotations

from collections.abc import Sequence

from components.studio.db.budgets import OverBudget
from components.studio.db.sharing import ShareKind
from components.studio.db.tables import ImageRecord
from components.studio.images.file_type import InvalidImageError
from components.studio.storage import QuotaExceeded
from components.studio.studio import NotFoundError, Studio
from components.studio.tasks.models import Task, TaskState
from components.ui import session, share_dialogs, task_id_dialogs
from components.ui.budgets import show_refusal
from components.ui.form.generation_form import GenerationForm
from components.ui.form.submit import change_values, show_errors, submit_request
from components.ui.messages import IMAGE_NOT_FOUND, PURGE_FAILED, TOO_LATE_TO_WITHDRAW
from components.ui.model_pairs import finished_pairs, has_both_models
from components.ui.session import ChangesInPlace, DialogState, TabState
from components.ui.streamlit_internals.page_switch import switch_page
from components.ui.streamlit_internals.toasts import show_toast
from components.ui.widgets.image_grid import GridEvent, Undo, pending_event

MAX_CHANGES = 8  # in the open picture, from one to the next


def on_card_event(grid_key: str) -> None:
    """First step, in the callback: change what the next run draws."""
    event = pending_event(grid_key)
    if event is None:
        return
    tab, studio = session.tab_state(), session.studio()
    try:
        match event.verb:
            case "remix" | "remix_both":
                _remix(studio, studio.task(tab.user_id, event.card_id), verb=event.verb)
            case "edit":
                session.select_source(image_id_for(event.card_id))
                session.begin_typing("edit")
            case "look":
                studio.tasks.recheck(tab.user_id, event.card_id)
            case "send":
                studio.tasks.resubmit(tab.user_id, event.card_id)
            case "retry":
                retried = studio.tasks.retry(tab.user_id, event.card_id)
                if event.card_id in tab.changes.task_ids:
                    tab.submit_errors.pop("change", None)
                    _remember_made(event, retried)
            case "change":
                _change(event)
            case "withdraw":
                task = studio.tasks.withdraw(tab.user_id, event.card_id)
                if task.sent_at is not None and task.state is not TaskState.UNCONFIRMED:
                    show_toast(TOO_LATE_TO_WITHDRAW)
            case "unwatch":
                studio.tasks.stop_watching(tab.user_id, event.card_id)
            case _:
                _apply_gallery_action(tab, studio, event)
    except NotFoundError:
        show_toast(IMAGE_NOT_FOUND)
    except OverBudget as error:
        show_refusal(error)
    except OSError:
        show_toast(PURGE_FAILED)


def pending_undo() -> Undo | None:
    """The undo for what was trashed last."""
    tab = session.tab_state()
    count = len(tab.last_trashed)
    if not count:
        return None
    message = "Moved to the trash" if count == 1 else f"{count} moved to the trash"
    return Undo(message, tab.trash_count)


def navigate_after(event: GridEvent | None) -> None:
    """Second step, in the run: change the page or open a dialog."""
    share_dialogs.render_dialog()
    if event is None:
        return
    if event.verb == "claim":
        task_id_dialogs.resolve_unconfirmed_dialog(event.card_id)
        return
    if event.verb in ("edit", "edit_copy"):
        switch_page("pages/edit.py")
    if event.verb in ("remix", "remix_both") and (task := _task_for(event)) is not None:
        switch_page("pages/edit.py" if task.is_edit else "pages/generate.py")


def _task_for(event: GridEvent) -> Task | None:
    """The card's task, or None when it was deleted in another tab."""
    try:
        return session.studio().task(session.tab_state().user_id, event.card_id)
    except NotFoundError:
        return None


def _apply_gallery_action(tab: TabState, studio: Studio, event: GridEvent) -> None:
    """Actions on stored images, most of them on several cards at once."""
    ids = event.card_ids
    match event.verb:
        case "delete" | "dismiss":
            studio.gallery.move_to_trash(tab.user_id, ids)
            tab.last_trashed, tab.trash_count = ids, tab.trash_count + 1
        case "undo":
            studio.gallery.restore(tab.user_id, tab.last_trashed)
            tab.last_trashed = ()
        case "restore":
            studio.gallery.restore(tab.user_id, ids)
        case "purge":
            studio.gallery.empty_trash(tab.user_id, ids)
        case "star":
            entries = studio.gallery.entries(tab.user_id, ids)
            images = [entry if isinstance(entry, ImageRecord) else entry.image for entry in entries]
            are_starred = all(image.starred for image in images if image)
            studio.gallery.star(tab.user_id, ids, starred=not are_starred)
        case "share":
            share_dialogs.open_share_dialog(ShareKind.PICTURE, ids)
        case "collect":
            share_dialogs.open_collect_dialog(ids)
        case "take_out":
            studio.sharing.remove_from_collection(tab.user_id, tab.collection_id, ids)
        case "edit_copy":
            _edit_copy(tab, studio, event.card_id)
        case "front":
            studio.gallery.set_cover(tab.user_id, event.card_id)
        case "lineage":
            tab.dialog = DialogState(tree_of=image_id_for(event.card_id))
        case "compare":
            tab.dialog = DialogState(pair=_pair_for(ids))
        case "compare_models":
            pairs = finished_pairs(studio.gallery.variants(tab.user_id, event.card_id))
            if not pairs:
                raise NotFoundError
            tab.dialog = DialogState(pair=pairs[0], pairs=tuple(pairs))


def _edit_copy(tab: TabState, studio: Studio, image_id: str) -> None:
    """Edit a picture of a collection that another person shares, as one's own."""
    session.begin_typing("edit")
    try:
        copy = studio.image_importer.from_collection(tab.user_id, tab.collection_id, image_id)
    except (QuotaExceeded, InvalidImageError) as problem:
        tab.source_error = problem.message  # Edit says so
    else:
        session.select_source(copy.id)


def image_id_for(card_id: str) -> str:
    """The image of a card, which belongs to a task or was imported.

    Raises NotFoundError, also for a task without an image.
    """
    tab, studio = session.tab_state(), session.studio()
    try:
        image_id = studio.task(tab.user_id, card_id).image_id
    except NotFoundError:
        image_id = card_id
    return studio.image(tab.user_id, image_id or "").id


def _pair_for(card_ids: Sequence[str]) -> tuple[str, str]:
    """Two images, the earlier first, of one press Pro first; a single edit with its source."""
    tab, studio = session.tab_state(), session.studio()
    if not card_ids:
        raise NotFoundError
    after = image_id_for(card_ids[-1])
    if len(card_ids) == 1:
        source_id = studio.task(tab.user_id, card_ids[0]).source_id
        return studio.image(tab.user_id, source_id or "").id, after
    entries = studio.tasks.with_images(tab.user_id, card_ids)
    if len({entry.task.batch for entry in entries}) == 1 and (pairs := finished_pairs(entries)):
        return pairs[0]
    image_ids = after, image_id_for(card_ids[0])
    images = [studio.image(tab.user_id, image_id) for image_id in image_ids]
    first, second = sorted(images, key=lambda image: image.created_at)
    return first.id, second.id


def _change(event: GridEvent) -> None:
    """Edit the picture of a card as Edit would; what fails is said on the card."""
    task = None
    with show_errors("change"):
        source_id = image_id_for(event.card_id)
        request = change_values(event.text).request()
        [task] = submit_request(request, source_id=source_id)
        tab = session.tab_state()
        if tab.source_id == source_id:
            tab.pair = None  # Edit shows the newest edit when it is done
    _remember_made(event, task)


def _remember_made(event: GridEvent, task: Task | None) -> None:
    """Tell the browser which card the event has made."""
    tab = session.tab_state()
    made_id = task.id if task else ""
    others = tuple(known for known in tab.changes.task_ids if known != made_id)
    task_ids = (*others, made_id)[-MAX_CHANGES:] if made_id else others
    tab.changes = ChangesInPlace(event.nonce, made_id, task_ids)


def _remix(studio: Studio, task: Task, *, verb: str) -> None:
    """Load the settings of a picture; of its submission from there, or where there is none."""
    form = GenerationForm("edit" if task.is_edit else "generate")
    is_submission = verb == "remix_both" or task.image_id is None
    both_models = is_submission and has_both_models(studio.gallery.variants(task.user_id, task.id))
    form.load_request(task.request, both_models=both_models)
    session.begin_typing(form.mode)
    if task.is_edit:
        session.select_source(task.source_id)
