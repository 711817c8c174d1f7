import assert from "node:assert/strict";
import { test } from "node:test";

import {
  bulkVerbForKey,
  cardCommand,
  cardShortcuts,
  fieldCommand,
  isUndo,
  lightboxCommand,
  verbForKey,
} from "./key-map.js";

const key = (name, more = {}) => ({ key: name, ctrlKey: false, metaKey: false, shiftKey: false, ...more });
const card = (...verbs) => ({ actions: verbs.map((verb) => ({ verb, label: verb })) });
const STATE = { isOnCard: true, canSelect: true, isSelecting: false, hasImage: true };
const command = (event, state = {}) => cardCommand(event, { ...STATE, ...state });

test("the slash asks for a change where a card offers it", () => {
  assert.equal(verbForKey(key("/", { shiftKey: true }), card("star", "change")), "change");
  assert.equal(verbForKey(key("/"), card("star")), undefined);
});

test("each key asks for its verb, whatever the case", () => {
  const all = card("delete", "star", "edit", "remix", "copy_prompt", "lineage", "compare");
  const verbs = ["Delete", "s", "S", "e", "r", "c", "l", "v"].map((name) => verbForKey(key(name), all));
  assert.deepEqual(verbs, ["delete", "star", "star", "edit", "remix", "copy_prompt", "lineage", "compare"]);
});

test("a verb that the card does not offer is not done", () => {
  assert.equal(verbForKey(key("e"), card("star")), undefined);
  assert.equal(verbForKey(key("q"), card("star")), undefined);
});

test("Ctrl+Z and the command key undo, Ctrl+Shift+Z does not", () => {
  assert.ok(isUndo(key("z", { ctrlKey: true })) && isUndo(key("Z", { metaKey: true })));
  assert.ok(!isUndo(key("z")) && !isUndo(key("z", { ctrlKey: true, shiftKey: true })));
});

test("Ctrl+A selects all where cards can be selected; other Ctrl keys belong to the browser", () => {
  assert.equal(command(key("a", { ctrlKey: true })), "all");
  assert.equal(command(key("a", { ctrlKey: true }), { canSelect: false }), "none");
  assert.equal(command(key("s", { ctrlKey: true })), "none");
});

test("X selects, Space only on the card itself", () => {
  assert.equal(command(key("X")), "toggle");
  assert.equal(command(key(" ")), "toggle");
  assert.equal(command(key(" "), { isOnCard: false }), null);
});

test("Escape ends a selection and otherwise means nothing", () => {
  assert.equal(command(key("Escape"), { isSelecting: true }), "clear");
  assert.equal(command(key("Escape")), null);
});

test("Enter opens an image from the card, and presses a button on it", () => {
  assert.equal(command(key("Enter")), "open");
  assert.equal(command(key("Enter"), { isOnCard: false }), null);
  assert.equal(command(key("Enter"), { hasImage: false }), null);
});

test("with several selected only what can be done with all has a key", () => {
  const offered = [{ verb: "star" }, { verb: "compare" }, { verb: "delete" }, { verb: "download" }];
  const verbs = ["s", "V", "Delete", "e", "c"].map((name) => bulkVerbForKey(key(name), offered));
  assert.deepEqual(verbs, ["star", "compare", "delete", undefined, undefined]);
  assert.equal(bulkVerbForKey(key("Delete"), [{ verb: "restore" }]), undefined);
});

test("the list of keys names the selection only where cards can be selected", () => {
  const keys = (canSelect) => cardShortcuts(canSelect).flatMap(({ rows }) => rows.map(([name]) => name));
  assert.ok(keys(true).includes("Ctrl+A") && keys(true).includes("E"));
  assert.ok(!keys(false).includes("Ctrl+A") && keys(false).includes("E"));
});

test("the open picture steps, jumps and zooms by keys, and leaves the others to the card's verbs", () => {
  const commands = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "+", "=", "-", "0"].map((name) =>
    lightboxCommand(key(name)),
  );
  assert.deepEqual(commands, [
    ...["previous", "next", "previous-variant", "next-variant"],
    ...["first", "last", "zoom-in", "zoom-in", "zoom-out", "zoom-reset"],
  ]);
  assert.deepEqual([lightboxCommand(key("[")), lightboxCommand(key("]"))], ["step-before", "step-after"]);
  assert.equal(lightboxCommand(key("s")), undefined);
});

test("in the field only Enter and Escape are keys, and neither while an input method composes", () => {
  assert.equal(fieldCommand(key("Enter")), "send");
  assert.equal(fieldCommand(key("Enter", { ctrlKey: true })), "send");
  assert.equal(fieldCommand(key("Escape")), "leave");
  for (const name of ["s", "/", "?", "Delete", "ArrowLeft", " "]) assert.equal(fieldCommand(key(name)), null);
  for (const name of ["Enter", "Escape"]) {
    assert.equal(fieldCommand(key(name, { isComposing: true })), null);
    assert.equal(fieldCommand(key(name, { keyCode: 229 })), null);
  }
});
