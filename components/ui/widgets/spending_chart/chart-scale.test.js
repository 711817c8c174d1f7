import assert from "node:assert/strict";
import { test } from "node:test";

import { describeDay, modelsOf, namedDays, topOf } from "./chart-scale.js";

const DAYS = [
  { name: "1 Nov", amounts: { Pro: 15 } },
  { name: "2 Nov", amounts: { Max: 1000, Pro: 5 } },
  { name: "3 Nov", amounts: {} },
];

test("models come once and in one order", () => {
  assert.deepEqual(modelsOf(DAYS), ["Max", "Pro"]);
});

test("the axis ends at a round number", () => {
  assert.deepEqual([0, 0.4, 7, 10, 11, 230, 4999].map(topOf), [1, 0.5, 10, 10, 20, 500, 5000]);
});

test("the last day is named, and few others", () => {
  assert.deepEqual(namedDays(3, 6), [0, 1, 2]);
  assert.deepEqual(namedDays(30, 6), [4, 9, 14, 19, 24, 29]);
  assert.deepEqual(namedDays(0, 6), []);
});

test("a day is told with its sum and parts", () => {
  assert.deepEqual(DAYS.map(describeDay), [
    "1 Nov: 15 credits",
    "2 Nov: 1,005 credits (Max 1,000, Pro 5)",
    "3 Nov: 0 credits",
  ]);
});
