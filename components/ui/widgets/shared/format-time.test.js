import assert from "node:assert/strict";
import { test } from "node:test";

import { formatDuration, formatTaskTime, formatTimeLeft } from "./format-time.js";

test("a duration is given in seconds, then minutes, then hours", () => {
  assert.equal(formatDuration(-500), "0 s");
  assert.equal(formatDuration(59_999), "59 s");
  assert.equal(formatDuration(125_000), "2 min 05 s");
  assert.equal(formatDuration(3_780_000), "1 h 3 min");
});

test("the time left counts a begun hour or day whole, in days from 49 hours on", () => {
  const hour = 3_600_000;
  assert.equal(formatTimeLeft(-1), "0 h left");
  assert.equal(formatTimeLeft(1), "1 h left");
  assert.equal(formatTimeLeft(48 * hour), "48 h left");
  assert.equal(formatTimeLeft(48 * hour + 1), "3 days left");
  assert.equal(formatTimeLeft(14 * 24 * hour), "14 days left");
});

test("a task shows its time today, its date otherwise, and its duration once it has ended", () => {
  const created = new Date(2024, 4, 6, 14, 5);
  const task = { created_ms: created.getTime(), started_ms: created.getTime() + 1_000 };
  const today = formatTaskTime(task, new Date(2024, 4, 6, 20, 0));
  const later = formatTaskTime(task, new Date(2024, 4, 7, 20, 0));
  assert.ok(!today.includes("2024"));
  assert.ok(later.includes("2024") && later.endsWith(today));
  const ended = formatTaskTime({ ...task, finished_ms: created.getTime() + 13_000 }, created);
  assert.equal(ended, `${today} · 12 s`);
  assert.equal(formatTaskTime({}), "");
});

test("a task that never started counts from its creation", () => {
  const created = new Date(2024, 4, 6, 14, 5).getTime();
  const text = formatTaskTime({ created_ms: created, finished_ms: created + 5_000 });
  assert.ok(text.endsWith(" · 5 s"));
});
