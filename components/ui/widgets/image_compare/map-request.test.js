import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { MapRequest } from "./map-request.js";

/** What was sent and said, with answers that the test gives. */
class Conversation {
  /** @type {{body: string, signal: AbortSignal, answer: (status: number, message?: string) => void, fail: () => void}[]} */
  sent = [];
  /** @type {string[]} */
  heard = [];
  request = new MapRequest({
    send: (body, signal) =>
      new Promise((resolve, reject) => {
        const answer = (/** @type {number} */ status, message = "") =>
          resolve({ status, ok: status < 300, body, json: async () => ({ message }) });
        this.sent.push({ body, signal, answer, fail: () => reject(new TypeError("no network")) });
      }),
    onAnswer: async (answer) => void this.heard.push(`map ${answer.body}`),
    onWorking: () => void this.heard.push("working"),
    onProblem: (message) => void this.heard.push(message),
  });
}

/** Let promises settle. */
const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await null;
};

/** @param {import("node:test").TestContext} t */
function start(t) {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  return new Conversation();
}

test("of settings in quick succession the last are sent", (t) => {
  const talk = start(t);
  for (const body of ["a", "b", "c"]) talk.request.ask(body);
  mock.timers.tick(1000);
  assert.deepEqual(talk.sent.map(({ body }) => body), ["c"]);
});

test("an answer that newer settings overtook is not shown, and its request is ended", async (t) => {
  const talk = start(t);
  talk.request.ask("a", 0);
  mock.timers.tick(1);
  talk.request.ask("b", 0);
  mock.timers.tick(1);
  const [first, second] = talk.sent;
  assert.equal(first?.signal.aborted, true);
  second?.answer(200);
  first?.answer(200);
  await settle();
  assert.deepEqual(talk.heard, ["map b"]);
});

test("while the pictures are compared it asks again each second", async (t) => {
  const talk = start(t);
  talk.request.ask("a", 0);
  mock.timers.tick(1);
  talk.sent[0]?.answer(202);
  await settle();
  mock.timers.tick(1000);
  talk.sent[1]?.answer(200);
  await settle();
  assert.deepEqual(talk.heard, ["working", "map a"]);
});

test("a refusal is said in the server's words", async (t) => {
  const talk = start(t);
  talk.request.ask("a", 0);
  mock.timers.tick(1);
  talk.sent[0]?.answer(410, "The source is gone.");
  await settle();
  assert.deepEqual(talk.heard, ["The source is gone."]);
});

test("a server that is away is said, but not for a request that was ended", async (t) => {
  const warn = t.mock.method(console, "warn", () => undefined);
  const talk = start(t);
  talk.request.ask("a", 0);
  mock.timers.tick(1);
  talk.sent[0]?.fail();
  await settle();
  talk.request.ask("b", 0);
  mock.timers.tick(1);
  talk.request.stop();
  talk.sent[1]?.fail();
  await settle();
  assert.deepEqual(talk.heard, ["The server cannot be reached."]);
  assert.equal(warn.mock.callCount(), 1);
});
