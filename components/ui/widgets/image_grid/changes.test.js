import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { ChangeRequests, placeChanges } from "./changes.js";

let sent;
let requests;

beforeEach(() => {
  sent = [];
  requests = new ChangeRequests((id, text, nonce = 100 + sent.length) => {
    sent.push({ id, text, nonce });
    return nonce;
  });
});

test("a second press is not sent while the first is on its way", () => {
  requests.send("a", "Add snow");
  requests.send("a", "Add snow");
  requests.send("a", "Add rain");
  assert.deepEqual(sent, [{ id: "a", text: "Add snow", nonce: 100 }]);
  assert.equal(requests.isSending("a"), true);
  assert.equal(requests.isSending("b"), false);
});

test("two cards are changed at once, each with its own answer", () => {
  requests.send("a", "Add snow");
  requests.send("b", "Add rain");
  assert.equal(requests.settle(101, undefined), "b");
  assert.deepEqual([requests.isSending("a"), requests.isSending("b")], [true, false]);
  assert.equal(requests.settle(100, undefined), "a");
});

test("an answer to something else settles nothing", () => {
  requests.send("a", "Add snow");
  for (const nonce of [undefined, 0, 99]) assert.equal(requests.settle(nonce, undefined), "");
  assert.equal(requests.isSending("a"), true);
});

test("a refused text is sent again as a new action", () => {
  requests.send("a", "Add snow");
  requests.settle(100, "Too long");
  assert.deepEqual([requests.isSending("a"), requests.error("a", "Add snow")], [false, "Too long"]);
  assert.equal(requests.error("a", "Add rain"), "");
  requests.send("a", "Add snow");
  assert.deepEqual(sent.map(({ nonce }) => nonce), [100, 101]);
  assert.equal(requests.error("a", "Add snow"), "");
});

test("a text without an answer is sent again as the same action, which is done once", () => {
  requests.send("a", "Add snow");
  assert.deepEqual([requests.lose(100), requests.lose(7)], [true, false]);
  assert.equal(requests.error("a", "Add snow"), "That did not reach the studio.");
  requests.send("a", "Add snow");
  assert.deepEqual(sent.map(({ nonce }) => nonce), [100, 100]);
  requests.lose(100);
  requests.send("a", "Add rain");
  assert.deepEqual(sent.map(({ nonce }) => nonce), [100, 100, 102]);
});

test("a late answer counts after the text was given up", () => {
  requests.send("a", "Add snow");
  requests.lose(100);
  assert.equal(requests.settle(100, undefined), "a");
  assert.equal(requests.error("a", "Add snow"), "");
});

const cards = (ids) => [...ids].map((id) => ({ id }));
const place = (ids, made, known) =>
  placeChanges(cards(ids), made.map(([id, after]) => ({ id, after, before: null })), cards(known))
    .map(({ id }) => id)
    .join("");

test("a change is the next picture after its source, whatever the grid's order", () => {
  assert.equal(place("abc", [["x", "b"]], "x"), "abxc");
  assert.equal(place("xabc", [["x", "b"]], "x"), "abxc");
});

test("of two changes of a picture the newer one comes next, and each has its own", () => {
  assert.equal(place("ab", [["x", "a"], ["y", "a"], ["z", "x"]], "xyz"), "ayxzb");
});

test("a change that is not there is left out, and one without its source is the last", () => {
  assert.equal(place("ab", [["x", "a"]], ""), "ab");
  assert.equal(place("ab", [["x", "gone"]], "x"), "abx");
});
