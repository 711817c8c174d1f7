import assert from "node:assert/strict";
import { test } from "node:test";

import { LastPress } from "./last-press.js";

const IDLE = { isConnected: true, isRunning: false };
const RUNNING = { isConnected: true, isRunning: true };
const LOST = { isConnected: false, isRunning: true };

test("a press whose run has not ended when the connection ends is lost, and told once", () => {
  const press = new LastPress();
  press.recordPress(1000, true);
  press.recordChange(RUNNING, false);
  press.recordChange(LOST, true);
  assert.equal(press.takeLost(3500), 2500);
  assert.equal(press.takeLost(3500), null);
});

test("a press that no run has followed when the connection ends is lost", () => {
  const press = new LastPress();
  press.recordPress(1000, true);
  press.recordChange(LOST, false);
  assert.equal(press.takeLost(1400), 400);
});

test("a press whose run has ended is not lost", () => {
  const press = new LastPress();
  press.recordPress(1000, true);
  press.recordChange(RUNNING, false);
  press.recordChange(IDLE, true);
  press.recordChange(LOST, false);
  assert.equal(press.takeLost(2000), null);
});

test("without a connection there is no press", () => {
  const press = new LastPress();
  press.recordPress(1000, false);
  press.recordChange(LOST, false);
  assert.equal(press.takeLost(2000), null);
});
