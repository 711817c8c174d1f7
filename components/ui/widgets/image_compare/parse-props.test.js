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
    changed: 0.04,
    map: null,
  };
  assert.deepEqual(parseProps(JSON.stringify(sent)), sent);
});

test("a change map is read as it is, and one that lacks everything as nothing made yet", () => {
  const map = {
    id: "1f",
    url: "app/static/changes/1f",
    source_url: "/a.png",
    settings: '{"growth":0.01}',
    is_kept: true,
    state: "working",
    problem: "No room.",
  };
  const { source_url: sourceUrl, is_kept: isKept, ...others } = map;
  assert.deepEqual(parseProps(JSON.stringify({ map })).map, { ...others, sourceUrl, isKept });
  assert.deepEqual(parseProps('{"map":{}}').map, {
    id: "", url: "", sourceUrl: "", settings: "{}", isKept: false, state: "", problem: "",
  });
  assert.equal(parseProps("{}").map, null);
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
