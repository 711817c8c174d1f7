import assert from "node:assert/strict";
import { test } from "node:test";

import { ZoomState, isDoubleTap, pinch, toggledScale, wheelFactor } from "./zoom-math.js";

const CONTENT = { width: 800, height: 600 };
const VIEW = { left: 100, top: 50, width: 800, height: 600 };

/** Where a share of the content's width and height lies on the screen. */
function onScreen(state, shareX, shareY) {
  const { scale, x, y } = state.read(CONTENT);
  return {
    x: VIEW.left + VIEW.width / 2 + x + (shareX - 0.5) * CONTENT.width * scale,
    y: VIEW.top + VIEW.height / 2 + y + (shareY - 0.5) * CONTENT.height * scale,
  };
}

const near = (actual, expected) => assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} != ${expected}`);

test("zooming keeps the content under the pointer where it is", () => {
  const state = new ZoomState(8);
  const point = { x: 420, y: 320 };
  const share = { x: (420 - 100) / 800, y: (320 - 50) / 600 };
  for (const scale of [2, 3.5]) {
    state.zoomTo(scale, CONTENT, { point, view: VIEW });
    state.settle(CONTENT, VIEW);
    near(onScreen(state, share.x, share.y).x, point.x);
    near(onScreen(state, share.x, share.y).y, point.y);
  }
});

test("zooming without a pointer keeps the middle", () => {
  const state = new ZoomState(8);
  state.zoomTo(3, CONTENT);
  state.settle(CONTENT, VIEW);
  assert.deepEqual(state.read(CONTENT), { scale: 3, x: 0, y: 0, focusX: 0.5, focusY: 0.5 });
});

test("the scale stays between fitted and the maximum, and is a number", () => {
  const state = new ZoomState(8);
  for (const [wanted, scale] of [[0.2, 1], [100, 8], [NaN, 1]]) {
    state.zoomTo(wanted, CONTENT);
    assert.equal(state.scale, scale);
  }
});

test("panning moves the content by the same pixels at any scale", () => {
  const state = new ZoomState(8);
  state.zoomTo(4, CONTENT);
  state.panBy(60, -30, CONTENT);
  state.settle(CONTENT, VIEW);
  near(state.read(CONTENT).x, 60);
  near(state.read(CONTENT).y, -30);
});

test("the edge of the content never leaves the edge of the view", () => {
  const state = new ZoomState(8);
  state.zoomTo(2, CONTENT);
  state.panBy(10_000, -10_000, CONTENT);
  state.settle(CONTENT, VIEW);
  near(state.read(CONTENT).x, 400); // half of what the zoomed content is wider than the view
  near(state.read(CONTENT).y, -300);
});

test("content smaller than the view is centred", () => {
  const state = new ZoomState(8);
  state.panBy(50, 50, CONTENT);
  state.settle(CONTENT, VIEW);
  assert.equal(state.read(CONTENT).x, 0);
});

test("hidden content keeps the focus for later", () => {
  const state = new ZoomState(8);
  state.zoomTo(4, CONTENT);
  state.panBy(60, 0, CONTENT);
  const before = state.focusX;
  const hidden = { width: 0, height: 0 };
  state.panBy(60, 0, hidden);
  assert.equal(state.settle(hidden, hidden), false);
  assert.equal(state.focusX, before);
});

test("a remembered focus is restored in a view of another size", () => {
  const first = new ZoomState(8);
  first.zoomTo(4, CONTENT);
  first.panBy(100, 0, CONTENT);
  const second = new ZoomState(8);
  second.setFocus(first.read(CONTENT));
  second.zoomTo(4, { width: 400, height: 300 });
  near(second.read({ width: 400, height: 300 }).x, 50);
  second.setFocus(undefined);
  assert.equal(second.focusX, 0.5);
});

test("a double click goes to real pixels, or twice the size, and back", () => {
  assert.equal(toggledScale(1, 3), 3);
  assert.equal(toggledScale(1, 1), 2);
  assert.equal(toggledScale(3, 3), 1);
});

test("the wheel zooms in upwards, in small steps, also when it counts lines", () => {
  assert.ok(wheelFactor({ deltaY: -100, deltaMode: 0, ctrlKey: false }) > 1);
  assert.ok(wheelFactor({ deltaY: 100, deltaMode: 0, ctrlKey: false }) < 1);
  assert.equal(
    wheelFactor({ deltaY: -3, deltaMode: 1, ctrlKey: false }),
    wheelFactor({ deltaY: -48, deltaMode: 0, ctrlKey: false }),
  );
  assert.equal(wheelFactor({ deltaY: -1e6, deltaMode: 0, ctrlKey: false }), Math.exp(0.5));
  const trackpad = wheelFactor({ deltaY: -10, deltaMode: 0, ctrlKey: true });
  assert.ok(trackpad > wheelFactor({ deltaY: -10, deltaMode: 0, ctrlKey: false }));
});

test("two fingers have a middle and a spread, one has none", () => {
  assert.deepEqual(pinch([{ x: 0, y: 0 }, { x: 6, y: 8 }]), { x: 3, y: 4, spread: 10 });
  assert.deepEqual(pinch([{ x: 5, y: 7 }]), { x: 5, y: 7, spread: 0 });
});

test("two taps are a double tap when they are near in time and place", () => {
  const first = { x: 10, y: 10, at: 1000 };
  assert.equal(isDoubleTap(null, first), false);
  assert.equal(isDoubleTap(first, { x: 20, y: 20, at: 1300 }), true);
  assert.equal(isDoubleTap(first, { x: 20, y: 20, at: 1320 }), false);
  assert.equal(isDoubleTap(first, { x: 60, y: 10, at: 1100 }), false);
});
