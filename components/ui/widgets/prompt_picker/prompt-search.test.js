import assert from "node:assert/strict";
import { test } from "node:test";

import { matches, normalize } from "./prompt-search.js";

test("case and accents do not matter", () => {
  assert.ok(matches(normalize("Café im Herbst"), "CAFE"));
  assert.ok(matches(normalize("cafe"), "café"));
});

test("every word must be found, in any order", () => {
  const text = normalize("A red barn in the snow");
  assert.ok(matches(text, "snow red"));
  assert.ok(!matches(text, "snow blue"));
});

test("an empty query finds everything", () => {
  assert.ok(matches("anything", "  "));
});
