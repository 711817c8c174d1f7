import assert from "node:assert/strict";
import { test } from "node:test";

import { nextSlot } from "./template-slots.js";

test("the next slot is found from a position on", () => {
  const text = "Add {object} {where}";
  assert.deepEqual(nextSlot(text, 0), { start: 4, end: 12 });
  assert.deepEqual(nextSlot(text, 12), { start: 13, end: 20 });
  assert.equal(nextSlot(text, 14), null);
});

test("braces that are empty, nested or over two lines are no slot", () => {
  assert.equal(nextSlot("{} and {a\nb}", 0), null);
  assert.deepEqual(nextSlot("{a{b}", 0), { start: 2, end: 5 });
});
