import assert from "node:assert/strict";
import { test } from "node:test";

import { FIGURES, curvePoints, describePoint, hasKept, lastMeasured, nearestStep, polyline } from "./drift-curves.js";

const [color, sharpness] = FIGURES;
const NONE = { color_delta_e: 0, sharpness: 1, moved_px: 0 };
const SOME = { color_delta_e: 3.14, sharpness: 0.812, moved_px: 12.4 };
const point = (name, shown, raw, isMeasured = true) => ({ name, shown, raw, is_measured: isMeasured });

test("the original stands at the left, the last step at the right, drift leads down", () => {
  assert.deepEqual(curvePoints([0, 4, 8], color), [{ x: 5, y: 5 }, { x: 120, y: 20 }, { x: 235, y: 35 }]);
});

test("lost sharpness leads down as well, and gained sharpness stays at the top", () => {
  assert.deepEqual(curvePoints([1, 0.7, 1.2], sharpness).map(({ y }) => Math.round(y)), [5, 20, 5]);
});

test("a chain that went further than the scale stretches it, also by its other curve", () => {
  assert.deepEqual(curvePoints([0, 16], color).map(({ y }) => y), [5, 35]);
  assert.deepEqual(curvePoints([0, 4], color, [0, 16]).map(({ y }) => y), [5, 12.5]);
});

test("a line is drawn through its points", () => {
  assert.equal(polyline([{ x: 5, y: 5 }, { x: 120.04, y: 20 }]), "5.0,5.0 120.0,20.0");
});

test("a step is said in one sentence, with the raw answers where something was kept", () => {
  assert.equal(describePoint(point("Step 1", SOME, SOME), false), "Step 1: colour 3.1 ΔE, sharpness 81 %, shift 12 px.");
  assert.equal(
    describePoint(point("Step 2", NONE, SOME), true),
    "Step 2: colour 0 ΔE, sharpness 100 %, shift 0 px; raw answers: colour 3.1 ΔE, sharpness 81 %, shift 12 px.",
  );
  assert.equal(describePoint(point("Step 3", NONE, NONE, false), true), "Step 3: not measured.");
});

test("raw answers are drawn only where something was kept", () => {
  assert.equal(hasKept([point("Original", NONE, NONE), point("Step 1", SOME, SOME)]), false);
  assert.equal(hasKept([point("Original", NONE, NONE), point("Step 1", NONE, SOME)]), true);
});

test("the nearest step is found from a position, also outside of the chart", () => {
  assert.deepEqual([-0.2, 0, 0.24, 0.27, 0.5, 1, 2].map((share) => nearestStep(share, 3)), [0, 0, 0, 1, 1, 2, 2]);
});

test("the last step with figures is told while none is pointed at", () => {
  const points = (/** @type {boolean[]} */ ...measured) => measured.map((is_measured) => ({ is_measured }));
  assert.equal(lastMeasured(points(true, true, true)), 2);
  assert.equal(lastMeasured(points(true, true, false, false)), 1);
});
