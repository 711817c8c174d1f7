import assert from "node:assert/strict";
import { test } from "node:test";

import { swipeDirection } from "./swipe.js";

test("a swipe to the left shows the next image, to the right the one before", () => {
  assert.equal(swipeDirection(-60, 10), 1);
  assert.equal(swipeDirection(60, -10), -1);
});

test("a short or steep movement is no swipe", () => {
  assert.equal(swipeDirection(48, 0), null);
  assert.equal(swipeDirection(-100, 50), null);
});
