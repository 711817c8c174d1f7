import assert from "node:assert/strict";
import { test } from "node:test";

import { claim, endedBetween, noticeText, permissionText, readChoice, readLedger, waitForMore } from "./notice-rules.js";

test("a task that was going on, or was not known, and has ended since is told", () => {
  const before = { a: "", b: "done", c: "" };
  assert.deepEqual(endedBetween(before, { a: "done", b: "done", c: "", d: "failed" }), { a: "done", d: "failed" });
});

test("what the user stopped is not told, and what asks for a decision is", () => {
  assert.deepEqual(endedBetween({ a: "", b: "" }, { a: "stopped", b: "asks" }), { b: "asks" });
});

test("several at once become one sentence", () => {
  assert.equal(noticeText({ a: "done" }), "1 picture is ready");
  assert.equal(noticeText({ a: "done", b: "done", c: "done", d: "done" }), "4 pictures are ready");
  assert.equal(noticeText({ a: "done", b: "failed", c: "done" }), "2 pictures are ready, 1 was not made");
  assert.equal(noticeText({ a: "failed", b: "failed", c: "asks" }), "2 pictures were not made, 1 needs you");
  assert.equal(noticeText({ a: "asks" }), "1 picture needs you");
  assert.equal(noticeText({}), "");
});

test("each ending waits a little for the next one, and none for longer than six seconds", () => {
  assert.equal(waitForMore(1_000, 1_000), 1_500);
  assert.equal(waitForMore(1_000, 5_000), 1_500);
  assert.equal(waitForMore(1_000, 6_500), 500);
  assert.equal(waitForMore(1_000, 9_000), 0);
});

test("what one tab has told, no other tells", () => {
  const first = claim(readLedger(null), { a: "done", b: "done" });
  assert.deepEqual(first, { told: ["a", "b"], unseen: { a: "done", b: "done" } });
  assert.equal(claim(first, { a: "done", b: "done" }), null);
});

test("a later notice says what nobody has looked at, whichever tab told it", () => {
  const first = claim(readLedger(null), { a: "done" });
  const second = claim(readLedger(JSON.stringify(first)), { a: "done", b: "failed" });
  assert.equal(noticeText(second.unseen), "1 picture is ready, 1 was not made");
  const seen = claim({ ...second, unseen: {} }, { c: "done" });
  assert.equal(noticeText(seen.unseen), "1 picture is ready");
});

test("the list of what was told stays short, and a damaged one counts as empty", () => {
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`id-${index}`, "done"]));
  assert.equal(claim(readLedger(null), many).told.length, 200);
  for (const damaged of ["{", "7", "null", '{"told":1,"unseen":2}', '{"told":[1,null]}']) {
    assert.deepEqual(readLedger(damaged), { told: [], unseen: {} }, damaged);
  }
});

test("nothing is chosen by default or after damage", () => {
  for (const stored of [null, "", "{", "7", "[]", '{"sound":"yes"}']) {
    assert.deepEqual(readChoice(stored), { sound: false, desktop: false });
  }
  assert.deepEqual(readChoice('{"sound":true,"desktop":false}'), { sound: true, desktop: false });
});

test("every refusal of notifications is a sentence, a permission none", () => {
  assert.equal(permissionText("granted"), "");
  for (const refusal of ["denied", "default", "insecure", "unsupported"]) assert.match(permissionText(refusal), /[.]$/);
});
