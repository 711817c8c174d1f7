import assert from "node:assert/strict";
import { test } from "node:test";

import { layoutTree, linePath } from "./tree-layout.js";

const node = (id, parent_id = null) => ({ id, parent_id });

test("each step stands one column right of its parent, level with it", () => {
  const { positions, width, height } = layoutTree([node("a"), node("b", "a"), node("c", "b")]);
  assert.deepEqual([...positions], [["a", { x: 0, y: 0 }], ["b", { x: 204, y: 0 }], ["c", { x: 408, y: 0 }]]);
  assert.deepEqual([width, height], [556, 148]);
});

test("a branch stands below all that came of the branch before it", () => {
  const nodes = [node("a"), node("b", "a"), node("c", "b"), node("d", "b"), node("e", "a")];
  const { positions, height } = layoutTree(nodes);
  assert.deepEqual(positions.get("d"), { x: 408, y: 170 });
  assert.deepEqual(positions.get("e"), { x: 204, y: 340 });
  assert.equal(height, 488);
});

test("a node whose parent is missing is a root of its own", () => {
  const { positions } = layoutTree([node("a", "gone"), node("b", "a"), node("c")]);
  assert.deepEqual(positions.get("a"), { x: 0, y: 0 });
  assert.deepEqual(positions.get("c"), { x: 0, y: 170 });
});

test("a line leads from the right of the parent's thumbnail to the left of the child's", () => {
  assert.equal(linePath({ x: 0, y: 0 }, { x: 204, y: 170 }), "M148 55.5C176 55.5 176 225.5 204 225.5");
});
