import assert from "node:assert/strict";
import { test } from "node:test";

import {
  actualScale,
  betterSplit,
  coveredInsets,
  dividerOffset,
  dividerShare,
  fitFrame,
} from "./geometry.js";

const FRAME = { width: 1184, height: 880 };
const PANE = { width: 1000, height: 550 };
const FITTED = { width: 740, height: 550 };

test("a frame is fitted into its pane without being stretched", () => {
  assert.deepEqual(fitFrame(FRAME, PANE), FITTED);
  assert.deepEqual(fitFrame({ width: 100, height: 50 }, { width: 200, height: 200 }), { width: 200, height: 100 });
});

test("a fitted frame leaves equal space left and right", () => {
  assert.deepEqual(coveredInsets(FITTED, PANE, { scale: 1, x: 0, y: 0 }), { left: 130, right: 130, top: 0 });
});

test("a zoomed frame covers the pane, and a panned one uncovers one side", () => {
  assert.deepEqual(coveredInsets(FITTED, PANE, { scale: 2, x: 0, y: 0 }), { left: 0, right: 0, top: 0 });
  const panned = coveredInsets(FITTED, PANE, { scale: 1, x: 50, y: 20 });
  assert.deepEqual(panned, { left: 180, right: 80, top: 20 });
});

test("the divider stands on the frame alone, and its share leads back to it", () => {
  const insets = coveredInsets(FITTED, PANE, { scale: 1, x: 0, y: 0 });
  assert.equal(dividerOffset(0, insets, PANE), 130);
  assert.equal(dividerOffset(1, insets, PANE), 870);
  assert.equal(dividerShare(dividerOffset(0.3, insets, PANE), insets, PANE), 0.3);
  assert.equal(dividerShare(0, insets, PANE), 0);
  assert.equal(dividerShare(999, insets, PANE), 1);
});

test("a pane without width does not divide by zero", () => {
  const none = { width: 0, height: 0 };
  assert.equal(dividerShare(0, { left: 0, right: 0, top: 0 }, none), 0);
  assert.equal(actualScale(FRAME, none, 2), 1184);
});

test("the actual scale counts the screen's own pixels", () => {
  assert.equal(actualScale(FRAME, FITTED, 1), 1.6);
  assert.equal(actualScale(FRAME, FITTED, 2), 0.8);
});

test("two wide frames stand below each other, two tall ones side by side", () => {
  assert.equal(betterSplit({ width: 1600, height: 600 }, PANE), "rows");
  assert.equal(betterSplit({ width: 600, height: 1600 }, PANE), "columns");
});
