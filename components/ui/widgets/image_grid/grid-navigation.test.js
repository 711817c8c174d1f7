import assert from "node:assert/strict";
import { test } from "node:test";

import { boxBetween, edgeScroll, indicesTouching, firstIndex, nextIndex } from "./grid-navigation.js";

/** Rows of 3, 2 and 4 cards of equal width, 100 px high, over 600 px. */
const PLACES = [3, 2, 4].flatMap((cards, row) =>
  Array.from({ length: cards }, (_, column) => ({
    top: row * 108,
    left: (column * 600) / cards,
    width: 600 / cards,
  })),
);
const go = (key, from, isRtl = false) =>
  nextIndex(key, from, PLACES.length, isRtl, (index) => PLACES[index]);

test("left and right go to the neighbour, also over the end of a row", () => {
  assert.deepEqual([go("ArrowRight", 2), go("ArrowLeft", 3)], [3, 2]);
  assert.deepEqual([go("ArrowLeft", 0), go("ArrowRight", 8)], [null, null]);
});

test("from right to left the sides are swapped", () => {
  assert.deepEqual([go("ArrowRight", 2, true), go("ArrowLeft", 2, true)], [1, 3]);
});

test("up and down go to the card of the next row whose middle is nearest", () => {
  assert.deepEqual([go("ArrowDown", 0), go("ArrowDown", 2)], [3, 4]);
  assert.deepEqual([go("ArrowDown", 3), go("ArrowUp", 8)], [5, 4]);
  assert.deepEqual([go("ArrowUp", 1), go("ArrowDown", 6)], [null, null]);
});

test("rows a pixel apart, as after rounding, are one row", () => {
  const places = [{ top: 0, left: 0, width: 9 }, { top: 1, left: 9, width: 9 }, { top: 50, left: 9, width: 9 }];
  assert.equal(nextIndex("ArrowDown", 0, 3, false, (index) => places[index]), 2);
});

test("Home and End go to the first and the last card", () => {
  assert.deepEqual([go("Home", 5), go("End", 5), go("x", 5)], [0, 8, null]);
});

test("the first index is found, or the count where there is none", () => {
  for (const border of [0, 1, 500, 999, 1000]) {
    assert.equal(firstIndex(1000, (index) => index >= border), border);
  }
});

/** Three rows of two, 100 by 100, with 10 between them. */
const CELLS = Array.from({ length: 6 }, (_, index) => {
  const [left, top] = [(index % 2) * 110, Math.floor(index / 2) * 110];
  return { left, top, right: left + 100, bottom: top + 100 };
});
const touching = (from, to) => indicesTouching(boxBetween(from, to), CELLS.length, (index) => CELLS[index]);

test("a box has the same edges whichever corner it was drawn from", () => {
  const box = { left: 1, top: 2, right: 5, bottom: 9 };
  assert.deepEqual(boxBetween({ x: 1, y: 2 }, { x: 5, y: 9 }), box);
  assert.deepEqual(boxBetween({ x: 5, y: 2 }, { x: 1, y: 9 }), box);
});

test("a box selects the cards that it touches, in their order", () => {
  assert.deepEqual(touching({ x: 105, y: 105 }, { x: 300, y: 300 }), [3, 5]);
  assert.deepEqual(touching({ x: -20, y: 90 }, { x: 50, y: 120 }), [0, 2]);
  assert.deepEqual(touching({ x: -20, y: -20 }, { x: 400, y: 400 }), [0, 1, 2, 3, 4, 5]);
});

test("a box between the cards or outside of them selects none", () => {
  assert.deepEqual(touching({ x: 101, y: 0 }, { x: 109, y: 400 }), []);
  assert.deepEqual(touching({ x: 0, y: 101 }, { x: 300, y: 109 }), []);
  assert.deepEqual(touching({ x: 0, y: 500 }, { x: 300, y: 600 }), []);
});

test("near an edge the page scrolls, faster the nearer", () => {
  assert.equal(edgeScroll(400, 0, 800), 0);
  assert.ok(edgeScroll(790, 0, 800) > edgeScroll(760, 0, 800) && edgeScroll(760, 0, 800) > 0);
  assert.equal(edgeScroll(5, 0, 800), -edgeScroll(795, 0, 800));
  assert.equal(edgeScroll(2000, 0, 800), edgeScroll(800, 0, 800));
});
