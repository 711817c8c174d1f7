import assert from "node:assert/strict";
import { test } from "node:test";

import { commandForKey } from "./commands.js";

const press = (key, more = {}, isOnButton = false) => commandForKey({ key, ...more }, isOnButton);

test("arrows move by one, with Shift by ten", () => {
  assert.deepEqual(press("ArrowLeft"), { name: "left", amount: 1 });
  assert.deepEqual(press("ArrowDown", { shiftKey: true }), { name: "down", amount: 10 });
});

test("the digits 1 to 5 choose the modes in order", () => {
  const indexes = ["1", "2", "3", "4", "5"].map((key) => press(key).index);
  assert.deepEqual(indexes, [0, 1, 2, 3, 4]);
  assert.equal(press("6"), null);
});

test("Ctrl or Cmd with Z goes back, with Shift or with Y forth", () => {
  assert.deepEqual(press("z", { ctrlKey: true }), { name: "undo" });
  assert.deepEqual(press("z", { metaKey: true }), { name: "undo" });
  assert.deepEqual(press("Z", { ctrlKey: true, shiftKey: true }), { name: "redo" });
  assert.deepEqual(press("y", { ctrlKey: true }), { name: "redo" });
});

test("square brackets change the brush, also where they are typed with AltGr", () => {
  assert.deepEqual(press("["), { name: "smaller" });
  assert.deepEqual(press("]", { ctrlKey: true, altKey: true }), { name: "larger" });
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
