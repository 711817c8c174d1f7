import assert from "node:assert/strict";
import { test } from "node:test";

import {
  announcement,
  cardKind,
  countImages,
  groupCards,
  listShape,
  progressShare,
  progressText,
  readCard,
  readPlaceholders,
  submissionTimes,
  thumbnailSources,
  withVariants,
} from "./card-data.js";

const COLUMNS = {
  thumbnail_url: "/thumbnails/{}?trash=1",
  ids: ["a", "b", "c"],
  size: [0, 1, 0],
  sizes: [[1392, 752], [1024, 1024]],
  groups: [["Today", 2], ["Yesterday", 1]],
  starred: [1],
  states: { 2: "refused" },
  variant_ids: { 0: ["x", "y"] },
};

test("placeholders are read from their columns", () => {
  const [a, b, c] = readPlaceholders(COLUMNS);
  assert.deepEqual([a.width_px, a.height_px, b.width_px, c.height_px], [1392, 752, 1024, 752]);
  assert.deepEqual([a.group, b.group, c.group], ["Today", "Today", "Yesterday"]);
  assert.deepEqual([a.starred, b.starred], [false, true]);
  assert.deepEqual([a.variant_ids, b.variant_ids], [["x", "y"], []]);
  assert.ok(a.isPlaceholder);
});

test("only a finished placeholder has a thumbnail", () => {
  const [a, , c] = readPlaceholders(COLUMNS);
  assert.equal(a.thumbnail_url, "/thumbnails/a?trash=1");
  assert.deepEqual([c.state, c.thumbnail_url], ["refused", ""]);
});

test("a card gets its set of actions, and text where it has none", () => {
  const edit = { verb: "edit", label: "Edit this" };
  const card = readCard({ id: "a", state: "done", actions: 1 }, [[], [edit]]);
  assert.deepEqual([card.actions, card.prompt, card.alt], [[edit], "", ""]);
});

test("a card is an image, waits, or has a problem", () => {
  const kinds = ["done", "queued", "generating", "refused", "failed", "unconfirmed", "still_running"];
  assert.deepEqual(
    kinds.map((state) => cardKind({ state })),
    ["picture", "waiting", "waiting", "problem", "problem", "problem", "problem"],
  );
});

test("variants count with the card that stands for them", () => {
  const cards = [{ id: "a", variant_ids: ["x", "y"] }, { id: "b" }];
  assert.deepEqual(withVariants(cards[0]), ["a", "x", "y"]);
  assert.equal(countImages(cards), 4);
});

test("cards are grouped in their order, those without a heading together", () => {
  const cards = [{ id: "a", group: "Today" }, { id: "b", group: "Today" }, { id: "c" }];
  assert.deepEqual([...groupCards(cards).keys()], ["Today", ""]);
  assert.deepEqual(groupCards(cards).get("Today"), cards.slice(0, 2));
});

test("the bar is at two thirds at the expected time and never full", () => {
  assert.equal(progressShare(0, 20), 0);
  assert.equal(progressShare(20_000, 20).toFixed(2), "0.67");
  assert.ok(progressShare(1e9, 20) <= 0.94);
});

test("a task is announced when it ends, and only then", () => {
  const running = { state: "generating", prompt: "A harbour" };
  const done = { state: "done", prompt: "A harbour" };
  assert.equal(announcement(running, done), "Picture done: A harbour");
  const refused = { state: "refused", headline: "Refused by the content policy" };
  assert.equal(announcement(running, refused), "Refused by the content policy: A harbour");
  assert.equal(announcement(running, { state: "failed", state_word: "Failed" }), "Failed: A harbour");
  assert.equal(announcement(running, { state: "failed", isPlaceholder: true }), "Not done: A harbour");
  assert.equal(announcement({ state: "queued" }, running), "");
  assert.equal(announcement(done, done), "");
  assert.equal(announcement(undefined, done), "");
});

test("a browser may choose between two thumbnails by their real widths", () => {
  const wide = thumbnailSources("https://x/t/a?trash=1", { width_px: 1392, height_px: 752 });
  assert.equal(wide?.srcset, "https://x/t/a?trash=1 384w, https://x/t/a?trash=1&size=768 768w");
  assert.equal(wide?.sizes, "auto, 384px");
  const tall = thumbnailSources("https://x/t/a", { width_px: 752, height_px: 1392 });
  assert.equal(tall?.srcset, "https://x/t/a 207w, https://x/t/a?size=768 415w");
  const middle = thumbnailSources("https://x/t/a", { width_px: 500, height_px: 250 });
  assert.equal(middle?.srcset, "https://x/t/a 384w, https://x/t/a?size=768 500w");
});

test("an image that is no larger than its small thumbnail has one size", () => {
  assert.equal(thumbnailSources("https://x/t/a", { width_px: 384, height_px: 200 }), null);
  assert.equal(thumbnailSources("https://x/t/a", {}), null);
  assert.equal(thumbnailSources(null, { width_px: 1392, height_px: 752 }), null);
});

test("a submission says how many of its images are there until all are", () => {
  const [done, waiting, refused] = [{ state: "done" }, { state: "generating" }, { state: "refused" }];
  assert.equal(progressText([done, waiting, waiting]), "1 of 3");
  assert.equal(progressText([done, refused]), "1 of 2");
  assert.equal(progressText([done, done]), "");
  assert.equal(progressText([waiting]), "");
});

test("a submission lasts from its first start to its last end", () => {
  const first = { created_ms: 10, started_ms: 20, finished_ms: 60 };
  const second = { created_ms: 10, started_ms: 30, finished_ms: 90 };
  assert.deepEqual(submissionTimes([first, second]), { created_ms: 10, started_ms: 20, finished_ms: 90 });
  const running = { created_ms: 10, started_ms: 30 };
  assert.equal(submissionTimes([first, running]).finished_ms, undefined);
  assert.equal(submissionTimes([{ created_ms: 10 }]).started_ms, undefined);
});

test("the shape of the first image decides how a submission is laid out", () => {
  assert.deepEqual(listShape([{ width_px: 752, height_px: 1504 }]), { ratio: 0.5, shape: "tall" });
  assert.deepEqual(listShape([{ width_px: 1000, height_px: 1000 }]), { ratio: 1, shape: "" });
  assert.deepEqual(listShape([{ width_px: 1568, height_px: 672 }]).shape, "low");
  assert.deepEqual(listShape([{}]), { ratio: 1, shape: "" });
});
