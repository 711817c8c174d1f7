"""What the viewer's mode "Changes" is given, and what becomes of settings that are saved."""

from __future__ import annotations

from components.studio.db.database import DatabaseError
from components.studio.db.kept_versions import BUSY, KeepReport, KeepState
from components.studio.keep_process import problem_sentence
from components.studio.lineage import EditNode
from components.studio.studio import NotFoundError
from components.ui import session
from components.ui.messages import IMAGE_NOT_FOUND
from components.ui.urls import change_map_url, image_url
from components.ui.widgets.image_compare import ChangeMap

_NONE_SAVED = "{}"


def change_map(before: EditNode, after: EditNode) -> ChangeMap | None:
    """The change map of a source and a result of its edit; None for any other pair."""
    if not _is_edit_of(before, after):
        return None
    report = after.report
    map_id = after.image.id if report is None else report.image_id
    attempt = session.tab_state().map_save
    failed = attempt.problem if attempt.map_id == map_id else ""
    return ChangeMap(
        id=map_id,
        url=change_map_url(map_id),
        source_url=image_url(before.image),
        settings=_NONE_SAVED if report is None else report.settings,
        is_kept=report is not None and report.state is KeepState.APPLIED,
        state="working" if report is not None and report.state in BUSY else "",
        problem=failed or _problem(report),
        attempt=attempt.number,
    )


def changed_fraction(before: EditNode, after: EditNode) -> float | None:
    """How much of the source an edit changed, 0 to 1, where that was measured."""
    report = after.report if _is_edit_of(before, after) else None
    return None if report is None else report.changed_fraction


def save_change_map(map_id: str, settings: str) -> None:
    """Have a version made with these settings. What goes wrong is said at the map."""
    tab = session.tab_state()
    problem = ""
    try:
        session.studio().keeping.make_version(tab.user_id, map_id, settings)
    except NotFoundError:
        problem = IMAGE_NOT_FOUND
    except (DatabaseError, ValueError) as error:
        problem = f"Not saved. {error}"
    tab.map_save = session.MapSave(tab.map_save.number + 1, map_id, problem)


def _is_edit_of(before: EditNode, after: EditNode) -> bool:
    return after.task is not None and after.parent_id == before.image.id


def _problem(report: KeepReport | None) -> str:
    """Why settings that a person saved came to nothing."""
    if report is None or report.state is not KeepState.FAILED or report.settings == _NONE_SAVED:
        return ""
    return f"Not saved. {problem_sentence(report.reason)}"
