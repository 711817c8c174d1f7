import assert from "node:assert/strict";
import { test } from "node:test";

import { parseProps } from "./parse-props.js";

const BOX = { left: -0.1, top: 0, width: 1.2, height: 1 };

test("what Python sends is read as it is", () => {
  const sent = {
    key: "pair",
    before: { url: "/a.png", label: "Step 1", alt: "Hills" },
    after: { url: "/b.png", label: "Step 2", alt: "A hut" },
    frame: { width: 1184, height: 880 },
    mode: "blink",
    fits: [{ name: "crop", note: "Both are 1184×880", box: BOX }],
  };
  assert.deepEqual(parseProps(JSON.stringify(sent)), sent);
});

test("broken text becomes a viewer without images", () => {
  for (const text of ["{cut", undefined, "null", "[]", "7"]) {
    const props = parseProps(text);
    assert.equal(props.before.url, "");
    assert.deepEqual([props.before.label, props.after.label], ["Before", "After"]);
    assert.deepEqual(props.frame, { width: 4, height: 3 });
    assert.deepEqual([props.mode, props.fits.length], ["slider", 1]);
  }
});

test("sizes that are no positive number take their default", () => {
  const props = parseProps(JSON.stringify({ frame: { width: 0, height: -3 } }));
  assert.deepEqual(props.frame, { width: 4, height: 3 });
});

test("a box that is broken or empty becomes the whole frame", () => {
  for (const box of [{ ...BOX, left: "0" }, { ...BOX, width: 0 }, { ...BOX, height: -1 }, null]) {
    const [fit] = parseProps(JSON.stringify({ fits: [{ name: "pad", box }] })).fits;
    assert.deepEqual(fit, { name: "pad", note: "", box: { left: 0, top: 0, width: 1, height: 1 } });
  }
});

test("an unknown mode becomes the slider", () => {
  assert.equal(parseProps(JSON.stringify({ mode: "onion" })).mode, "slider");
});
