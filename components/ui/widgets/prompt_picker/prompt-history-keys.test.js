import assert from "node:assert/strict";
import { test } from "node:test";

import { PromptHistoryKeys } from "./prompt-history-keys.js";

const PROMPTS = ["newest", "middle", "oldest"];

test("up goes to older prompts and down comes back to what was typed", () => {
  const keys = new PromptHistoryKeys();
  assert.equal(keys.step(1, "typed", PROMPTS), "newest");
  assert.equal(keys.step(1, "newest", PROMPTS), "middle");
  assert.equal(keys.step(-1, "middle", PROMPTS), "newest");
  assert.equal(keys.step(-1, "newest", PROMPTS), "typed");
});

test("either end answers nothing and stays where it is", () => {
  const keys = new PromptHistoryKeys();
  assert.equal(keys.step(-1, "typed", PROMPTS), null);
  const one = new PromptHistoryKeys();
  assert.equal(one.step(1, "typed", ["only"]), "only");
  assert.equal(one.step(1, "only", ["only"]), null);
  assert.equal(one.step(-1, "only", ["only"]), "typed");
});

test("a prompt that was changed becomes the new start", () => {
  const keys = new PromptHistoryKeys();
  keys.step(1, "", PROMPTS);
  assert.equal(keys.step(1, "newest, but blue", PROMPTS), "newest");
  assert.equal(keys.step(-1, "newest", PROMPTS), "newest, but blue");
});

test("a prompt equal to what was typed is shown once", () => {
  const keys = new PromptHistoryKeys();
  assert.equal(keys.step(1, "newest", PROMPTS), "middle");
});

test("after a restart the box's own text is the start", () => {
  const keys = new PromptHistoryKeys();
  keys.step(1, "typed", PROMPTS);
  keys.restart();
  assert.equal(keys.step(1, "newest", PROMPTS), "middle");
});
