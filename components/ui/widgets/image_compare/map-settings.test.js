import assert from "node:assert/strict";
import { test } from "node:test";

import { MapHistory, USUAL, radiusOfStep, readSettings, settingsText } from "./map-settings.js";

/** @type {import("./map-settings.js").Stroke} */
const STROKE = { kind: "brush", take: "edit", points: [[0.5, 0.5]], radius: 0.02 };

test("settings are written as the server reads them", () => {
  const text = settingsText({ sensitivity: 1, growth: 0.01, feather: 2, strokes: [STROKE] });
  assert.deepEqual(JSON.parse(text), {
    sensitivity: 1,
    growth: 0.01,
    feather: 2,
    strokes: [{ kind: "brush", take: "edit", points: [[0.5, 0.5]], radius: 0.02 }],
  });
  assert.deepEqual(readSettings(text), JSON.parse(text));
});

test("settings that are missing or broken are as usual", () => {
  for (const text of ["{}", "", "null", "7", '{"sensitivity":"high","strokes":3}', undefined]) {
    assert.deepEqual(readSettings(text), { sensitivity: 0, growth: 0, feather: 1, strokes: [] });
  }
});

test("the brush grows by the same factor with each step, from 0.004 to 0.16", () => {
  assert.equal(radiusOfStep(-5), 0.004);
  assert.equal(radiusOfStep(100), 0.16);
  assert.ok(Math.abs(radiusOfStep(50) - Math.sqrt(0.004 * 0.16)) < 1e-5);
});

test("undo and redo go through all changes", () => {
  const history = new MapHistory();
  history.addStroke(STROKE);
  history.change({ sensitivity: 2 });
  history.undo();
  assert.deepEqual([history.settings.sensitivity, history.settings.strokes.length], [0, 1]);
  history.undo();
  assert.equal(history.isUsual, true);
  assert.equal(history.canUndo, false);
  history.redo();
  history.redo();
  assert.deepEqual([history.settings.sensitivity, history.settings.strokes.length], [2, 1]);
  assert.equal(history.canRedo, false);
});

test("a slider that is dragged is one step, the next drag another", () => {
  const history = new MapHistory();
  for (const growth of [0.01, 0.02, 0.03]) history.change({ growth }, "growth");
  history.endGesture();
  history.change({ growth: 0.04 }, "growth");
  history.undo();
  assert.equal(history.settings.growth, 0.03);
  history.undo();
  assert.equal(history.settings.growth, 0);
});

test("a change after undo drops what could be redone", () => {
  const history = new MapHistory();
  history.change({ growth: 0.01 });
  history.undo();
  history.change({ growth: 0.02 });
  assert.equal(history.canRedo, false);
});

test("reset can be undone", () => {
  const history = new MapHistory();
  history.addStroke(STROKE);
  history.reset();
  assert.equal(history.isUsual, true);
  history.undo();
  assert.equal(history.settings.strokes.length, 1);
});

test("at most 200 strokes are taken", () => {
  const history = new MapHistory();
  for (let count = 0; count < 200; count += 1) assert.equal(history.addStroke(STROKE), true);
  assert.equal(history.addStroke(STROKE), false);
  assert.equal(history.settings.strokes.length, 200);
});

test("settings that another tab saved are shown, but never in place of unsaved ones", () => {
  const history = new MapHistory();
  history.noteSaved({ ...USUAL, growth: 0.02 });
  assert.equal(history.settings.growth, 0.02);
  history.change({ growth: 0.03 });
  history.noteSaved({ ...USUAL, growth: 0.01 });
  assert.equal(history.settings.growth, 0.03);
  assert.equal(history.isSaved, false);
  history.noteSaved({ ...USUAL, growth: 0.03 });
  assert.equal(history.isSaved, true);
});
