import assert from "node:assert/strict";
import { test } from "node:test";

import { describeDifference, diffPixels, sharedArea } from "./diff.js";

const WIDTH = 40;
const HEIGHT = 30;
const WHOLE = { left: 0, top: 0, width: 1, height: 1 };

/** A grey image; `paint(x, y)` returns another RGB for some pixels. */
function image(paint = () => null) {
  const bytes = new Uint8ClampedArray(WIDTH * HEIGHT * 4);
  for (let at = 0; at < WIDTH * HEIGHT; at += 1) {
    bytes.set([...(paint(at % WIDTH, Math.floor(at / WIDTH)) ?? [120, 120, 120]), 255], at * 4);
  }
  return bytes;
}

const square = (x, y) => (x >= 10 && x < 20 && y >= 10 && y < 20 ? [20, 20, 230] : null);
const diff = (before, after, box = WHOLE) => diffPixels(before, after, box, WIDTH, HEIGHT);
const heatAt = ({ heat }, x, y) => [...heat.slice((y * WIDTH + x) * 4, (y * WIDTH + x) * 4 + 4)];

test("equal images have no change and no heat", () => {
  const result = diff(image(), image());
  assert.deepEqual([result.changed, result.isWhole], [0, true]);
  assert.deepEqual(heatAt(result, 5, 5)[3], 0);
});

test("a changed square counts with its edge, and is hot inside", () => {
  const result = diff(image(), image(square));
  const pixels = result.changed * WIDTH * HEIGHT;
  assert.ok(pixels >= 100 && pixels <= 144, `${pixels}`); // 10×10, and up to one pixel around it
  assert.deepEqual(heatAt(result, 15, 15), [255, 32, 86, 190]);
  assert.equal(heatAt(result, 30, 5)[3], 0);
});

test("noise and single grains do not count as a change", () => {
  const noisy = image((x, y) => [120 + ((x + y) % 2) * 20, 120, 120]);
  const grain = image((x, y) => (x === 5 && y === 5 ? [255, 120, 120] : null));
  assert.equal(diff(image(), noisy).changed, 0);
  assert.equal(diff(image(), grain).changed, 0);
});

test("a change in one channel alone counts", () => {
  assert.equal(diff(image(), image(() => [120, 120, 160])).changed, 1);
});

test("outside of the shared part nothing is compared", () => {
  const right = image((x) => (x >= 20 ? [255, 0, 0] : null));
  const result = diff(image(), right, { left: 0, top: 0, width: 0.45, height: 1 });
  assert.deepEqual([result.changed, result.isWhole], [0, false]);
  assert.equal(heatAt(result, 30, 10)[3], 0);
});

test("a shared area of no pixel has no change", () => {
  assert.equal(diff(image(), image(square), { left: 2, top: 2, width: 0.1, height: 0.1 }).changed, 0);
});

test("the shared area holds the whole pixels of the box, inside the frame", () => {
  assert.deepEqual(sharedArea(WHOLE, WIDTH, HEIGHT), { left: 0, top: 0, right: 40, bottom: 30 });
  const padded = sharedArea({ left: 0.13, top: -0.2, width: 0.5, height: 2 }, WIDTH, HEIGHT);
  assert.deepEqual(padded, { left: 6, top: 0, right: 25, bottom: 30 });
});

test("a difference is described in whole per cent, and small ones in words", () => {
  const text = (changed, isWhole = true) => describeDifference({ changed, isWhole });
  assert.equal(text(0.0004), "No visible change in the picture");
  assert.equal(text(0.0005), "Less than 1 % of the picture changed");
  assert.equal(text(0.0238), "2 % of the picture changed");
  assert.equal(text(0.5, false), "50 % of the shared part changed");
  assert.equal(text(0.99), "99 % of the picture changed");
  assert.equal(text(1), "Everything changed");
  assert.equal(text(1, false), "All of the shared part changed");
});
