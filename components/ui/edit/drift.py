"""How far the edits of a chain have moved what they were not asked to change."""

from __future__ import annotations

from collections.abc import Sequence

from components.studio.db.kept_versions import KeepReport, KeepState
from components.studio.lineage import EditNode
from components.ui.widgets.drift_chart import Drift, DriftPoint

# Elsewhere the pictures do not line up, or all of it changed: there is no rest to measure.
_MEASURED = frozenset({KeepState.APPLIED, KeepState.OFFERED, KeepState.ASKED})
_FIGURES = frozenset({"color_delta_e", "sharpness", "moved_px"})


def drift_of(steps: Sequence[EditNode]) -> list[DriftPoint]:
    """The drift after each step against the original, which is the first of these nodes.

    Empty where nothing was measured. Distances and color differences add up, which is the most
    they can be; sharpness multiplies. A kept version has the pixels of its source: it adds
    nothing.
    """
    shown, raw = Drift(), Drift()
    points = [DriftPoint("Original", shown, raw)]
    for position, node in enumerate(steps[1:], start=1):
        report = node.report
        measured = _measure(report)
        is_kept = report is not None and report.kept_id == node.image.id
        if measured is not None:
            raw = _after(raw, measured)
            shown = shown if is_kept else _after(shown, measured)
        points.append(DriftPoint(f"Step {position}", shown, raw, is_measured=measured is not None))
    return points if any(point.is_measured for point in points[1:]) else []


def _measure(report: KeepReport | None) -> Drift | None:
    if report is None or report.state not in _MEASURED or not report.figures.keys() >= _FIGURES:
        return None
    figures = report.figures
    return Drift(figures["color_delta_e"], figures["sharpness"], figures["moved_px"])


def _after(before: Drift, step: Drift) -> Drift:
    return Drift(
        before.color_delta_e + step.color_delta_e,
        before.sharpness * step.sharpness,
        before.moved_px + step.moved_px,
    )
