import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { MessageHold } from "./message-hold.js";

let sent;
let hold;

beforeEach(() => {
  sent = [];
  hold = new MessageHold();
});

const pass = (...words) => words.forEach((word) => hold.pass(() => sent.push(word)));

/** Ask a question; what is returned answers it. */
function ask() {
  let resolve;
  const isOver = hold.holdUntil(new Promise((done) => (resolve = done)));
  return (isAllowed) => {
    resolve(isAllowed);
    return isOver;
  };
}

test("without a question a message is sent at once", () => {
  pass("boat");
  assert.deepEqual(sent, ["boat"]);
});

test("messages are held until the answer, and sent in their order", async () => {
  const answer = ask();
  pass("boat", "draft");
  assert.deepEqual(sent, []);
  await answer(true);
  pass("later");
  assert.deepEqual(sent, ["boat", "draft", "later"]);
});

test("two presses are both sent, once both questions are answered", async () => {
  const first = ask();
  pass("boat");
  const second = ask();
  pass("barn");
  await first(true);
  assert.deepEqual(sent, []);
  await second(true);
  assert.deepEqual(sent, ["boat", "barn"]);
});

test("a refusal drops what is held, whichever question it answers", async () => {
  for (const [one, other] of [[true, false], [false, true]]) {
    const [first, second] = [ask(), ask()];
    pass("boat");
    await first(one);
    await second(other);
  }
  assert.deepEqual(sent, []);
  pass("toast");
  assert.deepEqual(sent, ["toast"]);
});
