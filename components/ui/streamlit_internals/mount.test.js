import assert from "node:assert/strict";
import { test } from "node:test";

import { mountComponent } from "./mount.js";

/** A view that writes down what happens to it. */
function recording() {
  const events = [];
  const script = mountComponent(() => ({
    update: ({ data }) => events.push(`update ${data}`),
    destroy: () => events.push("destroy"),
  }));
  return { events, script };
}

const call = (script, parentElement, data) => script({ parentElement, data });

test("one view is created per host element and updated by each call", () => {
  let created = 0;
  const script = mountComponent(() => {
    created += 1;
    return { update() {}, destroy() {} };
  });
  const [host, other] = [{ isConnected: true }, { isConnected: true }];
  for (const parent of [host, host, other]) call(script, parent, 1);
  assert.equal(created, 2);
});

test("a call that a newer one overtook does not destroy the view", () => {
  const { events, script } = recording();
  const host = { isConnected: true };
  const endOvertaken = call(script, host, 1);
  call(script, host, 2);
  endOvertaken();
  assert.deepEqual(events, ["update 1", "update 2"]);
});

test("a view is destroyed once its element has left the document, and mounted again after that", () => {
  const { events, script } = recording();
  const host = { isConnected: true };
  const end = call(script, host, 1);
  host.isConnected = false;
  end();
  end();
  host.isConnected = true;
  call(script, host, 2);
  assert.deepEqual(events, ["update 1", "destroy", "update 2"]);
});

test("a newer version of the script replaces the view of the older one", () => {
  const [older, newer] = [recording(), recording()];
  const host = { isConnected: true };
  call(older.script, host, 1);
  call(newer.script, host, 2);
  assert.deepEqual([older.events, newer.events], [["update 1", "destroy"], ["update 2"]]);
});
