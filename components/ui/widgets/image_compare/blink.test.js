import assert from "node:assert/strict";
import { test } from "node:test";

import { Blink } from "./blink.js";

function blinking() {
  const viewport = { dataset: { shown: "after" } };
  const playButton = {};
  return { blink: new Blink(viewport, playButton), viewport, playButton };
}

test("while it plays the images swap every 800 ms, slower than three flashes a second", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { blink, viewport, playButton } = blinking();
  blink.run(true, true);
  assert.equal(playButton.textContent, "Pause");
  t.mock.timers.tick(799);
  assert.equal(viewport.dataset.shown, "after");
  t.mock.timers.tick(1);
  assert.equal(viewport.dataset.shown, "before");
  t.mock.timers.tick(800);
  assert.equal(viewport.dataset.shown, "after");
});

test("paused or in another mode nothing swaps by itself", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  for (const [isActive, isPlaying, label] of [[true, false, "Play"], [false, true, "Pause"]]) {
    const { blink, viewport, playButton } = blinking();
    blink.run(true, true);
    blink.run(isActive, isPlaying);
    t.mock.timers.tick(10_000);
    assert.deepEqual([viewport.dataset.shown, playButton.textContent], ["after", label]);
  }
});

test("a swap by hand shows the other image", () => {
  const { blink, viewport } = blinking();
  blink.swap();
  assert.equal(viewport.dataset.shown, "before");
});
