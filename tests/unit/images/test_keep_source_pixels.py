"""What keeping the source's pixels promises, on small made pairs."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from components.studio.images import change_map
from components.studio.images.change_map import ChangeAnalysis, analyse, change_mask
from components.studio.images.color import icc_profile_from_cicp
from components.studio.images.keep_source_pixels import (
    Decision,
    MapSettings,
    Outcome,
    Reason,
    Stroke,
    compose,
    decide,
    in_profile,
    in_srgb,
    keep_unchanged,
    read_png,
    write_png,
)
from tests.support import edited_pairs
from tests.support.edited_pairs import Drift, Edit, Pair, Pixels

ROOT = Path(__file__).parents[3]
SMALL = 110_592  # pixels of an edit: 384 × 288
SOME_DRIFT = Drift(
    shift_px=(2.5, -1.5), stretch=(0.008, -0.005), delta_e=2, softness=0.4, noise=0.7
)
WHOLE = ((0.0, 0.0), (1.0, 1.0))


@pytest.fixture(scope="module")
def source() -> Pixels:
    return edited_pairs.make_source(0, 640, 480)


@pytest.fixture(scope="module")
def pair(source: Pixels) -> Pair:
    return small_pair(source, edited_pairs.add_thing)


@pytest.fixture(scope="module")
def analysis(pair: Pair) -> ChangeAnalysis:
    return analyse(pair.source, pair.edited)


def small_pair(source: Pixels, edit: Edit, drift: Drift = SOME_DRIFT) -> Pair:
    return edited_pairs.make_pair(source, edit, 3, drift, SMALL)


def decision_on(pair: Pair, prompt: str = "") -> Decision:
    found = analyse(pair.source, pair.edited)
    return decide(found, change_mask(found, MapSettings()), prompt)


# --- The picture ---


def test_source_pixels_stay_around_change_at_their_own_size(
    pair: Pair, analysis: ChangeAnalysis
) -> None:
    kept = compose(pair.source, pair.edited, analysis, MapSettings())
    assert kept.pixels.shape == pair.source.shape
    same = (kept.pixels == pair.source).all(axis=2)
    assert same[kept.alpha == 0].all()
    near = cv2.dilate(pair.changed.astype(np.uint8), np.ones((35, 35), np.uint8)) > 0
    assert same[~near].mean() > 0.97
    assert (kept.alpha[pair.changed] == 255).mean() > 0.97
    assert edited_pairs.distance(kept.pixels, pair.ideal)[pair.changed].mean() < 6


strokes = st.builds(
    Stroke,
    points=st.lists(
        st.tuples(st.floats(0, 1, width=32), st.floats(0, 1, width=32)), min_size=1, max_size=4
    ).map(tuple),
    takes_edit=st.booleans(),
    radius=st.floats(0.01, 0.2),
)
map_settings = st.builds(
    MapSettings,
    sensitivity=st.integers(-2, 2),
    growth=st.floats(-0.02, 0.02),
    feather=st.floats(0, 3),
    strokes=st.lists(strokes, max_size=3).map(tuple),
)


@given(chosen=map_settings, depth=st.sampled_from(["uint8", "uint16"]), alpha=st.booleans())
@settings(max_examples=8, deadline=None)
def test_composing_never_changes_pixel_whose_alpha_is_0(
    pair: Pair, analysis: ChangeAnalysis, chosen: MapSettings, depth: str, alpha: bool
) -> None:
    own = pair.source.astype(depth) * (257 if depth == "uint16" else 1)
    if alpha:
        own = np.dstack([own, own[:, :, 1]])
    before = own.copy()
    kept = compose(own, pair.edited, analysis, chosen)
    assert (own == before).all()
    assert kept.pixels.dtype == own.dtype
    assert (kept.pixels[kept.alpha == 0] == own[kept.alpha == 0]).all()
    assert (kept.pixels[:, :, 3:] == own[:, :, 3:]).all()
    again = compose(own, pair.edited, analysis, chosen)
    assert (again.pixels == kept.pixels).all()
    assert (again.alpha == kept.alpha).all()


def test_same_pair_gives_same_bytes(pair: Pair) -> None:
    files = write_png(pair.source, None), write_png(pair.edited, None)
    assert keep_unchanged(*files) == keep_unchanged(*files)


def test_saved_analysis_composes_the_same(pair: Pair, analysis: ChangeAnalysis) -> None:
    stored = change_map.save(analysis)
    assert len(stored) < 2_000_000 * pair.edited.size / 3_000_000
    chosen = MapSettings(sensitivity=1, growth=0.01)
    one, two = (
        compose(pair.source, pair.edited, each, chosen)
        for each in (analysis, change_map.load(stored))
    )
    assert (one.pixels == two.pixels).all()


@pytest.mark.parametrize("cut", [0, 10, -30])
def test_damaged_analysis_is_refused(analysis: ChangeAnalysis, cut: int) -> None:
    with pytest.raises(ValueError, match="damaged"):
        change_map.load(change_map.save(analysis)[:cut])


def test_source_larger_than_strip_is_composed_without_seam_between_strips() -> None:
    large = edited_pairs.make_source(0, 768, 1024)
    pair = small_pair(large, edited_pairs.add_thing)
    found = analyse(pair.source, pair.edited)
    everywhere = MapSettings(strokes=(Stroke(WHOLE, takes_edit=True, is_rectangle=True),))
    kept = compose(pair.source, pair.edited, found, everywhere)
    assert (kept.alpha == 255).all()
    rows = kept.pixels.astype(np.float32)
    steps = np.abs(np.diff(rows, axis=0)).mean(axis=(1, 2))
    for end in (512,):
        assert steps[end - 1] < 1.5 * steps[end - 8 : end + 8].mean()


def test_part_shown_by_edit_of_other_shape_is_found(source: Pixels) -> None:
    left, right = 90, 570  # 480 × 480 of 640 × 480
    pair = small_pair(source[:, left:right].copy(), edited_pairs.add_thing)
    found = analyse(source, pair.edited)
    x, y, width, height = found.frame
    assert abs(x - left) < 8
    assert y < 8
    assert abs(width - 480) < 12
    assert height > 466
    decision = decide(found, change_mask(found, MapSettings()), "")
    assert decision.outcome is Outcome.APPLY
    assert decision.changed_fraction < 0.1


@pytest.mark.parametrize("shape", [(32, 32), (32, 500), (300, 300)])
def test_flat_pictures_are_kept(shape: tuple[int, int]) -> None:
    flat = np.full((*shape, 3), 90, np.uint8)
    result = keep_unchanged(write_png(flat, None), write_png(flat, None))
    assert result["declined"] is False
    assert result["changed_fraction"] == 0
    assert (read_png(result["kept_png_bytes"]).pixels == flat).all()


def test_picture_of_a_few_pixels_is_refused() -> None:
    dot = write_png(np.zeros((31, 200, 3), np.uint8), None)
    with pytest.raises(ValueError, match="too small"):
        keep_unchanged(dot, dot)


# --- Files ---


def test_16_bits_profile_and_alpha_survive(source: Pixels) -> None:
    profile = icc_profile_from_cicp(12, 13)  # Display P3
    deep = source.astype(np.uint16) * 257 + 3
    opacity = np.full(deep.shape[:2], 65_535, np.uint16)
    opacity[:, :100] = 0
    deep = np.dstack([deep, opacity])
    edited = in_srgb(read_png(write_png(deep, profile)))[:, :, :3].copy()
    edited[:, :100] = (240, 240, 235)
    edited = edited_pairs.add_thing(edited, np.random.default_rng(3))
    result = keep_unchanged(write_png(deep, profile), write_png(edited, None))
    assert result["declined"] is False
    kept = read_png(result["kept_png_bytes"])
    assert kept.profile == profile
    alpha = np.asarray(Image.open(BytesIO(result["mask_png_bytes"])))
    assert alpha.shape == source.shape[:2]
    assert 0.03 < (alpha == 255).mean() < 0.15
    assert (kept.pixels[alpha == 0] == deep[alpha == 0]).all()
    assert (kept.pixels[:, :, 3] == opacity).all()
    shown = in_srgb(kept)[:, :, :3][alpha == 255].astype(int)
    assert np.median(np.abs(shown - edited[alpha == 255])) < 4


def test_pixels_come_back_from_wide_profile(source: Pixels) -> None:
    wide = in_profile(source, icc_profile_from_cicp(12, 13))
    assert (wide != source).any()
    data = write_png(wide, icc_profile_from_cicp(12, 13))
    assert np.abs(in_srgb(read_png(data)).astype(int) - source).max() <= 3


def test_grey_and_palette_become_rgb(source: Pixels) -> None:
    for mode in ("L", "P", "1", "LA"):
        target = BytesIO()
        Image.fromarray(source).convert(mode).save(target, "PNG")
        assert read_png(target.getvalue()).pixels.shape[2] == (4 if mode == "LA" else 3)


def test_profile_for_grey_is_not_used_for_rgb(source: Pixels) -> None:
    target = BytesIO()
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    Image.fromarray(source).save(target, "PNG", icc_profile=lab)
    assert read_png(target.getvalue()).profile is None


def test_declined_edit_comes_back_as_it_was(source: Pixels) -> None:
    pair = small_pair(source, edited_pairs.to_other_picture)
    edited = write_png(pair.edited, None)
    result = keep_unchanged(write_png(source, None), edited)
    assert result["declined"] is True
    assert result["kept_png_bytes"] == edited
    assert result["changed_fraction"] == 1
    assert (np.asarray(Image.open(BytesIO(result["mask_png_bytes"]))) == 255).all()


# --- What is decided ---


@pytest.mark.parametrize(
    ("edit", "outcome", "reason"),
    [
        (edited_pairs.recolour_thing, Outcome.APPLY, Reason.NONE),
        (edited_pairs.change_nothing, Outcome.APPLY, Reason.NOTHING_CHANGED),
        (edited_pairs.swap_background, Outcome.OFFER, Reason.MUCH_CHANGED),
        (edited_pairs.to_black_and_white, Outcome.DECLINE, Reason.BLACK_AND_WHITE),
        (edited_pairs.to_night, Outcome.DECLINE, Reason.EVERYTHING_CHANGED),
        (edited_pairs.to_other_picture, Outcome.DECLINE, Reason.OTHER_PICTURE),
        (edited_pairs.turn_upside_down, Outcome.DECLINE, Reason.UPSIDE_DOWN),
        (edited_pairs.lay_out_anew, Outcome.DECLINE, Reason.DOES_NOT_LINE_UP),
    ],
)
def test_outcome_fits_edit(source: Pixels, edit: Edit, outcome: Outcome, reason: Reason) -> None:
    decision = decision_on(small_pair(source, edit))
    assert (decision.outcome, decision.reason) == (outcome, reason)


def test_moved_colors_are_asked_about_sooner_if_prompt_names_them(source: Pixels) -> None:
    drift = Drift(delta_e=8)
    decision = decision_on(small_pair(source, edited_pairs.add_thing, drift))
    assert (decision.outcome, decision.reason) == (Outcome.ASK, Reason.COLOUR_MOVED)
    slight = small_pair(source, edited_pairs.add_thing, Drift(delta_e=5.2))
    assert decision_on(slight, "Add a ball").outcome is Outcome.APPLY
    assert decision_on(slight, "Add a ball, at golden hour").outcome is Outcome.ASK


def test_edit_that_shows_more_than_source_is_declined(source: Pixels) -> None:
    wide = cv2.copyMakeBorder(source, 0, 0, 150, 150, cv2.BORDER_REFLECT)
    pair = edited_pairs.make_pair(wide, edited_pairs.change_nothing, 1, SOME_DRIFT, SMALL)
    found = analyse(source, pair.edited)
    decision = decide(found, change_mask(found, MapSettings()), "")
    assert (decision.outcome, decision.reason) == (Outcome.DECLINE, Reason.OTHER_SHAPE)


def test_figures_of_drift_are_told(source: Pixels) -> None:
    drift = Drift(shift_px=(3, -4), delta_e=3, softness=1.2)
    decision = decision_on(small_pair(source, edited_pairs.change_nothing, drift))
    assert decision.moved_px == pytest.approx(5, abs=0.5)
    assert decision.colour_delta_e == pytest.approx(3, abs=1)
    assert decision.sharpness < 0.8


# --- What a person sets ---


def test_strokes_are_applied_in_order(pair: Pair, analysis: ChangeAnalysis) -> None:
    everything = Stroke(WHOLE, takes_edit=True, is_rectangle=True)
    nothing = Stroke(WHOLE, takes_edit=False, is_rectangle=True)
    dot = Stroke(((0.1, 0.2),), takes_edit=True, radius=0.03)
    assert change_mask(analysis, MapSettings(strokes=(nothing, everything))).all()
    mask = change_mask(analysis, MapSettings(strokes=(everything, nothing, dot)))
    height, width = mask.shape
    assert mask[round(0.2 * height), round(0.1 * width)] == 255
    assert (mask > 0).sum() == pytest.approx(np.pi * (0.03 * width) ** 2, rel=0.2)
    kept = compose(pair.source, pair.edited, analysis, MapSettings(strokes=(nothing,)))
    assert (kept.pixels == pair.source).all()


def test_more_sensitivity_and_growth_take_more(analysis: ChangeAnalysis) -> None:
    by_sensitivity = [(change_mask(analysis, MapSettings(s)) > 0).mean() for s in range(-2, 3)]
    assert by_sensitivity == sorted(by_sensitivity)
    by_growth = [
        (change_mask(analysis, MapSettings(growth=g)) > 0).mean() for g in (-0.02, 0, 0.02)
    ]
    assert by_growth[0] < by_growth[1] < by_growth[2]


def test_wider_feather_has_more_steps(pair: Pair, analysis: ChangeAnalysis) -> None:
    soft = [
        int(((alpha > 0) & (alpha < 255)).sum())
        for alpha in (
            compose(pair.source, pair.edited, analysis, MapSettings(feather=feather)).alpha
            for feather in (0, 1, 2)
        )
    ]
    assert soft[0] < soft[1] < soft[2]


@given(chosen=map_settings)
@settings(max_examples=30, deadline=None)
def test_settings_come_back_from_json(chosen: MapSettings) -> None:
    text = chosen.to_json()
    assert MapSettings.from_json(text) == chosen
    assert MapSettings.from_json(text).to_json() == text


BRUSH = {"kind": "brush", "take": "edit", "points": [[0.5, 0.5]], "radius": 0.1}


@pytest.mark.parametrize(
    "value",
    [
        [],
        None,
        {"unknown": 1},
        {"sensitivity": 3},
        {"sensitivity": 0.5},
        {"sensitivity": True},
        {"growth": 0.06},
        {"growth": "1"},
        {"feather": -1},
        {"feather": 5},
        {"strokes": {}},
        {"strokes": [BRUSH] * 201},
        {"strokes": [{**BRUSH, "kind": "circle"}]},
        {"strokes": [{**BRUSH, "take": "both"}]},
        {"strokes": [{**BRUSH, "points": []}]},
        {"strokes": [{**BRUSH, "points": [[0.5]]}]},
        {"strokes": [{**BRUSH, "points": [[0.5, 3]]}]},
        {"strokes": [{**BRUSH, "points": [[0.5, None]]}]},
        {"strokes": [{**BRUSH, "points": [[0.5, 0.5]] * 2001}]},
        {"strokes": [{**BRUSH, "radius": 0}]},
        {"strokes": [{**BRUSH, "radius": 0.6}]},
        {"strokes": [{**BRUSH, "kind": "rectangle"}]},
        {"strokes": [3]},
    ],
)
def test_bad_settings_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        MapSettings.from_json(json.dumps(value))


@pytest.mark.parametrize(
    "text", ["", "{", "nan", '{"growth": NaN}', '{"growth": 1e999}', "[" * 100_000]
)
def test_settings_that_are_no_json_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        MapSettings.from_json(text)


def test_application_starts_without_opencv() -> None:
    code = (
        "import sys, components.studio.studio, components.studio.images.keep_source_pixels\n"
        "print('cv2' in sys.modules)"
    )
    ran = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ran.stdout.strip() == "False"
