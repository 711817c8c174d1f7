import assert from "node:assert/strict";
import test from "node:test";

import { shareForKey } from "./divider-keys.js";

/** @param {string} key @param {number} share @param {object} more */
const moved = (key, share, more = {}) =>
  shareForKey({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more }, share);

test("arrows move the divider by 2 %, with Shift by 10 %, and not over an end", () => {
  assert.equal(moved("ArrowRight", 0.5), 0.52);
  assert.equal(moved("ArrowLeft", 0.5, { shiftKey: true }), 0.4);
  assert.equal(moved("ArrowLeft", 0.01), 0);
  assert.equal(moved("PageUp", 0.95), 1);
});

test("Home and End move it to an end", () => {
  assert.equal(moved("Home", 0.3), 0);
  assert.equal(moved("End", 0.3), 1);
});

test("other keys, and keys of the browser, are left alone", () => {
  assert.equal(moved("a", 0.3), undefined);
  assert.equal(moved("ArrowLeft", 0.3, { altKey: true }), undefined);
});
