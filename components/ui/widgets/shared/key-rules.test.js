import assert from "node:assert/strict";
import { test } from "node:test";

import { focusOf, isFree, isLeave } from "./key-rules.js";

const target = (tag, more = {}) => focusOf({ tag, type: "", role: "", isEditable: false, ...more });
const key = (name, more = {}) => ({ key: name, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, ...more });

test("every place where people type is text", () => {
  const places = [
    target("textarea"), target("select"), target("input", { type: "text" }), target("input", { type: "search" }),
    target("input", { type: "number" }), target("input", { type: "url" }), target("input", { type: "text", role: "combobox" }),
    target("div", { isEditable: true }), target("div", { role: "textbox" }),
  ];
  assert.deepEqual(new Set(places), new Set(["text"]));
});

test("while somebody types no key means anything to the page", () => {
  for (const name of ["s", "?", "e", "Delete", "ArrowLeft", "Enter", "1", "z"]) {
    assert.equal(isFree(key(name), "text"), false, name);
  }
  assert.equal(isFree(key("s", { isComposing: true }), "none"), false);
});

test("a button keeps Enter and Space, and gives away letters and arrows", () => {
  const button = target("button");
  assert.equal(button, target("a"));
  assert.equal(button, target("input", { type: "checkbox" }));
  assert.deepEqual(["Enter", " ", "s", "ArrowLeft", "?"].map((name) => isFree(key(name), button)), [false, false, true, true, true]);
});

test("a choice keeps the keys that move in it", () => {
  for (const choice of [target("button", { role: "radio" }), target("input", { type: "range" }), target("div", { role: "slider" })]) {
    assert.deepEqual(["ArrowLeft", "Home", "s", "1"].map((name) => isFree(key(name), choice)), [false, false, true, true]);
  }
});

test("with the focus nowhere every key is free, but for those with Alt", () => {
  const nowhere = target("body");
  for (const name of ["s", "Enter", " ", "ArrowDown", "Delete"]) assert.ok(isFree(key(name), nowhere), name);
  assert.equal(isFree(key("ArrowUp", { altKey: true }), nowhere), false);
});

test("Escape and Z leave, Ctrl+Z does not", () => {
  assert.ok(isLeave(key("Escape")) && isLeave(key("z")) && isLeave(key("Z")));
  assert.ok(!isLeave(key("z", { ctrlKey: true })) && !isLeave(key("z", { metaKey: true })) && !isLeave(key("x")));
});
