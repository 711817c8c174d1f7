import assert from "node:assert/strict";
import { test } from "node:test";

import { RelatedImages } from "./related.js";

const image = (id) => ({ name: `Image ${id}`, card: { id, state: "done", prompt: id, actions: 0 } });
const STAR = { verb: "star", label: "Star" };
const related = (more) => {
  const sent = { card_id: "b", steps: [], branches: [], variants: [], ...more };
  return new RelatedImages(sent, [[STAR]]);
};

test("steps, branches and variants are shown in this order, without empty groups", () => {
  const all = related({
    steps: [image("a"), image("b")],
    branches: [image("x")],
    variants: [image("b"), image("c")],
  });
  assert.deepEqual(all.groups.map(({ title }) => title), ["", "Branches", "Variants"]);
  assert.deepEqual(all.groups[0].images.map(({ card }) => card.id), ["a", "b"]);
  assert.deepEqual(related({ branches: [image("x")] }).groups.map(({ title }) => title), ["Branches"]);
});

test("a single step or variant is the image itself and is not shown", () => {
  assert.deepEqual(related({ steps: [image("b")], variants: [image("b")] }).groups, []);
});

test("they belong to the card they were sent for and to each other", () => {
  const all = related({ steps: [image("a"), image("b")] });
  assert.deepEqual([all.belongTo("b"), all.belongTo("a"), all.belongTo("z")], [true, true, false]);
  assert.equal(related({ steps: [image("b")] }).belongTo("b"), false);
  assert.equal(new RelatedImages(undefined, []).belongTo("b"), false);
});

test("the next and the previous variant end at either side", () => {
  const all = related({ variants: [image("b"), image("c")] });
  assert.equal(all.variantBeside("b", 1)?.id, "c");
  assert.equal(all.variantBeside("c", 1), undefined);
  assert.equal(all.variantBeside("b", -1), undefined);
  assert.equal(all.variantBeside("z", 1), undefined);
});

test("the step before and after an edit is the one beside it, from any step", () => {
  const all = related({ steps: [image("a"), image("b"), image("c")] });
  assert.deepEqual([all.stepBeside("c", -1)?.id, all.stepBeside("b", 1)?.id], ["b", "c"]);
  assert.deepEqual([all.stepBeside("a", -1), all.stepBeside("c", 1), all.stepBeside("z", 1)], [undefined, undefined, undefined]);
});

test("a related card has its actions", () => {
  assert.deepEqual(related({ steps: [image("a"), image("b")] }).card("a")?.actions, [STAR]);
});
