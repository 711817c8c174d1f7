import assert from "node:assert/strict";
import { test } from "node:test";

import { mayHaveMissed, parseVersion, reconnectDelay, remainingPause } from "./reconnect-timing.js";

test("the pause before a reconnect doubles up to fifteen seconds", () => {
  const delays = [0, 1, 2, 3, 4, 5, 20].map((failures) => reconnectDelay(failures, 0.5));
  assert.deepEqual(delays, [500, 1000, 2000, 4000, 8000, 15000, 15000]);
});

test("the pause is spread from half to one and a half times", () => {
  assert.equal(reconnectDelay(0, 0), 250);
  assert.equal(reconnectDelay(0, 1), 750);
});

test("two notifications are at least 150 ms apart", () => {
  assert.equal(remainingPause(1000, 1040), 110);
  assert.equal(remainingPause(1000, 1150), 0);
  assert.equal(remainingPause(0, 1e12), 0);
});

test("a message without a version is ignored", () => {
  assert.equal(parseVersion('{"version": 3}'), 3);
  for (const message of ["", "null", "[]", '{"version": "3"}', "{", undefined]) {
    assert.equal(parseVersion(message), null);
  }
});

test("a grid that joins within fifteen seconds of an announcement may have missed it", () => {
  assert.equal(mayHaveMissed(1000, 1000), true);
  assert.equal(mayHaveMissed(1000, 15_999), true);
  assert.equal(mayHaveMissed(1000, 16_000), false);
  assert.equal(mayHaveMissed(-Infinity, 0), false);
  assert.equal(mayHaveMissed(undefined, 0), false);
});
