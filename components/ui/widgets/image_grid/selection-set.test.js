import assert from "node:assert/strict";
import { test } from "node:test";

import { SelectionSet, compareRefusal, idsForAction } from "./selection-set.js";

const ORDER = ["a", "b", "c", "d", "e"];
const PLAIN = { shiftKey: false, ctrlKey: false, metaKey: false };
const SHIFT = { ...PLAIN, shiftKey: true };
const selected = (set) => [...set.ids].sort().join("");

test("a plain press opens until selection is on", () => {
  const set = new SelectionSet();
  assert.equal(set.press(PLAIN, "a", ORDER), false);
  assert.equal(set.press({ ...PLAIN, ctrlKey: true }, "a", ORDER), true);
  assert.equal(set.press(PLAIN, "b", ORDER), true);
  assert.equal(selected(set), "ab");
});

test("a second press takes the card out again", () => {
  const set = new SelectionSet();
  set.toggle("a");
  set.toggle("a");
  assert.deepEqual([selected(set), set.isOn], ["", true]);
});

test("Shift selects from the last pressed card to this one, in either direction", () => {
  const set = new SelectionSet();
  set.toggle("d");
  set.press(SHIFT, "b", ORDER);
  assert.equal(selected(set), "bcd");
  set.press(SHIFT, "e", ORDER);
  assert.equal(selected(set), "bcde");
});

test("Shift without a first card opens, and with a vanished one selects the pressed card", () => {
  const set = new SelectionSet();
  assert.equal(set.press(SHIFT, "b", ORDER), false);
  set.toggle("gone");
  set.press(SHIFT, "b", ORDER);
  assert.ok(set.ids.has("b") && !set.ids.has("a"));
});

test("all are selected, and cleared with the anchor", () => {
  const set = new SelectionSet();
  set.toggle("a");
  set.selectAll(ORDER);
  assert.equal(selected(set), "abcde");
  set.clear();
  assert.deepEqual([selected(set), set.isOn, set.anchor], ["", false, null]);
});

test("cards that are gone are no longer selected", () => {
  const set = new SelectionSet();
  set.selectAll(ORDER);
  set.retain(["b", "z"]);
  assert.equal(selected(set), "b");
});

test("an action takes the variants along, comparing takes the cards alone", () => {
  const cards = [{ id: "a", state: "done", variant_ids: ["x"] }, { id: "b", state: "refused" }];
  assert.deepEqual(idsForAction("delete", cards), ["a", "x", "b"]);
  assert.deepEqual(idsForAction("compare", cards), ["a", "b"]);
  assert.deepEqual(idsForAction("download", cards), ["a", "x"]);
});

test("one, none or three selected are told why they cannot be compared", () => {
  assert.equal(compareRefusal(0), "Select two pictures to compare");
  assert.equal(compareRefusal(1), "Select one more: comparing takes two pictures");
  assert.equal(compareRefusal(2), "");
  assert.equal(compareRefusal(3), "Comparing takes two pictures: 3 are selected");
});

test("a replaced selection is on while it holds a card, and a range begins at its last", () => {
  const set = new SelectionSet();
  set.replace(["b", "c"]);
  assert.deepEqual([selected(set), set.isOn, set.anchor], ["bc", true, "c"]);
  set.extendTo("e", ORDER);
  assert.equal(selected(set), "bcde");
  set.replace([]);
  assert.deepEqual([selected(set), set.isOn, set.anchor], ["", false, null]);
});
