import assert from "node:assert/strict";
import { test } from "node:test";

import { stepForKey } from "./step-keys.js";

const step = (id, role = "", isSource = false) => ({ id, role, is_source: isSource });
const STEPS = [step("a", "before", true), step("b", "after"), step("c")];

test("brackets show the step before and after the one that is shown, and end at either side", () => {
  assert.deepEqual(stepForKey("[", STEPS), { verb: "show", id: "a" });
  assert.deepEqual(stepForKey("]", STEPS), { verb: "show", id: "c" });
  assert.equal(stepForKey("]", [step("a"), step("b", "after")]), null);
  assert.equal(stepForKey("[", [step("a", "after")]), null);
});

test("E edits what is shown, unless it is the source already", () => {
  assert.deepEqual(stepForKey("E", STEPS), { verb: "edit", id: "b" });
  assert.equal(stepForKey("e", [step("a", "after", true)]), null);
});

test("other keys, and a strip without a shown step, mean nothing", () => {
  assert.equal(stepForKey("s", STEPS), null);
  assert.equal(stepForKey("]", [step("a"), step("b")]), null);
});
