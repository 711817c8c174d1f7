"""The line under the pair: what an edit changed, and whose pixels the rest has."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.studio.db.database import DatabaseError
from components.studio.db.kept_versions import BUSY, KeepChoice, KeepReport, KeepState
from components.studio.db.tables import ImageRecord
from components.studio.keep_process import problem_sentence
from components.studio.keeping import WANTED_AS_IT_IS
from components.studio.lineage import EditNode
from components.studio.studio import NotFoundError
from components.ui import session
from components.ui.escape import escape_markdown
from components.ui.messages import IMAGE_NOT_FOUND
from components.ui.streamlit_internals.toasts import show_toast
from components.ui.urls import download_url

_WORKING = "Finding out what changed…"
_OFF = "The whole picture was drawn again."
_DECLINED = {
    "everything_changed": "Everything changed: nothing was put back.",
    "black_and_white": "Everything changed: the picture lost its colours.",
    "does_not_line_up": "The answer does not line up with your picture. Nothing was put back.",
    "upside_down": "The answer is turned or mirrored. Nothing was put back.",
    "other_shape": "The answer shows more than your picture. Nothing was put back.",
    "other_picture": "The answer is another picture. Nothing was put back.",
    WANTED_AS_IT_IS: "This is the answer as it came.",
}
_CHOICES = {KeepChoice.ALWAYS: "Always", KeepChoice.ASK: "Ask me", KeepChoice.NEVER: "Never"}


def render_keep_line(node: EditNode, *, has_hidden_raw: bool) -> None:
    """Render the line for the result of an edit, whose raw answer may be kept beside it."""
    report, image = node.report, node.image
    with st.container(key="kx-keep-line", horizontal=True, vertical_alignment="center"):
        st.caption(describe_report(report, image))
        _render_buttons(report, image, has_hidden_raw=has_hidden_raw)
        _render_choice()


def describe_report(report: KeepReport | None, image: ImageRecord) -> str:
    """What the line says about a result. `image` is the version that is shown."""
    if report is None:
        return _OFF
    match report.state:
        case KeepState.WAITING | KeepState.WORKING:
            return _WORKING
        case KeepState.APPLIED if image.id == report.image_id:
            return f"The answer as it came: {_percent(_own(report))} of it can be your own pixels."
        case KeepState.APPLIED:
            return _figures(report)
        case KeepState.OFFERED:
            return (
                f"{_percent(report.changed_fraction)} changed. "
                f"The other {_percent(_own(report))} can be your own pixels."
            )
        case KeepState.ASKED:
            moved = report.figures.get("color_delta_e", 0.0)
            return (
                f"The colours of the whole picture moved by {moved:.0f}. "
                "Keep the new ones, or yours?"
            )
        case KeepState.DECLINED:
            return _DECLINED.get(report.reason, _DECLINED["does_not_line_up"])
        case KeepState.FAILED:
            return problem_sentence(report.reason)
    return _OFF


def _figures(report: KeepReport) -> str:
    if not report.changed_fraction:
        return "Nothing changed: every pixel is your own."
    parts = [
        f"{_percent(report.changed_fraction)} changed",
        f"{_percent(_own(report))} are your own pixels",
    ]
    moved = report.figures.get("moved_px", 0.0)
    color = report.figures.get("color_delta_e", 0.0)
    drift = [f"moved {moved:.0f} px"] if moved >= 0.5 else []
    drift += [f"colour {color:.1f} ΔE"]
    return " · ".join([*parts, ", ".join(drift)])


def _own(report: KeepReport) -> float:
    return 1.0 - (report.changed_fraction or 0.0)


def _percent(share: float | None) -> str:
    """Such as "4 %". What is there is never called 0 %, and what is missing never 100 %."""
    share = share or 0.0
    if 0 < share < 0.005:
        return "under 1 %"
    if 0.995 < share < 1:
        return "over 99 %"
    return f"{share:.0%}".replace("%", " %")


def _render_buttons(report: KeepReport | None, image: ImageRecord, *, has_hidden_raw: bool) -> None:
    def button(label: str, action: Callable[..., None], *args: object) -> None:
        st.button(
            label,
            key=f"keep-{label}",
            type="tertiary",
            on_click=_run,
            args=(action, *args),
        )

    tab, studio = session.tab_state(), session.studio()
    if image.task_id != image.id:  # a raw answer has the id of its task
        # Not beside "Download": it comes a moment after the result, and would move that away.
        st.link_button(
            "Download as JPEG",
            download_url(image, as_jpeg=True),
            type="tertiary",
            help="Encoded again, at quality 95. The other download is exact.",
        )
    if report is None or report.state is KeepState.OFF:
        button("Put my pixels back", studio.keeping.make_version, tab.user_id, image.id)
        return
    if report.state in BUSY:
        return
    match report.state:
        case KeepState.APPLIED if image.id == report.image_id and report.kept_id:
            button("Use my pixels", studio.keeping.show_version, tab.user_id, report.kept_id)
        case KeepState.APPLIED if has_hidden_raw:
            button("Show the raw answer", studio.keeping.show_version, tab.user_id, report.image_id)
        case KeepState.OFFERED:
            button("Put them back", studio.keeping.make_version, tab.user_id, image.id)
        case KeepState.ASKED:
            button("My colours", studio.keeping.make_version, tab.user_id, image.id)
            button("New colours", studio.keeping.decline, tab.user_id, image.id)
        case KeepState.DECLINED if report.reason == WANTED_AS_IT_IS:
            button("Put my pixels back", studio.keeping.make_version, tab.user_id, image.id)
        case KeepState.FAILED if report.reason != "source_gone":
            again = (tab.user_id, image.id, report.settings)
            button("Try again", studio.keeping.make_version, *again)


def _run(action: Callable[..., None], *args: object) -> None:
    try:
        action(*args)
    except NotFoundError:
        show_toast(IMAGE_NOT_FOUND)
    except DatabaseError as error:
        show_toast(escape_markdown(str(error)))


def _render_choice() -> None:
    """What this person wants to happen after each edit."""
    tab, studio = session.tab_state(), session.studio()
    key = "keep-choice"
    with st.popover("After each edit", type="tertiary", key="kx-keep-choice"):
        st.segmented_control(
            "Put my own pixels back where nothing was to change",
            [choice.value for choice in KeepChoice],
            default=studio.keeping.choice(tab.user_id).value,
            format_func=lambda value: _CHOICES[KeepChoice(value)],
            key=key,
            required=True,
            on_change=lambda: studio.keeping.set_choice(
                tab.user_id, KeepChoice(st.session_state[key])
            ),
        )
