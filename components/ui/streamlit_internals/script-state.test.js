import assert from "node:assert/strict";
import { test } from "node:test";

import { ScriptState } from "./script-state.js";

const IDLE = { isConnected: true, isRunning: false };
const RUNNING = { isConnected: true, isRunning: true };
const LOST = { isConnected: false, isRunning: false };

test("a script is idle once nothing has changed for 200 ms", () => {
  const state = new ScriptState();
  state.recordChange(1000, IDLE, true);
  assert.equal(state.isIdle(1200, IDLE), false);
  assert.equal(state.isIdle(1201, IDLE), true);
});

test("a running script and a lost connection are not idle", () => {
  const state = new ScriptState();
  assert.equal(state.isIdle(5000, RUNNING), false);
  assert.equal(state.isIdle(5000, LOST), false);
});

test("a click counts as a change: Streamlit reports it only later", () => {
  const state = new ScriptState();
  state.recordRequest(5000);
  assert.equal(state.isIdle(5100, IDLE), false);
  assert.equal(state.isIdle(5300, IDLE), true);
});

test("after a reconnect nothing is requested until a script has run", () => {
  const state = new ScriptState();
  state.recordChange(1000, LOST, false);
  state.recordChange(2000, IDLE, false);
  assert.equal(state.isReconnecting(2500, IDLE), true);
  assert.equal(state.isIdle(2500, IDLE), false);
  state.recordChange(2600, RUNNING, false);
  assert.equal(state.isReconnecting(2700, RUNNING), true);
  state.recordChange(3000, IDLE, true);
  assert.equal(state.isReconnecting(3001, IDLE), false);
  assert.equal(state.isIdle(3300, IDLE), true);
});

test("a reconnect after which nothing is drawn ends after five seconds", () => {
  const state = new ScriptState();
  state.recordChange(1000, LOST, false);
  state.recordChange(2000, IDLE, false);
  assert.equal(state.isReconnecting(6999, IDLE), true);
  assert.equal(state.isReconnecting(7000, IDLE), false);
});

test("a script that still runs after five seconds keeps the reconnect open", () => {
  const state = new ScriptState();
  state.recordChange(1000, LOST, false);
  state.recordChange(2000, RUNNING, false);
  assert.equal(state.isReconnecting(60_000, RUNNING), true);
});

test("while the connection is lost nothing is reconnecting yet", () => {
  const state = new ScriptState();
  state.recordChange(1000, LOST, false);
  assert.equal(state.isReconnecting(1001, LOST), false);
});
