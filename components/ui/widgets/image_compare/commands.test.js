import assert from "node:assert/strict";
import { test } from "node:test";

import { commandForKey } from "./commands.js";

const press = (key, more = {}, isOnButton = false) => commandForKey({ key, ...more }, isOnButton);

test("arrows move by one, with Shift by ten", () => {
  assert.deepEqual(press("ArrowLeft"), { name: "left", amount: 1 });
  assert.deepEqual(press("ArrowDown", { shiftKey: true }), { name: "down", amount: 10 });
});

test("the digits 1 to 4 choose the modes in order", () => {
  const indexes = ["1", "2", "3", "4"].map((key) => press(key).index);
  assert.deepEqual(indexes, [0, 1, 2, 3]);
  assert.equal(press("5"), null);
});

test("each letter and sign has one command, whatever the case", () => {
  const names = Object.fromEntries(
    ["b", "B", "f", "F", "m", "X", "+", "=", "-", "_", "0", "Home", "End", " "].map((key) => [key, press(key).name]),
  );
  assert.deepEqual(names, {
    b: "peek", B: "peek", f: "full", F: "full", m: "next", X: "swap", "+": "in", "=": "in", "-": "out", _: "out", 0: "fit",
    Home: "start", End: "end", " ": "play",
  });
});

test("keys with Ctrl, Alt or the command key belong to the browser", () => {
  for (const held of ["ctrlKey", "altKey", "metaKey"]) assert.equal(press("+", { [held]: true }), null);
});

test("a held F toggles full screen once, and Space on a button presses the button", () => {
  assert.equal(press("f", { repeat: true }), null);
  assert.equal(press(" ", {}, true), null);
});

test("other keys mean nothing", () => {
  for (const key of ["a", "Tab", "F1", ""]) assert.equal(press(key), null);
});
