import assert from "node:assert/strict";
import { test } from "node:test";

import { newestFirst } from "./upload-list.js";
import { UploadQueue } from "./upload-queue.js";

const LOST = { message: "The connection was lost.", canRetry: true, waits: false };
const BROKEN = { message: "This JPEG is damaged.", canRetry: false, waits: false };
const BUSY = { message: "Wait.", canRetry: false, waits: true };

/** A queue whose uploads end when the test says so; `sent` are the running and ended ones by name. */
function setUp() {
  const sent = new Map();
  const sources = [];
  const waits = [];
  const queue = new UploadQueue({
    send: (file, callbacks) => {
      const upload = { ...callbacks, aborted: false };
      sent.set(file.name, upload);
      return () => {
        upload.aborted = true;
      };
    },
    onChange: () => {},
    onSource: (id) => sources.push(id),
    wait: (callback) => waits.push(callback),
  });
  const add = (...names) =>
    queue.add(
      names.map((name) => ({ name })),
      (file) => (file.name.endsWith(".txt") ? "This is no picture." : null),
    );
  const end = (name, outcome = { imageId: `id of ${name}` }) => sent.get(name).onEnd(outcome);
  const states = () => Object.fromEntries(queue.items.map((item) => [item.file.name, item.state]));
  const item = (name) => queue.items.find((one) => one.file.name === name);
  return { queue, sent, sources, waits, add, end, states, item };
}

test("three are sent at a time, and each end begins the next", () => {
  const { sent, add, end } = setUp();
  add("a", "b", "c", "d", "e");
  assert.deepEqual([...sent.keys()], ["a", "b", "c"]);
  end("b");
  assert.deepEqual([...sent.keys()], ["a", "b", "c", "d"]);
});

test("the first of the files becomes the source, although another comes in earlier", () => {
  const { sources, add, end, queue } = setUp();
  add("a", "b");
  end("b");
  assert.deepEqual(sources, []);
  assert.ok(queue.awaitsSource);
  end("a");
  assert.deepEqual(sources, ["id of a"]);
  assert.ok(!queue.awaitsSource);
});

test("a file that is not taken makes way for the next as the source", () => {
  const { sources, add, end, states } = setUp();
  add("a.txt", "b", "c");
  end("c");
  end("b", BROKEN);
  assert.deepEqual(sources, ["id of c"]);
  assert.deepEqual(states(), { "a.txt": "refused", b: "refused", c: "done" });
});

test("only one of those added together becomes the source, and one of each later set", () => {
  const { sources, add, end } = setUp();
  add("a", "b");
  end("a");
  end("b");
  add("c");
  end("c");
  assert.deepEqual(sources, ["id of a", "id of c"]);
});

test("progress is shown until the file is sent, then the server reads it", () => {
  const { sent, add, item } = setUp();
  add("a");
  sent.get("a").onProgress(0.4);
  assert.deepEqual([item("a").state, item("a").share], ["sending", 0.4]);
  sent.get("a").onProgress(1);
  assert.equal(item("a").state, "reading");
});

test("a cancelled upload is aborted, its row goes, and the next begins", () => {
  const { queue, sent, sources, add, end, item, states } = setUp();
  add("a", "b", "c", "d");
  queue.cancel(item("a"));
  assert.ok(sent.get("a").aborted);
  assert.ok(sent.has("d"));
  end("a"); // too late
  end("b");
  assert.deepEqual(sources, ["id of b"]);
  queue.cancelAll();
  assert.deepEqual(states(), { b: "done" });
  assert.ok(!queue.awaitsSource);
});

test("cancelling the first lets the next be the source that is in already", () => {
  const { queue, sources, add, end, item } = setUp();
  add("a", "b");
  end("b");
  queue.cancel(item("a"));
  assert.deepEqual(sources, ["id of b"]);
});

test("a lost connection can be tried again, one by one or all", () => {
  const { queue, sent, sources, add, end, item } = setUp();
  add("a", "b", "c");
  for (const name of ["a", "b", "c"]) end(name, name === "c" ? BROKEN : LOST);
  assert.deepEqual([item("a").canRetry, item("c").canRetry], [true, false]);
  sent.clear();
  queue.retryAll();
  assert.deepEqual([...sent.keys()], ["a", "b"]);
  end("a");
  assert.deepEqual(sources, ["id of a"]);
});

test("what the server cannot take now waits its time and is sent again", () => {
  const { queue, sent, waits, add, end, item } = setUp();
  add("a");
  end("a", BUSY);
  assert.equal(item("a").state, "waiting");
  sent.clear();
  waits.pop()();
  assert.deepEqual([...sent.keys()], ["a"]);
  end("a", BUSY);
  queue.cancel(item("a"));
  sent.clear();
  waits.pop()();
  assert.equal(sent.size, 0);
});

test("clearing keeps what is still coming in", () => {
  const { queue, add, end, states } = setUp();
  add("a", "b", "c.txt");
  end("a");
  queue.clear();
  assert.deepEqual(states(), { b: "sending" });
});

test("what was added last stands at the top, in the order of its files", () => {
  const { queue, add } = setUp();
  add("a", "b");
  add("c", "d");
  assert.deepEqual(newestFirst(queue.items).map((one) => one.file.name), ["c", "d", "a", "b"]);
});
