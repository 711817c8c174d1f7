import assert from "node:assert/strict";
import { test } from "node:test";

import {
  mapBox,
  outlinePath,
  radiusOnMap,
  sourceBox,
  thinLine,
  toSource,
  traceOutline,
} from "./map-geometry.js";

const WHOLE = { left: 0, top: 0, width: 1, height: 1 };

test("a map of nearly the frame's shape fills it, another one fits inside", () => {
  assert.deepEqual(mapBox({ width: 626, height: 858 }, { width: 622, height: 858 }), WHOLE);
  assert.deepEqual(mapBox({ width: 200, height: 100 }, { width: 100, height: 100 }), {
    left: 0.25,
    top: 0,
    width: 0.5,
    height: 1,
  });
});

test("a source that is shown in part reaches beyond the map", () => {
  const box = sourceBox({ left: 0.25, top: 0, width: 0.5, height: 1 });
  assert.deepEqual(box, { left: -0.5, top: -0, width: 2, height: 1 });
});

test("points are sent as shares of the whole source, near its edges at most", () => {
  const area = { left: 0.25, top: 0, width: 0.5, height: 1 };
  const map = { width: 100, height: 200 };
  assert.deepEqual(toSource({ x: 50, y: 50 }, map, area), [0.5, 0.25]);
  assert.deepEqual(toSource({ x: 0, y: 1 / 3 }, map, area), [0.25, 0.0017]);
  assert.deepEqual(toSource({ x: 9000, y: -9000 }, map, area), [1.5, -0.5]);
});

test("the brush's radius is a share of the source's long side", () => {
  const source = { width: 4000, height: 3000 };
  assert.equal(radiusOnMap(0.1, { width: 1000, height: 750 }, WHOLE, source), 100);
  const half = { left: 0, top: 0, width: 0.5, height: 1 };
  assert.equal(radiusOnMap(0.1, { width: 1000, height: 1500 }, half, source), 200);
});

test("a straight line keeps its ends, a corner stays", () => {
  const straight = Array.from({ length: 50 }, (_, x) => ({ x, y: 2 * x }));
  assert.deepEqual(thinLine(straight, 0.5), [straight[0], straight[49]]);
  const corner = [{ x: 0, y: 0 }, { x: 5, y: 0.1 }, { x: 10, y: 0 }, { x: 10, y: 10 }];
  assert.deepEqual(thinLine(corner, 0.5), [corner[0], corner[2], corner[3]]);
  assert.deepEqual(thinLine([{ x: 3, y: 4 }], 0.5), [{ x: 3, y: 4 }]);
});

test("a line that comes back to its start is not lost", () => {
  const loop = [{ x: 0, y: 0 }, { x: 9, y: 0 }, { x: 9, y: 9 }, { x: 0, y: 0 }];
  assert.deepEqual(thinLine(loop, 0.5), loop);
});

test("a scribble has at most 2000 points", () => {
  const scribble = Array.from({ length: 30_000 }, (_, at) => ({
    x: (at * 7919) % 1000,
    y: (at * 104_729) % 1000,
  }));
  const thinned = thinLine(scribble, 0.5);
  assert.ok(thinned.length <= 2000 && thinned.length > 2, String(thinned.length));
});

/**
 * @param {string[]} rows "#" is 255
 */
function traced(rows) {
  const values = Uint8Array.from(rows.join(""), (letter) => (letter === "#" ? 255 : 0));
  return traceOutline(values, rows[0]?.length ?? 0, rows.length);
}

/** @param {{x: number, y: number}[]} line closed; its area, whatever way it goes round */
function areaOf(line) {
  return Math.abs(
    line.reduce((sum, { x, y }, index) => {
      const next = line[(index + 1) % line.length] ?? { x, y };
      return sum + (x * next.y - next.x * y) / 2;
    }, 0),
  );
}

test("one pixel has one outline around its middle", () => {
  const [line, ...others] = traced(["...", ".#.", "..."]);
  assert.equal(others.length, 0);
  assert.equal(line?.length, 4);
  for (const { x, y } of line ?? []) assert.ok(Math.hypot(x - 1.5, y - 1.5) < 0.51);
});

test("a ring has two outlines, and none is open at the picture's edge", () => {
  const lines = traced(["#####", "#...#", "#...#", "#...#", "#####"]);
  const areas = lines.map(areaOf).sort((one, two) => one - two);
  assert.equal(areas.length, 2);
  assert.ok(Math.abs((areas[0] ?? 0) - 9) < 2, String(areas));
  assert.ok(Math.abs((areas[1] ?? 0) - 25) < 2, String(areas));
});

test("squares that touch at a corner are outlined completely", () => {
  const lines = traced(["##..", "##..", "..##", "..##"]);
  assert.equal(lines.map((line) => line.length).reduce((one, two) => one + two), 16);
});

test("a soft edge is crossed where it is half", () => {
  const lines = traceOutline(Uint8Array.from([255, 255, 51, 0]), 4, 1);
  const right = Math.max(...lines.flat().map(({ x }) => x));
  assert.ok(Math.abs(right - (1.5 + (255 - 127.5) / (255 - 51))) < 1e-9);
});

test("nothing has no outline", () => {
  assert.deepEqual(traced(["..", ".."]), []);
  assert.equal(outlinePath([], 2), "");
});

test("a path is closed and scaled", () => {
  const line = [{ x: 1, y: 2 }, { x: 3, y: 2 }, { x: 3, y: 4.55 }];
  assert.equal(outlinePath([line], 2), "M2 4L6 4L6 9.1Z");
});
