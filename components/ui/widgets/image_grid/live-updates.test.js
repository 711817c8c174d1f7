import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

// What the scripts ask the browser. Streamlit says that it is connected and runs nothing.
const app = new Map([
  ["data-test-connection-state", "CONNECTED"],
  ["data-test-script-state", "notRunning"],
]);
const page = { isDialogOpen: false };
globalThis.document = {
  baseURI: "https://studio.example.com/studio/gallery",
  hidden: false,
  querySelector(selector) {
    if (selector.includes("stDialog")) return page.isDialogOpen ? {} : null;
    return { getAttribute: (name) => app.get(name) ?? null };
  },
};
globalThis.MutationObserver = class {
  observe() {}
};
globalThis.addEventListener = () => {};
globalThis.window = globalThis;
globalThis.WebSocket = class {
  constructor(url) {
    Object.assign(page, { socket: this, url });
  }
  close() {}
};
// After the browser's parts: the scripts use them as soon as they are loaded.
const { UpdateSubscription } = await import("./live-updates.js");

let announced = 0;
let now = 0;

beforeEach(() => {
  page.isDialogOpen = false;
  window.kontextSockets = new Map();
});

/** A subscription, and the versions that it told its grid. */
function subscribed(options) {
  const versions = [];
  const updates = new UpdateSubscription({
    isBusy: () => false,
    isWaiting: () => false,
    onUpdate: (version) => versions.push(version),
    ...options,
  });
  updates.subscribe("push");
  return { updates, versions };
}

/** Announce a new version, and let all pauses pass. */
function announce(timers) {
  announced += 1;
  page.socket.onmessage({ data: JSON.stringify({ version: announced }) });
  timers.tick(1_000);
  return announced;
}

/** Clocks that go on by `tick` alone. */
function stopClocks(t) {
  now += 1_000_000; // each test long after the one before
  t.mock.method(performance, "now", () => now);
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now });
  return {
    tick(milliseconds) {
      for (const end = now + milliseconds; now < end; now += 10) t.mock.timers.tick(10);
    },
  };
}

test("an announced version is told to the grid, by a socket beside the page", (t) => {
  const timers = stopClocks(t);
  const { updates, versions } = subscribed();
  const version = announce(timers);
  assert.equal(page.url, "wss://studio.example.com/studio/push");
  assert.deepEqual(versions, [version]);
  updates.destroy();
});

test("while a dialog is open the grid is told nothing, and the newest version after that", (t) => {
  const timers = stopClocks(t);
  const { updates, versions } = subscribed();
  page.isDialogOpen = true;
  announce(timers);
  const newest = announce(timers);
  timers.tick(60_000);
  assert.deepEqual(versions, []);
  page.isDialogOpen = false;
  timers.tick(1_000);
  assert.deepEqual(versions, [newest]);
  updates.destroy();
});

test("while a dialog is open the slow timer tells nothing either", (t) => {
  const timers = stopClocks(t);
  const { updates, versions } = subscribed({ isWaiting: () => true });
  page.isDialogOpen = true;
  timers.tick(40_000);
  assert.deepEqual(versions, []);
  page.isDialogOpen = false;
  timers.tick(1_000);
  assert.deepEqual(versions, [0]);
  updates.destroy();
});

test("an action that is not acknowledged is waited for", (t) => {
  const timers = stopClocks(t);
  let isBusy = true;
  const { updates, versions } = subscribed({ isBusy: () => isBusy });
  const version = announce(timers);
  assert.deepEqual(versions, []);
  isBusy = false;
  timers.tick(1_000);
  assert.deepEqual(versions, [version]);
  updates.destroy();
});
