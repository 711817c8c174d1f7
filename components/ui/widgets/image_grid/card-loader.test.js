import assert from "node:assert/strict";
import { test } from "node:test";

import { CardLoader } from "./card-loader.js";

function columns(ids, more = {}) {
  return {
    thumbnail_url: "/t/{}",
    ids,
    size: ids.map(() => 0),
    sizes: [[160, 90]],
    groups: [["Today", ids.length]],
    starred: [],
    states: {},
    variant_ids: {},
    ...more,
  };
}

const sent = (id, more = {}) => ({ id, state: "done", prompt: `Prompt ${id}`, actions: 0, ...more });
const data = (ids, cards, more) => ({ cards, action_sets: [[]], placeholders: columns(ids, more) });

function loading() {
  const sends = [];
  const loader = new CardLoader((view) => sends.push(view), (callback) => {
    callback();
    return () => {};
  });
  return { loader, sends };
}

test("cards stand in the order of their placeholders, loaded or not", () => {
  const { loader } = loading();
  const cards = loader.read(data(["a", "b", "c"], [sent("c"), sent("a")]));
  assert.deepEqual(cards.map(({ id, prompt }) => [id, prompt]), [["a", "Prompt a"], ["b", ""], ["c", "Prompt c"]]);
  assert.deepEqual(cards.map((card) => Boolean(card.isPlaceholder)), [false, true, false]);
});

test("a card that was loaded once stays loaded when it is not sent again", () => {
  const { loader } = loading();
  loader.read(data(["a", "b"], [sent("a")]));
  const [a] = loader.read(data(["a", "b"], [], { starred: [0] }));
  assert.deepEqual([a.prompt, a.starred], ["Prompt a", true]);
});

test("a loaded card whose state has changed is a placeholder until it is sent again", () => {
  const { loader } = loading();
  loader.read(data(["a"], [sent("a", { state: "generating" })], { states: { 0: "generating" } }));
  assert.ok(loader.read(data(["a"], []))[0].isPlaceholder);
});

test("with other thumbnails, as in the trash, nothing loaded is shown", () => {
  const { loader } = loading();
  loader.read(data(["a"], [sent("a")]));
  assert.ok(loader.read(data(["a"], [], { thumbnail_url: "/t/{}?trash=1" }))[0].isPlaceholder);
});

test("a deleted card that comes back is loaded again", () => {
  const { loader } = loading();
  loader.read(data(["a"], [sent("a")]));
  loader.read(data([], []));
  assert.ok(loader.read(data(["a"], []))[0].isPlaceholder);
});

test("placeholders near the screen are requested once, after a pause", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { loader, sends } = loading();
  const near = [{ id: "a" }, { id: "b", isPlaceholder: true }];
  loader.request(near, 7, "");
  assert.deepEqual(sends, []);
  t.mock.timers.tick(60);
  assert.deepEqual(sends, [{ first: 7, last: 8, open_id: "" }]);
  loader.request(near, 7, "");
  t.mock.timers.tick(60);
  assert.equal(sends.length, 1);
});

test("while the user scrolls only the last place is requested", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { loader, sends } = loading();
  for (const first of [0, 40, 80]) {
    loader.request([{ id: "a", isPlaceholder: true }], first, "");
    t.mock.timers.tick(59);
  }
  t.mock.timers.tick(1);
  assert.deepEqual(sends.map(({ first }) => first), [80]);
});

test("loaded cards are requested only for a newly opened image", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { loader, sends } = loading();
  loader.request([{ id: "a" }], 0, "");
  t.mock.timers.tick(60);
  assert.deepEqual(sends, []);
  loader.request([{ id: "a" }], 0, "a");
  t.mock.timers.tick(60);
  assert.deepEqual(sends, [{ first: 0, last: 0, open_id: "a" }]);
});
