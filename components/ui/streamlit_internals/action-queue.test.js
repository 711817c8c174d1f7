import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { ActionQueue } from "./action-queue.js";

let sent;
let lost;
let queue;

beforeEach(() => {
  sent = [];
  lost = [];
  queue = new ActionQueue((action) => sent.push(action), ({ nonce }) => lost.push(nonce));
});

const verbs = () => sent.map(({ verb }) => verb);

test("a second action waits until Python has acknowledged the first", () => {
  queue.add("delete", ["a"]);
  queue.add("delete", ["b"]);
  assert.deepEqual(sent.map(({ ids }) => ids), [["a"]]);
  queue.acknowledge(sent[0].nonce);
  assert.deepEqual(sent.map(({ ids }) => ids), [["a"], ["b"]]);
  queue.acknowledge(sent[1].nonce);
  assert.equal(queue.isBusy, false);
  queue.destroy();
});

test("every action has a nonce of its own, also within one millisecond", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1000 });
  for (const verb of ["star", "edit", "star"]) {
    queue.add(verb, ["a"]);
    queue.acknowledge(sent.at(-1).nonce);
  }
  assert.equal(new Set(sent.map(({ nonce }) => nonce)).size, 3);
});

test("typed text is sent with its action, and only there", () => {
  const nonce = queue.add("change", ["a"], { text: "Add snow" });
  queue.acknowledge(nonce);
  queue.add("star", ["a"]);
  assert.deepEqual(sent[0], { verb: "change", ids: ["a"], nonce, text: "Add snow" });
  assert.equal("text" in sent[1], false);
  queue.destroy();
});

test("an action that was given up can be sent as the same one", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const nonce = queue.add("change", ["a"]);
  for (let times = 0; times < 3; times += 1) t.mock.timers.tick(5_000);
  assert.deepEqual(lost, [nonce]);
  assert.equal(queue.add("change", ["a"], { nonce }), nonce);
  assert.deepEqual(new Set(sent.map((action) => action.nonce)), new Set([nonce]));
  queue.destroy();
});

test("an old acknowledgement does not count for the action that waits", () => {
  queue.add("star", ["a"]);
  for (const nonce of [0, undefined, sent[0].nonce - 1]) queue.acknowledge(nonce);
  assert.equal(queue.isBusy, true);
  queue.destroy();
});

test("an action is sent again after five seconds, three times in all, then given up", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  queue.add("delete", ["a"]);
  queue.add("star", ["b"]);
  t.mock.timers.tick(4_999);
  assert.deepEqual(verbs(), ["delete"]);
  t.mock.timers.tick(1);
  t.mock.timers.tick(5_000);
  assert.deepEqual([verbs(), lost.length], [["delete", "delete", "delete"], 0]);
  t.mock.timers.tick(5_000);
  assert.deepEqual([verbs(), lost.length], [["delete", "delete", "delete", "star"], 1]);
  queue.destroy();
});

test("an acknowledged action is not sent again", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  queue.add("delete", ["a"]);
  queue.acknowledge(sent[0].nonce);
  t.mock.timers.tick(60_000);
  assert.deepEqual([verbs(), lost.length], [["delete"], 0]);
});

test("a destroyed queue sends nothing more", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  queue.add("delete", ["a"]);
  queue.destroy();
  t.mock.timers.tick(60_000);
  assert.deepEqual([verbs(), lost.length, queue.isBusy], [["delete"], 0, false]);
});

test("what is given up is reported, and never sent again", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const nonces = [queue.add("star", ["a"]), queue.add("retry", ["b"])];
  queue.giveUp();
  t.mock.timers.tick(60_000);
  assert.deepEqual([verbs(), lost, queue.isBusy], [["star"], nonces, false]);
});
