"""The drift of a chain: what adds up over its steps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.studio.db.kept_versions import KeepReport, KeepState
from components.studio.lineage import EditNode
from components.ui.edit.drift import drift_of
from components.ui.widgets.drift_chart import Drift
from tests.support.export_fixtures import image_of, task_of

FIGURES = {"color_delta_e": 2.0, "sharpness": 0.8, "moved_px": 3.0}
NONE = Drift()


def chain(*reports: KeepReport | None) -> list[EditNode]:
    """An original and one step for each report; where it is None, there is none."""
    nodes = [EditNode(image_of(0), None)]
    for number, report in enumerate(reports, start=1):
        task = task_of(number, "an edit")
        image = image_of(number, task=task)
        if report is not None:
            image = replace(image, id=report.kept_id or image.id)
        nodes.append(EditNode(image, task, nodes[-1].image.id, report))
    return nodes


def report(
    state: KeepState = KeepState.APPLIED, *, kept_id: str | None = None, **figures: float
) -> KeepReport:
    return KeepReport(
        image_id="raw",
        user_id="anna",
        task_id="",
        state=state,
        kept_id=kept_id,
        figures=figures or FIGURES,
    )


def test_raw_answers_add_up() -> None:
    points = drift_of(chain(report(KeepState.OFFERED), report(KeepState.OFFERED)))

    assert [point.name for point in points] == ["Original", "Step 1", "Step 2"]
    assert points[0].shown == points[0].raw == NONE
    assert points[2].shown == points[2].raw == Drift(4.0, pytest.approx(0.64), 6.0)


def test_kept_versions_add_nothing_to_what_is_shown() -> None:
    points = drift_of(chain(report(kept_id="kept-1"), report(kept_id="kept-2")))

    assert points[2].shown == NONE
    assert points[2].raw == Drift(4.0, pytest.approx(0.64), 6.0)


@pytest.mark.parametrize(
    "missing",
    [None, report(KeepState.DECLINED), report(KeepState.OFF), report(moved_px=1.0)],
    ids=["no report", "declined", "off", "figures missing"],
)
def test_step_that_was_not_measured_is_said_to_be_so(missing: KeepReport | None) -> None:
    points = drift_of(chain(report(KeepState.OFFERED), missing))

    assert [point.is_measured for point in points] == [True, True, False]
    assert points[2].raw == points[1].raw == Drift(2.0, 0.8, 3.0)


def test_chain_without_any_figure_has_no_curve() -> None:
    assert drift_of(chain(None, report(KeepState.DECLINED))) == []
